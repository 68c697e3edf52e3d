"""Articles: reading, creating, and where the review of them stands."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import search
from annotations.domain.texts import TextError, normalise, read_source
from annotations.domain.transitions import ArticleState, JobState
from annotations.errors import InvalidInput
from annotations.models import Article, Corpus, Event, Job
from annotations.services.articles import article_create, article_reopen, article_submit
from annotations.services.jobs import extraction_request
from annotations.services.presence import presence_leave, presence_touch, situation
from annotations.services.queue import ASSIGNED, YES, facet_conditions
from annotations.services.undo import (
    action_of,
    action_redo,
    action_undo,
    last_action,
    last_undone,
    revision_left,
)
from annotations.services.workers import workers_alive

from ..filters import (
    DayFilter,
    FilterSet,
    FlagFilter,
    IdFilter,
    SearchFilter,
    TextFilter,
    value_filter,
)
from ..serializers.articles import (
    ActionSerializer,
    ArticleCreateSerializer,
    ArticleDetailSerializer,
    ArticleSerializer,
    ArticleStatusSerializer,
    LeftSerializer,
    RedoneSerializer,
    UndoneSerializer,
    UndoSerializer,
)
from ..serializers.imports import NearDuplicateSerializer
from ..serializers.jobs import JobSerializer
from ..serializers.presence import PresenceTouchSerializer, SituationSerializer
from .base import ViewSet, seen
from .jobs import job_rows
from .work import ArticleComparisonActions

# Links that are shown in each direction.
MAX_ALIKE = 50


class ArticleFilters(FilterSet):
    corpus = IdFilter()
    state = value_filter(ArticleState)
    q = SearchFilter(method="search")
    source_import = IdFilter(help_text="The import that brought them.")
    published_after = DayFilter(
        field_name="published", lookup_expr="gte", help_text="That day too."
    )
    published_before = DayFilter(
        field_name="published", lookup_expr="lte", help_text="That day too."
    )

    publisher = TextFilter(
        lookup_expr="iexact", max_length=300, help_text="The whole name, in upper or lower case."
    )
    assigned = value_filter(ASSIGNED, method="by_facet")
    flagged = FlagFilter(method="by_facet", help_text="Has it a claim with a flag?")
    disputed = FlagFilter(method="by_facet", help_text="Has it a disputed claim?")

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return search.articles(queryset, value)

    def by_facet(self, queryset: Any, name: str, value: str | bool) -> Any:
        """As the site's own list chooses them."""
        choices = facet_conditions(self.request.user)[name]
        if isinstance(value, bool):
            return queryset.filter(choices[YES] if value else ~choices[YES])
        return queryset.filter(choices[value])


