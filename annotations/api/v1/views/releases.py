"""Releases of a corpus: making, reading, verifying, withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.exporting import Options, Selection
from annotations.models import Corpus, Release
from annotations.releasing import Plan
from annotations.services.protection import RELEASE_WITHHELD
from annotations.services.releases import (
    release_cancel,
    release_discard,
    release_file,
    release_request,
    release_resume,
    release_verify,
    release_withdraw,
)

from ..filters import FilterSet, IdFilter
from ..serializers.releases import (
    ReleaseCreateSerializer,
    ReleaseLineSerializer,
    ReleaseSerializer,
    WithdrawSerializer,
)
from .base import ViewSet
from .exports import KEPT

if TYPE_CHECKING:
    _Base = ViewSet
else:
    _Base = object

# Large, and not in lists.
_LONG = ("salt", "datasheet", "leakage", "files", "licence_text", "motivation", "verification")
_WORDS = ("title", "licence", "licence_text", "motivation", "creators", "formats", "discussions")


def release_lines(rows: QuerySet[Release]) -> QuerySet[Release]:
    return rows.select_related("job", "created_by").defer(*_LONG)


class ReleaseActions(_Base):
    """What the addresses of a corpus have of releases."""

    @extend_schema(responses=ReleaseLineSerializer(many=True), filters=False)
    @action(detail=True)
    def releases(self, request: Request, pk: str) -> Response:
        """The corpus's releases, newest first, withdrawn ones too."""
        corpus: Corpus = self.get_object()
        policies.require(self.caller, "release.read", corpus)
        self.keyset = "-id"
        page = self.paginate_queryset(release_lines(corpus.releases.all()))
        return self.get_paginated_response(ReleaseLineSerializer(page, many=True).data)

    @extend_schema(request=ReleaseCreateSerializer, responses={202: ReleaseSerializer})
    @releases.mapping.post
    def release_create(self, request: Request, pk: str) -> Response:
        """Have a worker make the next one; sending the same ``uid`` again makes no other."""
        corpus: Corpus = self.get_object()
        policies.require(self.caller, "release.make", corpus)
        fields = self.body(ReleaseCreateSerializer)
        options = replace(Options.read(fields), site=request.build_absolute_uri("/"))
        release = release_request(
            actor=self.caller,
            corpus=corpus,
            selection=Selection.read(fields, corpus),
            options=options,
            plan=Plan.read(fields.get("split") or {}),
            uid=fields.get("uid"),
            **{name: fields[name] for name in _WORDS if name in fields},
        )
        return Response(_shown(release), status=202)


class ReleaseFilters(FilterSet):
    corpus = IdFilter()


class ReleaseViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """Newest first. For the members of a corpus; its admins make, verify and withdraw them."""

    serializer_class = ReleaseSerializer
    filterset_class = ReleaseFilters
    keyset = "-id"

    def get_queryset(self) -> QuerySet[Release]:
        rows = Release.objects.visible_to(self.caller)
        if self.action == "list":
            return release_lines(rows)
        return rows.select_related("job", "created_by", "previous", "corpus").defer("salt")

    def get_serializer_class(self) -> Any:
        return ReleaseLineSerializer if self.action == "list" else ReleaseSerializer

    def get_object(self) -> Release:
        release: Release = super().get_object()
        policies.require(self.caller, "release.read", release.corpus)
        return release

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # The archive is what it is, whatever Accept says.
        return super().perform_content_negotiation(request, force or self.action == "file")

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True)
    def file(self, request: Request, pk: str) -> FileResponse:
        """The archive, to be saved; 404 until it is ready, once it was withdrawn, and while a
        source in it is protected."""
        release = self.get_object()
        if release.file and release.source_protected_at:
            raise NotFound(RELEASE_WITHHELD)
        if not release.file:
            raise NotFound("There is no file; see the state of the release.")
        try:
            content = release_file(release)
        except OSError as error:
            raise NotFound("The file is not where it was stored.") from error
        return FileResponse(
            content,
            as_attachment=True,
            filename=release.file_name,
            content_type="application/zip",
            headers=KEPT,
        )

    @extend_schema(request=None, responses=ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop one that is being made or verified."""
        return self._do(release_cancel, 200)

    @extend_schema(request=None, responses={202: ReleaseSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Go on with one that failed or was cancelled; frozen records stay."""
        return self._do(release_resume, 202)

    @extend_schema(request=None, responses={202: ReleaseSerializer})
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Make it again from its frozen records and compare; see ``verification`` afterwards."""
        return self._do(release_verify, 202)

    @extend_schema(request=WithdrawSerializer, responses=ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take one back that was ready: its files go, what it was stays to be read."""
        release = self.get_object()
        fields = self.body(WithdrawSerializer)
        gone = release_withdraw(actor=self.caller, release=release, reason=fields["reason"])
        return Response(_shown(gone))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Discard one that failed or was cancelled before it was ready."""
        release_discard(actor=self.caller, release=self.get_object())
        return Response(status=204)

    def _do(self, service: Callable[..., Release], status: int) -> Response:
        release = self.get_object()
        self.body()
        return Response(_shown(service(actor=self.caller, release=release)), status=status)


def _shown(release: Release) -> Any:
    rows = Release.objects.select_related("job", "created_by", "previous")
    return ReleaseSerializer(rows.get(pk=release.pk)).data
