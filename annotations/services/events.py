"""Adding to the history."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from annotations.domain.hashing import GENESIS, event_hash
from annotations.models import Article, Claim, Corpus, Event, EventChain, User

from .bulk import rows_insert

State = Mapping[str, Any] | None


def event_record(
    *,
    kind: str,
    actor: User | None,
    target: models.Model,
    before: State,
    after: State,
    corpus: Corpus | None,
    article: Article | None = None,
    claim: Claim | None = None,
    undoes: Event | None = None,
    request: uuid.UUID | None = None,
) -> Event:
    """Append one event to its corpus's chain. To be called last, inside the write's transaction.

    The chain's end is locked from here until the commit, so call it after the slow parts.
    """
    happening = Happening(
        kind=kind,
        actor=actor,
        target=target,
        before=before,
        after=after,
        corpus=corpus,
        article=article,
        claim=claim,
        undoes=undoes,
        request=request,
    )
    chain = _chain_lock(corpus.pk if corpus else None)
    event = _event(chain, happening)
    event.save(force_insert=True)
    chain.save(update_fields=["number", "hash"])
    return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What an event says, before it has its place in the chain."""

    kind: str
    actor: User | None
    target: models.Model
    before: State
    after: State
    corpus: Corpus | None
    article: Article | None = None
    claim: Claim | None = None
    undoes: Event | None = None
    request: uuid.UUID | None = None


def events_record(happenings: Iterable[Happening]) -> None:
    """``event_record`` for many at once: in their order, each to its corpus's chain."""
    by_corpus: dict[int | None, list[Happening]] = {}
    for happening in happenings:
        key = happening.corpus.pk if happening.corpus else None
        by_corpus.setdefault(key, []).append(happening)
    # Always in the same order, so that two who write to several chains don't wait for each other.
    for corpus in sorted(by_corpus, key=lambda key: key or 0):
        chain = _chain_lock(corpus)
        rows_insert([_event(chain, happening) for happening in by_corpus[corpus]])
        chain.save(update_fields=["number", "hash"])


def _chain_lock(corpus: int | None) -> EventChain:
    assert transaction.get_connection().in_atomic_block, "an event belongs to a write"  # noqa: S101
    key = chain_key(corpus)
    EventChain.objects.bulk_create([EventChain(key=key, hash=GENESIS)], ignore_conflicts=True)
    return EventChain.objects.select_for_update().get(pk=key)


def _event(chain: EventChain, happening: Happening) -> Event:
    """The chain's next event. Moves the chain's end on, in memory."""
    event = Event(
        chain=chain.key,
        number=chain.number + 1,
        kind=happening.kind,
        corpus=happening.corpus,
        article=happening.article,
        claim=happening.claim,
        target_type=happening.target._meta.model_name or "",
        target_id=happening.target.pk,
        actor=happening.actor,
        before=happening.before,
        after=happening.after,
        undoes=happening.undoes,
        request=happening.request,
        at=timezone.now(),
        previous_hash=chain.hash,
    )
    event.hash = event_hash(chain.hash, event_content(event))
    chain.number, chain.hash = event.number, event.hash
    return event


def chain_key(corpus: int | None) -> str:
    """The name of a corpus's chain, by its id; of the site's where there is none."""
    return "site" if corpus is None else f"corpus:{corpus}"


def event_content(event: Event) -> dict[str, Any]:
    """What an event's hash covers, as plain JSON values."""
    return {
        "chain": event.chain,
        "number": event.number,
        "kind": event.kind,
        "article": event.article_id,
        "claim": event.claim_id,
        "target": [event.target_type, event.target_id],
        "actor": event.actor_id,
        "before": event.before,
        "after": event.after,
        "undoes": event.undoes_id,
        "at": event.at.astimezone(dt.UTC).isoformat(),
    }


def events_verify(*, chain: str) -> int:
    """Walk a chain from its first event; the number of events that hold.

    The site may go on writing: events that come meanwhile are left for the next time. Raises
    ``ValueError`` naming the first event that was changed, removed or put in.
    """
    events = Event.objects.filter(chain=chain)
    end = EventChain.objects.filter(pk=chain).first()
    known = (end.number, end.hash) if end else (0, GENESIS)
    previous, count = GENESIS, 0
    walked = events.filter(number__lte=known[0]).order_by("number")
    for event in walked.iterator(chunk_size=2000):
        count += 1
        if event.number != count:
            raise ValueError(f"{chain}: event {count} is missing")
        if event.previous_hash != previous or event.hash != event_hash(
            previous, event_content(event)
        ):
            raise ValueError(f"{chain}: event {count} ({event.kind}) was changed")
        # Not in the hash, but it says who sees the event.
        if chain_key(event.corpus_id) != chain:
            raise ValueError(f"{chain}: event {count} ({event.kind}) was moved to another corpus")
        previous = event.hash
    if known != (count, previous):
        raise ValueError(
            f"{chain}: it ends at event {count}, where {known[0]} were recorded: "
            "events were removed or put in at the end"
        )
    # In this order, so that what is written between the two look-ups is no alarm.
    last = events.aggregate(last=models.Max("number"))["last"] or 0
    recorded = EventChain.objects.filter(pk=chain).values_list("number", flat=True).first() or 0
    if last > recorded:
        raise ValueError(
            f"{chain}: it ends at event {last}, where {recorded} were recorded: "
            "events were put in at the end"
        )
    return count
