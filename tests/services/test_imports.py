"""Imports: chunks that are written once, whatever dies; cancelled, resumed, rolled back."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotations import jobs
from annotations.errors import Conflict, InvalidInput, NotAllowed
from annotations.models import (
    Article,
    Claim,
    Claimant,
    Corpus,
    DetectionRun,
    Event,
    Import,
    Job,
    NearDuplicate,
    SketchBand,
    Tag,
    User,
)
from annotations.services import import_chunks, import_runs, likeness
from annotations.services import import_rollback as import_rollbacks
from annotations.services.articles import article_create
from annotations.services.deletion import articles_hide
from annotations.services.import_rollback import import_rollback_run
from annotations.services.import_runs import import_check_run, import_run
from annotations.services.imports import (
    import_cancel,
    import_check,
    import_configure,
    import_create,
    import_resume,
    import_rollback,
    import_start,
)
from annotations.services.leases import jobs_claim

from .cast import Cast, make_article, make_claim, make_evidence
from .importing import (
    bring_in,
    check,
    json_lines,
    problems,
    roll_back,
    tarred,
    upload,
    work,
    zipped,
)

pytestmark = pytest.mark.django_db

TEXTS = {
    f"{n:03}.txt": f"date 2021-12-{n + 1:02}\nText number {n}: ferries cost {n} million."
    for n in range(7)
}


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.IMPORT_CHUNK_ROWS = 2


def brat(n: int, words: str = "ferries") -> dict[str, str]:
    text = f"🚢 Text {n}: ferries cost {n} million."
    start = text.index(words)
    return {
        f"{n}.txt": text,
        f"{n}.ann": f"T1\tquantity {start} {start + len(words)}\t{words}\n",
    }


def test_an_archive_comes_in(cast: Cast, corpus: Corpus) -> None:
    content = zipped(TEXTS)
    source = bring_in(corpus, "letters.zip", content, actor=cast.admin)
    assert source.state == "done"
    assert source.counts["articles"] == source.counts["items"] == 7
    assert (source.size, source.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (source.formats, source.encodings) == ({"text": 7}, {"utf-8": 7})
    with source.file.open("rb") as kept:
        assert kept.read() == content
    assert "letters" not in source.file.name
    article = Article.objects.get(source_name="003.txt")
    assert (article.title, str(article.published)) == (
        "Text number 3: ferries cost 3 million.",
        "2021-12-04",
    )
    assert article.text.text == article.title
    assert article.text.created_by == cast.admin
    assert article.source_import == source
    assert Job.objects.filter(kind="extraction", state="queued").count() == 7
    kinds = list(Event.objects.filter(kind__startswith="import").values_list("kind", flat=True))
    assert kinds == ["import.done", "import.chunk", "import.requested", "import.created"]


def test_a_second_time_changes_nothing(corpus: Corpus) -> None:
    bring_in(corpus, "a.zip", zipped(TEXTS))
    again = bring_in(corpus, "b.tar.gz", tarred(TEXTS))
    assert again.counts["duplicates"] == 7
    assert Article.objects.count() == 7
    assert {reason for _, reason in problems(again, "duplicate")} == {
        "its text is in the corpus already"
    }
    assert not again.problems.filter(article=None).exists()


@pytest.mark.usefixtures("small_chunks")
def test_each_chunk_is_a_turn_when_others_wait(corpus: Corpus, settings: Any) -> None:
    settings.IMPORT_SLICE_SECONDS = -1
    source = import_start(actor=None, source=upload(corpus, "a.zip", zipped(TEXTS)))
    assert import_run(first=source.job_id) == 2
    source.refresh_from_db()
    assert source.job is not None
    source.job.refresh_from_db()
    # Back in the queue, with its attempts counted anew.
    assert (source.job.state, source.job.attempts, source.job.lease) == ("queued", 0, None)
    assert 0 < source.progress < 1
    assert source.job.done == int(source.progress * 1000)
    assert (source.seconds_left or 0) > 0
    assert (source.items_a_second or 0) > 0
    source = work(source)
    assert source.counts["articles"] == 7
    # Of all turns together.
    assert (source.formats, source.encodings) == ({"text": 7}, {"utf-8": 7})


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_that_comes_back_writes_nothing_twice(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker stalls in the middle; another one takes the job and finishes it."""
    source = import_start(actor=None, source=upload(corpus, "a.zip", zipped(TEXTS)))
    advance, calls = import_runs._advance, []

    def stalls(job: Job, *args: Any) -> None:
        calls.append(job.pk)
        if len(calls) == 2:
            # Inside the transaction of its second chunk the lease is somebody else's.
            Job.objects.filter(pk=job.pk).update(lease=None, state="queued", attempts=0)
        advance(job, *args)

    monkeypatch.setattr(import_runs, "_advance", stalls)
    assert import_run(first=source.job_id) == 0
    monkeypatch.setattr(import_runs, "_advance", advance)
    source.refresh_from_db()
    # Its first chunk stands, its second one was undone with all that it wrote.
    assert (source.counts["articles"], Article.objects.count()) == (2, 2)
    Job.objects.filter(pk=source.job_id).update(lease=None, state="queued")
    assert work(source).counts["articles"] == Article.objects.count() == 7


