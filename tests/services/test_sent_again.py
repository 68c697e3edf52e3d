"""A request that is sent again finds what it made, although the claim was merged since."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage

from annotations.errors import NotAllowed
from annotations.fetching import Fetched, Page
from annotations.models import Article, Claim
from annotations.services.claim_parts import claim_merge
from annotations.services.discussion import thread_start
from annotations.services.evidence import evidence_add
from annotations.services.leases import jobs_claim
from annotations.services.questions import question_ask
from annotations.services.snapshots import snapshot_record, snapshot_request

from .cast import Cast, make_article, make_claim

UID = uuid.UUID(int=7)
EVIDENCE: Any = {"url": "https://ledger.example/1", "stance": "SUPPORTS"}
Send = Callable[[Any, Claim], Any]
SENDERS: dict[str, Send] = {
    "evidence": lambda actor, claim: evidence_add(
        actor=actor, claim=claim, fields=EVIDENCE, uid=UID
    ),
    "question": lambda actor, claim: question_ask(actor=actor, claim=claim, text="Who?", uid=UID),
    "thread": lambda actor, claim: thread_start(actor=actor, claim=claim, text="Hm.", uid=UID),
    "copy": lambda actor, claim: snapshot_request(
        actor=actor, claim=claim, url="https://ledger.example/1", uid=UID
    ),
}


@pytest.fixture
def other(cast: Cast, article: Article) -> Claim:
    return make_claim(cast.reviewer, article, "pay for itself")


def merge(cast: Cast, claim: Claim, other: Claim) -> None:
    claim_merge(actor=cast.reviewer, claim=claim, revision=1, other=other, other_revision=1)


@pytest.mark.parametrize("send", list(SENDERS.values()), ids=list(SENDERS))
def test_it_finds_what_it_made(cast: Cast, claim: Claim, other: Claim, send: Send) -> None:
    made = send(cast.second, other)
    merge(cast, claim, other)
    again = send(cast.second, other)
    assert (again, again.claim) == (made, claim)


@pytest.mark.parametrize("send", list(SENDERS.values()), ids=list(SENDERS))
def test_a_uid_is_one_persons_in_one_article(cast: Cast, claim: Claim, send: Send) -> None:
    send(cast.second, claim)
    elsewhere = make_claim(cast.second, make_article(claim.article.corpus, "Another."), "Another")
    for actor, about in ((cast.reviewer, claim), (cast.second, elsewhere)):
        with pytest.raises(NotAllowed, match="uid is taken"):
            send(actor, about)


def test_a_copy_that_arrives_while_its_claim_is_merged_moves_along(
    cast: Cast,
    claim: Claim,
    other: Claim,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    asked = snapshot_request(actor=cast.reviewer, claim=other, url="https://ledger.example/1")
    (job,) = jobs_claim(worker="here:1", first=asked.job_id, kind="fetch")
    store = FileSystemStorage._save  # type: ignore[attr-defined]

    def meanwhile(self: Any, name: Any, content: Any) -> Any:
        merge(cast, claim, other)
        return store(self, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", meanwhile)
    fetched = Fetched(asked.url, asked.url, "text/plain", "", b"words")
    snapshot_record(job=job, fetched=fetched, page=Page(text="words"))
    asked.refresh_from_db()
    assert (asked.claim, asked.text, asked.size) == (claim, "words", 5)
