"""Saved copies of pages: asked for by a person, fetched by a worker, kept as they were.

A copy is a ``Snapshot`` and the ``Job`` that fetches it, written together. What the worker
found is written once, whole; whoever has the job's lease writes it, and nobody else.
"""

from __future__ import annotations

import hashlib
import uuid

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import fetching, policies
from annotations.domain.pages import page_among
from annotations.domain.transitions import ACTIVE_JOB_STATES, ClaimState
from annotations.errors import Conflict, InvalidInput, JobLost
from annotations.fetching import Fetched, FetchError, Page
from annotations.models import Claim, Corpus, Job, Snapshot, User

from .claims import claim_lock
from .events import event_record
from .evidence import protected_pages, url_problem
from .jobs import fetch_queue, job_stop
from .leases import job_done, job_fail, job_hold, jobs_claim
from .requests import made_before
from .workers import worker_name

log = structlog.get_logger(__name__)

# Of one person; a mistaken script must not make the site ask the web for ever.
MOST_AT_ONCE = 20
# What a fetch finds, written once.
FOUND = (
    "fetched_at", "final_url", "media_type", "size", "sha256", "file",
    "title", "publisher", "published", "text",
)  # fmt: skip
PROTECTED = "the address is that of a protected source, which is never fetched"


@transaction.atomic
def snapshot_request(
    *, actor: User, claim: Claim, url: str, uid: uuid.UUID | None = None
) -> Snapshot:
    """Have a worker fetch a page for a claim. The same ``uid`` again returns what is there.

    Inputs that are refused, each under ``url``: what is no address of the web, the article that
    is being checked, and a protected source's address.
    """
    locked = claim_lock(claim)
    corpus = locked.article.corpus
    policies.require(actor, "evidence.write", corpus)
    taken = gettext("This uid is taken by another saved copy.")
    # By its article: the claim may have been merged since, and the copy with it.
    known = made_before(
        Snapshot.objects, uid, taken, requested_by=actor, claim__article=locked.article_id
    )
    if known is not None:
        return known
    if locked.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn."))
    url = url.strip()
    _check(url, locked)
    under_way = Job.objects.filter(kind="fetch", created_by=actor, state__in=ACTIVE_JOB_STATES)
    if under_way.count() >= MOST_AT_ONCE:
        raise Conflict(
            gettext("%(most_at_once)s pages are being fetched for you; wait for one of them.")
            % {"most_at_once": MOST_AT_ONCE}
        )
    snapshot = Snapshot.objects.create(
        uid=uid or uuid.uuid4(),
        claim=locked,
        url=url,
        requested_by=actor,
        job=fetch_queue(actor=actor, corpus=corpus),
    )
    event_record(
        kind="snapshot.requested",
        actor=actor,
        target=snapshot,
        corpus=corpus,
        article=locked.article,
        claim=locked,
        before=None,
        after={"url": url, "job": snapshot.job_id},
    )
    return snapshot


@transaction.atomic
def snapshot_cancel(*, actor: User, snapshot: Snapshot) -> Job:
    """Stop a fetch that hasn't ended."""
    policies.require(actor, "evidence.write", snapshot.claim.article.corpus)
    if snapshot.job is None:
        raise Conflict(gettext("Its fetch has ended."))
    return job_stop(actor=actor, job=snapshot.job)


def snapshot_run(*, first: int | None) -> int:
    """Claim a due fetch, the named one if it is free, and do it; 1 if a copy was written.

    Running it twice for one job does nothing the second time.
    """
    jobs = jobs_claim(worker=worker_name(), first=first, kind="fetch")
    if not jobs:
        return 0
    (job,) = jobs
    try:
        fetched, page = _fetch(job)
        snapshot_record(job=job, fetched=fetched, page=page)
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)
        return 0
    except FetchError as error:
        return _failed(job, error)
    except OSError as error:
        log.exception("snapshot_not_stored", job=job.pk)
        return _failed(
            job, FetchError(f"The copy couldn't be stored: {error.strerror}.", permanent=False)
        )
    except Exception as error:  # noqa: BLE001  a stranger's page must not hold the job for ever
        # Its type alone: the message may hold the address.
        return _failed(job, FetchError(f"It failed: {type(error).__name__}.", permanent=False))
    return 1


@transaction.atomic
def snapshot_record(*, job: Job, fetched: Fetched, page: Page) -> Snapshot:
    """Write what was fetched, with its file. ``JobLost`` if the job is no longer this worker's."""
    held = job_hold(job)
    snapshot = Snapshot.objects.select_related("claim__article__corpus").get(job=held)
    snapshot.fetched_at = timezone.now()
    snapshot.final_url = fetched.final_url
    snapshot.media_type = fetched.media_type
    snapshot.size = len(fetched.body)
    snapshot.sha256 = hashlib.sha256(fetched.body).hexdigest()
    snapshot.title, snapshot.publisher = page.title, page.publisher
    snapshot.published, snapshot.text = page.published, page.text
    # No name or ending of the page's own: nothing in it may look like a file to be opened.
    snapshot.file.save(str(snapshot.uid), ContentFile(fetched.body), save=False)
    try:
        # Not its claim, which may be merged at this moment.
        snapshot.save(update_fields=FOUND)
        job_done(job=held, at=snapshot.fetched_at)
        event_record(
            kind="snapshot.fetched",
            actor=None,
            target=snapshot,
            corpus=held.corpus,
            article=snapshot.claim.article,
            claim=snapshot.claim,
            before=None,
            after={
                "sha256": snapshot.sha256,
                "size": snapshot.size,
                "media_type": snapshot.media_type,
            },
        )
    except BaseException:
        snapshot.file.delete(save=False)
        raise
    return snapshot


def is_protected(url: str, corpus: Corpus) -> bool:
    """Does a protected source of the corpus have this address? One that was withdrawn counts."""
    return page_among(url, protected_pages(corpus))


def _check(url: str, claim: Claim) -> None:
    wrong = url_problem(url, claim.article) if url else "an address is needed"
    if not wrong:
        try:
            Snapshot._meta.get_field("url").clean(url, None)
        except ValidationError as error:
            wrong = " ".join(error.messages)
    if not wrong and is_protected(url, claim.article.corpus):
        wrong = PROTECTED
    if wrong:
        raise InvalidInput({"url": wrong})


def _fetch(job: Job) -> tuple[Fetched, Page]:
    snapshot = Snapshot.objects.filter(job=job).first()
    if snapshot is None:
        raise FetchError("What it was for is gone.", permanent=True)

    def forbidden(url: str) -> str:
        # It may have become one since it was asked for, or be where a redirect leads to.
        protected = is_protected(url, job.corpus)
        return f"{PROTECTED[0].upper()}{PROTECTED[1:]}." if protected else ""

    fetcher = fetching.Fetcher(
        max_bytes=settings.FETCH_MAX_BYTES,
        timeout=settings.FETCH_TIMEOUT_SECONDS,
        allowed=settings.FETCH_ALLOWED_PRIVATE_HOSTS,
        forbidden=forbidden,
    )
    fetched = fetcher.fetch(snapshot.url)
    return fetched, fetching.read_page(fetched)


def _failed(job: Job, error: FetchError) -> int:
    # Neither here nor in the job is the address: a source may turn out to need protection.
    log.warning("fetch_failed", job=job.pk, error=error.message)
    try:
        job_fail(job=job, error=error.message, permanent=error.permanent)
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)
    return 0
