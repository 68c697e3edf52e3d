"""Corpora and their exports."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request

from annotations import policies
from annotations.errors import InvalidInput
from annotations.exporting import FORMATS, Options, Selection, begin, write
from annotations.exporting.options import LABELS
from annotations.exporting.options import NAMES as OPTIONS
from annotations.exporting.selection import NAMES as SELECTION
from annotations.models import Corpus

from ..serializers.corpora import CorpusSerializer, corpus_rows
from .base import ViewSet
from .fact_checks import PublicationActions
from .guidelines import GuidelineActions

_TYPES: dict[str, Any] = {
    "pseudonyms": OpenApiTypes.BOOL,
    "known_only": OpenApiTypes.BOOL,
    "score_min": OpenApiTypes.FLOAT,
    "published_from": OpenApiTypes.DATE,
    "published_until": OpenApiTypes.DATE,
    "created_from": OpenApiTypes.DATE,
    "created_until": OpenApiTypes.DATE,
}
EXPORT_PARAMETERS = [
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


class CorpusViewSet(
    GuidelineActions, PublicationActions, ListModelMixin, RetrieveModelMixin, ViewSet
):
    """The corpora that the caller is a member of."""

    serializer_class = CorpusSerializer

    def get_queryset(self) -> QuerySet[Corpus]:
        if self.action == "export":
            return Corpus.objects.visible_to(self.caller).select_related("rating_scale")
        if self.action in {
            "guidelines",
            "guideline_create",
            "guideline",
            "publication",
            "publication_update",
        }:
            return Corpus.objects.visible_to(self.caller)
        return corpus_rows(self.caller)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # An export's media type follows from ``format``, whatever Accept says.
        return super().perform_content_negotiation(request, force or self.action == "export")

    @extend_schema(
        parameters=EXPORT_PARAMETERS,
        responses={(200, format_.media_type): OpenApiTypes.BINARY for format_ in FORMATS.values()},
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def export(self, request: Request, pk: str) -> StreamingHttpResponse:
        """What was found in the corpus, streamed. Withdrawn claims are left out."""
        corpus = self.get_object()
        policies.require(self.caller, "corpus.export", corpus)
        query = request.query_params
        format_ = FORMATS.get(query.get("format", ""))
        if format_ is None:
            raise InvalidInput({"format": f"expected one of {', '.join(sorted(FORMATS))}"})
        if format_.by_workers:
            raise InvalidInput(
                {"format": f"{format_.name} is written by a worker: POST to exports/ instead"}
            )
        selection = Selection.read(query.dict(), corpus)
        options = replace(
            Options.read(query.dict()),
            site=request.build_absolute_uri("/"),
            # Pseudonyms of a file that nobody keeps are good for that file.
            salt=secrets.token_bytes(32),
        )
        context = begin(corpus, format_, selection=selection, options=options)
        name = f"{slugify(corpus.name) or 'corpus'}-{timezone.now():%Y-%m-%d}.{format_.extension}"
        return StreamingHttpResponse(
            write(context, format_, selection),
            content_type=format_.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )
