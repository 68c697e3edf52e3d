"""The history: complete, chained, and no one can change it without that being seen."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from annotations.models import (
    ApiToken,
    Article,
    ArticleText,
    Claim,
    Corpus,
    Event,
    EventChain,
    Suggestion,
    Verdict,
)
from annotations.services import events as history
from annotations.services.events import event_content, event_record, events_verify
from annotations.services.tokens import token_create

from .cast import Cast, judge, make_claim, make_corpus, make_evidence


def verify() -> str:
    out = StringIO()
    call_command("verify_events", stdout=out)
    return out.getvalue()


def chain_of(corpus: Corpus) -> str:
    return f"corpus:{corpus.pk}"


def test_each_corpus_and_the_site_have_their_own_chain(cast: Cast, claim: Claim) -> None:
    make_claim(cast.reviewer, claim.article)
    other = make_corpus(cast, "Other")
    token_create(actor=cast.reviewer, name="script")
    for key in (chain_of(claim.article.corpus), chain_of(other), "site"):
        numbers = list(
            Event.objects.filter(chain=key).order_by("id").values_list("number", flat=True)
        )
        assert numbers == list(range(1, len(numbers) + 1))
        assert f"{key}: {len(numbers)} events hold." in verify()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    token = ApiToken(pk=1)
    with pytest.raises(AssertionError, match="belongs to a write"):
        event_record(kind="x", actor=None, target=token, corpus=None, before=None, after=None)


@pytest.mark.parametrize(
    "sql",
    [
        'UPDATE annotations_event SET after = \'{"normalised": "x"}\' WHERE id = %s',
        "UPDATE annotations_event SET actor_id = NULL WHERE id = %s",
        "UPDATE annotations_event SET corpus_id = NULL WHERE id = %s",
        "UPDATE annotations_event SET kind = 'claim.praised' WHERE id = %s",
        "UPDATE annotations_event SET number = number + 1000 WHERE id = %s",
        "UPDATE annotations_event SET at = '2001-01-01 00:00:00+00:00' WHERE id = %s",
        "DELETE FROM annotations_event WHERE id = %s",
    ],
)
@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_tampering_shows(
    claim: Claim, without_triggers: Callable[[], Any], sql: str, which: str
) -> None:
    corpus = claim.article.corpus
    events = Event.objects.filter(chain=chain_of(corpus)).order_by("pk")
    if "actor_id" in sql:
        events = events.exclude(actor=None)
    pks = list(events.values_list("pk", flat=True))
    pk = {"first": pks[0], "middle": pks[len(pks) // 2], "last": pks[-1]}[which]
    events_verify(chain=chain_of(corpus))
    with without_triggers() as cursor:
        cursor.execute(sql, [pk])
    with pytest.raises(ValueError, match=chain_of(corpus)):
        events_verify(chain=chain_of(corpus))
    with pytest.raises(CommandError, match=chain_of(corpus)):
        verify()


def test_an_event_put_in_at_the_end_shows(claim: Claim) -> None:
    event = Event.objects.filter(claim=claim).latest("number")
    event.pk, event._state.adding = None, True
    event.number += 1
    event.save()
    with pytest.raises(ValueError, match="events were put in at the end"):
        events_verify(chain=event.chain)
    # The next test of the chain, when this test ends, must find it whole.
    Event.objects.filter(pk=event.pk).delete()


def test_a_site_that_goes_on_writing_is_no_alarm(
    cast: Cast, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody adds evidence while the walk is at its first event."""
    key = chain_of(claim.article.corpus)
    before = events_verify(chain=key)
    written: list[Any] = []

    def content(event: Event) -> dict[str, Any]:
        if not written:
            # First, because writing it asks for its content too.
            written.append(None)
            written.append(make_evidence(cast.reviewer, claim))
        return event_content(event)

    monkeypatch.setattr(history, "event_content", content)
    assert events_verify(chain=key) == before
    assert events_verify(chain=key) == before + 1


def test_a_lost_chain_end_shows(cast: Cast, claim: Claim) -> None:
    key = chain_of(claim.article.corpus)
    EventChain.objects.filter(pk=key).delete()
    with pytest.raises(ValueError, match="it ends at event"):
        events_verify(chain=key)


@pytest.mark.parametrize("model", [ArticleText, Event, Verdict, Suggestion])
def test_the_database_refuses_to_change_what_is_append_only(
    cast: Cast, claim: Claim, model: Any
) -> None:
    make_evidence(cast.reviewer, claim)
    judge(cast.reviewer, claim)
    row = model.objects.first()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(id=row.pk)
    column = {ArticleText: "text", Event: "kind", Verdict: "rationale", Suggestion: "quote"}[model]
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = 'x'")  # noqa: S608


@pytest.mark.parametrize("model", [ArticleText, Event, Verdict])
def test_so_do_the_models(cast: Cast, claim: Claim, model: Any) -> None:
    make_evidence(cast.reviewer, claim)
    judge(cast.reviewer, claim)
    with pytest.raises(TypeError):
        model.objects.first().save()


def test_an_outsider_sees_no_events(cast: Cast, article: Article) -> None:
    assert Event.objects.visible_to(cast.reviewer).exists()
    assert not Event.objects.visible_to(cast.outsider).exists()
