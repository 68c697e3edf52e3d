"""Two lanes: what somebody waits for, and bulk work that lets it pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations import jobs as broker
from annotations.detection import ArticleInput, Detection
from annotations.models import Corpus, DetectionRun, Event, Job, WorkerHeartbeat
from annotations.services import extraction
from annotations.services.events import events_verify
from annotations.services.extraction import extraction_run
from annotations.services.jobs import extraction_request, job_cancel
from annotations.services.leases import jobs_claim, jobs_go_on, others_wait
from annotations.services.runs import Found, runs_record
from annotations.services.sweep import jobs_sweep
from annotations.services.workers import worker_name, worker_seen

from .cast import Cast, FakeDetector, detection, make_article, make_corpus


class Reader(FakeDetector):
    """Finds each article's first word."""

    def stream(self, articles: Iterable[ArticleInput]) -> Iterator[Detection]:
        return (detection(article.text, article.text.split()[0]) for article in articles)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "load_detector", lambda name: Reader())


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """(job, in the bulk queue) of each message."""
    told: list[tuple[int, bool]] = []
    monkeypatch.setattr(
        broker, "send", lambda job_id, kind, bulk: told.append((job_id, bulk)) or True
    )
    return told


def bulk(corpus: Corpus, count: int, words: int = 3) -> list[Job]:
    """Extraction jobs of an import, the oldest first."""
    made = [make_article(corpus, f"Bulk {n} " + "word " * (words - 2)) for n in range(count)]
    jobs = Job.objects.filter(article__in=made).order_by("pk")
    jobs.update(bulk=True)
    return list(jobs)


def test_what_somebody_waits_for_goes_first_and_alone(corpus: Corpus) -> None:
    waiting = bulk(corpus, 3)
    late = make_article(corpus, "A single article.").jobs.get()
    assert jobs_claim(worker="w:1", first=None, limit=16) == [late]
    assert jobs_claim(worker="w:1", first=None, limit=16) == waiting


def test_a_worker_kept_free_does_no_bulk_work(
    corpus: Corpus, reader: None, sent: list[tuple[int, bool]]
) -> None:
    first = make_article(corpus, "A single article.").jobs.get()
    bulk(corpus, 2)
    assert extraction_run(first=first.pk) == 1
    # Nor when the job is done already, nor by itself.
    assert extraction_run(first=first.pk) == 0
    assert jobs_claim(worker="w:1", limit=16, bulk=False) == []
    assert Job.objects.filter(state="queued", bulk=True).count() == 2
    assert sent == []


@pytest.mark.parametrize(("bound", "taken"), [(1, 1), (10, 1), (11, 2), (25, 3), (1000, 5)])
def test_a_batch_is_measured_by_its_words(corpus: Corpus, bound: int, taken: int) -> None:
    jobs = bulk(corpus, 5, words=10)
    assert {job.words for job in jobs} == {10}
    assert len(jobs_claim(worker="w:1", limit=16, words=bound)) == taken


def test_a_batch_is_of_one_detector_with_one_threshold(cast: Cast, corpus: Corpus) -> None:
    other = make_corpus(cast, "Stricter")
    other.threshold = 0.9
    other.save()
    first, second = bulk(corpus, 2)
    bulk(other, 2)
    assert jobs_claim(worker="w:1", limit=16) == [first, second]
    assert {job.corpus for job in jobs_claim(worker="w:1", limit=16)} == {other}


def test_a_turn_begins_with_telling_of_the_rest(
    corpus: Corpus, reader: None, settings: Any, sent: list[tuple[int, bool]]
) -> None:
    settings.EXTRACTION_SLICE_SECONDS, settings.EXTRACTION_BATCH_ARTICLES = -1, 2
    jobs = bulk(corpus, 7)
    assert extraction_run(first=jobs[0].pk) == 2
    assert sent == [(jobs[2].pk, True)]
    # Once, however many batches the turn has.
    settings.EXTRACTION_SLICE_SECONDS = 60
    assert extraction_run(first=jobs[2].pk) == 5
    assert sent == [(jobs[2].pk, True), (jobs[4].pk, True)]
    # By then its work is done, so the message begets no other.
    assert extraction_run(first=jobs[4].pk) == 0
    assert len(sent) == 2


def test_nothing_left_is_not_told_of(
    corpus: Corpus, reader: None, settings: Any, sent: list[tuple[int, bool]]
) -> None:
    jobs = bulk(corpus, 2)
    assert extraction_run(first=jobs[0].pk) == 2
    assert sent == []


def test_what_is_told_of_can_be_begun_beside_the_turn(
    corpus: Corpus, settings: Any, monkeypatch: pytest.MonkeyPatch, sent: list[tuple[int, bool]]
) -> None:
    """Whoever gets the message finds work, and the one that sent it is killed without harm."""
    settings.EXTRACTION_BATCH_ARTICLES = 2
    jobs = bulk(corpus, 5)
    beside: list[list[Job]] = []

    def killed(batch: list[Job]) -> int:
        ((first, _),) = sent
        beside.append(jobs_claim(worker="another:1", first=first, limit=2))
        raise SystemExit

    monkeypatch.setattr(extraction, "_extract", killed)
    with pytest.raises(SystemExit):
        extraction_run(first=jobs[0].pk)
    assert beside == [jobs[2:4]]


def test_somebody_who_waits_for_a_page_ends_the_turn(
    corpus: Corpus, reader: None, settings: Any, sent: list[tuple[int, bool]]
) -> None:
    settings.EXTRACTION_BATCH_ARTICLES = 1
    jobs = bulk(corpus, 3)
    page = Job.objects.create(kind="fetch", corpus=corpus)
    assert others_wait(kind="extraction")
    assert extraction_run(first=jobs[0].pk) == 1
    assert sent == [(jobs[1].pk, True)]
    Job.objects.filter(pk=page.pk).update(state="running")
    assert not others_wait(kind="extraction")
    assert extraction_run(first=jobs[1].pk) == 2


