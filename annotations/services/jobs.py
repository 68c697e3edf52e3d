"""Background work, as people ask for it: what is to be done, again, or no more.

Who takes a job and how it ends is in ``leases``.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import jobs, policies
from annotations.domain.transitions import ArticleState, JobState
from annotations.errors import Conflict
from annotations.models import Article, Corpus, Job, User

from .events import event_record
from .leases import article_without_run, job_event

# Long by nature: they come forward in turns, behind what somebody waits for.
_BULK_KINDS = frozenset({"import", "import_rollback", "export", "articles_change", "release"})


def extraction_queue(*, actor: User | None, article: Article) -> Job:
    """Write an extraction job and tell a worker on commit. Inside the caller's transaction."""
    return _queue("extraction", actor, article.corpus_id, article, words_of(article.text.text))


def words_of(text: str) -> int:
    """How many words a text has, as a detector counts them: what a batch is measured by."""
    return len(text.split())


def fetch_queue(*, actor: User, corpus: Corpus) -> Job:
    """The same for a page. It is no article's job: one article's claims may wait for many."""
    return _queue("fetch", actor, corpus.pk, None)


def import_queue(*, actor: User | None, corpus: Corpus, kind: str) -> Job:
    """The same for a file: ``import_check``, ``import`` or ``import_rollback``."""
    return _queue(kind, actor, corpus.pk, None)


def export_queue(*, actor: User | None, corpus: Corpus) -> Job:
    """The same for a file that is to be written."""
    return _queue("export", actor, corpus.pk, None)


def change_queue(*, actor: User, corpus: Corpus) -> Job:
    """The same for a change of many articles."""
    return _queue("articles_change", actor, corpus.pk, None)


def release_queue(*, actor: User | None, corpus: Corpus) -> Job:
    """The same for a release that is to be made, or to be made again and compared."""
    return _queue("release", actor, corpus.pk, None)


def _queue(
    kind: str, actor: User | None, corpus_id: int, article: Article | None, words: int = 0
) -> Job:
    now = timezone.now()
    job = Job.objects.create(
        kind=kind,
        bulk=kind in _BULK_KINDS,
        words=words,
        corpus_id=corpus_id,
        article=article,
        created_by=actor,
        due_at=now,
        sent_at=now,
    )
    jobs.enqueue(job)
    return job


@transaction.atomic
def extraction_request(*, actor: User | None, article: Article) -> Job:
    """Extract an article again, or hand back the job that is about to.

    What people did on the article stays as it is; a new run is shown beside it.
    """
    policies.require(actor, "article.extract", article.corpus)
    Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    active = Job.objects.active().filter(kind="extraction", article=article).first()
    if active is not None:
        return active
    job = extraction_queue(actor=actor, article=article)
    Article.objects.filter(pk=article.pk, state=ArticleState.FAILED).update(
        state=ArticleState.WAITING
    )
    event_record(
        kind="job.requested",
        actor=actor,
        target=job,
        corpus=article.corpus,
        article=article,
        before=None,
        after={"state": job.state},
    )
    return job


@transaction.atomic
def job_retry(*, actor: User | None, job: Job) -> Job:
    """Queue a failed or cancelled job again, with its attempts counted anew."""
    policies.require(actor, "job.manage", job.corpus)
    return job_restart(actor=actor, job=job)


def job_restart(*, actor: User | None, job: Job) -> Job:
    """Retry for a caller that has checked who may. Inside the caller's transaction."""
    # First, as extraction_request does: the two must not wait for each other.
    Article.objects.select_for_update(of=("self",), no_key=True).filter(jobs=job).first()
    locked = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if locked.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise Conflict(
            gettext("The job is %(state)s; only an ended one is retried.")
            % {"state": locked.get_state_display()}
        )
    same = Job.objects.active().filter(kind=locked.kind, article=locked.article_id)
    if locked.article_id is not None and same.exists():
        raise Conflict(gettext("Another job for this article is under way already."))
    before = locked.state
    now = timezone.now()
    locked.state, locked.attempts, locked.error = JobState.QUEUED, 0, ""
    locked.due_at = locked.sent_at = now
    locked.lease = locked.lease_expires_at = locked.started_at = locked.finished_at = None
    locked.save()
    Article.objects.filter(jobs=locked, state=ArticleState.FAILED).update(
        state=ArticleState.WAITING
    )
    job_event(locked, "job.retried", actor, before)
    jobs.enqueue(locked)
    return locked


@transaction.atomic
def job_cancel(*, actor: User | None, job: Job) -> Job:
    """Stop a job that hasn't ended. A worker that has it will find its lease gone."""
    policies.require(actor, "job.manage", job.corpus)
    return job_stop(actor=actor, job=job)


def job_stop(*, actor: User | None, job: Job) -> Job:
    """Cancel for a caller that has checked who may. Inside the caller's transaction."""
    locked = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if not locked.is_active:
        raise Conflict(
            gettext("The job is %(state)s already.") % {"state": locked.get_state_display()}
        )
    before = locked.state
    locked.state, locked.lease, locked.finished_at = JobState.CANCELLED, None, timezone.now()
    locked.error = "Cancelled."
    locked.save()
    article_without_run(locked)
    job_event(locked, "job.cancelled", actor, before)
    return locked