class ArticleViewSet(ArticleComparisonActions, ListModelMixin, RetrieveModelMixin, ViewSet):
    serializer_class = ArticleSerializer
    filterset_class = ArticleFilters

    def get_queryset(self) -> models.QuerySet[Article]:
        rows = Article.objects.visible_to(self.caller)
        if self.action == "list":
            # The sentences are the bulk of a run, and no line of a list shows them.
            return rows.with_progress().defer("current_run__sentences")
        if self.action in {"retrieve", "submit", "reopen"}:
            return (
                rows.with_progress()
                .select_related("current_run__text", "corpus")
                .defer("current_run__text__text")
            )
        return rows.select_related("corpus")

    @extend_schema(responses=ArticleDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        article = self.get_object()
        # Read once: the model's property asks the database each time.
        article.latest_text = article.text
        return Response(ArticleDetailSerializer(article).data)

    @extend_schema(request=ArticleCreateSerializer, responses={201: ArticleSerializer})
    def create(self, request: Request) -> Response:
        """Add an article (admins). Its extraction is queued. 409 when the corpus has its text."""
        fields = self.body(ArticleCreateSerializer)
        corpus = seen(Corpus.objects.visible_to(self.caller), fields.pop("corpus"), "corpus")
        try:
            source = read_source(fields.pop("text"), title=normalise(fields.pop("title", "")))
        except TextError as error:
            raise InvalidInput({"text": str(error)}) from error
        published = fields.pop("published", None) or source.published
        article = article_create(
            actor=self.caller,
            corpus=corpus,
            text=source.text,
            title=source.title,
            published=published,
            **fields,
        )
        return Response(self._line(article), status=201)

    @extend_schema(responses=NearDuplicateSerializer(many=True), filters=False)
    @action(detail=True, url_path="near-duplicates", pagination_class=None)
    def near_duplicates(self, request: Request, pk: str) -> Response:
        """Articles of the corpus with nearly the same text, as imports found them."""
        article = self.get_object()
        earlier = article.near_duplicates.select_related("earlier")[:MAX_ALIKE]
        later = article.later_duplicates.select_related("article")[:MAX_ALIKE]
        found = [(link.earlier, link.similarity, True) for link in earlier]
        found += [(link.article, link.similarity, False) for link in later]
        rows = [
            {"article": other.pk, "title": other.title, "similarity": share, "earlier": first}
            for other, share, first in found
        ]
        return Response(NearDuplicateSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def extract(self, request: Request, pk: str) -> Response:
        """Extract again. The job that is about to, where there is one."""
        article = self.get_object()
        self.body()
        job = extraction_request(actor=self.caller, article=article)
        return Response(JobSerializer(job_rows(Job.objects.filter(pk=job.pk)).get()).data, 202)

    @extend_schema(request=None, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Say that the review of the article is done."""
        article = self.get_object()
        self.body()
        return Response(self._line(article_submit(actor=self.caller, article=article)))

    @extend_schema(request=None, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Back from reviewed to in review."""
        article = self.get_object()
        self.body()
        return Response(self._line(article_reopen(actor=self.caller, article=article)))

    @extend_schema(request=UndoSerializer, responses=UndoneSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take back the caller's last action in the article."""
        article = self.get_object()
        event = action_undo(actor=self.caller, article=article, **self.body(UndoSerializer))
        following = last_action(actor=self.caller, article=article)
        return Response({"undone": _action(event), **_left(event), "next": _action(following)})

    @extend_schema(request=UndoSerializer, responses=RedoneSerializer)
    @action(detail=True, methods=["post"])
    def redo(self, request: Request, pk: str) -> Response:
        """Do again what the caller took back last. Anything new of theirs ends that."""
        article = self.get_object()
        event = action_redo(actor=self.caller, article=article, **self.body(UndoSerializer))
        following = last_undone(actor=self.caller, article=article)
        return Response({"redone": _action(event), **_left(event), "next": _action(following)})

    @extend_schema(request=PresenceTouchSerializer, responses=SituationSerializer)
    @action(detail=True, methods=["post"])
    def presence(self, request: Request, pk: str) -> Response:
        """What an open page says every 15 seconds; the answer is who else is there."""
        article = self.get_object()
        fields = self.body(PresenceTouchSerializer)
        page = fields.pop("page")
        if fields.pop("leaving", False):
            presence_leave(actor=self.caller, page=page)
            found = situation(actor=self.caller, article=article, page=page)
        else:
            found = presence_touch(actor=self.caller, article=article, page=page, **fields)
        return Response(SituationSerializer(found).data)

    @extend_schema(responses=ArticleStatusSerializer)
    @action(detail=True)
    def status(self, request: Request, pk: str) -> Response:
        """What a page that waits for an extraction asks again and again: three queries."""
        article = self.get_object()
        job = _latest_jobs(article).first()
        return Response(
            ArticleStatusSerializer(
                {
                    "state": article.state,
                    "job": job,
                    "run": article.current_run_id,
                    "workers_alive": workers_alive(bulk=job is not None and job.bulk),
                    "suggestion_count": article.run_suggestions,
                }
            ).data
        )

    def get_object(self) -> Any:
        if self.action != "status":
            return super().get_object()
        rows = Article.objects.visible_to(self.caller).annotate(
            run_suggestions=Coalesce(models.F("current_run__suggestion_count"), 0)
        )
        return seen(rows, int(self.kwargs["pk"]), "article")

    def _line(self, article: Article) -> Any:
        row = Article.objects.filter(pk=article.pk).with_progress()
        return ArticleSerializer(row.defer("current_run__sentences").get()).data


def _action(event: Event | None) -> Any:
    """The action that an event is, or that it took back or did again."""
    return ActionSerializer(action_of(event)).data if event else None


def _left(event: Event) -> dict[str, Any]:
    left = revision_left(event)
    return {"target": LeftSerializer(left).data if left else None}


def _latest_jobs(article: Article) -> models.QuerySet[Job]:
    """The article's jobs, latest first, with how many queued ones are ``ahead``."""
    due, number = models.OuterRef("due_at"), models.OuterRef("pk")
    before = (
        Job.objects.filter(state=JobState.QUEUED)
        .filter(models.Q(due_at__lt=due) | models.Q(due_at=due, pk__lt=number))
        .order_by()
        .values("state")
        .annotate(n=models.Count("pk"))
        .values("n")
    )
    return (
        Job.objects.filter(article=article)
        .annotate(
            ahead=models.Case(
                models.When(
                    state=JobState.QUEUED,
                    then=Coalesce(models.Subquery(before, output_field=models.IntegerField()), 0),
                ),
                default=0,
            )
        )
        .order_by("-id")
    )
