"""What is read of each table. Rows begin with the key that they hang on, and their own.

They are in the order of both where that is the order that is wanted: an index has it already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Func, Q, QuerySet, TextField

from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    ClaimSpan,
    Comment,
    Correction,
    Evidence,
    FactCheck,
    FactCheckVersion,
    Question,
    Suggestion,
    Thread,
    Verdict,
)

from .selection import Selection

Rows = QuerySet[Any, Any]
# The name of a key → its condition.
Among = Callable[[str], Q]


# Days, moments and uids as each driver is quickest with. Python's own values of SQLite's columns,
# and of PostgreSQL's uids and zones, cost more than all else that is read.


class plain(Func):
    output_field = TextField()
    on_postgresql = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Of no declared type, so that the driver makes nothing of it.
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=self.on_postgresql, **context)


class day(plain):
    """``given_day`` takes it."""


class moment(plain):
    """``given_moment`` takes it."""

    on_postgresql = "%(expressions)s AT TIME ZONE 'UTC'"


class uid(plain):
    """``given_uid`` takes it."""

    on_postgresql = "%(expressions)s::text"


def given_day(stored: Any) -> dt.date:
    return dt.date.fromisoformat(stored) if isinstance(stored, str) else stored


def given_moment(stored: Any) -> dt.datetime:
    """In UTC, and naive."""
    return dt.datetime.fromisoformat(stored) if isinstance(stored, str) else stored


def given_uid(stored: str) -> str:
    """SQLite keeps the 32 digits."""
    if len(stored) != 32:
        return stored
    return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"


def articles(among: Among) -> Rows:
    return (
        Article.objects.filter(among("pk"))
        .order_by("pk")
        .values_list(
            "pk", "title", "author", "publisher", "url", day("published"), "dateline", "language",
            "source_name", "state", moment("created_at"), "current_run", "current_run__text",
            "current_run__detector", "current_run__version", "current_run__config_hash",
            "current_run__threshold", "current_run__words", moment("current_run__finished_at"),
            "current_run__sentences",
        )
    )  # fmt: skip


def texts(among: Among) -> Rows:
    return (
        ArticleText.objects.filter(among("article"))
        .order_by("article", "number")
        .values_list("article", "pk", "number", "text", "content_hash")
    )


def suggestions(among: Among) -> Rows:
    return (
        Suggestion.objects.current()
        .filter(among("article"))
        .order_by("start", "pk")
        .values_list(
            "article", "pk", "start", "end", "quote", "score", "kind", "kind_confidence",
            "quoted", "claimant_name", "claimant_start", "claimant_end", "attribution", "dates",
            "first_mention", "reasons", "decision__outcome", uid("decision__claim__uid"),
            "decision__decided_by", moment("decision__decided_at"),
        )
    )  # fmt: skip


def claims(among: Among, selection: Selection) -> Rows:
    return (
        selection.of_claims()
        .filter(among("article"))
        .order_by("article", "pk")
        .values_list(
            "pk", "article", uid("uid"), "text", "normalised", "claimant__name",
            "claimant__role", "claimant__wikidata_id", day("claim_date"), "place", "flag",
            "flag_note", "state", "suggestion__start", "suggestion__end", "created_by",
            moment("created_at"), moment("updated_at"), "revision",
        )
    )  # fmt: skip


def spans(among: Among) -> Rows:
    return (
        ClaimSpan.objects.filter(among("claim"))
        .order_by("claim", "start")
        .values_list("claim", "start", "end", "quote")
    )


def types(among: Among) -> Rows:
    return (
        Claim.types.through.objects.filter(among("claim"))
        .order_by("claimtype__scheme", "claimtype__position")
        .values_list("claim", "claimtype__key")
    )


def tags(among: Among) -> Rows:
    return (
        Claim.tags.through.objects.filter(among("claim"))
        .order_by("tag__name")
        .values_list("claim", "tag__name")
    )


def evidence(among: Among) -> Rows:
    return (
        Evidence.objects.standing()
        .filter(among("claim"))
        .order_by("claim", "pk")
        .values_list(
            "claim", uid("uid"), "url", "citation", "title", "publisher", day("published"),
            "quote", "stance", "source_medium", "note", "set_number", "protected", "added_by",
            moment("created_at"), moment("updated_at"), "revision",
            *copy_of("snapshot"),
        )
    )  # fmt: skip


def copy_of(snapshot: str) -> list[Any]:
    """What is known of a saved copy."""
    return [
        f"{snapshot}__url",
        f"{snapshot}__final_url",
        moment(f"{snapshot}__fetched_at"),
        f"{snapshot}__media_type",
        f"{snapshot}__size",
        f"{snapshot}__sha256",
        f"{snapshot}__title",
        f"{snapshot}__publisher",
        day(f"{snapshot}__published"),
    ]


def questions(among: Among) -> Rows:
    return (
        Question.objects.standing()
        .filter(among("claim"))
        .order_by("claim", "pk")
        .values_list(
            "claim",
            "pk",
            uid("uid"),
            "text",
            "asked_by",
            moment("created_at"),
            moment("updated_at"),
            "revision",
        )
    )


def answers(among: Among) -> Rows:
    return (
        Answer.objects.filter(among("question"), withdrawn=False)
        .order_by("question", "pk")
        .values_list(
            "question", uid("uid"), "answer_type", "text", "boolean_explanation", "source_url",
            "source_medium", "added_by", moment("created_at"), moment("updated_at"), "revision",
            *copy_of("snapshot"),
        )
    )  # fmt: skip


def verdicts(among: Among) -> Rows:
    return (
        Verdict.objects.filter(among("claim"))
        .order_by("claim", "pk")
        .values_list(
            "claim", "pk", uid("uid"), "kind", "rating", "rating__position", "rating__label",
            "rating__number", "rationale", "confidence", "strategies", "reviewer",
            moment("created_at"), "claim_revision", "guideline__version", "retracts",
            uid("retracts__uid"),
        )
    )  # fmt: skip


def threads(among: Among) -> Rows:
    return (
        Thread.objects.standing()
        .filter(among("claim"))
        .order_by("claim", "pk")
        .values_list(
            "claim",
            "pk",
            uid("uid"),
            "started_by",
            moment("created_at"),
            "resolved_by",
            moment("resolved_at"),
        )
    )


def comments(among: Among) -> Rows:
    return (
        Comment.objects.standing()
        .filter(among("thread"))
        .order_by("thread", "pk")
        .values_list(
            "thread",
            "pk",
            uid("uid"),
            "author",
            "text",
            moment("created_at"),
            moment("edited_at"),
        )
    )


def mentions(among: Among) -> Rows:
    return (
        Comment.mentions.through.objects.filter(among("comment"))
        .order_by("comment", "pk")
        .values_list("comment", "user")
    )


def fact_checks(among: Among) -> Rows:
    return FactCheck.objects.filter(among("claim")).values_list(
        "claim", "pk", uid("uid"), "slug", "state", "rating__label", "current__number",
        moment("published_at"), "published_by", moment("updated_at"), moment("withdrawn_at"),
        "revision",
    )  # fmt: skip


def versions(among: Among) -> Rows:
    return (
        FactCheckVersion.objects.filter(among("fact_check"))
        .order_by("fact_check", "number")
        .values_list(
            "fact_check", "number", "content", "digest", moment("published_at"), "published_by"
        )
    )


def corrections(among: Among) -> Rows:
    return (
        Correction.objects.filter(among("fact_check"))
        .order_by("fact_check", "pk")
        .values_list(
            "fact_check", "kind", "version__number", "what", "why", "old_rating", "new_rating",
            moment("made_at"), "made_by",
        )
    )  # fmt: skip
