"""Exports by workers: a file is whole or not there, whatever dies; cancelled, kept, removed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connections
from django.utils import timezone

from annotations.errors import Conflict, NotAllowed
from annotations.exporting import FORMATS, Options, Selection
from annotations.models import Event, Evidence, Export, Job
from annotations.services import export_runs
from annotations.services.evidence import evidence_update
from annotations.services.export_runs import export_run
from annotations.services.exports import (
    MOST_AT_ONCE,
    export_cancel,
    export_file,
    export_request,
    export_resume,
    exports_sweep,
)
from annotations.services.leases import jobs_claim
from tests import factories
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = factories.make_cast()
    for _ in range(3):
        claim = factories.make_claim(factories.make_article(made.corpus), made.reviewer)
        factories.make_verdict(claim, made.reviewer)
    return made


def ask(cast: Cast, name: str = "jsonl", actor: Any = None, **given: Any) -> Export:
    return export_request(
        actor=actor or cast.reviewer,
        corpus=cast.corpus,
        format_=FORMATS[name],
        selection=Selection.read(given, cast.corpus),
        options=Options.read(given),
        uid=given.get("uid"),
    )


def again(export: Export) -> Export:
    return Export.objects.select_related("job", "corpus").get(pk=export.pk)


def content(export: Export) -> bytes:
    with export_file(export) as file:
        return file.read()


def test_a_worker_writes_it_whole(cast: Cast) -> None:
    uid = uuid.uuid4()
    export = ask(cast, pseudonyms=True, verdict="False", uid=uid)
    assert ask(cast, uid=uid).pk == export.pk
    assert (export.state, export.job.bulk) == ("queued", True)  # type: ignore[union-attr]
    assert export_run(first=export.job_id) == 1
    done = again(export)
    assert (done.state, done.progress) == ("done", 1.0)
    assert done.job is not None
    assert done.job.state == "done"
    written = content(done)
    header, *articles = map(json.loads, written.splitlines())
    assert len(articles) == 3
    assert cast.reviewer.username not in written.decode()
    # Who has the file can tell what it is; nobody can lead the names back.
    manifest = done.manifest
    assert manifest["sha256"] == done.sha256 == hashlib.sha256(written).hexdigest()
    assert manifest["size"] == done.size == len(written)
    assert manifest["filters"] == {"verdict": ["False"]}
    assert manifest["options"] == {"pseudonyms": True}
    assert manifest["counts"] == {
        "articles": 3, "claims": 3, "verdicts": 3, "written": 3, "unit": "articles",
        "left_out": {},
    }  # fmt: skip
    assert manifest["software"]["name"] == "factcheck"
    assert manifest["schema"].startswith("00")
    assert header["exported_at"][:19] == manifest["exported_at"][:19]
    assert bytes(done.salt) == b""
    assert [e.kind for e in Event.objects.filter(kind__startswith="export.").order_by("pk")] == [
        "export.requested",
        "export.done",
    ]
    # Twice does nothing the second time.
    assert export_run(first=export.job_id) == 0


@pytest.mark.parametrize("name", ["parquet", "spacy", "brat"])
@pytest.mark.any_database
def test_formats_of_workers(cast: Cast, name: str) -> None:
    export = ask(cast, name)
    assert export_run(first=export.job_id) == 1
    assert content(again(export)).startswith(b"PK")


# Formats with another way of writing each: lines, a table, an array, a count at the end.
GOING_ON = ("jsonl", "csv", "averitec", "w3c", "checkthat-worthiness", "doccano")


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[int]]:
    """Does something when a worker has written two of three; which articles workers were given."""
    monkeypatch.setattr(export_runs, "TOLD_SECONDS", 0)
    read = export_runs.records_of
    given: list[int] = []

    def set_up(interruption: Callable[[], Any]) -> list[int]:
        def interrupt(*args: Any, **kwargs: Any) -> Iterator[Any]:
            for record in read(*args, **kwargs):
                given.append(record["id"])
                yield record
                if len(given) == 2:
                    interruption()

        monkeypatch.setattr(export_runs, "records_of", interrupt)
        return given

    return set_up


@pytest.mark.parametrize("name", GOING_ON)
def test_cancelled_and_resumed(cast: Cast, name: str, interrupted: Any) -> None:
    """The worker notices; resumed, another one goes on, and the file is as if nothing had been."""
    whole = ask(cast, name, pseudonyms=True)
    Export.objects.filter(pk=whole.pk).update(salt=b"s")
    with time_machine.travel(timezone.now(), tick=False):
        export_run(first=whole.job_id)
        export = ask(cast, name, pseudonyms=True)
        Export.objects.filter(pk=export.pk).update(salt=b"s")
        given = interrupted(lambda: export_cancel(actor=cast.reviewer, export=again(export)))
        assert export_run(first=export.job_id) == 0
        stopped = again(export)
        assert (stopped.state, stopped.file.name, stopped.manifest) == ("cancelled", "", {})
        # Two of three are whole, as was noted.
        assert stopped.progress == pytest.approx(2 / 3)
        with pytest.raises(Conflict):
            export_cancel(actor=cast.reviewer, export=stopped)
        export_resume(actor=cast.reviewer, export=stopped)
        assert export_run(first=export.job_id) == 1
    done = again(export)
    assert content(done) == content(again(whole))
    assert done.sha256 == again(whole).sha256
    assert done.manifest["counts"] == again(whole).manifest["counts"]
    first, second, third = cast.corpus.articles.order_by("pk").values_list("pk", flat=True)
    assert given == [first, second, third, third]
    assert list(unfinished_files(export)) == []
    with pytest.raises(Conflict):
        export_resume(actor=cast.reviewer, export=done)


def unfinished_files(export: Export) -> Iterator[Path]:
    return (Path(settings.VAR_DIR) / "exports").glob(f"{export.uid}-*.part")


@pytest.mark.any_database
@pytest.mark.parametrize("lost", ["archive", "elsewhere", "protected", "version"])
def test_what_cannot_go_on_begins_anew(
    cast: Cast, lost: str, interrupted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beginning that has a source which was protected since, or is of another format, too."""
    export = ask(cast, "brat" if lost == "archive" else "jsonl")
    given = interrupted(lambda: export_cancel(actor=cast.reviewer, export=again(export)))
    export_run(first=export.job_id)
    if lost == "elsewhere":
        for path in unfinished_files(export):
            path.unlink()
    if lost == "protected":
        piece = Evidence.objects.order_by("pk").first()
        assert piece is not None
        fields: Any = {"protected": True, "protection_reason": "Asked."}
        evidence_update(actor=cast.admin, evidence=piece, revision=1, fields=fields)
    if lost == "version":
        monkeypatch.setattr(type(FORMATS["jsonl"]), "version", 9)
    export_resume(actor=cast.reviewer, export=again(export))
    assert export_run(first=export.job_id) == 1
    assert len(given) == 6
    assert again(export).manifest["counts"]["articles"] == 3


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker(cast: Cast, interrupted: Any) -> None:
    """A process of its own, killed in the middle; the next goes on with what is on the disk."""
    export = ask(cast)
    given = interrupted(lambda: os.kill(os.getpid(), signal.SIGKILL))
    connections.close_all()
    worker = os.fork()
    if not worker:
        export_run(first=export.job_id)
        os._exit(0)
    _, status = os.waitpid(worker, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    left = again(export)
    assert (left.state, left.progress) == ("running", pytest.approx(2 / 3))
    assert given == []
    Job.objects.filter(pk=export.job_id).update(lease_expires_at=timezone.now())
    interrupted(lambda: None)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert export_run(first=None) == 1
    articles = list(cast.corpus.articles.order_by("pk").values_list("pk", flat=True))
    assert given == articles[2:]
    header, *lines = map(json.loads, content(again(export)).splitlines())
    assert header["format"] == "factcheck-jsonl"
    assert [line["id"] for line in lines] == articles


def test_a_worker_that_died_leaves_it_to_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = ask(cast)
    (dead,) = jobs_claim(worker="other:1", first=export.job_id, kind="export")
    late = timezone.now() + dt.timedelta(days=1)
    Job.objects.filter(pk=dead.pk).update(lease_expires_at=timezone.now())
    with time_machine.travel(late):
        assert export_run(first=None) == 1
    done = again(export)
    first = content(done)
    # Back from the dead, with the same work: the file that is there stays.
    with pytest.raises(export_runs.JobLost):
        export_runs._write(dead, Export.objects.select_related("corpus").get(pk=export.pk))
    assert content(again(export)) == first
    assert again(export).file.name == done.file.name


def test_what_goes_wrong_is_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    export = ask(cast, type="quantity")
    cast.corpus.claim_type_scheme = "averitec"
    cast.corpus.save()
    assert export_run(first=export.job_id) == 0
    failed = again(export)
    assert (failed.state, failed.file.name) == ("failed", "")
    assert "quantity" in failed.job.error  # type: ignore[union-attr]


def test_files_are_removed_when_their_time_is_over(
    cast: Cast, settings: Any, interrupted: Any
) -> None:
    settings.EXPORT_KEEP_DAYS = 2
    stopped = ask(cast)
    interrupted(lambda: export_cancel(actor=cast.reviewer, export=again(stopped)))
    export_run(first=stopped.job_id)
    (left,) = unfinished_files(stopped)
    export = ask(cast)
    export_run(first=export.job_id)
    done = again(export)
    storage, name = done.file.storage, done.file.name
    assert exports_sweep() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert exports_sweep() == 1
        assert exports_sweep() == 0
    assert not left.exists()
    assert not storage.exists(name or "")
    gone = again(export)
    # What it was stays to be read.
    assert (gone.state, gone.sha256, bool(gone.manifest)) == ("expired", done.sha256, True)


def test_whose_it_is(cast: Cast) -> None:
    export = ask(cast)
    with pytest.raises(NotAllowed):
        export_cancel(actor=cast.second_reviewer, export=export)
    with pytest.raises(NotAllowed):
        ask(cast, actor=cast.outsider)
    export_cancel(actor=cast.admin, export=export)
    for _ in range(MOST_AT_ONCE):
        ask(cast)
    with pytest.raises(Conflict):
        ask(cast)
    ask(cast, actor=cast.second_reviewer)
