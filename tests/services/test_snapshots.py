"""Saved copies: asked for, fetched by whoever has the job, kept whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import stat
import threading
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.utils import timezone

from annotations import jobs as broker
from annotations.errors import Conflict, InvalidInput, JobLost, NotAllowed
from annotations.fetching import AllowedHosts, Fetched, Page
from annotations.models import Article, Claim, Event, Job, Snapshot
from annotations.services.claims import claim_withdraw
from annotations.services.evidence import evidence_add, evidence_update, evidence_withdraw
from annotations.services.extraction import extraction_run
from annotations.services.jobs import extraction_request, job_cancel, job_retry
from annotations.services.leases import jobs_claim
from annotations.services.snapshots import (
    MOST_AT_ONCE,
    snapshot_cancel,
    snapshot_record,
    snapshot_request,
    snapshot_run,
)
from annotations.services.sweep import jobs_sweep
from tests.web_server import WebServer, web_server

from .cast import Cast, last_event, make_article, make_claim, make_evidence

PAGE = """<html><head><title>Harbour accounts</title>
<meta property="og:site_name" content="The Ledger">
<meta property="article:published_time" content="2021-03-01T10:00:00Z"></head><body><article>
<p>The harbour cost 12 million, the town's accounts of the year say on their third page.</p>
<p>Half of the sum was for the quay, and the other half for the road that leads to it.</p>
</article></body></html>"""


@pytest.fixture
def server(settings: Any) -> Iterator[WebServer]:
    with web_server() as running:
        settings.FETCH_ALLOWED_PRIVATE_HOSTS = AllowedHosts.parse([running.place])
        running.page("/accounts", PAGE)
        yield running


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def asked(cast: Cast, claim: Claim, server: WebServer, media: Path) -> Snapshot:
    return snapshot_request(actor=cast.reviewer, claim=claim, url=server.url("/accounts"))


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_asking_writes_a_job_and_tells_a_worker(
    cast: Cast, claim: Claim, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    sent: list[tuple[int, str]] = []
    monkeypatch.setattr(broker, "send", lambda *args, bulk: sent.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        snapshot = snapshot_request(actor=cast.second, claim=claim, url=" https://a.example/1 ")
        assert sent == []
    job = snapshot.job
    assert job is not None
    assert sent == [(job.pk, "fetch")]
    assert (job.kind, job.state, job.corpus, job.article) == (
        "fetch",
        "queued",
        claim.article.corpus,
        None,
    )
    assert (snapshot.url, snapshot.state, snapshot.requested_by) == (
        "https://a.example/1",
        "queued",
        cast.second,
    )
    event = last_event()
    assert (event.kind, event.claim, event.after) == (
        "snapshot.requested",
        claim,
        {"url": "https://a.example/1", "job": job.pk},
    )
    assert broker.TASKS["fetch"] == "annotations.fetch"


def test_a_copy_is_what_the_server_sent(asked: Snapshot, server: WebServer, media: Path) -> None:
    server.redirect("/moved", "/accounts")
    assert snapshot_run(first=asked.job_id) == 1
    asked.refresh_from_db()
    content = PAGE.encode()
    assert asked.state == "done"
    assert (asked.size, asked.media_type, asked.final_url) == (
        len(content),
        "text/html",
        server.url("/accounts"),
    )
    assert asked.sha256 == hashlib.sha256(content).hexdigest()
    assert (asked.title, asked.publisher) == ("Harbour accounts", "The Ledger")
    assert asked.published == dt.date(2021, 3, 1)
    assert "cost 12 million" in asked.text
    assert asked.fetched_at is not None
    with asked.file.open() as stored:
        assert stored.read() == content
    (path,) = files(media)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.suffix == ""
    job = asked.job
    assert job is not None
    assert (job.state, job.error, job.lease, job.done) == ("done", "", None, 1)
    event = last_event()
    assert (event.kind, event.actor, event.claim) == ("snapshot.fetched", None, asked.claim)
    assert event.after == {
        "sha256": asked.sha256,
        "size": len(content),
        "media_type": "text/html",
    }


def test_running_twice_changes_nothing(asked: Snapshot, server: WebServer, media: Path) -> None:
    assert snapshot_run(first=asked.job_id) == 1
    events = Event.objects.count()
    assert snapshot_run(first=asked.job_id) == 0
    assert snapshot_run(first=None) == 0
    assert (Event.objects.count(), len(server.asked), len(files(media))) == (events, 1, 1)


def test_kinds_of_jobs_do_not_mix(cast: Cast, asked: Snapshot, article: Article) -> None:
    extraction = extraction_request(actor=None, article=article)
    assert jobs_claim(worker="w:1", first=asked.job_id, limit=16) == [extraction]
    assert jobs_claim(worker="w:1", first=asked.job_id, limit=16) == []
    assert extraction_run(first=asked.job_id) == 0
    (fetch,) = jobs_claim(worker="w:1", first=extraction.pk, kind="fetch")
    assert fetch == asked.job


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "needed"),
        ("ftp://a.example/", "http"),
        ("javascript:alert(1)", "http"),
        ("https://", "URL"),
        ("https://[::1", "browser"),
        ("https://a.example/" + "x" * 2000, "2000"),
        ("https://news.example/harbour", "own claims"),
        ("http://www.news.example/harbour/#top", "own claims"),
    ],
)
def test_what_is_refused_unasked(cast: Cast, claim: Claim, url: str, reason: str) -> None:
    events = Event.objects.count()
    with pytest.raises(InvalidInput, match=reason) as caught:
        snapshot_request(actor=cast.reviewer, claim=claim, url=url)
    assert list(caught.value.fields) == ["url"]
    assert (Job.objects.filter(kind="fetch").count(), Event.objects.count()) == (0, events)


def test_who_may_ask(cast: Cast, claim: Claim) -> None:
    with pytest.raises(NotAllowed):
        snapshot_request(actor=cast.outsider, claim=claim, url="https://a.example/")
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    with pytest.raises(Conflict, match="withdrawn"):
        snapshot_request(actor=cast.reviewer, claim=claim, url="https://a.example/")


def test_the_same_request_twice_fetches_once(cast: Cast, claim: Claim) -> None:
    ask = partial(
        snapshot_request,
        actor=cast.reviewer,
        claim=claim,
        url="https://a.example/",
        uid=uuid.uuid4(),
    )
    assert ask() == ask()
    assert Job.objects.filter(kind="fetch").count() == 1
    with pytest.raises(NotAllowed):
        ask(actor=cast.second)


def test_nobody_has_the_web_asked_without_end(cast: Cast, claim: Claim) -> None:
    for number in range(MOST_AT_ONCE):
        snapshot_request(actor=cast.reviewer, claim=claim, url=f"https://a.example/{number}")
    with pytest.raises(Conflict, match="wait for one"):
        snapshot_request(actor=cast.reviewer, claim=claim, url="https://a.example/more")
    snapshot_request(actor=cast.second, claim=claim, url="https://a.example/more")


# --- Failing ------------------------------------------------------------------------------


def test_a_page_that_is_not_there_fails_for_good_and_says_why(
    cast: Cast, claim: Claim, server: WebServer, media: Path
) -> None:
    snapshot = snapshot_request(actor=cast.reviewer, claim=claim, url=server.url("/nowhere"))
    assert snapshot_run(first=snapshot.job_id) == 0
    snapshot = Snapshot.objects.get(pk=snapshot.pk)
    job = snapshot.job
    assert job is not None
    assert (snapshot.state, job.error) == ("failed", "There is no such page (404).")
    assert last_event().kind == "job.failed"
    assert files(media) == []
    server.page("/nowhere", PAGE)
    job_retry(actor=cast.admin, job=job)
    assert snapshot_run(first=job.pk) == 1
    assert Snapshot.objects.get(pk=snapshot.pk).state == "done"


def test_one_fetch_is_retried_beside_another(
    cast: Cast, asked: Snapshot, server: WebServer
) -> None:
    other = snapshot_request(actor=cast.reviewer, claim=asked.claim, url=server.url("/nowhere"))
    snapshot_run(first=other.job_id)
    job = Job.objects.get(pk=other.job_id)
    assert job_retry(actor=cast.admin, job=job).state == "queued"


def test_what_may_pass_is_tried_again(cast: Cast, claim: Claim, server: WebServer) -> None:
    url = server.raw("/busy", lambda send: send(b"HTTP/1.1 503 Busy\r\n\r\n"))  # type: ignore[arg-type,return-value]
    snapshot = snapshot_request(actor=cast.reviewer, claim=claim, url=url)
    snapshot_run(first=snapshot.job_id)
    job = Job.objects.get(pk=snapshot.job_id)
    assert (job.state, job.attempts, "503" in job.error) == ("queued", 1, True)
    assert job.due_at > timezone.now()
    assert snapshot_run(first=job.pk) == 0
    server.page("/busy", PAGE)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=3), tick=True):
        assert snapshot_run(first=job.pk) == 1


def test_private_addresses_are_refused_by_a_worker(
    cast: Cast, claim: Claim, server: WebServer, settings: Any
) -> None:
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = AllowedHosts()
    for url in ("http://127.0.0.1:8000/", "http://169.254.169.254/", server.url("/accounts")):
        snapshot = snapshot_request(actor=cast.reviewer, claim=claim, url=url)
        assert snapshot_run(first=snapshot.job_id) == 0
        assert Job.objects.get(pk=snapshot.job_id).state == "failed"
    assert server.asked == []


def test_limits_come_from_the_settings(
    cast: Cast, claim: Claim, server: WebServer, settings: Any
) -> None:
    settings.FETCH_MAX_BYTES = 100
    snapshot = snapshot_request(actor=cast.reviewer, claim=claim, url=server.url("/accounts"))
    snapshot_run(first=snapshot.job_id)
    assert "larger than 100 bytes" in Job.objects.get(pk=snapshot.job_id).error


def test_a_disk_that_is_full_fails_the_attempt_and_leaves_no_half(
    asked: Snapshot, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "below"
    assert snapshot_run(first=asked.job_id) == 0
    asked.refresh_from_db()
    job = Job.objects.get(pk=asked.job_id)
    assert (job.state, "couldn't be stored" in job.error) == ("queued", True)
    assert (asked.fetched_at, asked.file.name) == (None, "")


def test_a_worker_that_dies_loses_nothing(asked: Snapshot, media: Path) -> None:
    (lost,) = jobs_claim(worker="elsewhere:1", first=asked.job_id, kind="fetch")
    late = Fetched("https://a/", "https://a/", "text/plain", "", b"late")
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61), tick=True):
        jobs_sweep()
        assert snapshot_run(first=asked.job_id) == 1
        # It comes back from the dead.
        with pytest.raises(JobLost):
            snapshot_record(job=lost, fetched=late, page=Page())
    asked.refresh_from_db()
    assert asked.sha256 == hashlib.sha256(PAGE.encode()).hexdigest()
    assert len(files(media)) == 1


def test_a_page_that_kills_workers_fails_in_the_end(asked: Snapshot) -> None:
    for attempt in range(site.JOB_MAX_ATTEMPTS):
        with time_machine.travel(timezone.now() + dt.timedelta(seconds=61 * attempt), tick=True):
            assert jobs_claim(worker="elsewhere:1", kind="fetch")
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61 * 3), tick=True):
        assert snapshot_run(first=asked.job_id) == 0
    job = Job.objects.get(pk=asked.job_id)
    assert (job.state, "3 times while fetching" in job.error) == ("failed", True)


def test_an_event_that_can_not_be_written_leaves_no_file(
    asked: Snapshot, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise RuntimeError("no history")

    monkeypatch.setattr("annotations.services.snapshots.event_record", refuse)
    assert snapshot_run(first=asked.job_id) == 0
    assert files(media) == []
    job = Job.objects.get(pk=asked.job_id)
    assert (job.state, job.error) == ("queued", "It failed: RuntimeError.")


# --- Cancelling ---------------------------------------------------------------------------


def test_cancelling(cast: Cast, asked: Snapshot, server: WebServer) -> None:
    with pytest.raises(NotAllowed):
        snapshot_cancel(actor=cast.outsider, snapshot=asked)
    snapshot_cancel(actor=cast.second, snapshot=asked)
    assert (last_event().kind, last_event().actor) == ("job.cancelled", cast.second)
    assert snapshot_run(first=asked.job_id) == 0
    assert server.asked == []
    with pytest.raises(Conflict):
        snapshot_cancel(actor=cast.reviewer, snapshot=asked)


@pytest.mark.django_db(transaction=True)
def test_cancelling_while_it_is_fetched_keeps_nothing(
    cast: Cast, claim: Claim, server: WebServer, media: Path
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(send: Any) -> None:
        begun.set()
        go_on.wait(10)
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nwords")

    asked = snapshot_request(actor=cast.reviewer, claim=claim, url=server.raw("/slow", slow))
    results: list[int] = []

    def work() -> None:
        from django.db import connection

        results.append(snapshot_run(first=asked.job_id))
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert begun.wait(10)
    job_cancel(actor=cast.admin, job=Job.objects.get(pk=asked.job_id))
    go_on.set()
    worker.join(10)
    asked.refresh_from_db()
    assert (results, asked.state, files(media)) == ([0], "cancelled", [])


# --- Protected sources --------------------------------------------------------------------

SECRET = "https://whistle.example/leak"


def protect(actor: Any, claim: Claim, **fields: Any) -> Any:
    given = {"url": SECRET, "protected": True, "protection_reason": "Their job is at stake."}
    return make_evidence(actor, claim, **given | fields)


@pytest.mark.parametrize("url", [SECRET, "http://www.whistle.example/leak/#page=2"])
def test_a_protected_source_is_never_fetched(cast: Cast, claim: Claim, url: str) -> None:
    protect(cast.reviewer, claim)
    other = make_claim(cast.second, make_article(claim.article.corpus, "Another text."), "Another")
    for one in (claim, other):
        with pytest.raises(InvalidInput, match="protected source"):
            snapshot_request(actor=cast.second, claim=one, url=url)


def test_a_source_that_becomes_protected_is_not_fetched_any_more(
    cast: Cast, asked: Snapshot, server: WebServer
) -> None:
    piece = protect(cast.reviewer, asked.claim, url=server.url("/accounts"))
    assert snapshot_run(first=asked.job_id) == 0
    job = Job.objects.get(pk=asked.job_id)
    assert (job.state, "protected source" in job.error) == ("failed", True)
    assert server.asked == []
    evidence_update(actor=cast.reviewer, evidence=piece, revision=1, fields={"protected": False})
    job_retry(actor=cast.admin, job=job)
    assert snapshot_run(first=job.pk) == 1


def test_a_protected_source_is_not_fetched_by_a_redirect(
    cast: Cast, claim: Claim, server: WebServer, media: Path
) -> None:
    target = server.page("/geheimä", "secret")
    source = protect(cast.reviewer, claim, url=target)
    # Its being taken off the claim gives nobody away.
    evidence_withdraw(actor=cast.reviewer, evidence=source, revision=1)
    url = server.redirect("/short", "/geheim%C3%A4/")
    asked = snapshot_request(actor=cast.reviewer, claim=claim, url=url)
    assert snapshot_run(first=asked.job_id) == 0
    asked.refresh_from_db()
    assert asked.job is not None
    assert (asked.state, files(media)) == ("failed", [])
    assert "protected source" in asked.job.error
    assert [path for path, _ in server.asked] == ["/short"]


def test_logs_hold_no_address(
    cast: Cast, claim: Claim, server: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    # As LOG_LEVEL=DEBUG does: what the libraries would say then names the address.
    caplog.set_level(logging.DEBUG)
    for path in ("/accounts", "/nowhere-secret"):
        asked = snapshot_request(actor=cast.reviewer, claim=claim, url=server.url(path))
        snapshot_run(first=asked.job_id)
    assert "fetch_failed" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "secret" not in caplog.text


# --- Beside evidence ----------------------------------------------------------------------


def test_evidence_points_at_its_claims_copy(cast: Cast, asked: Snapshot) -> None:
    piece = make_evidence(cast.reviewer, asked.claim, url=asked.url, snapshot=asked.pk)
    assert piece.snapshot == asked
    assert last_event().after["snapshot"] == asked.pk
    other = make_claim(cast.reviewer, asked.claim.article, "Ferries doubled")
    for snapshot in (asked.pk, asked.pk + 999):
        with pytest.raises(InvalidInput, match="no such saved copy"):
            make_evidence(cast.reviewer, other, snapshot=snapshot)


def test_becoming_protected_lets_the_copy_go(cast: Cast, asked: Snapshot) -> None:
    piece = make_evidence(cast.reviewer, asked.claim, url=asked.url, snapshot=asked.pk)
    reason: Any = {"protected": True, "protection_reason": "Their job is at stake."}
    with pytest.raises(InvalidInput, match="no saved copy") as caught:
        evidence_update(
            actor=cast.reviewer, evidence=piece, revision=1, fields={**reason, "snapshot": asked.pk}
        )
    assert list(caught.value.fields) == ["snapshot"]
    changed = evidence_update(actor=cast.reviewer, evidence=piece, revision=1, fields=reason)
    assert (changed.snapshot, changed.protected) == (None, True)
    with pytest.raises(InvalidInput):
        evidence_add(
            actor=cast.reviewer,
            claim=asked.claim,
            fields={"citation": "x", "stance": "SUPPORTS", "snapshot": asked.pk, **reason},
        )
