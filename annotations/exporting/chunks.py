"""Reading a corpus for an export: by key, a chunk at a time, in a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from annotations.models import (
    Article,
    Claim,
    Comment,
    Corpus,
    Evidence,
    Question,
    Suggestion,
    Thread,
    Verdict,
)
from annotations.services.evidence import PageKey, page_among, protected_pages

# A text can have a million characters; this many are in memory at once.
CHUNK = 100
# One each: articles with their runs, texts, suggestions, claims, spans, types, tags, evidence,
# questions, answers, verdicts, threads, comments, mentions. Protected sources are one query more,
# once an export.
QUERIES_A_CHUNK = 14


def articles_of(corpus: Corpus, chunk: int = CHUNK) -> Iterator[Article]:
    """The corpus's articles in order of id, with all that a format writes loaded.

    On each article: ``current_suggestions``, ``standing_claims``; on each claim:
    ``standing_evidence``, ``standing_questions`` (each with ``standing_answers``),
    ``all_verdicts`` (each with ``stands`` and ``retracted``), and ``standing_threads``, each with
    ``standing_comments``.

    A protected source's page leaves under no other row either: evidence with its address is
    given as protected, answers without it.
    """
    pages = protected_pages(corpus)
    last = 0
    while True:
        rows = list(_loaded(corpus).filter(pk__gt=last).order_by("pk")[:chunk])
        if rows:
            last = rows[-1].pk
        full = len(rows) == chunk
        # Each is let go once it is written, so that one chunk is in memory and never two.
        rows.reverse()
        while rows:
            yield _guarded(rows.pop(), pages)
        if not full:
            return


def _guarded(article: Any, pages: set[PageKey]) -> Any:
    for claim in article.standing_claims if pages else ():
        for evidence in claim.standing_evidence:
            copy = evidence.snapshot
            led_to = (copy.url, copy.final_url) if copy else ()
            if any(page_among(url, pages) for url in (evidence.url, *led_to)):
                evidence.protected = True
        for question in claim.standing_questions:
            for answer in question.standing_answers:
                if page_among(answer.source_url, pages):
                    answer.source_url = ""
    return article


def _loaded(corpus: Corpus) -> QuerySet[Article]:
    return (
        Article.objects.filter(corpus=corpus)
        .select_related("current_run")
        .prefetch_related(
            "texts",
            Prefetch(
                "suggestions",
                Suggestion.objects.current()
                .select_related("decision__decided_by", "decision__claim")
                .order_by("start", "id"),
                to_attr="current_suggestions",
            ),
            Prefetch("claims", _claims(), to_attr="standing_claims"),
        )
    )


def _claims() -> QuerySet[Claim]:
    return (
        Claim.objects.standing()
        .select_related("claimant", "created_by", "suggestion")
        .order_by("id")
        .prefetch_related(
            "spans",
            "types",
            "tags",
            Prefetch(
                "evidence",
                Evidence.objects.standing().with_details().order_by("id"),
                to_attr="standing_evidence",
            ),
            Prefetch(
                "questions",
                Question.objects.standing().with_answers().order_by("id"),
                to_attr="standing_questions",
            ),
            Prefetch("verdicts", _verdicts(), to_attr="all_verdicts"),
            Prefetch("threads", _threads(), to_attr="standing_threads"),
        )
    )


def _threads() -> QuerySet[Thread]:
    said = Comment.objects.standing().select_related("author").prefetch_related("mentions")
    return (
        Thread.objects.standing()
        .select_related("started_by", "resolved_by")
        .order_by("id")
        .prefetch_related(
            Prefetch("comments", said.order_by("id"), to_attr="standing_comments"),
        )
    )


def _verdicts() -> QuerySet[Verdict]:
    same = Q(pk=OuterRef("pk"))
    return (
        Verdict.objects.select_related("rating", "reviewer", "guideline")
        .annotate(
            stands=Exists(Verdict.objects.standing().filter(same)),
            retracted=Exists(Verdict.objects.filter(retracts=OuterRef("pk"))),
            retracts_uid=F("retracts__uid"),
        )
        .order_by("id")
    )
