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
from typing import Any

from django.apps import apps
from django.db import models

from annotations.models import Article, Corpus, Event, EventChain

from .events import chain_key

MOST = 500
# An event's states may be long, and nothing here reads them.
_READ = ("number", "kind", "target_type", "target_id", "article_id", "claim_id", "at")


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
    there = set(Article.objects.filter(pk__in=articles).order_by().values_list("pk", flat=True))
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


def events_after(*, corpus: Corpus, since: int, limit: int) -> list[Event]:
    """Up to ``limit`` events after the number ``since``, without their states."""
    rows = Event.objects.filter(chain=chain_key(corpus.pk), number__gt=since)
    return list(rows.order_by("number").only(*_READ)[:limit])


def _change(event: Event, now: tuple[uuid.UUID | None, int | None] | None) -> Change:
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
        rows.filter(pk__in=ids)
        .order_by()
        .values_list("pk", *(_or_null(column, has) for column in ("uid", "revision")))
    )
    return {pk: (uid, revision) for pk, uid, revision in found}


def _or_null(column: str, has: set[str]) -> Any:
    return column if column in has else models.Value(None, output_field=models.IntegerField())
