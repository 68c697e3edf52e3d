"""Deleting, which hides and can be undone, and restoring. What is purged for good: ``purging``.

Whoever deletes types the corpus's name, here as well as on the page: a request that was sent to
the wrong address, or a slip in a program, deletes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.transitions import ACTIVE_JOB_STATES, ArticleState, JobState
from annotations.errors import Conflict, InvalidInput
from annotations.models import Article, Corpus, FactCheck, Job, User
from annotations.models.jobs import JobQuerySet

from .corpus_fields import corpus_save, name_taken, name_unfit
from .events import event_record


def purged_at(deleted_at: dt.datetime) -> dt.datetime:
    """When the workers may purge what was deleted then."""
    return deleted_at + dt.timedelta(days=settings.DELETED_KEEP_DAYS)


def name_confirmed(corpus: Corpus, confirm: str) -> None:
    """``InvalidInput`` unless ``confirm`` is the corpus's name; spaces around it don't count."""
    if confirm.strip() != corpus.name:
        raise InvalidInput(
            {"confirm": gettext("type the name of the corpus: %(name)s") % {"name": corpus.name}}
        )


@transaction.atomic
def corpus_delete(*, actor: User | None, corpus: Corpus, confirm: str) -> Corpus:
    """Hide a corpus with all that is in it. Its jobs wait until it is restored or purged."""
    policies.require(actor, "corpus.delete", corpus)
    name_confirmed(corpus, confirm)
    locked = corpus_locked(corpus)
    if locked.deleted_at is not None:
        return locked
    if FactCheck.objects.filter(corpus=locked).exists():
        raise Conflict(
            gettext(
                "Fact-checks of “%(corpus)s” were published, and what was published stays. "
                "Archive the corpus instead."
            )
            % {"corpus": locked.name}
        )
    jobs_pause(Job.objects.filter(corpus=locked))
    locked.deleted_at, locked.deleted_by = timezone.now(), actor
    locked.save(update_fields=["deleted_at", "deleted_by"])
    event_record(
        kind="corpus.deleted",
        actor=actor,
        target=locked,
        corpus=locked,
        before=None,
        after={"name": locked.name},
    )
    return locked


@transaction.atomic
def corpus_restore(*, actor: User | None, corpus: Corpus, name: str = "") -> Corpus:
    """Bring a deleted corpus back, under another name if its own was given away meanwhile."""
    policies.require(actor, "corpus.delete", corpus)
    locked = corpus_locked(corpus)
    if locked.deleted_at is None:
        return locked
    if purged_at(locked.deleted_at) <= timezone.now():
        raise Conflict(
            gettext("“%(corpus)s” was deleted too long ago: it is being removed for good.")
            % {"corpus": locked.name}
        )
    before = locked.name
    locked.name = name.strip() or locked.name
    locked.deleted_at = locked.deleted_by = None
    if wrong := name_unfit(locked):
        raise InvalidInput({"name": wrong})
    if name_taken(locked):
        raise InvalidInput(
            {
                "name": gettext("another corpus is called “%(name)s” by now; give another name")
                % {"name": locked.name}
            }
        )
    corpus_save(locked)
    jobs_resume(Job.objects.filter(corpus=locked))
    event_record(
        kind="corpus.restored",
        actor=actor,
        target=locked,
        corpus=locked,
        before={"name": before},
        after={"name": locked.name},
    )
    return locked


def articles_hide(*, actor: User | None, corpus: Corpus, articles: Sequence[int]) -> list[int]:
    """Delete articles of a corpus, by number; those that weren't deleted already.

    What has a fact-check stays: a page that was published never goes away.

    Inside the caller's transaction, who has checked who may.
    """
    # Jobs before articles, as workers lock them.
    jobs_pause(Job.objects.filter(article__in=articles))
    rows = Article.objects.select_for_update(of=("self",), no_key=True)
    kept = FactCheck.objects.filter(claim__article__in=articles).values("claim__article")
    found = rows.filter(corpus=corpus, pk__in=articles).exclude(pk__in=kept).order_by("pk")
    gone = list(found.values_list("pk", flat=True))
    Article.objects.filter(pk__in=gone).update(deleted_at=timezone.now(), deleted_by=actor)
    if gone:
        _articles_event("articles.deleted", actor, corpus, gone)
    return gone


def articles_restore(*, actor: User | None, corpus: Corpus, articles: Sequence[int]) -> list[int]:
    """Bring deleted articles back, but for those whose text is in the corpus again by now.

    Inside the caller's transaction, who has checked who may.
    """
    found = (
        Article.everything.deleted()
        .select_for_update(of=("self",), no_key=True)
        .filter(corpus=corpus, pk__in=articles)
        .order_by("pk")
    )
    texts = {article.pk: article.content_hash for article in found}
    here = Article.objects.filter(corpus=corpus, content_hash__in=texts.values())
    taken = set(here.values_list("content_hash", flat=True))
    # Of two deleted articles with one text, the one that came last.
    latest = {digest: pk for pk, digest in texts.items() if digest not in taken}
    back = sorted(latest.values())
    try:
        with transaction.atomic():
            Article.everything.filter(pk__in=back).update(deleted_at=None, deleted_by=None)
    except IntegrityError as error:
        raise Conflict(gettext("The same text came in at this moment. Try again.")) from error
    jobs_resume(Job.objects.filter(article__in=back))
    if back:
        _articles_event("articles.restored", actor, corpus, back)
    return back


def _articles_event(kind: str, actor: User | None, corpus: Corpus, articles: list[int]) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=corpus,
        corpus=corpus,
        before=None,
        after={"articles": articles},
    )


def corpus_locked(corpus: Corpus) -> Corpus:
    """The corpus as it is now, deleted or not, locked until the transaction ends."""
    rows = Corpus.everything.select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=corpus.pk).first()
    if found is None:
        raise Conflict(gettext("The corpus was purged."))
    return found


def jobs_pause(rows: JobQuerySet | models.QuerySet[Job]) -> None:
    """Take running jobs from their workers and queue them: what is hidden or closed waits.

    A worker that has one finds its lease gone and writes nothing.
    """
    running = rows.filter(state=JobState.RUNNING).select_for_update(of=("self",)).order_by("pk")
    held = list(running.values_list("pk", flat=True))
    Job.objects.filter(pk__in=held).update(
        state=JobState.QUEUED, lease=None, lease_expires_at=None, attempts=0
    )
    Article.everything.filter(jobs__in=held, state=ArticleState.EXTRACTING).update(
        state=ArticleState.WAITING
    )


def jobs_resume(rows: JobQuerySet | models.QuerySet[Job]) -> None:
    """Have what waited sent again, by the workers' next look."""
    rows.filter(state__in=ACTIVE_JOB_STATES).update(due_at=timezone.now(), sent_at=None)
