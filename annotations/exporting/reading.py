"""Reading a corpus for an export: by key, a chunk at a time, in a fixed number of queries each.

Rows come as the database's driver gives them, without model instances: a corpus of ten thousand
articles has a million of them. What is made of them is in ``records``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.db import connection, connections
from django.db.models import QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length

from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    ClaimSpan,
    Comment,
    Evidence,
    Question,
    Suggestion,
    Thread,
    Verdict,
)

from .selection import Selection

Row = tuple[Any, ...]
Grouped = dict[int, list[Row]]

# Articles whose keys are read at once, and how many of them, or of how many characters together,
# are in memory at once. An article alone may have a million.
PAGE = 4000
CHUNK = 1000
CHUNK_CHARACTERS = 2_000_000
# One each: articles with their runs, texts, claims, spans, types, tags, evidence, questions,
# answers, verdicts; suggestions; threads, comments, mentions.
QUERIES_A_CHUNK = 10
QUERIES_FOR_SUGGESTIONS = 1
QUERIES_FOR_DISCUSSIONS = 3


class Chunk:
    """Some articles and all that hangs on them, as rows, grouped by what they hang on."""

    def __init__(
        self, ids: list[int], selection: Selection, *, suggestions: bool, discussions: bool
    ) -> None:
        self.articles = _rows(_articles(_among(ids)))
        self.texts = _grouped(_texts, ids)
        self.suggestions = _grouped(_suggestions, ids) if suggestions else {}
        claims = _rows(_claims(_among(ids), selection))
        self.claims: Grouped = defaultdict(list)
        for row in claims:
            self.claims[row[1]].append(row)
        of_claims = [row[0] for row in claims]
        self.spans = _grouped(_spans, of_claims)
        self.types = _grouped(_types, of_claims)
        self.tags = _grouped(_tags, of_claims)
        self.evidence = _grouped(_evidence, of_claims)
        self.questions = _grouped(_questions, of_claims)
        self.answers = _grouped(_answers, _ids(self.questions))
        self.verdicts = _grouped(_verdicts, of_claims)
        self.threads = _grouped(_threads, of_claims) if discussions else {}
        self.comments = _grouped(_comments, _ids(self.threads)) if discussions else {}
        self.mentions = _grouped(_mentions, _ids(self.comments)) if discussions else {}


def chunks(
    articles: QuerySet[Article],
    selection: Selection,
    *,
    suggestions: bool = True,
    discussions: bool = True,
) -> Iterator[Chunk]:
    """The articles in order of id. The next chunk is read when this one was dealt with."""
    for ids in _keys(articles):
        yield Chunk(ids, selection, suggestions=suggestions, discussions=discussions)


def _keys(articles: QuerySet[Article]) -> Iterator[list[int]]:
    """Ids of the articles of each chunk."""
    last = 0
    ids: list[int] = []
    characters = 0
    while True:
        page = list(
            articles.filter(pk__gt=last)
            .order_by("pk")
            .values("pk")
            .annotate(characters=Sum(Length("texts__text")))
            .values_list("pk", "characters")[:PAGE]
        )
        for pk, length in page:
            if ids and (len(ids) == CHUNK or characters + length > CHUNK_CHARACTERS):
                yield ids
                ids, characters = [], 0
            ids.append(pk)
            characters += length or 0
        if len(page) < PAGE:
            break
        last = page[-1][0]
    if ids:
        yield ids


def _rows(rows: QuerySet[Any, Any]) -> list[Row]:
    """As the driver gives them: Django's own way through each value takes most of an export.

    Days and moments are Python's; a uid is text on SQLite, and JSON is text on both databases.
    """
    sql, params = rows.query.get_compiler(rows.db).as_sql()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _grouped(query: Callable[[RawSQL], QuerySet[Any, Any]], keys: list[int]) -> Grouped:
    """What hangs on the keys, by the first column. In a given order within each group."""
    groups: Grouped = defaultdict(list)
    if keys:
        for row in _rows(query(_among(keys))):
            groups[row[0]].append(row)
    return groups


def _among(keys: list[int]) -> RawSQL:
    """The keys as one parameter. Django looks at each of a list's, which takes longer than the
    rows do, and SQLite takes some ten thousand and no more."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [orjson.dumps(keys).decode()])
    return RawSQL("SELECT unnest(%s::bigint[])", [keys])


def _ids(groups: Grouped) -> list[int]:
    return [row[1] for rows in groups.values() for row in rows]


# --- What is read of each. Rows begin with the key that they hang on, and their own ---------


def _articles(ids: RawSQL) -> QuerySet[Any, Any]:
    return (
        Article.objects.filter(pk__in=ids)
        .order_by("pk")
        .values_list(
            "pk", "title", "author", "publisher", "url", "published", "dateline", "language",
            "source_name", "state", "created_at", "current_run", "current_run__text",
            "current_run__detector", "current_run__version", "current_run__config_hash",
            "current_run__threshold", "current_run__words", "current_run__finished_at",
            "current_run__sentences",
        )
    )  # fmt: skip


