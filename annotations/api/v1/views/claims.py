"""Claims."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import search
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Flag
from annotations.exporting import Selection
from annotations.models import Article, Claim, Tag
from annotations.services.claim_fields import SpanInput
from annotations.services.claim_parts import claim_merge, claim_split
from annotations.services.claims import claim_create, claim_update, claim_withdraw

from ..filters import (
    DayFilter,
    FilterSet,
    FlagFilter,
    IdFilter,
    SearchFilter,
    ShareFilter,
    TextFilter,
    value_filter,
)
from ..serializers.claims import (
    ClaimCreateSerializer,
    ClaimMergeSerializer,
    ClaimSerializer,
    ClaimSplitSerializer,
    ClaimUpdateSerializer,
    RevisionSerializer,
    claim_rows,
)
from .base import ByUid, ViewSet, seen
from .fact_checks import DraftActions


class ClaimFilters(FilterSet):
    article = IdFilter()
    corpus = IdFilter(field_name="article__corpus")
    state = value_filter(ClaimState)
    type = TextFilter(
        field_name="types__key", max_length=50, help_text="A key of the corpus's claim types."
    )
    created_by = IdFilter()
    flag = value_filter(Flag)
    flagged = FlagFilter(method="any_flag", help_text="true: those with a flag; false: without.")
    tag = TextFilter(field_name="tags__name", lookup_expr="iexact", max_length=Tag.MAX_NAME)
    verdict = TextFilter(
        method="selected",
        max_length=100,
        help_text="A label of what was found; tie: nobody leads, none: nobody judged.",
    )
    person = TextFilter(
        method="selected",
        max_length=150,
        help_text="A username: who made the claim, or gave a verdict on it.",
    )
    created_from = DayFilter(method="selected", help_text="The day it was made; that day too.")
    created_until = DayFilter(method="selected", help_text="That day too.")
    score_min = ShareFilter(
        method="selected",
        help_text="The least check-worthiness of the suggestion that it came from.",
    )
    q = SearchFilter(method="search")
    include_withdrawn = FlagFilter(
        method="nothing", help_text="Default: withdrawn claims only with state=withdrawn."
    )

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return search.claims(queryset, value, withdrawn=True)

    def selected(self, queryset: Any, name: str, value: Any) -> QuerySet[Any]:
        """As exports choose claims."""
        chosen: dict[str, Any] = {name: (value,) if name == "verdict" else value}
        return Selection(**chosen).among(queryset)

    def any_flag(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.exclude(flag="") if value else queryset.filter(flag="")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        if self.chosen("include_withdrawn", False) or self.form.cleaned_data.get("state"):
            return rows
        if search.asks_for_withdrawn(search.read(self.form.cleaned_data.get("q") or "")):
            return rows
        return rows.standing()


class ClaimViewSet(DraftActions, ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    """Each with its standing evidence, questions with answers, and verdicts."""

    serializer_class = ClaimSerializer
    filterset_class = ClaimFilters

    def get_queryset(self) -> QuerySet[Claim]:
        rows = Claim.objects.visible_to(self.caller)
        return claim_rows(rows) if self.action in {"list", "retrieve"} else rows

    @extend_schema(
        request=ClaimCreateSerializer, responses={201: ClaimSerializer, 200: ClaimSerializer}
    )
    def create(self, request: Request) -> Response:
        """A claim on the article's current text. 200 when its ``uid`` was sent before."""
        fields = self.body(ClaimCreateSerializer)
        articles = Article.objects.visible_to(self.caller).select_related("corpus")
        article = seen(articles, fields.pop("article"), "article")
        uid = fields.pop("uid", None)
        known = uid is not None and Claim.objects.filter(uid=uid).exists()
        fields["spans"] = _spans(fields)
        claim = claim_create(
            actor=self.caller,
            article=article,
            fields=fields,  # type: ignore[arg-type]
            uid=uid,
        )
        return self._row(claim, 200 if known else 201)

    @extend_schema(request=ClaimUpdateSerializer, responses=ClaimSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields. 409 with the ``current`` claim when ``revision`` is no longer that."""
        claim = self.get_object()
        fields = self.body(ClaimUpdateSerializer)
        revision = fields.pop("revision")
        if "spans" in fields:
            fields["spans"] = _spans(fields)
        claim = claim_update(actor=self.caller, claim=claim, revision=revision, fields=fields)  # type: ignore[arg-type]
        return self._row(claim)

    @extend_schema(request=RevisionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it out of the results; its suggestion is open again."""
        claim = self.get_object()
        revision = self.body(RevisionSerializer)["revision"]
        return self._row(claim_withdraw(actor=self.caller, claim=claim, revision=revision))

    @extend_schema(request=ClaimMergeSerializer, responses=ClaimSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Take in another claim on the same text: its words, evidence, questions and discussion.

        Refused (409) where a verdict stands on either of the two.
        """
        claim = self.get_object()
        body = self.body(ClaimMergeSerializer)
        other = seen(Claim.objects.visible_to(self.caller), body.pop("other"), "claim")
        return self._row(claim_merge(actor=self.caller, claim=claim, other=other, **body))

    @extend_schema(
        request=ClaimSplitSerializer, responses={201: ClaimSerializer, 200: ClaimSerializer}
    )
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        """Leave ``spans`` to the claim, make a new one of ``rest``, and answer with the new one.

        200 when the ``uid`` was sent before. Refused (409) where a verdict stands.
        """
        claim = self.get_object()
        body = self.body(ClaimSplitSerializer)
        uid = body.get("uid")
        known = uid is not None and Claim.objects.filter(uid=uid).exists()
        new = claim_split(
            actor=self.caller,
            claim=claim,
            revision=body["revision"],
            spans=_spans(body),
            rest=_spans({"spans": body["rest"]}),
            uid=uid,
        )
        return self._row(new, 200 if known else 201)

    def _row(self, claim: Claim, status: int = 200) -> Response:
        row = claim_rows(Claim.objects.filter(pk=claim.pk)).get()
        return Response(ClaimSerializer(row).data, status=status)


def _spans(fields: dict[str, Any]) -> list[SpanInput]:
    return [(span["start"], span["end"], span.get("quote")) for span in fields["spans"]]