@pytest.mark.usefixtures("small_chunks")
def test_cancelled_and_resumed(cast: Cast, corpus: Corpus, settings: Any) -> None:
    settings.IMPORT_SLICE_SECONDS = -1
    source = import_start(
        actor=cast.admin, source=upload(corpus, "a.zip", zipped(TEXTS), actor=cast.admin)
    )
    import_run(first=source.job_id)
    stopped = import_cancel(actor=cast.admin, source=source)
    assert stopped.state == "cancelled"
    assert import_run(first=source.job_id) == 0
    assert Article.objects.count() == 2
    with pytest.raises(Conflict, match="roll it back first"):
        import_configure(actor=cast.admin, source=source, options={})
    assert import_resume(actor=cast.admin, source=source).state == "running"
    assert work(source).state == "done"
    assert Article.objects.count() == 7
    with pytest.raises(Conflict, match="it can't be resumed now"):
        import_resume(actor=cast.admin, source=source)


def test_what_breaks_is_a_failure_with_its_reason(corpus: Corpus) -> None:
    source = bring_in(corpus, "a.zip", b"PK, and then nothing")
    assert source.state == "failed"
    assert source.job is not None
    assert "not a zip archive" in source.job.error
    assert source.job.attempts == 1


def test_rolled_back_but_for_what_people_worked_on(cast: Cast, corpus: Corpus) -> None:
    own = make_article(corpus)
    source = bring_in(corpus, "a.zip", zipped({**brat(1), **brat(2), **brat(3)}), actor=cast.admin)
    assert source.counts["claims"] == Claim.objects.count() == 3
    worked_on = Article.objects.get(source_name="2.txt")
    make_claim(cast.reviewer, worked_on, "2 million")
    undone = roll_back(source, cast.admin)
    assert undone.state == "rolled_back"
    assert (undone.counts["removed"], undone.counts["kept"]) == (2, 1)
    assert set(Article.objects.all()) == {own, worked_on}
    assert worked_on.claims.count() == 2
    assert problems(undone, "note") == [
        (None, "people have worked on this article since, so it was not taken back")
    ]
    # What was taken back can come in again.
    again = work(import_start(actor=cast.admin, source=undone))
    assert (again.counts["articles"], again.counts["duplicates"]) == (2, 1)


def test_annotations_become_claims_of_a_named_annotator(corpus: Corpus) -> None:
    bring_in(corpus, "a.zip", zipped(brat(1)), annotator="Käthe’s team")
    claim = Claim.objects.get()
    assert claim.quote == "ferries"
    assert claim.created_by.name == "Käthe’s team"
    assert not claim.created_by.is_active
    assert not claim.created_by.has_usable_password()
    assert claim.created_by.username.startswith(f"imported+{corpus.pk}+kathes-team")
    assert list(claim.types.values_list("key", flat=True)) == ["quantity"]
    assert claim.text.text[claim.spans.get().start :].startswith("ferries")


