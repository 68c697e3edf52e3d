"""Imports taken back: chunks of articles, but for those that others have worked on since."""

from __future__ import annotations

from django.db import models, transaction
from django.utils import timezone

from annotations.models import Article, Claim, Event, FactCheck, Import, ImportProblem, Job
from annotations.models.imports import ROLLBACK

from .bulk import rows_insert
from .events import event_record
from .import_turns import WHOLE, Slice, import_locked, pause, turn
from .leases import job_done, job_hold, jobs_renew

ROLLBACK_ARTICLES = 200
ROLLBACK_CLAIMS = 1000
# What others do with an article that is no work on it.
_NO_WORK = ("job.", "assignment.", "import")
_WORKED_ON = "people have worked on this article since, so it was not taken back"
_CLAIM_WORKED_ON = "people have worked on a claim in this article since, so it was not taken back"
_PUBLISHED = "a fact-check about this article is published, so it was not taken back"
_CLAIMED = "this article has claims that did not come with this import, so it was not taken back"


def import_rollback_run(*, first: int | None) -> int:
    """Take a part of an import back; how many articles were dealt with."""
    return turn(first, ROLLBACK, _rollback_part)


def _rollback_part(job: Job, source: Import) -> int:
    """Articles of the import, a chunk at a time, then claims that it added to others' articles."""
    dealt_with, time_slice = 0, Slice(job)
    time_slice.arrived()
    for part in (_articles, _claims):
        while done := part(job, source):
            dealt_with += done
            if job.lease:
                jobs_renew(lease=job.lease)
            if time_slice.is_over():
                pause(job)
                return dealt_with
    with transaction.atomic():
        held = job_hold(job)
        locked = import_locked(source)
        locked.at_file = locked.at_item = 0
        locked.progress = 1.0
        locked.save()
        held.total = WHOLE
        job_done(job=held, at=timezone.now())
        event_record(
            kind="import.rolled_back",
            actor=held.created_by,
            target=locked,
            corpus=source.corpus,
            before=None,
            after={"counts": locked.counts},
        )
    return dealt_with


@transaction.atomic
def _articles(job: Job, source: Import) -> int:
    """Deal with a chunk's articles; how many."""
    held = job_hold(job)
    rows = Article.objects.filter(source_import=source).order_by("pk")
    pks = list(rows.values_list("pk", flat=True)[:ROLLBACK_ARTICLES])
    # Jobs before articles, as workers lock them.
    jobs = Job.objects.select_for_update(of=("self",)).filter(article__in=pks)
    list(jobs.order_by("pk").values_list("pk"))
    articles = list(rows.select_for_update(of=("self",), no_key=True).filter(pk__in=pks))
    if articles:
        _remove(held, source, articles)
    return len(pks)


@transaction.atomic
def _claims(job: Job, source: Import) -> int:
    """The same for claims on articles that were there before; those that somebody has worked on
    become nobody's import's."""
    held = job_hold(job)
    claims = _claims_locked(
        Claim.objects.filter(source_import=source).exclude(article__source_import=source),
        ROLLBACK_CLAIMS,
    )
    if not claims:
        return 0
    worked = _said_of(Event.objects.filter(claim__in=[claim.pk for claim in claims]), "claim_id")
    kept = [claim for claim in claims if claim.pk in worked]
    gone = [claim.pk for claim in claims if claim.pk not in worked]
    Claim.objects.filter(pk__in=gone).delete()
    Claim.objects.filter(pk__in=worked).update(source_import=None)
    rows_insert(
        [
            ImportProblem(
                source=source, severity="note", reason=_CLAIM_WORKED_ON, article_id=claim.article_id
            )
            for claim in kept
        ]
    )
    locked = import_locked(source)
    locked.counts = {
        **locked.counts,
        "removed_claims": locked.counts.get("removed_claims", 0) + len(gone),
    }
    locked.save(update_fields=["counts"])
    held.attempts = 1
    held.save(update_fields=["attempts"])
    _tell(held, source, {"claims": gone}, {"kept_claims": [claim.pk for claim in kept]})
    return len(claims)


def _claims_locked(rows: models.QuerySet[Claim], most: int | None = None) -> list[Claim]:
    """Whoever is at one of them at this moment is waited for: what they do is seen then."""
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk")[:most])


def _tell(
    held: Job, source: Import, gone: dict[str, list[int]], kept: dict[str, list[int]]
) -> None:
    event_record(
        kind="import.removed",
        actor=held.created_by,
        target=source,
        corpus=source.corpus,
        before=gone,
        after=kept,
    )


def _remove(held: Job, source: Import, articles: list[Article]) -> None:
    """Delete a chunk's articles, but for those that people have worked on or that have others'
    claims; they become the corpus's own, so that no later try takes them for the import's."""
    _claims_locked(Claim.objects.filter(article__in=articles).only("pk"))
    worked = _worked_on([article.pk for article in articles])
    claimed = _with_claims_of_others(source, [article.pk for article in articles])
    published = _published([article.pk for article in articles])
    staying = worked | claimed | published
    kept = [article for article in articles if article.pk in staying]
    gone = [article for article in articles if article.pk not in staying]
    pks = [article.pk for article in gone]
    locked = import_locked(source)
    Article.objects.filter(pk__in=pks).delete()
    rows_insert(
        [
            ImportProblem(
                source=source,
                severity="note",
                reason=_PUBLISHED
                if article.pk in published
                else _WORKED_ON
                if article.pk in worked
                else _CLAIMED,
                article=article,
            )
            for article in kept
        ]
    )
    own = [article.pk for article in kept]
    Article.objects.filter(pk__in=own).update(source_import=None)
    Claim.objects.filter(article__in=own, source_import=source).update(source_import=None)
    counts = dict(locked.counts)
    counts["removed"] = counts.get("removed", 0) + len(gone)
    counts["kept"] = counts.get("kept", 0) + len(kept)
    locked.counts = counts
    all_of_them = max(1, int(counts.get("articles", 0)))
    locked.progress = min((counts["removed"] + counts["kept"]) / all_of_them, 1.0)
    locked.save(update_fields=["counts", "progress"])
    held.done, held.total, held.attempts = int(locked.progress * WHOLE), WHOLE, 1
    held.save(update_fields=["done", "total", "attempts"])
    _tell(held, source, {"articles": pks}, {"kept": own})


def _worked_on(articles: list[int]) -> set[int]:
    events = Event.objects.filter(article__in=articles)
    for prefix in _NO_WORK:
        events = events.exclude(kind__startswith=prefix)
    return _said_of(events, "article_id")


def _said_of(events: models.QuerySet[Event], column: str) -> set[int]:
    """Of what people's events among these are."""
    return set(events.filter(actor__isnull=False).values_list(column, flat=True))


def _published(articles: list[int]) -> set[int]:
    """What was published stays, with what it is about."""
    rows = FactCheck.objects.filter(claim__article__in=articles)
    return set(rows.values_list("claim__article_id", flat=True))


def _with_claims_of_others(source: Import, articles: list[int]) -> set[int]:
    claims = Claim.objects.filter(article__in=articles).exclude(source_import=source)
    return set(claims.values_list("article_id", flat=True))
