"""The same change of many articles: of chosen ones at once, of a whole queue by a worker.

A worker goes through the queue by the articles' numbers, a chunk a transaction, so it is cancelled
between two chunks, goes on where it stopped, and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

import structlog
from django.db import DatabaseError, OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.transitions import ArticleState
from annotations.errors import FactcheckError, InvalidInput, JobLost
from annotations.models import Article, ArticleText, Assignment, BulkAction, Corpus, Job, User

from .assignments import member_check, member_hold
from .bulk import rows_insert
from .deletion import articles_hide, articles_restore, name_confirmed
from .events import event_record
from .import_turns import Slice, pause
from .jobs import change_queue, words_of
from .leases import job_done, job_fail, job_hold, jobs_claim, jobs_go_on, jobs_renew
from .queue import Queue, queue_articles, queue_check
from .workers import worker_name

log = structlog.get_logger(__name__)

AT_ONCE = 200
NEEDS = {
    "extract": "article.write",
    "assign": "article.assign",
    "unassign": "article.assign",
    "reopen": "article.write",
    "delete": "article.delete",
    "restore": "article.delete",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """How many articles were changed, and how many there was a reason to leave as they are."""

    changed: int
    left: int


@transaction.atomic
def articles_change(
    *,
    actor: User | None,
    corpus: Corpus,
    action: str,
    articles: Sequence[int],
    person: User | None = None,
    confirm: str = "",
) -> Changed:
    """Change up to ``AT_ONCE`` articles of a corpus, by number, now. Other numbers don't count."""
    _permit(actor, corpus, action)
    if len(articles) > AT_ONCE:
        raise InvalidInput({"articles": gettext("%(n)s at most") % {"n": AT_ONCE}})
    rows = Article.everything.deleted() if action == "restore" else Article.objects.all()
    here = rows.filter(corpus=corpus, pk__in=articles).order_by("pk")
    wanted = list(here.values_list("pk", flat=True))
    if not wanted:
        raise InvalidInput({"articles": gettext("choose the articles first")})
    _check(corpus, action, person, confirm)
    return _change(actor, corpus, action, wanted, person)


@transaction.atomic
def bulk_request(
    *,
    actor: User,
    corpus: Corpus,
    action: str,
    queue: Queue,
    person: User | None = None,
    confirm: str = "",
) -> BulkAction:
    """Have a worker change all articles of a queue; of "restore", all that were deleted.

    What comes in later isn't among them.
    """
    _permit(actor, corpus, action)
    queue_check(queue)
    _check(corpus, action, person, confirm)
    last = Article.everything.filter(corpus=corpus).aggregate(last=models.Max("pk"))["last"] or 0
    job = change_queue(actor=actor, corpus=corpus)
    made = BulkAction.objects.create(
        corpus=corpus,
        action=action,
        job=job,
        queue=queue.address().removeprefix("?"),
        person=person,
        until=last,
        created_by=actor,
    )
    total = _rows(made).count()
    Job.objects.filter(pk=job.pk).update(total=max(1, total))
    event_record(
        kind="bulk.requested",
        actor=actor,
        target=made,
        corpus=corpus,
        before=None,
        after={"action": action, "queue": made.queue, "articles": total},
    )
    return made


def bulk_run(*, first: int | None) -> int:
    """A worker's turn at a change of many articles; how many were dealt with."""
    claimed = jobs_claim(worker=worker_name(), first=first, kind="articles_change")
    if not claimed:
        return 0
    (job,) = claimed
    try:
        return _part(job)
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)
    except OperationalError:
        # The database is away, or two waited for each other: the task is tried again.
        with suppress(DatabaseError):
            Job.objects.filter(pk=job.pk, lease=job.lease).update(
                lease_expires_at=timezone.now(), sent_at=None
            )
        raise
    except (FactcheckError, BulkAction.DoesNotExist) as error:
        log.warning("bulk_failed", job=job.pk, error=str(error))
        with suppress(JobLost):
            job_fail(job=job, error=str(error), permanent=True)
    return 0


