"""What happens at one moment, with real threads and a connection each."""

from __future__ import annotations

import io
import time
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from annotations.errors import Conflict, InvalidInput, StaleRevision
from annotations.exporting import FORMATS, Options, Selection
from annotations.models import (
    Article,
    ArticleSketch,
    Assignment,
    Claim,
    Corpus,
    Event,
    Job,
    Membership,
    Question,
    Release,
    SketchBand,
    User,
)
from annotations.releasing import Plan
from annotations.services import export_runs
from annotations.services.articles import article_submit
from annotations.services.assignments import assignment_add
from annotations.services.claim_parts import claim_merge
from annotations.services.claims import claim_create, claim_lock, claim_update
from annotations.services.corpora import corpus_create, corpus_update, membership_remove
from annotations.services.deletion import corpus_delete, corpus_restore
from annotations.services.events import events_verify
from annotations.services.evidence import evidence_update, evidence_withdraw
from annotations.services.exports import export_request
from annotations.services.import_rollback import import_rollback_run
from annotations.services.import_turns import import_locked
from annotations.services.imports import (
    import_check,
    import_create,
    import_rollback,
    import_start,
)
from annotations.services.jobs import extraction_request, job_retry
from annotations.services.leases import job_fail, jobs_claim, jobs_hold
from annotations.services.likeness import BANDS, sketch_missing
from annotations.services.preferences import preferences_set
from annotations.services.purging import purge_sweep
from annotations.services.release_runs import release_run
from annotations.services.releases import release_request, release_verify
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.undo import action_undo

from .cast import TEXT, Cast, at, judge, make_article, make_claim, make_evidence, suggestion_of
from .importing import bring_in, json_lines, upload, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

AtOnce = Callable[..., list[Any]]


def test_twenty_edits_of_one_revision(cast: Cast, claim: Claim, at_once: AtOnce) -> None:
    results = at_once(
        *(
            partial(
                claim_update,
                actor=cast.reviewer if n % 2 else cast.second,
                claim=claim,
                revision=1,
                fields={"normalised": f"Wording {n}.", "claimant": f"Speaker {n}"},
            )
            for n in range(20)
        )
    )
    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"Claim": 1, "StaleRevision": 19}
    winner = next(result for result in results if isinstance(result, Claim))
    claim.refresh_from_db()
    assert (claim.revision, claim.normalised) == (2, winner.normalised)
    assert Event.objects.filter(kind="claim.updated").count() == 1
    for result in results:
        if isinstance(result, StaleRevision):
            # Each of the nineteen is told what is there now, whole.
            assert result.current.normalised == winner.normalised
            assert result.current.claimant == winner.claimant
    events_verify(chain=f"corpus:{claim.article.corpus_id}")


def test_edits_of_twenty_claims_keep_one_chain(
    cast: Cast, article: Article, at_once: AtOnce
) -> None:
    claims = [make_claim(cast.reviewer, article) for _ in range(20)]
    results = at_once(
        *(
            partial(
                claim_update,
                actor=cast.second,
                claim=claim,
                revision=1,
                fields={"normalised": "Changed.", "claimant": "Ilse Vorn"},
            )
            for claim in claims
        )
    )
    assert {type(result) for result in results} == {Claim}
    events_verify(chain=f"corpus:{article.corpus_id}")


def test_two_accept_one_suggestion(cast: Cast, article: Article, at_once: AtOnce) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    results = at_once(
        *(
            partial(suggestion_accept, actor=who, suggestion=suggestion)
            for who in (cast.reviewer, cast.second)
        )
    )
    assert Counter(type(r).__name__ for r in results) == {"Claim": 1, "Conflict": 1}
    assert Claim.objects.count() == 1


def test_one_person_accepts_twice(cast: Cast, article: Article, at_once: AtOnce) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    call = partial(suggestion_accept, actor=cast.reviewer, suggestion=suggestion)
    results = at_once(*[call] * 4)
    assert {result.pk for result in results} == {Claim.objects.get().pk}


