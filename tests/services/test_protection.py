"""What was written before a source was protected is given out no more."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps

from annotations.exporting import FORMATS, Options, Selection
from annotations.models import Claim, Event, Evidence, Export, Release
from annotations.releasing import Plan
from annotations.services import export_runs, release_runs
from annotations.services.discussion import comment_edit
from annotations.services.events import events_verify
from annotations.services.evidence import evidence_add, evidence_update
from annotations.services.export_runs import export_run
from annotations.services.exports import export_request, exports_sweep
from annotations.services.release_runs import release_check, release_run
from annotations.services.releases import release_request, release_verify, release_withdraw
from annotations.services.undo import action_redo, action_undo
from tests import factories
from tests.factories import Cast

pytestmark = pytest.mark.django_db

PAGE = "https://whistle.example/a?b=1"
PROTECT: Any = {"protected": True, "protection_reason": "Asked."}
OPEN: Any = {"protected": False}


@pytest.fixture
def cast() -> Cast:
    return factories.make_cast()


@pytest.fixture
def claim(cast: Cast) -> Claim:
    return factories.make_claim(factories.make_article(cast.corpus), cast.reviewer)


def asked_export(cast: Cast) -> Export:
    return export_request(
        actor=cast.reviewer,
        corpus=cast.corpus,
        format_=FORMATS["jsonl"],
        selection=Selection(),
        options=Options(),
    )


def asked_release(cast: Cast) -> Release:
    return release_request(
        actor=cast.admin,
        corpus=cast.corpus,
        title="Elections",
        licence="CC-BY-4.0",
        formats=["jsonl"],
        selection=Selection(),
        options=Options(),
        plan=Plan(),
    )


def made_export(cast: Cast) -> Export:
    export = asked_export(cast)
    assert export_run(first=export.job_id) == 1
    export.refresh_from_db()
    return export


def both(cast: Cast) -> tuple[Export, Release]:
    release = asked_release(cast)
    assert release_run(first=release.job_id) == 1
    release.refresh_from_db()
    return made_export(cast), release


def withheld(*files: Any) -> list[bool]:
    for file in files:
        file.refresh_from_db()
    return [file.source_protected_at is not None for file in files]


def change(cast: Cast, piece: Evidence, fields: Any) -> None:
    piece.refresh_from_db()
    evidence_update(actor=cast.reviewer, evidence=piece, revision=piece.revision, fields=fields)


def test_a_source_that_becomes_protected(
    cast: Cast, claim: Claim, django_capture_on_commit_callbacks: Any
) -> None:
    piece = factories.make_evidence(claim, cast.reviewer, url=PAGE)
    export, release = both(cast)
    elsewhere = Export.objects.create(
        corpus=cast.other_corpus, file="other", exported_at=export.exported_at
    )
    storage, name, sums = export.file.storage, export.file.name, release.sha256
    assert name
    with django_capture_on_commit_callbacks(execute=True):
        change(cast, piece, PROTECT)
    assert withheld(export, release, elsewhere) == [True, True, False]
    assert (export.state, export.file.name, export.expires_at) == ("expired", "", None)
    assert not storage.exists(name)
    # Frozen: not a byte of it is another, it can be made again, and it can be taken back.
    assert (release.state, release.sha256) == ("ready", sums)
    checked = release_check(release)
    assert (checked["same"], checked["stored"]) == (True, True)
    release_run(first=release_verify(actor=cast.admin, release=release).job_id)
    release.refresh_from_db()
    assert release.verification["same"]
    events = Event.objects.filter(kind__endswith=".withheld").order_by("pk")
    assert [e.kind for e in events] == ["export.withheld", "release.withheld"]
    assert all(PAGE not in str(e.after) for e in events)
    release_withdraw(actor=cast.admin, release=release, reason="A source.")
    # It isn't in what is written from now on.
    assert withheld(*both(cast)) == [False, False]
    events_verify(chain=f"corpus:{cast.corpus.pk}")


def test_undone_and_done_again(cast: Cast, claim: Claim) -> None:
    piece = factories.make_evidence(claim, cast.reviewer, url=PAGE)
    export, release = both(cast)
    change(cast, piece, PROTECT)
    assert withheld(export, release) == [True, True]
    action_undo(actor=cast.reviewer, article=claim.article)
    # What was removed is gone; what stayed is given out as before.
    assert withheld(export, release) == [True, False]
    export = made_export(cast)
    action_redo(actor=cast.reviewer, article=claim.article)
    assert withheld(export, release) == [True, True]
    # Taking the protection off, and that back.
    change(cast, piece, OPEN)
    assert withheld(release) == [False]
    export = made_export(cast)
    action_undo(actor=cast.reviewer, article=claim.article)
    assert withheld(export, release) == [True, True]


def test_a_release_waits_for_all_of_its_sources(cast: Cast, claim: Claim) -> None:
    one = factories.make_evidence(claim, cast.reviewer, url=PAGE)
    other = factories.make_evidence(claim, cast.reviewer)
    _, release = both(cast)
    same = factories.make_evidence(claim, cast.reviewer, url=PAGE)
    for piece in (one, other, same):
        change(cast, piece, PROTECT)
    for piece, left in ((one, True), (other, True), (same, False)):
        assert withheld(release) == [True]
        change(cast, piece, OPEN)
        assert withheld(release) == [left]


def other_piece(cast: Cast, claim: Claim) -> None:
    factories.make_evidence(claim, cast.reviewer, url="http://www.whistle.example/a/?b=1#part")


def answered(cast: Cast, claim: Claim) -> None:
    question = factories.make_question(claim, cast.reviewer)
    factories.make_answer(question, cast.reviewer, source_url=PAGE)


def led_there(cast: Cast, claim: Claim) -> None:
    factories.make_snapshot(claim, cast.reviewer, final_url=PAGE)


def said(cast: Cast, claim: Claim) -> None:
    factories.make_thread(claim, cast.reviewer, text=f"It is in ({PAGE}), they say.")


def written_over(cast: Cast, claim: Claim) -> Callable[[], Any]:
    comment = factories.make_thread(claim, cast.reviewer, text=f"See {PAGE}.").comments.get()
    return lambda: comment_edit(
        actor=cast.reviewer, comment=comment, revision=comment.revision, text="See there."
    )


def nowhere(cast: Cast, claim: Claim) -> None:
    # A beginning of the address is another page.
    factories.make_thread(claim, cast.reviewer, text="Not https://whistle.example/ab?b=1, nor")
    factories.make_evidence(claim, cast.reviewer, url="https://whistle.example/a?b=2")


TOLD = [other_piece, answered, led_there, said, written_over, nowhere]


@pytest.mark.parametrize("told", TOLD)
def test_a_new_source_whose_page_was_told(
    cast: Cast, claim: Claim, told: Callable[..., Any]
) -> None:
    """Protected from its first moment on, it can only be in files that name its page."""
    afterwards = told(cast, claim)
    files = both(cast)
    if afterwards:
        afterwards()
    fields: Any = {**PROTECT, "url": PAGE, "stance": "SUPPORTS"}
    evidence_add(actor=cast.reviewer, claim=claim, fields=fields)
    assert withheld(*files) == [told is not nowhere] * 2


def test_another_address_of_a_protected_source(cast: Cast, claim: Claim) -> None:
    piece = factories.make_evidence(claim, cast.reviewer, url=PAGE, **PROTECT)
    files = both(cast)
    change(cast, piece, {"url": "https://other.example/"})
    assert withheld(*files) == [False, False]
    factories.make_evidence(claim, cast.reviewer, url="https://münchen.example/ä")
    files = both(cast)
    change(cast, piece, {"url": "https://xn--mnchen-3ya.example/%C3%A4"})
    assert withheld(*files) == [True, True]


def test_a_release_of_before_the_source(cast: Cast, claim: Claim) -> None:
    _, release = both(cast)
    change(cast, factories.make_evidence(claim, cast.reviewer, url=PAGE), PROTECT)
    fields: Any = {**PROTECT, "citation": "A caller", "stance": "SUPPORTS"}
    evidence_add(actor=cast.reviewer, claim=claim, fields=fields)
    assert withheld(release) == [False]


@pytest.mark.parametrize("name", ["export", "release"])
def test_protected_while_it_is_written(
    cast: Cast, claim: Claim, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has read it already: what it wrote is nothing, and it is written anew."""
    piece = factories.make_evidence(claim, cast.reviewer, url=PAGE)
    module, reader, asked, run = {
        "export": (export_runs, "records_of", asked_export, export_run),
        "release": (release_runs, "frozen", asked_release, release_run),
    }[name]
    read: Any = getattr(module, reader)

    def then_protected(*args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from read(*args, **kwargs)
        monkeypatch.setattr(module, reader, read)
        change(cast, piece, PROTECT)

    monkeypatch.setattr(module, reader, then_protected)
    file: Any = asked(cast)  # type: ignore[operator]
    assert run(first=file.job_id) == 0  # type: ignore[operator]
    file.refresh_from_db()
    assert (file.job.state, file.file.name) == ("queued", "")
    assert "A source was protected while" in file.job.error
    type(file.job).objects.filter(pk=file.job_id).update(due_at=file.created_at)
    assert run(first=file.job_id) == 1  # type: ignore[operator]
    assert withheld(file) == [False]
    if name == "export":
        with file.file.open("rb") as stored:
            assert PAGE.encode() not in stored.read()


def test_protected_after_the_records_were_frozen(
    cast: Cast, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = factories.make_evidence(claim, cast.reviewer, url=PAGE)
    release = asked_release(cast)
    write = release_runs.Bundle.write

    def then_protected(self: Any) -> Iterator[bytes]:
        yield from write(self)
        change(cast, piece, PROTECT)

    monkeypatch.setattr(release_runs.Bundle, "write", then_protected)
    assert release_run(first=release.job_id) == 0
    release.refresh_from_db()
    assert (release.state, release.file.name) == ("failed", "")
    assert "discard it" in release.job.error  # type: ignore[union-attr]


def test_files_of_before_they_were_looked_after(cast: Cast, claim: Claim) -> None:
    """The migration withholds what the history shows, and no more; the sweep removes the file."""
    piece = factories.make_evidence(claim, cast.reviewer, url=PAGE)
    early = both(cast)
    name = early[0].file.name
    change(cast, piece, PROTECT)
    Release.objects.update(source_protected_at=None)
    Export.objects.filter(pk=early[0].pk).update(source_protected_at=None, file=name)
    late = both(cast)
    importlib.import_module("annotations.migrations.0026_protected_since").withhold(apps, None)
    assert withheld(*early, *late) == [True, True, False, False]
    assert exports_sweep() == 1
    assert withheld(early[0]) == [True]
    assert early[0].state == "expired"