def _part(job: Job) -> int:
    dealt_with, time_slice = 0, Slice(job)
    time_slice.arrived()
    while True:
        with transaction.atomic():
            held = job_hold(job)
            made = BulkAction.objects.select_related("corpus", "person", "created_by").get(job=held)
            policies.require(made.created_by, NEEDS[made.action], made.corpus)
            some = list(_rows(made).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            if not some:
                held.total = max(1, made.changed + made.left)
                job_done(job=held, at=timezone.now())
                return dealt_with
            done = _change(made.created_by, made.corpus, made.action, some, made.person)
            made.at = some[-1]
            made.changed += done.changed
            made.left += done.left
            made.save(update_fields=["at", "changed", "left"])
            held.done, held.attempts = made.changed + made.left, 1
            held.total = max(held.total, held.done)
            held.save(update_fields=["done", "total", "attempts"])
        dealt_with += len(some)
        if job.lease:
            jobs_renew(lease=job.lease)
        if time_slice.is_over():
            pause(job)
            return dealt_with


def _rows(made: BulkAction) -> models.QuerySet[Article]:
    """The articles that are meant and weren't dealt with yet."""
    between = models.Q(pk__gt=made.at, pk__lte=made.until)
    if made.action == "restore":
        return Article.everything.deleted().filter(between, corpus=made.corpus)
    assert made.created_by is not None  # noqa: S101  a person asked for it
    queue = Queue.read(dict(parse_qsl(made.queue)))
    return queue_articles(queue=queue, user=made.created_by, corpus=made.corpus).filter(between)


def _permit(actor: User | None, corpus: Corpus, action: str) -> None:
    if action not in NEEDS:
        raise InvalidInput(
            {"action": gettext("expected one of %(names)s") % {"names": ", ".join(NEEDS)}}
        )
    policies.require(actor, NEEDS[action], corpus)


def _check(corpus: Corpus, action: str, person: User | None, confirm: str) -> None:
    if action == "delete":
        name_confirmed(corpus, confirm)
    if action in {"assign", "unassign"}:
        if person is None:
            raise InvalidInput({"person": gettext("choose a person first")})
        if action == "assign":
            member_check(corpus, person, field="person")


def _change(
    actor: User | None, corpus: Corpus, action: str, articles: list[int], person: User | None
) -> Changed:
    if action == "delete":
        done = articles_hide(actor=actor, corpus=corpus, articles=articles)
    elif action == "restore":
        done = articles_restore(actor=actor, corpus=corpus, articles=articles)
    else:
        # One after the other for each article, as everywhere: the second finds it done.
        rows = Article.objects.select_for_update(of=("self",), no_key=True)
        locked = list(rows.filter(corpus=corpus, pk__in=articles).order_by("pk"))
        if action == "assign" and person is not None:
            member_hold(corpus, person, field="person")
        done = _CHANGES[action](actor, locked, person)
        if done:
            event_record(
                kind=_KINDS[action],
                actor=actor,
                target=corpus,
                corpus=corpus,
                before=None,
                after={"articles": done, **({"user": person.pk} if person else {})},
            )
    return Changed(len(done), len(articles) - len(done))


def _extract(actor: User | None, articles: list[Article], _person: User | None) -> list[int]:
    """Those that aren't about to be extracted already."""
    active = Job.objects.active().filter(kind="extraction", article__in=articles)
    waiting = set(active.values_list("article_id", flat=True))
    now = timezone.now()
    new = [article for article in articles if article.pk not in waiting]
    words = _words(new)
    jobs = [
        Job(
            kind="extraction",
            bulk=True,
            words=words[article.pk],
            corpus_id=article.corpus_id,
            article=article,
            created_by=actor,
            due_at=now,
            sent_at=now,
        )
        for article in new
    ]
    rows_insert(jobs)
    done = [article.pk for article in new]
    Article.objects.filter(pk__in=done, state=ArticleState.FAILED).update(
        state=ArticleState.WAITING
    )
    if done:
        # One message, however many articles: a worker takes batch after batch with it.
        transaction.on_commit(lambda: jobs_go_on(kind="extraction"), robust=True)
    return done


def _words(articles: list[Article]) -> dict[int, int]:
    """How long each text is, by its article: as its last run counted, or counted now."""
    numbers = [article.pk for article in articles]
    runs = Article.objects.filter(pk__in=numbers, current_run__isnull=False)
    found = dict(runs.values_list("pk", "current_run__words"))
    unread = [number for number in numbers if number not in found]
    texts = ArticleText.objects.filter(article__in=unread).order_by("number")
    return found | {text.article_id: words_of(text.text) for text in texts}


def _assign(actor: User | None, articles: list[Article], person: User | None) -> list[int]:
    there = set(
        Assignment.objects.filter(article__in=articles, user=person).values_list(
            "article_id", flat=True
        )
    )
    new = [article for article in articles if article.pk not in there]
    Assignment.objects.bulk_create(
        Assignment(article=article, user=person, assigned_by=actor) for article in new
    )
    return [article.pk for article in new]


def _unassign(_actor: User | None, articles: list[Article], person: User | None) -> list[int]:
    rows = Assignment.objects.filter(article__in=articles, user=person)
    done = sorted(rows.values_list("article_id", flat=True))
    rows.delete()
    return done


def _reopen(_actor: User | None, articles: list[Article], _person: User | None) -> list[int]:
    done = [article.pk for article in articles if article.state == ArticleState.REVIEWED]
    Article.objects.filter(pk__in=done).update(state=ArticleState.IN_REVIEW)
    return done


_CHANGES: dict[str, Callable[[User | None, list[Article], User | None], list[int]]] = {
    "extract": _extract,
    "assign": _assign,
    "unassign": _unassign,
    "reopen": _reopen,
}
_KINDS = {
    "extract": "articles.extraction_requested",
    "assign": "articles.assigned",
    "unassign": "articles.unassigned",
    "reopen": "articles.reopened",
}
