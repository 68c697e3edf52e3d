"""The next article, one's day, and detectors side by side: parts of other view sets."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.models import Article, Corpus, DetectionRun, Suggestion
from annotations.services.day import day_of
from annotations.services.queue import Queue, next_to_do, queue_check, with_turn
from annotations.services.run_comparison import comparison, configurations, pairs, runs_of_both

from ..serializers.work import (
    ArticleComparisonSerializer,
    ComparisonParameters,
    ComparisonSerializer,
    DetectorsSerializer,
    NextParameters,
    NextSerializer,
    TodayParameters,
    TodaySerializer,
)


class WorkActions:
    """For the view set of corpora."""

    @extend_schema(parameters=[NextParameters], responses=NextSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def next(self: Any, request: Request, pk: str) -> Response:
        """The article to work on next: of the choice, waiting for review, open at nobody else's
        first. A choice that means nothing is left out, as in the list's address."""
        corpus: Corpus = self.get_object()
        asked = _asked(NextParameters, request)
        rows = Article.objects.filter(corpus=corpus, pk=asked.pop("after", None))
        article = with_turn(rows, self.caller).first()
        queue = Queue.read(asked)
        queue_check(queue)
        found = next_to_do(queue=queue, user=self.caller, corpus=corpus, article=article)
        return Response(NextSerializer({"article": found}).data)

    @extend_schema(parameters=[TodayParameters], responses=TodaySerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def today(self: Any, request: Request, pk: str) -> Response:
        """One's own day in the corpus."""
        corpus: Corpus = self.get_object()
        zone = _asked(TodayParameters, request)["zone"]
        return Response(TodaySerializer(day_of(user=self.caller, corpus=corpus, zone=zone)).data)

    @extend_schema(responses=DetectorsSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def detectors(self: Any, request: Request, pk: str) -> Response:
        """What has read the corpus's articles, the latest first."""
        return Response(DetectorsSerializer({"results": configurations(self.get_object())}).data)

    @extend_schema(parameters=[ComparisonParameters], responses=ComparisonSerializer, filters=False)
    @action(detail=True, pagination_class=None, url_path="detectors/comparison")
    def detector_comparison(self: Any, request: Request, pk: str) -> Response:
        """Two of them in figures; 404 for one that has read nothing here."""
        corpus: Corpus = self.get_object()
        asked = _asked(ComparisonParameters, request)
        known = {one.config_hash for one in configurations(corpus)}
        if not {asked["a"], asked["b"]} <= known:
            raise Http404
        return Response(ComparisonSerializer(comparison(corpus, asked["a"], asked["b"])).data)


class ArticleComparisonActions:
    """For the view set of articles."""

    @extend_schema(
        parameters=[ComparisonParameters], responses=ArticleComparisonSerializer, filters=False
    )
    @action(detail=True, pagination_class=None, url_path="detectors/comparison")
    def detector_comparison(self: Any, request: Request, pk: str) -> Response:
        """What two have found in the text, beside each other; 404 where they haven't both read
        the same revision of it."""
        article: Article = self.get_object()
        asked = _asked(ComparisonParameters, request)
        both = runs_of_both([article], asked["a"], asked["b"]).get(article.pk)
        if both is None:
            raise Http404
        left, right = both
        found = pairs(_suggestions(left), _suggestions(right))
        body = {"text_revision": left.text.number, "results": found}
        return Response(ArticleComparisonSerializer(body).data)


def _asked(parameters: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = parameters(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _suggestions(run: DetectionRun) -> list[Suggestion]:
    rows = Suggestion.objects.filter(run=run).only("start", "end", "quote", "run", "article")
    return list(rows.order_by("start", "pk"))