def test_annotations_become_suggestions(corpus: Corpus) -> None:
    source = bring_in(corpus, "a.zip", zipped(brat(1)), annotations="suggestions")
    assert (source.counts["suggestions"], Claim.objects.count()) == (1, 0)
    article = Article.objects.get()
    run = DetectionRun.objects.get()
    assert article.current_run == run
    assert (article.state, article.check_worthiness) == ("ready", 1.0)
    assert (run.suggestion_count, run.config_hash) == (1, source.sha256)
    suggestion = run.suggestions.get()
    assert (suggestion.quote, suggestion.kind, suggestion.score) == ("ferries", "quantity", 1.0)
    # They are there in the place of the detector's.
    assert not Job.objects.filter(kind="extraction").exists()
    with pytest.raises(InvalidInput, match="in the place of the detector's"):
        upload(corpus, "a.zip", b"x", annotations="suggestions", extract=True)


def test_annotations_of_a_text_that_is_there_are_added_once(corpus: Corpus) -> None:
    bring_in(corpus, "1.txt", brat(1)["1.txt"])
    article = Article.objects.get()
    content = zipped(brat(1))
    added = bring_in(corpus, "a.zip", content, annotator="Ann")
    assert (added.counts["duplicates"], added.counts["claims"]) == (1, 1)
    assert article.claims.get().quote == "ferries"
    again = bring_in(corpus, "b.zip", content, annotator="Ann")
    assert (again.counts["already"], Claim.objects.count()) == (1, 1)
    bring_in(corpus, "c.zip", content, annotator="Ben")
    assert Claim.objects.count() == 2
    # Only what came with it goes.
    roll_back(added)
    assert Claim.objects.get().created_by.name == "Ben"
    assert Article.objects.get() == article


def test_what_was_deleted_comes_in_again_with_its_annotations(corpus: Corpus) -> None:
    """Deleted claims keep their uids for as long as they can be restored."""
    for times in (1, 2, 3):
        source = bring_in(corpus, "a.zip", zipped({**brat(1), **brat(2)}), annotator="Ann")
        assert (source.counts["articles"], source.counts["claims"]) == (2, 2)
        assert Claim.objects.count() == 2 * times
        again = bring_in(corpus, "a.zip", zipped(brat(1)), annotator="Ann")
        assert (again.counts["duplicates"], again.counts["already"]) == (1, 1)
        with transaction.atomic():
            articles_hide(actor=None, corpus=corpus, articles=[a.pk for a in Article.objects.all()])


def test_a_misplaced_annotation_rejects_its_row_or_is_dropped(corpus: Corpus) -> None:
    files = {**brat(1), **brat(2)}
    files["2.ann"] += "T2\tquantity 0 4\tfour\n"
    rejected = bring_in(corpus, "a.zip", zipped(files))
    assert (rejected.counts["articles"], rejected.counts["rejected"]) == (1, 1)
    ((_, reason),) = problems(rejected)
    assert reason == "2.ann, line 2: the text at [0, 4) is '🚢 Te', not 'four'"
    dropped = bring_in(corpus, "a.zip", zipped(files), misplaced="drop")
    assert (dropped.counts["articles"], dropped.counts["misplaced"]) == (1, 1)
    assert problems(dropped, "misplaced") == [(None, reason)]
    assert Claim.objects.count() == 2


