"""Releases: one state of the data, whole or not there, never changed, taken back in the open."""

from __future__ import annotations

import datetime as dt
import io
import threading
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from annotations.errors import Conflict, InvalidInput, NotAllowed
from annotations.exporting import Options, Selection, reading
from annotations.models import Article, Claim, Corpus, Event, Job, Release
from annotations.releasing import Plan, source
from annotations.services import release_runs
from annotations.services.claim_parts import claim_merge
from annotations.services.claims import claim_withdraw
from annotations.services.leases import jobs_claim
from annotations.services.release_runs import release_check, release_run
from annotations.services.releases import (
    release_cancel,
    release_discard,
    release_request,
    release_resume,
    release_verify,
    release_withdraw,
)
from tests import factories
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return filled(3)


def filled(count: int) -> Cast:
    made = factories.make_cast()
    for _ in range(count):
        claim = factories.make_claim(factories.make_article(made.corpus), made.reviewer)
        factories.make_verdict(claim, made.reviewer)
    return made


def ask(cast: Cast, actor: Any = None, **given: Any) -> Release:
    asked: dict[str, Any] = {
        "title": "Elections",
        "licence": "CC-BY-4.0",
        "formats": ["csv", "jsonl"],
        "selection": Selection(),
        "options": Options(),
        "plan": Plan(),
        **given,
    }
    return release_request(actor=actor or cast.admin, corpus=cast.corpus, **asked)


def again(release: Release) -> Release:
    rows = Release.objects.select_related("job", "corpus", "previous", "created_by")
    return rows.get(pk=release.pk)


def made(cast: Cast, **given: Any) -> Release:
    release = ask(cast, **given)
    assert release_run(first=release.job_id) == 1, again(release).job.error  # type: ignore[union-attr]
    return again(release)