def _texts(ids: RawSQL) -> QuerySet[Any, Any]:
    return (
        ArticleText.objects.filter(article__in=ids)
        .order_by("article", "number")
        .values_list("article", "pk", "number", "text", "content_hash")
    )


def _suggestions(ids: RawSQL) -> QuerySet[Any, Any]:
    return (
        Suggestion.objects.current()
        .filter(article__in=ids)
        .order_by("start", "pk")
        .values_list(
            "article", "pk", "start", "end", "quote", "score", "kind", "kind_confidence",
            "quoted", "claimant_name", "claimant_start", "claimant_end", "attribution", "dates",
            "first_mention", "reasons", "decision__outcome", "decision__claim__uid",
            "decision__decided_by", "decision__decided_at",
        )
    )  # fmt: skip


def _claims(ids: RawSQL, selection: Selection) -> QuerySet[Any, Any]:
    return (
        selection.of_claims()
        .filter(article__in=ids)
        .order_by("pk")
        .values_list(
            "pk", "article", "uid", "text", "normalised", "claimant__name", "claim_date", "place",
            "flag", "flag_note", "state", "suggestion__start", "suggestion__end", "created_by",
            "created_at", "updated_at", "revision",
        )
    )  # fmt: skip


def _spans(claims: RawSQL) -> QuerySet[Any, Any]:
    return (
        ClaimSpan.objects.filter(claim__in=claims)
        .order_by("claim", "start")
        .values_list("claim", "start", "end", "quote")
    )


def _types(claims: RawSQL) -> QuerySet[Any, Any]:
    return (
        Claim.types.through.objects.filter(claim__in=claims)
        .order_by("claimtype__scheme", "claimtype__position")
        .values_list("claim", "claimtype__key")
    )


def _tags(claims: RawSQL) -> QuerySet[Any, Any]:
    return (
        Claim.tags.through.objects.filter(claim__in=claims)
        .order_by("tag__name")
        .values_list("claim", "tag__name")
    )


def _evidence(claims: RawSQL) -> QuerySet[Any, Any]:
    return (
        Evidence.objects.standing()
        .filter(claim__in=claims)
        .order_by("pk")
        .values_list(
            "claim", "uid", "url", "citation", "title", "publisher", "published", "quote",
            "stance", "source_medium", "note", "set_number", "protected", "added_by",
            "created_at", "updated_at", "revision", "snapshot__url", "snapshot__final_url",
            "snapshot__fetched_at", "snapshot__media_type", "snapshot__size", "snapshot__sha256",
        )
    )  # fmt: skip


def _questions(claims: RawSQL) -> QuerySet[Any, Any]:
    return (
        Question.objects.standing()
        .filter(claim__in=claims)
        .order_by("pk")
        .values_list(
            "claim", "pk", "uid", "text", "asked_by", "created_at", "updated_at", "revision"
        )
    )


def _answers(questions: RawSQL) -> QuerySet[Any, Any]:
    return (
        Answer.objects.filter(withdrawn=False, question__in=questions)
        .order_by("pk")
        .values_list(
            "question", "uid", "answer_type", "text", "boolean_explanation", "source_url",
            "source_medium", "added_by", "created_at", "updated_at", "revision",
            "snapshot__url", "snapshot__final_url", "snapshot__published",
        )
    )  # fmt: skip


def _verdicts(claims: RawSQL) -> QuerySet[Any, Any]:
    return (
        Verdict.objects.filter(claim__in=claims)
        .order_by("pk")
        .values_list(
            "claim", "pk", "uid", "kind", "rating", "rating__position", "rating__label",
            "rating__number", "rationale", "confidence", "strategies", "reviewer", "created_at",
            "claim_revision", "guideline__version", "retracts", "retracts__uid",
        )
    )  # fmt: skip


def _threads(claims: RawSQL) -> QuerySet[Any, Any]:
    return (
        Thread.objects.standing()
        .filter(claim__in=claims)
        .order_by("pk")
        .values_list("claim", "pk", "uid", "started_by", "created_at", "resolved_by", "resolved_at")
    )


def _comments(threads: RawSQL) -> QuerySet[Any, Any]:
    return (
        Comment.objects.standing()
        .filter(thread__in=threads)
        .order_by("pk")
        .values_list("thread", "pk", "uid", "author", "text", "created_at", "edited_at")
    )


def _mentions(comments: RawSQL) -> QuerySet[Any, Any]:
    return (
        Comment.mentions.through.objects.filter(comment__in=comments)
        .order_by("pk")
        .values_list("comment", "user")
    )