def test_a_dry_run_says_everything_and_brings_in_nothing(corpus: Corpus) -> None:
    bring_in(corpus, "0.txt", TEXTS["000.txt"])
    files = {**TEXTS, **brat(8), "bad.txt": " \n"}
    source = check(corpus, "a.zip", zipped(files))
    assert source.state == "checked"
    assert (Article.objects.count(), Claim.objects.count(), User.objects.count()) == (1, 0, 5)
    assert source.counts["articles"] == 7
    assert (source.counts["duplicates"], source.counts["rejected"]) == (1, 1)
    assert problems(source) == [(None, "there is no text")]
    first = source.preview["rows"][0]
    assert (first["title"], first["published"], first["claims"]) == (
        "Text number 1: ferries cost 1 million.",
        "2021-12-02",
        0,
    )
    assert source.preview["rows"][-1]["claims"] == 1
    # Then for good, from the beginning, with a list of problems of its own.
    source = work(import_start(actor=None, source=source))
    assert (source.counts["articles"], len(problems(source))) == (7, 1)


def test_near_duplicates_are_linked(corpus: Corpus) -> None:
    words = [f"word{n}" for n in range(200)]
    # One that came by itself is sketched when an import looks for likes.
    first = make_article(corpus, " ".join(words))
    changed = [*words[:100], "changed", *words[101:]]
    other = [f"other{n}" for n in range(200)]
    source = bring_in(
        corpus,
        "a.zip",
        zipped(
            {
                "1.txt": " ".join(changed),
                "2.txt": " ".join(other),
                "3.txt": " ".join([*other, "end"]),
            }
        ),
    )
    assert (source.counts["articles"], source.counts["near_duplicates"]) == (3, 2)
    links = {(n.article.source_name, n.earlier.source_name) for n in NearDuplicate.objects.all()}
    assert links == {("1.txt", first.source_name), ("3.txt", "2.txt")}
    assert all(0.8 <= n.similarity <= 1 for n in NearDuplicate.objects.all())
    assert bring_in(corpus, "b.txt", "word1 " * 99, near_duplicates=False).state == "done"