def member(release: Release, name: str) -> bytes:
    with release.file.open("rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        return archive.read(name)


def stones(release: Release) -> dict[str, tuple[str, int]]:
    rows = map(orjson.loads, member(release, "tombstones.jsonl").splitlines())
    return {row["uid"]: (row["reason"], row["last_in"]) for row in rows}


def test_made_once_and_never_changed(cast: Cast) -> None:
    uid = uuid.uuid4()
    release = ask(cast, uid=uid)
    assert ask(cast, uid=uid).pk == release.pk
    assert (release.number, release.state, release.job.bulk) == (1, "making", True)  # type: ignore[union-attr]
    # The next number waits for this one.
    with pytest.raises(Conflict):
        ask(cast)
    assert release_run(first=release.job_id) == 1
    done = again(release)
    assert (done.state, done.formats, done.progress) == ("ready", ["jsonl", "csv"], 1.0)
    assert (bytes(done.salt), done.counts["claims"]) == (b"", 3)
    assert done.file_name == "elections-release-1.zip"
    header = orjson.loads(member(done, "data/jsonl.jsonl").splitlines()[0])
    assert header["release"]["number"] == 1
    # Twice does nothing the second time.
    assert release_run(first=release.job_id) == 0
    for name, value in [("title", "Other"), ("sha256", "0" * 64), ("datasheet", {"a": 1})]:
        with pytest.raises(DatabaseError), transaction.atomic():
            Release.objects.filter(pk=release.pk).update(**{name: value})
    assert release_check(done)["same"]
    second = made(cast, title="Second")
    assert (second.number, second.previous_id) == (2, done.pk)
    # Other pseudonyms in each.
    assert set(reviewers(done)).isdisjoint(reviewers(second))
    assert [e.kind for e in Event.objects.filter(kind__startswith="release.").order_by("pk")] == [
        "release.requested", "release.frozen", "release.ready",
    ] * 2  # fmt: skip


def reviewers(release: Release) -> list[str]:
    lines = member(release, "data/jsonl.jsonl").splitlines()[1:]
    return [orjson.loads(line)["claims"][0]["created_by"]["username"] for line in lines]


def test_what_is_gone_is_a_tombstone_from_then_on(cast: Cast) -> None:
    first, second, third = Claim.objects.order_by("pk")
    kept, extra = (
        factories.make_claim(first.article, cast.reviewer, phrase=phrase)
        for phrase in ("The café", "closed")
    )
    one = made(cast)
    assert stones(one) == {}
    claim_withdraw(actor=cast.reviewer, claim=second, revision=second.revision)
    claim_merge(actor=cast.reviewer, claim=kept, revision=1, other=extra, other_revision=1)
    Article.objects.filter(pk=third.article_id).update(deleted_at=timezone.now())
    # Left out by what was chosen, which is no end of it.
    two = made(cast, selection=Selection(claim_q="nothing-like-this"))
    assert two.counts["claims"] == 0
    uids = [str(claim.uid) for claim in (kept, second, third, extra)]
    gone = {uids[1]: ("withdrawn", 1), uids[2]: ("article deleted", 1), uids[3]: ("merged", 1)}
    assert stones(two) == gone
    header = orjson.loads(member(two, "data/jsonl.jsonl").splitlines()[0])
    (merged,) = [s for s in header["release"]["tombstones"] if s["reason"] == "merged"]
    assert merged["merged_into"] == uids[0]
    assert second.normalised not in member(two, "tombstones.csv").decode() or not second.normalised
    # They stay; one whose article is restored is back, and what was removed whole is gone too.
    Article.everything.filter(pk=third.article_id).update(deleted_at=None)
    third_release = made(cast)
    assert stones(third_release) == {uids[1]: gone[uids[1]], uids[3]: gone[uids[3]]}
    release_withdraw(actor=cast.admin, release=third_release, reason="A name was in it.")
    Article.everything.filter(pk=third.article_id).delete()
    assert stones(made(cast)) == {
        uids[1]: gone[uids[1]],
        uids[3]: gone[uids[3]],
        uids[2]: ("removed", 3),
    }


def test_cancelled_resumed_discarded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    release = ask(cast)
    monkeypatch.setattr(release_runs, "TOLD_SECONDS", 0)
    told: list[float] = []

    def interrupt(self: Any) -> Iterator[bytes]:
        for number, piece in enumerate(write(self)):
            yield piece
            told.append(again(release).progress)
            if number == 1:
                release_cancel(actor=cast.admin, release=again(release))

    write = release_runs.Bundle.write
    monkeypatch.setattr(release_runs.Bundle, "write", interrupt)
    assert release_run(first=release.job_id) == 0
    stopped = again(release)
    assert (stopped.state, stopped.file.name, stopped.files) == ("cancelled", "", [])
    assert 0 < told[-1] < 1
    monkeypatch.setattr(release_runs.Bundle, "write", write)
    # What is frozen stays, whatever is written meanwhile.
    Claim.objects.update(normalised="Later")
    release_resume(actor=cast.admin, release=stopped)
    assert release_run(first=release.job_id) == 1
    done = again(release)
    assert (done.frozen_at, done.source_sha256) == (stopped.frozen_at, stopped.source_sha256)
    assert b"Later" not in member(done, "data/jsonl.jsonl")
    for action in (release_discard, release_resume, release_cancel):
        with pytest.raises(Conflict):
            action(actor=cast.admin, release=done)
    other = ask(cast)
    release_cancel(actor=cast.admin, release=other)
    release_discard(actor=cast.admin, release=again(other))
    assert ask(cast).number == 2


def test_a_worker_that_died_leaves_it_to_the_next(cast: Cast) -> None:
    release = ask(cast)
    (dead,) = jobs_claim(worker="other:1", first=release.job_id, kind="release")
    stale = again(release)
    Job.objects.filter(pk=dead.pk).update(lease_expires_at=timezone.now())
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert release_run(first=None) == 1
    done = again(release)
    with pytest.raises(release_runs.JobLost):
        release_runs._freeze(dead, stale, release_runs._Progress(dead, stale, 1))
    assert (again(release).source.name, again(release).file.name) == (
        done.source.name,
        done.file.name,
    )


def test_verified_by_a_worker(cast: Cast) -> None:
    release = made(cast)
    release_verify(actor=cast.admin, release=release)
    checking = again(release)
    assert (checking.state, checking.is_verifying) == ("ready", True)
    assert release_run(first=checking.job_id) == 1
    checked = again(release)
    assert checked.verified_at is not None
    assert (checked.is_verifying, checked.verification["same"]) == (False, True)
    release_verify(actor=cast.admin, release=release)
    with checked.source.storage.open(checked.source.name or "", "wb") as file:
        file.write(b"PK no more")
    assert release_run(first=again(release).job_id) == 0
    assert again(release).state == "ready"


def test_withdrawn_in_the_open(cast: Cast) -> None:
    release = made(cast)
    stored = [(field.storage, field.name) for field in (release.file, release.source)]
    with pytest.raises(InvalidInput):
        release_withdraw(actor=cast.admin, release=release, reason=" ")
    # Files go with the commit.
    gone = release_withdraw(actor=cast.admin, release=release, reason="A name was in it.")
    assert (gone.state, gone.file.name, gone.source.name) == ("withdrawn", "", "")
    assert (gone.sha256, gone.withdrawn_by) == (release.sha256, cast.admin)
    assert all(storage and name for storage, name in stored)
    with pytest.raises(Conflict):
        release_withdraw(actor=cast.admin, release=gone, reason="Again")
    # What is kept is compared with the history, at once.
    checked = release_verify(actor=cast.admin, release=gone)
    assert checked.verification == {
        "same": True, "sha256": release.sha256, "differs": [], "software": {},
    }  # fmt: skip
    call_command("verify_releases")
    # Rows don't change, as the database sees to; files can.
    gone.index.storage.delete(gone.index.name or "")
    changed = release_verify(actor=cast.admin, release=gone)
    assert (changed.verification["same"], changed.verification["differs"]) == (False, ["index"])
    with pytest.raises(CommandError):
        call_command("verify_releases")


@pytest.mark.any_database
def test_who_may_and_what_is_needed(cast: Cast) -> None:
    for person in (cast.reviewer, cast.adjudicator, cast.outsider, cast.stranger):
        with pytest.raises(NotAllowed):
            ask(cast, actor=person)
    for given, field in [
        ({"title": " "}, "title"),
        ({"licence": ""}, "licence"),
        ({"licence": "Our own"}, "licence_text"),
        ({"formats": []}, "formats"),
        ({"formats": ["xlsx"]}, "formats"),
        # It would name somebody who has a pseudonym.
        ({"selection": Selection(person="rita")}, "person"),
    ]:
        with pytest.raises(InvalidInput) as problem:
            ask(cast, **given)
        assert list(problem.value.fields) == [field]
    release = ask(cast, licence="Our own", licence_text="Ask us.")
    for act in (release_cancel, release_resume, release_discard, release_verify):
        with pytest.raises(NotAllowed):
            act(actor=cast.adjudicator, release=release)
    with pytest.raises(NotAllowed):
        release_withdraw(actor=cast.adjudicator, release=release, reason="No")


@pytest.mark.django_db(transaction=True)
def test_writes_in_the_middle_are_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The records are those of one moment, while others write and the lease is kept."""
    cast = filled(4)
    *_, last = Claim.objects.order_by("pk")
    release = ask(cast, plan=Plan.read({"by": "source"}))
    monkeypatch.setattr(reading, "CHUNK", 1)
    monkeypatch.setattr(release_runs, "TOLD_SECONDS", 0)
    wrote: list[int] = []

    def meddle() -> None:
        try:
            with transaction.atomic():
                Article.objects.filter(pk=last.article_id).update(title="Meanwhile")
                Corpus.objects.filter(pk=cast.corpus.pk).update(description="Meanwhile")
            claim_withdraw(actor=cast.reviewer, claim=last, revision=last.revision)
            wrote.append(Claim.objects.exclude(state="withdrawn").count())
        finally:
            connection.close()

    def records(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for number, record in enumerate(read(*args, **kwargs)):
            if number == 1:
                other = threading.Thread(target=meddle)
                other.start()
                other.join()
            yield record

    read = source.records
    monkeypatch.setattr(source, "records", records)
    last.refresh_from_db()
    assert release_run(first=release.job_id) == 1, again(release).job.error  # type: ignore[union-attr]
    assert wrote == [3]
    done = again(release)
    assert done.counts["claims"] == 4
    assert b"Meanwhile" not in member(done, "data/jsonl.jsonl")
    assert release_check(done)["same"]
    # In the next one it is gone.
    monkeypatch.setattr(source, "records", read)
    assert stones(made(cast)) == {str(last.uid): ("withdrawn", 1)}
    # No transaction was left open.
    assert not connection.in_atomic_block