def test_one_accepts_and_one_rejects(cast: Cast, article: Article, at_once: AtOnce) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    results = at_once(
        partial(suggestion_accept, actor=cast.reviewer, suggestion=suggestion),
        partial(suggestion_reject, actor=cast.second, suggestion=suggestion),
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1


def test_one_request_sent_twice(cast: Cast, article: Article, at_once: AtOnce) -> None:
    call = partial(
        claim_create,
        actor=cast.reviewer,
        article=article,
        fields={"spans": [at(TEXT, "Ferries doubled")]},
        uid=uuid.uuid4(),
    )
    results = at_once(*[call] * 4)
    assert {result.pk for result in results} == {Claim.objects.get().pk}
    assert Event.objects.filter(kind="claim.created").count() == 1


def test_undo_pressed_many_times(cast: Cast, article: Article, at_once: AtOnce) -> None:
    for _ in range(3):
        make_claim(cast.reviewer, article)
    results = at_once(*[partial(action_undo, actor=cast.reviewer, article=article)] * 5)
    assert Counter(type(result).__name__ for result in results) == {"Event": 3, "Conflict": 2}
    assert not Claim.objects.standing().exists()


def test_a_verdict_never_outlives_its_only_evidence_by_a_race(
    cast: Cast, claim: Claim, at_once: AtOnce
) -> None:
    """Whichever comes first, the other sees it."""
    evidence = make_evidence(cast.reviewer, claim)
    results = at_once(
        partial(judge, cast.second, claim),
        partial(evidence_withdraw, actor=cast.reviewer, evidence=evidence, revision=1),
    )
    kinds = list(
        Event.objects.filter(claim=claim).order_by("number").values_list("kind", flat=True)
    )
    if isinstance(results[0], Exception):
        assert kinds[-1] == "evidence.withdrawn"
    else:
        assert kinds[-2:] == ["verdict.given", "evidence.withdrawn"]


def test_eight_workers_take_each_job_once(corpus: Corpus, at_once: AtOnce) -> None:
    for n in range(24):
        make_article(corpus, f"Text {n}.")

    def work(name: str) -> list[int]:
        taken = []
        while jobs := jobs_claim(worker=name, limit=2):
            taken += [job.pk for job in jobs]
        return taken

    results = at_once(*(partial(work, f"w:{n}") for n in range(8)))
    taken = [pk for result in results for pk in result]
    assert sorted(taken) == sorted(Job.objects.values_list("pk", flat=True))
    assert not Job.objects.exclude(attempts=1).exists()


def test_eight_messages_about_one_job(corpus: Corpus, at_once: AtOnce) -> None:
    make_article(corpus)
    job = Job.objects.get()
    results = at_once(*(partial(jobs_claim, worker=f"w:{n}", first=job.pk) for n in range(8)))
    assert sorted(map(len, results)) == [0] * 7 + [1]


def test_requests_for_one_extraction(cast: Cast, article: Article, at_once: AtOnce) -> None:
    results = at_once(*[partial(extraction_request, actor=cast.reviewer, article=article)] * 6)
    assert len({job.pk for job in results}) == 1
    assert Job.objects.active().count() == 1


def test_a_retry_and_a_request(cast: Cast, corpus: Corpus, at_once: AtOnce) -> None:
    article = make_article(corpus)
    (job,) = jobs_claim(worker="w:1")
    job_fail(job=job, error="broken", permanent=True)
    results = at_once(
        *[partial(job_retry, actor=cast.admin, job=job)] * 2,
        *[partial(extraction_request, actor=cast.reviewer, article=article)] * 2,
    )
    assert {type(result) for result in results} <= {Job, Conflict}
    assert Job.objects.active().count() == 1


def test_two_imports_of_one_file(tmp_path: Path, corpus: Corpus, at_once: AtOnce) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One text.", encoding="utf-8")

    def work() -> dict[str, int]:
        return bring_in(corpus, "a.txt", "One text.", near_duplicates=False).counts

    results = at_once(*[work] * 4)
    assert sorted(counts.get("articles", 0) for counts in results) == [0, 0, 0, 1]
    assert sum(counts.get("duplicates", 0) for counts in results) == 3
    assert Article.objects.count() == Job.objects.filter(kind="extraction").count() == 1


def test_two_imports_sketch_what_was_there(corpus: Corpus, at_once: AtOnce) -> None:
    for n in range(5):
        make_article(corpus, f"Ferry {n} costs a lot.")

    def sketch() -> None:
        while True:
            with transaction.atomic():
                if not sketch_missing(corpus, 2):
                    return
                time.sleep(0.05)

    assert at_once(sketch, sketch) == [None, None]
    assert ArticleSketch.objects.count() == 5
    assert SketchBand.objects.count() == 5 * BANDS


@pytest.mark.parametrize("what", ["import", "export", "release"])
def test_a_request_for_work_sent_twice(
    cast: Cast, corpus: Corpus, at_once: AtOnce, what: str
) -> None:
    """Its answer was slow, and it was sent again."""
    uid = uuid.uuid4()
    ask: dict[str, Callable[[], Any]] = {
        "import": lambda: import_create(
            actor=cast.admin, corpus=corpus, files=[("a.txt", io.BytesIO(b"One."))], uid=uid
        ),
        "export": lambda: export_request(
            actor=cast.admin,
            corpus=corpus,
            format_=FORMATS["csv"],
            selection=Selection(),
            options=Options(),
            uid=uid,
        ),
        "release": lambda: release_asked(cast, corpus, uid=uid),
    }
    results = at_once(*[ask[what]] * 4)
    assert len({getattr(result, "pk", result) for result in results}) == 1
    assert Job.objects.count() == (0 if what == "import" else 1)


def release_asked(cast: Cast, corpus: Corpus, **given: Any) -> Release:
    return release_request(
        actor=cast.admin,
        corpus=corpus,
        title="All",
        licence="CC0-1.0",
        formats=["csv"],
        selection=Selection(),
        options=Options(),
        plan=Plan(),
        **given,
    )


@pytest.mark.parametrize("begin", [import_check, import_start])
def test_an_import_is_begun_once(corpus: Corpus, at_once: AtOnce, begin: Any) -> None:
    source = upload(corpus, "a.txt", "One text.")
    results = at_once(*[partial(begin, actor=None, source=source)] * 4)
    assert Counter(type(result).__name__ for result in results) == {"Import": 1, "Conflict": 3}
    assert Job.objects.count() == 1


def test_a_release_is_verified_by_one_job(
    cast: Cast, corpus: Corpus, claim: Claim, at_once: AtOnce
) -> None:
    release = release_asked(cast, corpus)
    assert release_run(first=release.job_id) > 0
    at_once(*[partial(release_verify, actor=cast.admin, release=release)] * 4)
    assert Job.objects.filter(kind="release").count() == 2


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
def test_a_claim_that_was_waited_for_has_its_claimant(
    cast: Cast, claim: Claim, at_once: AtOnce
) -> None:
    """PostgreSQL re-reads the locked row, not what was joined to it."""
    holding, waiting = Flag(), Flag()

    def first() -> None:
        with transaction.atomic():
            claim_update(
                actor=cast.reviewer, claim=claim, revision=1, fields={"claimant": "Ilse Vorn"}
            )
            holding.set()
            waiting.wait(0.5)

    def second() -> None:
        holding.wait(10)
        claim_update(actor=cast.second, claim=claim, revision=1, fields={"normalised": "x"})

    _, stale = at_once(first, second)
    assert connection.vendor == "postgresql"
    assert isinstance(stale, StaleRevision)
    assert stale.current.claimant is not None
    assert stale.current.claimant.name == "Ilse Vorn"


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
@pytest.mark.parametrize("locked", ["article", "corpus", "claim", "user", "import", "file"])
def test_what_is_locked_may_be_pointed_at(
    cast: Cast, claim: Claim, at_once: AtOnce, settings: Any, locked: str
) -> None:
    """A new row that names a locked one doesn't wait for it: in large writes that is a deadlock."""
    article, holding, done = claim.article, Flag(), Flag()
    corpus = article.corpus
    source = bring_in(corpus, "a.txt", "One text.", near_duplicates=False)
    settings.IMPORT_KEEP_DAYS = -1
    lock: dict[str, Callable[[], Any]] = {
        "article": lambda: article_submit(actor=cast.reviewer, article=article),
        "corpus": lambda: corpus_update(
            actor=cast.admin, corpus=corpus, revision=corpus.revision, fields={"description": "x"}
        ),
        "claim": lambda: claim_lock(claim),
        "user": lambda: preferences_set(actor=cast.reviewer, fields={"theme": "dark"}),
        "import": lambda: import_locked(source),
        "file": purge_sweep,
    }
    point: dict[str, Callable[[], Any]] = {
        "article": lambda: Job.objects.create(kind="extraction", corpus=corpus, article=article),
        "corpus": lambda: Job.objects.create(kind="fetch", corpus=corpus),
        "claim": lambda: Question.objects.create(claim=claim, text="?", asked_by=cast.second),
        "user": lambda: Job.objects.create(kind="fetch", corpus=corpus, created_by=cast.reviewer),
        # As a claim of the import's that is written twice in one transaction.
        "import": lambda: Article.objects.create(corpus=corpus, source_import=source),
    }
    point["file"] = point["import"]

    def first() -> bool:
        with transaction.atomic():
            lock[locked]()
            holding.set()
            return done.wait(5)

    def second() -> None:
        assert holding.wait(10)
        point[locked]()
        done.set()

    assert at_once(first, second) == [True, None]


def edit_slowly(actor: User, claim: Claim, holding: Flag) -> None:
    """``holding`` is set while the edit is answered and not yet committed."""
    with transaction.atomic():
        claim_update(actor=actor, claim=claim, revision=1, fields={"normalised": "Edited."})
        holding.set()
        time.sleep(0.5)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
@pytest.mark.parametrize("there", [False, True], ids=["of its article", "of one that was there"])
def test_a_claim_that_is_being_edited_is_not_taken_back(
    cast: Cast, corpus: Corpus, at_once: AtOnce, there: bool
) -> None:
    """The edit was answered as saved; its event is seen only once it is committed."""
    if there:
        make_article(corpus, "Ferries cost a lot.")
    row = json_lines({"text": "Ferries cost a lot.", "label": [[0, 7, "X"]]})
    source = bring_in(corpus, "a.jsonl", row, format="doccano", near_duplicates=False)
    claim, holding = Claim.objects.get(), Flag()
    source = import_rollback(actor=None, source=source)

    def second() -> str:
        assert holding.wait(10)
        return work(source, import_rollback_run).state

    first = partial(edit_slowly, cast.reviewer, claim, holding)
    assert at_once(first, second) == [None, "rolled_back"]
    assert Claim.objects.get().normalised == "Edited."


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
def test_an_import_is_taken_back_while_its_articles_are_extracted(
    corpus: Corpus, at_once: AtOnce
) -> None:
    """A worker holds the job, then the article."""
    source = bring_in(corpus, "a.txt", "Ferries cost a lot.", near_duplicates=False)
    article, holding = Article.objects.get(), Flag()
    jobs = jobs_claim(worker="another:1")
    source = import_rollback(actor=None, source=source)

    def first() -> int:
        with transaction.atomic():
            assert jobs_hold(jobs)
            holding.set()
            time.sleep(0.5)
            locked = Article.objects.select_for_update(no_key=True).filter(pk=article.pk)
            return len(locked)

    def second() -> str:
        assert holding.wait(10)
        return work(source, import_rollback_run).state

    assert at_once(first, second) == [1, "rolled_back"]
    assert not Article.objects.exists()
    assert not Job.objects.filter(kind="extraction").exists()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
def test_an_import_is_asked_to_go_while_a_claim_of_it_is_edited(
    cast: Cast, corpus: Corpus, at_once: AtOnce
) -> None:
    """A claim that is written twice is checked anew, with the import that it names, at the end:
    whoever holds the import then must not wait for the history."""
    row = json_lines({"text": "Ferries cost a lot.", "label": [[0, 7, "X"]]})
    source = bring_in(corpus, "a.jsonl", row, format="doccano", near_duplicates=False)
    claim, holding = Claim.objects.get(), Flag()

    def second() -> str:
        assert holding.wait(10)
        return import_rollback(actor=None, source=source).state

    first = partial(edit_slowly, cast.reviewer, claim, holding)
    assert at_once(first, second) == [None, "rolling_back"]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
def test_undoing_a_merging_locks_as_merging_does(
    cast: Cast, article: Article, claim: Claim, at_once: AtOnce
) -> None:
    later = make_claim(cast.reviewer, article, "pay for itself")
    claim_merge(actor=cast.reviewer, claim=later, revision=1, other=claim, other_revision=1)
    holding = Flag()

    def first() -> None:
        with transaction.atomic():
            claim_lock(claim)
            holding.set()
            time.sleep(0.5)
            claim_lock(later)

    def second() -> str:
        assert holding.wait(10)
        return action_undo(actor=cast.reviewer, article=article).kind

    assert at_once(first, second) == [None, "action.undone"]


def test_a_source_is_protected_as_a_file_that_has_it_is_put_in_its_place(
    cast: Cast, claim: Claim, at_once: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither has committed when the other looks; one of the two waits, and sees it then."""
    evidence = make_evidence(cast.reviewer, claim)
    export = export_request(
        actor=cast.reviewer,
        corpus=claim.article.corpus,
        format_=FORMATS["jsonl"],
        selection=Selection(),
        options=Options(),
    )
    written, protecting = Flag(), Flag()
    describe = export_runs.manifest

    def described(*args: Any) -> Any:
        written.set()
        protecting.wait(10)
        return describe(*args)

    def protects() -> None:
        written.wait(10)
        fields: Any = {"protected": True, "protection_reason": "Asked."}
        with transaction.atomic():
            evidence_update(actor=cast.second, evidence=evidence, revision=1, fields=fields)
            protecting.set()
            time.sleep(0.3)

    monkeypatch.setattr(export_runs, "manifest", described)
    outcomes = at_once(partial(export_runs.export_run, first=export.job_id), protects)
    assert outcomes == [0, None]
    export.refresh_from_db()
    assert (export.job.state, export.file.name) == ("queued", "")  # type: ignore[union-attr]
    # What was written is nowhere any more; the next attempt knows of the source.
    assert not list((Path(settings.VAR_DIR) / "exports").glob("*.part"))
    Job.objects.filter(pk=export.job_id).update(due_at=export.created_at)
    assert export_runs.export_run(first=export.job_id) == 1
    export.refresh_from_db()
    with export.file.open("rb") as file:
        assert evidence.url.encode() not in file.read()


def test_a_file_is_put_in_its_place_as_a_source_of_it_is_protected(
    cast: Cast, claim: Claim, at_once: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = make_evidence(cast.reviewer, claim)
    export = export_request(
        actor=cast.reviewer,
        corpus=claim.article.corpus,
        format_=FORMATS["jsonl"],
        selection=Selection(),
        options=Options(),
    )
    keeping = Flag()
    done = export_runs.job_done

    def ends(**given: Any) -> Any:
        keeping.set()
        time.sleep(0.3)
        return done(**given)

    def protects() -> None:
        keeping.wait(10)
        fields: Any = {"protected": True, "protection_reason": "Asked."}
        evidence_update(actor=cast.second, evidence=evidence, revision=1, fields=fields)

    monkeypatch.setattr(export_runs, "job_done", ends)
    outcomes = at_once(partial(export_runs.export_run, first=export.job_id), protects)
    assert outcomes == [1, None]
    export.refresh_from_db()
    assert (export.state, bool(export.source_protected_at)) == ("expired", True)


def test_two_deleted_corpora_of_one_name_come_back_at_once(at_once: AtOnce) -> None:
    gone = []
    for _ in range(2):
        made = corpus_create(actor=None, name="Ports")
        gone.append(corpus_delete(actor=None, corpus=made, confirm="Ports"))
    results = at_once(*(partial(corpus_restore, actor=None, corpus=corpus) for corpus in gone))
    assert Counter(type(result) for result in results) == {Corpus: 1, InvalidInput: 1}
    (refused,) = (result for result in results if isinstance(result, InvalidInput))
    assert list(refused.fields) == ["name"]


def test_somebody_leaves_while_work_is_assigned_to_them(
    cast: Cast, corpus: Corpus, at_once: AtOnce
) -> None:
    member = Membership.objects.get(corpus=corpus, user=cast.second)
    articles = [make_article(corpus, f"Ferry {n} doubled.") for n in range(6)]
    results = at_once(
        partial(membership_remove, actor=cast.admin, membership=member),
        *(
            partial(assignment_add, actor=cast.admin, article=article, user=cast.second)
            for article in articles
        ),
    )
    assert results[0] is None
    assert {type(result) for result in results[1:]} <= {Assignment, InvalidInput}
    assert not Assignment.objects.exists()