def test_the_likest_of_a_chunk_is_found_among_what_shares_a_little(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts that share a band with another, and hardly more, hide none that says the same."""
    words = [f"word{n}" for n in range(400)]
    like = " ".join([*words[:-1], "changed"])
    decoys = {
        f"{n}.txt": " ".join([*words[:40], *(f"{n}x{m}" for m in range(360))]) for n in range(6)
    }
    bands_of = likeness.bands_of
    monkeypatch.setattr(likeness, "bands_of", lambda signature: [1, *bands_of(signature)])
    bring_in(corpus, "a.zip", zipped({**decoys, "7.txt": " ".join(words), "8.txt": like}))
    link = NearDuplicate.objects.get(article__source_name="8.txt")
    assert link.earlier.source_name == "7.txt"


def test_of_many_that_are_alike_some_are_compared(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even read: a corpus may have the same report a hundred thousand times."""
    monkeypatch.setattr(likeness, "MOST_COMPARED", 2)
    words = " ".join(f"word{n}" for n in range(100))
    files = {f"{n}.txt": f"Number {n}. {words}" for n in range(6)}
    assert bring_in(corpus, "a.zip", zipped(files)).counts["near_duplicates"] == 5
    bands = SketchBand.objects.values_list("band", flat=True)
    found = likeness.of_bands(SketchBand.objects.all(), set(bands), "article_id")
    assert max(Counter(band for band, _ in found).values()) == 2
    owners = likeness.owners_of(corpus, set(bands))
    assert {band: sorted(pks)[:2] for band, pks in owners.items()} == owners


def test_a_row_that_the_database_refuses_fails_alone(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = import_runs.Planner._add

    def odd(self: Any, entry: Any, prepared: Any) -> None:
        plan(self, entry, prepared)
        if "number 3" in prepared.text:
            self.plan.articles[-1].title = None

    monkeypatch.setattr(import_runs.Planner, "_add", odd)
    source = bring_in(corpus, "a.zip", zipped(TEXTS))
    assert (source.counts["articles"], source.counts["rejected"]) == (6, 1)
    ((_, reason),) = problems(source)
    assert "it can't be stored" in reason
    assert Job.objects.filter(kind="extraction").count() == 6


def test_who_may(cast: Cast, corpus: Corpus) -> None:
    for actor in (cast.reviewer, cast.adjudicator, cast.outsider):
        with pytest.raises(NotAllowed):
            upload(corpus, "a.txt", "Text.", actor=actor)
    source = upload(corpus, "a.txt", "Text.", actor=cast.admin)
    for service in (import_start, import_cancel, import_resume, import_rollback):
        with pytest.raises(NotAllowed):
            service(actor=cast.reviewer, source=source)
    # No file speaks in the name of accounts because a corpus's admin says so.
    with pytest.raises(NotAllowed, match="existing accounts"):
        upload(corpus, "a.txt", "Text.", actor=cast.admin, people="same")


def test_what_is_refused_at_once(corpus: Corpus, settings: Any) -> None:
    for options, field in (
        ({"format": "xyz"}, "options.format"),
        ({"encoding": "zip"}, "options.encoding"),
        ({"encoding": "Punycode"}, "options.encoding"),
        ({"nothing": 1}, "options.nothing"),
        ({"columns": {"text": 1}}, "options.columns"),
        ({"unit": "words"}, "options.unit"),
        ({"extract": "yes"}, "options.extract"),
    ):
        with pytest.raises(InvalidInput) as refused:
            upload(corpus, "a.txt", "Text.", **options)
        assert list(refused.value.fields) == [field]
    with pytest.raises(InvalidInput, match="empty"):
        upload(corpus, "a.txt", "")
    with pytest.raises(InvalidInput, match="send a file"):
        import_create(actor=None, corpus=corpus, files=[])
    settings.IMPORT_MAX_BYTES = 3
    with pytest.raises(InvalidInput, match="larger than"):
        upload(corpus, "a.txt", "Text.")
    assert not Import.objects.exists()


def test_another_job_is_never_taken(corpus: Corpus) -> None:
    source = import_start(actor=None, source=upload(corpus, "a.txt", "Text."))
    assert jobs_claim(worker="here:1", first=source.job_id) == []


def test_all_or_nothing(corpus: Corpus) -> None:
    files = {**TEXTS, "bad.txt": " "}
    source = upload(corpus, "a.zip", zipped(files), all_or_nothing=True)
    with pytest.raises(Conflict, match="checked first"):
        import_start(actor=None, source=source)
    source = check(corpus, "a.zip", zipped(files), all_or_nothing=True)
    with pytest.raises(Conflict, match="1 rows would be rejected"):
        import_start(actor=None, source=source)
    # Under other options it is another question, which no check has answered.
    changed = import_configure(
        actor=None, source=source, options={"all_or_nothing": True, "format": "brat"}
    )
    assert (changed.state, changed.counts, problems(changed)) == ("new", {}, [])
    source = check(corpus, "a.zip", zipped(TEXTS), all_or_nothing=True)
    assert work(import_start(actor=None, source=source)).counts["articles"] == 7


def test_a_rejected_record_leaves_no_names_behind(corpus: Corpus) -> None:
    header = {"format": "factcheck-jsonl", "version": 1, "corpus": {}}
    person = {"username": "nobody", "name": "Nobody"}
    claim = {
        "uid": "00000000-0000-0000-0000-000000000001",
        "text_revision": 1,
        "spans": [{"start": 0, "end": 7, "quote": "Ferries"}],
        "claimant": "Somebody",
        "tags": ["a tag"],
        "state": "open",
        "created_by": person,
        "verdicts": [
            {"uid": "00000000-0000-0000-0000-000000000002", "kind": "review", "rating": "?"}
        ],
    }
    record = {"text": "Ferries.", "text_revision": 1, "claims": [claim]}
    source = bring_in(corpus, "a.jsonl", json_lines(header, record))
    assert problems(source) == [(2, "the corpus's scale has no rating '?'")]
    assert not Claimant.objects.exists()
    assert not Tag.objects.exists()
    assert not User.objects.filter(username__contains="nobody").exists()
    assert not Article.objects.exists()


def test_of_a_long_file_only_a_part_is_read_at_a_time(corpus: Corpus, settings: Any) -> None:
    """The first chunk is written before a tenth of the file has been read."""
    settings.IMPORT_CHUNK_ROWS = 20
    settings.IMPORT_SLICE_SECONDS = -1
    words = "Ferries cost 12 million. " * 40
    rows = [{"text": f"{n} {words}", "label": []} for n in range(2000)]
    for name, content in (
        ("a.jsonl", json_lines(*rows)),
        ("a.csv", "text\n" + "".join(f"{row['text']}\n" for row in rows)),
        ("a.json", json.dumps([{"data": row, "annotations": []} for row in rows])),
    ):
        source = import_start(
            actor=None, source=upload(corpus, name, content, near_duplicates=False, extract=False)
        )
        assert import_run(first=source.job_id) == 20
        source.refresh_from_db()
        assert 0 < source.progress < 0.1, name


def test_fewer_messages_than_articles(
    corpus: Corpus,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    """A worker takes batch after batch with each, so a bulk import doesn't flood the broker."""
    settings.IMPORT_CHUNK_ROWS = 2
    sent: list[str] = []
    monkeypatch.setattr(jobs, "send", lambda job_id, kind, bulk: sent.append(kind) or True)
    with django_capture_on_commit_callbacks(execute=True):
        bring_in(corpus, "a.zip", zipped(TEXTS))
    assert sent == ["import", "extraction"]


def test_nothing_behind_what_cant_be_read_is_read_after_a_pause(
    corpus: Corpus, settings: Any
) -> None:
    """What comes in is the same however often an import pauses, and the error is told once."""
    settings.IMPORT_CHUNK_ROWS, settings.IMPORT_SLICE_SECONDS = 1, -1
    rows = "[" + "".join(
        f'{{"data": {{"text": "{n} ferries."}}, "annotations": []}}, ' for n in range(2)
    )
    source = bring_in(corpus, "a.json", f"{rows} ?")
    assert source.state == "done"
    ((_, reason),) = problems(source)
    assert reason.startswith("not JSON")
    assert source.counts["items"] == 3
    archive = bring_in(corpus, "b.zip", zipped({"1.json": f"{rows} ?", "2.txt": "Three."}))
    assert (archive.counts["articles"], len(problems(archive))) == (1, 1)


@pytest.mark.usefixtures("small_chunks")
def test_a_turn_lasts_as_long_as_the_way_to_its_first_chunk(
    corpus: Corpus, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.IMPORT_SLICE_SECONDS = 1
    source = import_start(actor=None, source=upload(corpus, "a.zip", zipped(TEXTS)))
    seconds, chunks = [0.0], import_chunks.chunks

    def slow(*args: Any, **kwargs: Any) -> Any:
        # Opening and skipping take 5 s, a chunk after that 2 s.
        seconds[0] += 5
        for chunk in chunks(*args, **kwargs):
            yield chunk
            seconds[0] += 2

    monkeypatch.setattr(import_chunks, "chunks", slow)
    monkeypatch.setattr(import_runs.time, "monotonic", lambda: seconds[0])
    assert import_run(first=source.job_id) == 7
    settings.IMPORT_CHUNK_ROWS = 1
    source = import_start(actor=None, source=upload(corpus, "b.zip", zipped(TEXTS)))
    assert import_run(first=source.job_id) == 4


@pytest.mark.usefixtures("small_chunks")
def test_a_turn_ends_for_somebody_who_waits_at_the_screen(corpus: Corpus) -> None:
    """But not before it has done as much as it took to get there; and what is bulk too can wait."""
    source = import_start(actor=None, source=upload(corpus, "a.zip", zipped(TEXTS)))
    article = article_create(actor=None, corpus=corpus, title="A", text="Sales fell by 8 percent.")
    job = Job.objects.get(article=article)
    assert not job.bulk
    done = []
    while dealt_with := import_run(first=source.job_id):
        done.append(dealt_with)
    assert len(done) > 1
    assert sum(done) == 7
    Job.objects.filter(pk=job.pk).update(bulk=True)
    source = import_start(actor=None, source=upload(corpus, "b.zip", zipped(TEXTS)))
    assert import_run(first=source.job_id) == 7


def test_one_bad_row_of_many_costs_a_few_plans(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite nobody else writes while they are made."""
    add, plan, plans = import_runs.Planner._add, import_runs._plan, []

    def odd(self: Any, entry: Any, prepared: Any) -> None:
        if "number 40:" in prepared.text:
            raise TypeError("what is this?")
        add(self, entry, prepared)

    def counted(*args: Any) -> Any:
        plans.append(len(args[-1]))
        return plan(*args)

    monkeypatch.setattr(import_runs.Planner, "_add", odd)
    monkeypatch.setattr(import_runs, "_plan", counted)
    rows = ({"text": f"Ferry number {n}: it costs {n} million."} for n in range(64))
    content = json_lines(*rows)
    source = bring_in(corpus, "a.jsonl", content, format="doccano", near_duplicates=False)
    assert (source.counts["articles"], source.counts["rejected"]) == (63, 1)
    assert problems(source) == [(41, "it can't be stored: what is this?")]
    assert len(plans) < 16


def test_a_row_that_no_one_thought_of_fails_alone(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = import_runs.Planner._add

    def odd(self: Any, entry: Any, prepared: Any) -> None:
        if "number 3" in prepared.text:
            raise TypeError("what is this?")
        plan(self, entry, prepared)

    monkeypatch.setattr(import_runs.Planner, "_add", odd)
    checked = check(corpus, "a.zip", zipped({**TEXTS, **brat(8)}))
    assert (checked.counts["articles"], checked.counts["rejected"]) == (7, 1)
    assert [row["claims"] for row in checked.preview["rows"]] == [0] * 6 + [1]
    (claim,) = checked.preview["rows"][-1]["first_claims"]
    assert (claim["words"], len(claim["labels"])) == ("ferries", 1)
    source = bring_in(corpus, "a.zip", zipped(TEXTS))
    assert (source.counts["articles"], source.counts["rejected"]) == (6, 1)
    assert problems(source) == [(None, "it can't be stored: what is this?")]


def test_a_refused_name_can_be_stored(corpus: Corpus) -> None:
    source = bring_in(corpus, "a.tar.gz", tarred({"\u00e9\0.txt": "One.", "b.txt": "Two."}))
    assert (source.state, source.counts["articles"]) == ("done", 1)
    assert source.problems.get().file == "\u00e9\ufffd.txt"


def test_rolling_back_leaves_what_another_import_said(corpus: Corpus) -> None:
    first = bring_in(corpus, "a.zip", zipped({**brat(1), **brat(2)}), annotator="Ann")
    second = bring_in(corpus, "b.zip", zipped(brat(1)), annotator="Ben")
    undone = roll_back(first)
    assert (undone.counts["removed"], undone.counts["kept"]) == (1, 1)
    assert problems(undone, "note") == [
        (
            None,
            "this article has claims that did not come with this import, so it was not taken back",
        )
    ]
    article = Article.objects.get()
    assert {claim.created_by.name for claim in article.claims.all()} == {"Ann", "Ben"}
    roll_back(second)
    assert article.claims.get().created_by.name == "Ann"


def test_claims_on_others_articles_are_taken_back_in_turns(
    cast: Cast, corpus: Corpus, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, none of them waits in memory, and others have their turn."""
    monkeypatch.setattr(import_rollbacks, "ROLLBACK_CLAIMS", 2)
    files = [brat(n) for n in range(5)]
    for number, file in enumerate(files):
        make_article(corpus, file[f"{number}.txt"])
    content = zipped({name: words for file in files for name, words in file.items()})
    source = bring_in(corpus, "a.zip", content, annotator="Ann")
    assert (Article.objects.count(), Claim.objects.count()) == (5, 5)
    worked = Claim.objects.order_by("pk")[1]
    make_evidence(cast.reviewer, worked)
    settings.IMPORT_SLICE_SECONDS = -1
    source = import_rollback(actor=None, source=source)
    left = []
    while source.state == "rolling_back":
        import_rollback_run(first=source.job_id)
        source = Import.objects.get(pk=source.pk)
        left.append(Claim.objects.count())
    assert left == [4, 2, 1, 1]
    assert Claim.objects.get() == worked
    assert source.counts["removed_claims"] == 4
    assert (source.state, Article.objects.count()) == ("rolled_back", 5)
    (kept,) = source.problems.filter(reason__contains="worked on a claim")
    assert kept.article == worked.article


def test_a_job_whose_database_was_away_is_free_at_once(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> int:
        raise OperationalError("deadlock detected")

    source = import_start(actor=None, source=upload(corpus, "a.zip", zipped(TEXTS)))
    with monkeypatch.context() as patched:
        patched.setattr(import_runs, "_import_part", away)
        with pytest.raises(OperationalError):
            import_run(first=source.job_id)
    assert Job.objects.get(pk=source.job_id).sent_at is None
    assert import_run(first=source.job_id) == 7


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
def test_cancelling_locks_the_job_and_not_its_import(corpus: Corpus) -> None:
    """A worker locks the job, then the import: the other way round the two would deadlock."""
    source = import_start(actor=None, source=upload(corpus, "a.zip", zipped(TEXTS)))
    with CaptureQueriesContext(connection) as asked:
        import_cancel(actor=None, source=source)
    locks = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    assert locks
    assert not any('OF "annotations_import"' in sql for sql in locks)


def test_suggestions_of_several_articles_have_a_run_each(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(import_runs, "_apart")
    content = zipped({**brat(1), **brat(2), **brat(3)})
    bring_in(corpus, "a.zip", content, annotations="suggestions")
    runs = {run.article_id: run.pk for run in DetectionRun.objects.all()}
    assert len(set(runs.values())) == 3
    assert {a.pk: a.current_run_id for a in Article.objects.all()} == runs
    assert all(run.suggestions.count() == 1 for run in DetectionRun.objects.all())


def test_a_place_outside_of_an_article_rejects_its_row_alone(
    corpus: Corpus,
) -> None:
    article = make_article(corpus, "Ferries cost 12 million.")
    mark = {
        "type": "Annotation",
        "target": {
            "source": f"urn:factcheck:article:{article.pk}",
            "selector": {"type": "TextPositionSelector", "start": 3, "end": 9999},
        },
    }
    good = json.loads(json.dumps(mark))
    good["target"]["selector"]["end"] = 7
    source = bring_in(corpus, "a.jsonld", json.dumps([mark, good]), format="w3c")
    assert (source.counts["claims"], source.counts["rejected"]) == (1, 1)
    ((_, reason),) = problems(source)
    assert "is not inside the text" in reason
    assert "stored" not in reason


def test_annotators_whose_names_look_alike_are_several(corpus: Corpus) -> None:
    names = ["Ann B.", "ann b", "Änn B.", f"{'x' * 90} one", f"{'x' * 90} two"]
    for number, name in enumerate(names):
        bring_in(corpus, f"{number}.zip", zipped(brat(number)), annotator=name)
    usernames = {claim.created_by.username for claim in Claim.objects.all()}
    assert len(usernames) == len(names)
    assert all(len(username) <= 150 for username in usernames)


@pytest.mark.usefixtures("small_chunks")
def test_a_check_that_was_stopped_has_brought_nothing_in(corpus: Corpus, settings: Any) -> None:
    settings.IMPORT_SLICE_SECONDS = -1
    source = import_check(actor=None, source=upload(corpus, "a.zip", zipped(TEXTS)))
    import_check_run(first=source.job_id)
    stopped = import_cancel(actor=None, source=source)
    assert (stopped.state, stopped.at_file + stopped.at_item > 0) == ("cancelled", True)
    again = import_check(actor=None, source=stopped)
    assert work(again, import_check_run).counts["articles"] == 7
    changed = import_configure(actor=None, source=again, options={"near_duplicates": False})
    assert changed.state == "new"
