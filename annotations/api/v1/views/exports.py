"""Files of a corpus: streamed at once, or written by a worker and fetched later."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.domain.vocabulary import Scope
from annotations.errors import InvalidInput
from annotations.exporting import FORMATS, Format, Options, Selection, begin, preview, write
from annotations.exporting.options import LABELS
from annotations.exporting.options import NAMES as OPTIONS
from annotations.exporting.selection import NAMES as SELECTION
from annotations.models import Corpus, Export
from annotations.services.exports import (
    export_cancel,
    export_file,
    export_request,
    export_resume,
)
from annotations.services.protection import EXPORT_WITHHELD

from ..filters import FilterSet, IdFilter
from ..serializers.exports import (
    ExportCountsSerializer,
    ExportCreateSerializer,
    ExportSerializer,
)
from .base import ViewSet

if TYPE_CHECKING:
    _Base = ViewSet
else:
    _Base = object

BINARY = "application/octet-stream"
# A file of words that strangers wrote, on our own address: kept, and never shown.
KEPT = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
_TYPES: dict[str, Any] = {
    "pseudonyms": OpenApiTypes.BOOL,
    "known_only": OpenApiTypes.BOOL,
    "score_min": OpenApiTypes.FLOAT,
    "published_from": OpenApiTypes.DATE,
    "published_until": OpenApiTypes.DATE,
    "created_from": OpenApiTypes.DATE,
    "created_until": OpenApiTypes.DATE,
}
PARAMETERS = [
    OpenApiParameter("format", str, required=True, enum=sorted(FORMATS)),
    *(
        OpenApiParameter(
            name,
            _TYPES.get(name, OpenApiTypes.STR),
            enum=LABELS if name == "labels" else None,
        )
        for name in (*SELECTION, *OPTIONS)
    ),
]


def export_rows(rows: QuerySet[Export]) -> QuerySet[Export]:
    return rows.select_related("job", "created_by").defer("salt")


# A file in each of the formats. What is JSON may be any of it.
FILES = {
    (200, format_.media_type): OpenApiTypes.ANY
    if format_.media_type.endswith("json") and "ndjson" not in format_.media_type
    else OpenApiTypes.BINARY
    for format_ in FORMATS.values()
}


class ExportActions(_Base):
    """What the addresses of a corpus have of exports."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # An export's media type follows from ``format``, whatever Accept says.
        named = self.action in {"export", "export_counts"}
        return super().perform_content_negotiation(request, force or named)

    @extend_schema(
        parameters=PARAMETERS,
        responses=FILES,
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def export(self, request: Request, pk: str) -> StreamingHttpResponse:
        """What was found in the corpus, streamed. Withdrawn claims are left out."""
        corpus, format_, selection, options = self._asked(request, request.query_params.dict())
        if format_.by_workers:
            raise InvalidInput(
                {"format": f"{format_.name} is written by a worker: POST to exports/ instead"}
            )
        # Pseudonyms of a file that nobody keeps are good for that file.
        options = replace(options, salt=secrets.token_bytes(32))
        context = begin(corpus, format_, selection=selection, options=options)
        name = f"{slugify(corpus.name) or 'corpus'}-{timezone.now():%Y-%m-%d}.{format_.extension}"
        return StreamingHttpResponse(
            write(context, format_, selection),
            content_type=format_.media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"', **KEPT},
        )

    @extend_schema(parameters=PARAMETERS, responses=ExportCountsSerializer, filters=False)
    @action(detail=True, url_path="exports/counts", pagination_class=None)
    def export_counts(self, request: Request, pk: str) -> Response:
        """What an export would hold and leave out, before it is started."""
        corpus, format_, selection, options = self._asked(request, request.query_params.dict())
        counts = preview(corpus, format_, selection=selection, options=options)
        about = {"unit": format_.unit, "loses": sorted(format_.loses)}
        fields = {name: getattr(counts, name) for name in counts.__slots__}
        return Response(ExportCountsSerializer({**fields, **about}).data)

    @extend_schema(responses=ExportSerializer(many=True), filters=False)
    @action(detail=True)
    def exports(self, request: Request, pk: str) -> Response:
        """Files that workers wrote or are writing, newest first."""
        corpus = self._exportable()
        self.keyset = "-id"
        page = self.paginate_queryset(export_rows(corpus.exports.all()))
        return self.get_paginated_response(ExportSerializer(page, many=True).data)

    @extend_schema(request=ExportCreateSerializer, responses={202: ExportSerializer})
    @exports.mapping.post
    def export_create(self, request: Request, pk: str) -> Response:
        """Have a worker write a file; sending the same ``uid`` again writes nothing more."""
        fields = self.body(ExportCreateSerializer)
        corpus, format_, selection, options = self._asked(request, fields)
        export = export_request(
            actor=self.caller,
            corpus=corpus,
            format_=format_,
            selection=selection,
            options=options,
            uid=fields.get("uid"),
        )
        return Response(_shown(export), status=202)

    def _exportable(self) -> Corpus:
        corpus: Corpus = self.get_object()
        policies.require(self.caller, "corpus.export", corpus)
        return corpus

    def _asked(
        self, request: Request, given: dict[str, Any]
    ) -> tuple[Corpus, Format, Selection, Options]:
        corpus = self._exportable()
        format_ = FORMATS.get(given.get("format", ""))
        if format_ is None:
            raise InvalidInput({"format": f"expected one of {', '.join(sorted(FORMATS))}"})
        options = replace(Options.read(given), site=request.build_absolute_uri("/"))
        return corpus, format_, Selection.read(given, corpus), options


class ExportFilters(FilterSet):
    corpus = IdFilter()


class ExportViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """Newest first. For the members of a corpus."""

    scope = Scope.READ
    serializer_class = ExportSerializer
    filterset_class = ExportFilters
    keyset = "-id"

    def get_queryset(self) -> QuerySet[Export]:
        rows = export_rows(Export.objects.visible_to(self.caller))
        return rows if self.action == "list" else rows.select_related("corpus")

    def get_object(self) -> Export:
        export: Export = super().get_object()
        policies.require(self.caller, "corpus.export", export.corpus)
        return export

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # Files are what they are, whatever Accept says.
        files = self.action in {"file", "manifest"}
        return super().perform_content_negotiation(request, force or files)

    @extend_schema(request=None, responses=ExportSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop one that is being written: one's own, or as an admin anybody's."""
        return self._do(export_cancel, 200)

    @extend_schema(request=None, responses={202: ExportSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Go on with one that failed or was cancelled, where its worker stopped."""
        return self._do(export_resume, 202)

    @extend_schema(responses=FILES, filters=False)
    @action(detail=True)
    def file(self, request: Request, pk: str) -> FileResponse:
        """The file, to be saved; 404 until it is there, and after it was removed, which it is too
        where a source in it was protected since."""
        export = self.get_object()
        if export.source_protected_at:
            raise NotFound(EXPORT_WITHHELD)
        if not export.file:
            raise NotFound("There is no file; see the state of the export.")
        try:
            content = export_file(export)
        except OSError as error:
            raise NotFound("The file is not where it was stored.") from error
        return FileResponse(
            content,
            as_attachment=True,
            filename=export.file_name,
            content_type=FORMATS[export.format].media_type,
            headers=KEPT,
        )

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT}, filters=False)
    @action(detail=True)
    def manifest(self, request: Request, pk: str) -> HttpResponse:
        """What the file is: filters, counts, SHA-256, versions; 404 until it is there."""
        export = self.get_object()
        if not export.manifest:
            raise NotFound("There is no manifest; see the state of the export.")
        return HttpResponse(
            json.dumps(export.manifest, ensure_ascii=False, indent=2) + "\n",
            content_type="application/json",
            headers={
                "Content-Disposition": f'attachment; filename="{export.file_name}.manifest.json"',
                **KEPT,
            },
        )

    def _do(self, service: Callable[..., Export], status: int) -> Response:
        export = self.get_object()
        self.body()
        return Response(_shown(service(actor=self.caller, export=export)), status=status)


def _shown(export: Export) -> Any:
    return ExportSerializer(export_rows(Export.objects.filter(pk=export.pk)).get()).data