def test_an_idle_worker_sends_itself_one_message_however_long_the_queue(
    corpus: Corpus, sent: list[tuple[int, bool]]
) -> None:
    jobs = bulk(corpus, 40)
    Job.objects.update(sent_at=None)
    (held,) = jobs_claim(worker=worker_name())
    assert jobs_sweep(idle=False)["sent"] == 0
    assert jobs_sweep(bulk=False)["sent"] == 0
    assert sent == []
    assert jobs_sweep()["sent"] == 1
    assert sent == [(jobs[1].pk, True)]
    # Busy by what it counts, as after a broker was lost with its messages, and holding nothing.
    Job.objects.filter(pk=held.pk).update(state="done")
    assert jobs_sweep(idle=False)["sent"] == 1
    Job.objects.update(state="done")
    assert not jobs_go_on(kind="extraction")


@pytest.mark.parametrize(
    ("state", "workers", "resent"),
    [
        ({}, 2, ["export", "extraction"]),
        # It takes no bulk work.
        ({"bulk": False}, 2, ["extraction"]),
        # It has enough to do, or nobody else can have fetched the messages.
        ({"idle": False}, 2, []),
        ({}, 1, []),
    ],
)
def test_an_idle_worker_takes_over_what_a_busy_one_has_fetched_ahead(
    corpus: Corpus,
    settings: Any,
    sent: list[tuple[int, bool]],
    state: dict[str, bool],
    workers: int,
    resent: list[str],
) -> None:
    settings.JOB_SWEEP_SECONDS = 5
    for number in range(workers):
        worker_seen(name=f"here:{number}", started_at=timezone.now())
    make_article(corpus, "A single article.")
    Job.objects.create(kind="export", bulk=True, corpus=corpus)
    Job.objects.update(sent_at=timezone.now() - dt.timedelta(seconds=3))
    assert jobs_sweep(**state)["sent"] == 0, "a message that is on its way is waited for"
    Job.objects.update(sent_at=timezone.now() - dt.timedelta(seconds=6))
    assert jobs_sweep(**state)["sent"] == len(resent)
    known = dict(Job.objects.values_list("pk", "kind"))
    assert sorted(known[job] for job, _ in sent) == resent
    assert jobs_sweep(**state)["sent"] == 0, "and so is this one"


def test_each_lane_has_its_queue(
    corpus: Corpus, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues: list[str] = []
    monkeypatch.setattr(
        broker.current_app, "send_task", lambda *_, queue, **__: queues.append(queue)
    )
    for in_bulk in (False, True):
        broker.send(1, "extraction", bulk=in_bulk)
    assert queues == [settings.CELERY_TASK_DEFAULT_QUEUE, settings.CELERY_BULK_QUEUE]


def test_a_heartbeat_says_what_the_worker_takes(db: None) -> None:
    worker_seen(name="here:1", started_at=timezone.now(), bulk=False)
    assert not WorkerHeartbeat.objects.get().bulk


def test_a_threshold_of_the_corpus_is_the_runs(corpus: Corpus, reader: None, cast: Cast) -> None:
    corpus.threshold = 0.8
    corpus.save()
    article = make_article(corpus, "Words to read.")
    assert extraction_run(first=None) == 1
    assert DetectionRun.objects.get().threshold == 0.8
    corpus.threshold = None
    corpus.save()
    extraction_request(actor=cast.admin, article=article)
    assert extraction_run(first=None) == 1
    assert DetectionRun.objects.latest("pk").threshold == Reader().threshold


# --- Runs written together ------------------------------------------------------------------


def found_in(jobs: list[Job]) -> list[Found]:
    texts = {job.article_id: job.article.text for job in jobs if job.article}
    return [
        Found(job, texts[job.article_id], detection(texts[job.article_id].text, "Bulk"), 0.1)
        for job in jobs
    ]


def test_a_job_that_was_cancelled_meanwhile_is_left_out(cast: Cast, corpus: Corpus) -> None:
    bulk(corpus, 3)
    jobs = jobs_claim(worker="w:1", limit=16)
    job_cancel(actor=cast.admin, job=jobs[1])
    runs = runs_record(detector=Reader(), found=found_in(jobs))  # type: ignore[arg-type]
    assert [run.job_id for run in runs] == [jobs[0].pk, jobs[2].pk]
    assert DetectionRun.objects.count() == 2
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == [
        "done",
        "cancelled",
        "done",
    ]
    assert not Job.objects.filter(state="done").exclude(done=F("total")).exists()
    assert Event.objects.filter(kind="run.recorded").count() == 2
    assert events_verify(chain=f"corpus:{corpus.pk}") == Event.objects.count() - _of_the_site()


def _of_the_site() -> int:
    return Event.objects.filter(chain="site").count()


def test_the_queries_of_a_batch_do_not_grow_with_its_articles(corpus: Corpus) -> None:
    needed = []
    for count, words in ((2, 3), (8, 4)):
        bulk(corpus, count, words)
        found = found_in(jobs_claim(worker="w:1", limit=count))
        with CaptureQueriesContext(connection) as seen:
            assert len(runs_record(detector=Reader(), found=found)) == count  # type: ignore[arg-type]
        needed.append(len(seen))
    # BEGIN and COMMIT; the jobs, the articles; three keys on SQLite; runs, suggestions, earlier
    # decisions; the articles, sent together; the jobs' end; the event chain, its lock, the
    # events, its end.
    assert needed[0] == needed[1] <= 18
