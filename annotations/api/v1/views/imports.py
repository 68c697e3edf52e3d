"""Bringing files into corpora: sending, checking, starting, watching, taking back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.errors import InvalidInput
from annotations.models import Corpus, Import, ImportProblem
from annotations.services.import_rejected import rejected_file, rejected_report
from annotations.services.imports import (
    import_cancel,
    import_check,
    import_configure,
    import_create,
    import_resume,
    import_rollback,
    import_start,
)

from ..filters import FilterSet, IdFilter
from ..parsers import StrictJSONParser, TooLarge
from ..serializers.imports import (
    ImportCreateSerializer,
    ImportDetailSerializer,
    ImportProblemSerializer,
    ImportSerializer,
    ImportUpdateSerializer,
)
from .base import ViewSet, seen

NDJSON = "application/x-ndjson"
SEVERITIES = [value for value, _ in ImportProblem.SEVERITIES]
# Of what was rejected.
FORMS = ["report", "file"]
# Of a form, beside its files.
FORM_BYTES = 1_000_000


class FormParser(MultiPartParser):
    """A form whose files go to the disk as they come; refused before it is read if too large."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        limit: int = settings.IMPORT_MAX_BYTES
        sent = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if sent.isdecimal() and int(sent) > limit + FORM_BYTES:
            raise TooLarge(f"The file is larger than {limit:,} bytes.")
        return super().parse(stream, media_type, parser_context)


class ImportFilters(FilterSet):
    corpus = IdFilter()


class ImportViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """Newest first. For the admins of a corpus."""

    serializer_class = ImportSerializer
    filterset_class = ImportFilters
    keyset = "-id"

    def get_parsers(self) -> Any:
        # The address of the list takes a form, those of an import take JSON.
        creates = (self.action_map or {}).get("post") == "create"
        return [FormParser()] if creates else [StrictJSONParser()]

    def get_queryset(self) -> QuerySet[Import]:
        rows = Import.objects.select_related("job", "created_by", "corpus")
        if self.action == "list":
            return rows.administered_by(self.caller).defer("preview")
        return rows.visible_to(self.caller)

    def get_object(self) -> Import:
        source: Import = super().get_object()
        policies.require(self.caller, "corpus.import", source.corpus)
        return source

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # The rejected rows are what they are, whatever Accept says.
        return super().perform_content_negotiation(request, force or self.action == "rejected")

    @extend_schema(responses=ImportDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Made to be asked often while the import runs."""
        return Response(ImportDetailSerializer(self.get_object()).data)

    @extend_schema(
        request={"multipart/form-data": ImportCreateSerializer},
        responses={201: ImportDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Send files. They are kept, and nothing is read before a check or a start."""
        fields = self.body(ImportCreateSerializer)
        corpus = seen(Corpus.objects.visible_to(self.caller), fields["corpus"], "corpus")
        source = import_create(
            actor=self.caller,
            corpus=corpus,
            files=[(file.name, file.file) for file in fields["file"]],
            options=fields.get("options"),
            uid=fields.get("uid"),
        )
        return self._row(source, 201)

    @extend_schema(request=ImportUpdateSerializer, responses=ImportDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Choose the options anew. 409 while it runs, or when a part of it is in the corpus."""
        source = self.get_object()
        fields = self.body(ImportUpdateSerializer)
        return self._row(import_configure(actor=self.caller, source=source, **fields))

    @extend_schema(request=None, responses={202: ImportDetailSerializer})
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """A dry run: reads the whole file and brings nothing in."""
        return self._do(import_check)

    @extend_schema(request=None, responses={202: ImportDetailSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Bring the file in."""
        return self._do(import_start)

    @extend_schema(request=None, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop what is under way. What is in the corpus stays until it is rolled back."""
        return self._do(import_cancel, 200)

    @extend_schema(request=None, responses={202: ImportDetailSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Go on with what failed or was cancelled, where it was."""
        return self._do(import_resume)

    @extend_schema(request=None, responses={202: ImportDetailSerializer})
    @action(detail=True, methods=["post"])
    def rollback(self, request: Request, pk: str) -> Response:
        """Take back what came, but for articles on which people have worked since."""
        return self._do(import_rollback)

    @extend_schema(
        responses=ImportProblemSerializer(many=True),
        filters=False,
        parameters=[
            OpenApiParameter("severity", OpenApiTypes.STR, enum=SEVERITIES, required=False)
        ],
    )
    @action(detail=True)
    def problems(self, request: Request, pk: str) -> Response:
        """What became of rows that didn't come in as they were, in order of the file."""
        self.keyset = "id"
        rows = self.get_object().problems.defer("row")
        if severity := request.query_params.get("severity"):
            if severity not in SEVERITIES:
                raise InvalidInput({"severity": f"expected one of {', '.join(SEVERITIES)}"})
            rows = rows.filter(severity=severity)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ImportProblemSerializer(page, many=True).data)

    @extend_schema(
        responses={
            (200, NDJSON): OpenApiTypes.BINARY,
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
        },
        filters=False,
        parameters=[OpenApiParameter("form", OpenApiTypes.STR, enum=FORMS, required=False)],
    )
    @action(detail=True)
    def rejected(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The rejected rows: a ``report``, one JSON object a line with ``file``, ``line``,
        ``reason`` and ``row``; or a ``file`` of the rows alone, to be mended and sent again."""
        source = self.get_object()
        form = request.query_params.get("form") or FORMS[0]
        if form not in FORMS:
            raise InvalidInput({"form": f"expected one of {', '.join(FORMS)}"})
        answer: StreamingHttpResponse
        if form == "file":
            name, file = rejected_file(source)
            answer = FileResponse(
                file, as_attachment=True, filename=name, content_type="application/octet-stream"
            )
        else:
            answer = StreamingHttpResponse(rejected_report(source), content_type=NDJSON)
            said = f'attachment; filename="import-{source.pk}-rejected.jsonl"'
            answer["Content-Disposition"] = said
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _do(self, service: Callable[..., Import], status: int = 202) -> Response:
        source = self.get_object()
        self.body()
        return self._row(service(actor=self.caller, source=source), status)

    def _row(self, source: Import, status: int = 200) -> Response:
        row = Import.objects.select_related("job", "created_by").get(pk=source.pk)
        return Response(ImportDetailSerializer(row).data, status=status)
