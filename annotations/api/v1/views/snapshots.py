"""Saved copies of pages: asking for one, watching it come, taking the file."""

from __future__ import annotations

from mimetypes import guess_extension
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.models import Claim, Snapshot
from annotations.services.snapshots import snapshot_cancel, snapshot_request

from ..serializers.snapshots import SnapshotCreateSerializer, SnapshotSerializer, snapshot_rows
from .base import ViewSet, seen

BINARY = "application/octet-stream"


class SnapshotViewSet(RetrieveModelMixin, ViewSet):
    """A page as it was when a worker fetched it for a claim."""

    serializer_class = SnapshotSerializer

    def get_queryset(self) -> QuerySet[Snapshot]:
        rows = Snapshot.objects.visible_to(self.caller)
        if self.action == "cancel":
            return rows.select_related("job", "claim__article__corpus").defer("text")
        return snapshot_rows(rows)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # A file is what it is, whatever Accept says.
        return super().perform_content_negotiation(request, force or self.action == "file")

    @extend_schema(request=SnapshotCreateSerializer, responses={202: SnapshotSerializer})
    def create(self, request: Request) -> Response:
        """Have a page fetched for a claim, in the background. The same ``uid`` fetches it once."""
        fields = self.body(SnapshotCreateSerializer)
        claim = seen(Claim.objects.visible_to(self.caller), fields.pop("claim"), "claim")
        return self._row(snapshot_request(actor=self.caller, claim=claim, **fields), 202)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a fetch that hasn't ended."""
        snapshot = self.get_object()
        self.body()
        snapshot_cancel(actor=self.caller, snapshot=snapshot)
        return self._row(snapshot)

    @extend_schema(responses={(200, BINARY): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Request, pk: str) -> FileResponse:
        """What the server sent, to be saved; 404 until it is there."""
        snapshot = self.get_object()
        if not snapshot.file:
            raise NotFound("There is no file; see the state of the saved copy.")
        try:
            content = snapshot.file.open("rb")
        except OSError as error:
            raise NotFound("The file is not where it was stored.") from error
        # A stranger's page on our own address: never shown, whatever it is, and powerless if
        # a browser shows it all the same.
        return FileResponse(
            content,
            as_attachment=True,
            filename=f"saved-copy-{snapshot.pk}{guess_extension(snapshot.media_type) or '.bin'}",
            content_type=BINARY,
            headers={
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )

    def _row(self, snapshot: Snapshot, status: int = 200) -> Response:
        row = snapshot_rows(Snapshot.objects.filter(pk=snapshot.pk)).get()
        return Response(SnapshotSerializer(row).data, status=status)
