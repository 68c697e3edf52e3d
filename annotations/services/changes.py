"""What changed in a corpus since a place in its history, for those who keep a copy.

The place is an event's number. Numbers are given under the lock of the corpus's chain, so they
have no gaps, and an event is never seen before one with a smaller number: unlike an id or a time,
a number that was read once has nothing still to come behind it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from annotations.models import Article, Corpus, Event, EventChain

from .events import chain_key
from .keyset import listed

MOST = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One event. ``uid``, ``revision`` and ``gone`` are those of the object as it is now."""

    number: int
    kind: str
    type: str
    id: int
    article: int | None
    claim: int | None
    at: dt.datetime
    uid: uuid.UUID | None
    revision: int | None
    gone: bool


class EventRow(NamedTuple):
    """What is read of an event: its states may be long, and nothing here reads them."""

    number: int
    kind: str
    target_type: str
    target_id: int
    article_id: int | None
    claim_id: int | None
    at: dt.datetime


def last_number(corpus: Corpus) -> int:
    """The number of the corpus's latest event; 0 before the first."""
    key = chain_key(corpus.pk)
    return EventChain.objects.filter(pk=key).values_list("number", flat=True).first() or 0


def changes_after(*, corpus: Corpus, since: int, limit: int) -> list[Change]:
    """Up to ``limit`` changes after the event ``since``, in order.

    One query for the events, one for the articles that they are about, and one for each type of
    object among them. For whoever may see the corpus.
    """
    events = events_after(corpus=corpus, since=since, limit=limit)
    articles = {event.article_id for event in events if event.article_id is not None}
    rows = Article.objects.filter(pk__in=listed(articles))
    there = set(rows.order_by().values_list("pk", flat=True))
    now = {
        name: _now(name, {event.target_id for event in events if event.target_type == name})
        for name in sorted({event.target_type for event in events})
    }
    return [
        _change(
            event,
            # Nothing on an article that was deleted is there any more.
            now[event.target_type].get(event.target_id)
            if event.article_id is None or event.article_id in there
            else None,
        )
        for event in events
    ]


def events_after(*, corpus: Corpus, since: int, limit: int) -> list[EventRow]:
    """Up to ``limit`` events after the number ``since``."""
    rows = Event.objects.filter(chain=chain_key(corpus.pk), number__gt=since)
    found = rows.order_by("number").values_list(*EventRow._fields)[:limit]
    return [EventRow(*row) for row in found]


def _change(event: EventRow, now: tuple[uuid.UUID | None, int | None] | None) -> Change:
    uid, revision = now or (None, None)
    return Change(
        number=event.number,
        kind=event.kind,
        type=event.target_type,
        id=event.target_id,
        article=event.article_id,
        claim=event.claim_id,
        at=event.at,
        uid=uid,
        revision=revision,
        gone=now is None,
    )


def _now(name: str, ids: Iterable[int]) -> dict[int, tuple[uuid.UUID | None, int | None]]:
    """``uid`` and ``revision`` of the objects of a type that are there and stand."""
    try:
        model = apps.get_model("annotations", name)
    except LookupError:
        # Of a type that an earlier version had.
        return {}
    rows: Any = model._default_manager.all()
    if hasattr(rows, "standing"):
        rows = rows.standing()
    has = {field.name for field in model._meta.get_fields()}
    found = (
        rows.filter(pk__in=listed(ids))
        .order_by()
        .values_list("pk", *(_or_null(column, has) for column in ("uid", "revision")))
    )
    return {pk: (uid, revision) for pk, uid, revision in found}


def _or_null(column: str, has: set[str]) -> Any:
    return column if column in has else models.Value(None, output_field=models.IntegerField())
