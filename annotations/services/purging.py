"""Purging for good what was deleted long ago, and files of imports that ended long ago: workers
look each minute, and take a little at each of their sweeps until nothing is left.

The history of a corpus stays as long as the corpus: of an article that is purged it keeps who did
what. With a corpus its history goes too; the site's own chain keeps that it went.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils import timezone

from annotations.domain.transitions import ACTIVE_JOB_STATES
from annotations.models import (
    Article,
    Corpus,
    Event,
    EventChain,
    Export,
    FactCheck,
    Import,
    Release,
    Snapshot,
)

from .events import chain_key, event_record
from .import_checks import check_forget

log = structlog.get_logger(__name__)

# An article may have thousands of rows.
ARTICLES_AT_ONCE = 20
EVENTS_AT_ONCE = 2000
FILES_AT_ONCE = 20
PURGED = "corpus.purged"


def purge_sweep(*, seconds: float = 1.0) -> int:
    """Purge what is due, for about so long; how many articles, corpora and events went."""
    started, gone = time.monotonic(), 0
    while time.monotonic() - started < seconds:
        done = _purge_some()
        gone += done
        if not done:
            break
    if gone:
        log.info("purged", rows=gone)
    return gone


def _purge_some() -> int:
    due = timezone.now() - dt.timedelta(days=settings.DELETED_KEEP_DAYS)
    # Nothing is deleted that has a fact-check; but one may be published at that very moment.
    due_corpora = Corpus.everything.filter(deleted_at__lt=due, fact_checks=None)
    due_articles = Article.everything.filter(deleted_at__lt=due).exclude(
        pk__in=FactCheck.objects.values("claim__article")
    )
    due_articles = due_articles.order_by("deleted_at")
    corpus = due_corpora.order_by("pk").first()
    if corpus is not None:
        return _articles(
            Article.everything.filter(corpus=corpus).order_by("pk"), corpus
        ) or _corpus(corpus)
    return _articles(due_articles) or _events_left() or _import_files()


def _articles(rows: models.QuerySet[Article], corpus: Corpus | None = None) -> int:
    """``corpus``: all of which are to go, unless it comes back at this moment."""
    with transaction.atomic():
        if corpus is not None and not _held(corpus):
            return 0
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(of=("self",), skip_locked=True)
        found = list(rows.only("pk", "corpus_id")[:ARTICLES_AT_ONCE])
        by_corpus: dict[int, list[int]] = {}
        for article in found:
            by_corpus.setdefault(article.corpus_id, []).append(article.pk)
        pks = [article.pk for article in found]
        files = Snapshot.objects.filter(claim__article__in=pks).exclude(file="")
        _forget_files(list(files.values_list("file", flat=True)))
        Article.everything.filter(pk__in=pks).delete()
        for corpus in Corpus.everything.filter(pk__in=by_corpus).order_by("pk"):
            event_record(
                kind="articles.purged",
                actor=None,
                target=corpus,
                corpus=corpus,
                before={"articles": by_corpus[corpus.pk]},
                after=None,
            )
    return len(found)


def _corpus(corpus: Corpus) -> int:
    """The corpus, now that its articles are gone, and all that belongs to it but its events."""
    with transaction.atomic():
        held = _held(corpus)
        if held is None:
            return 0
        if Article.everything.filter(corpus=held).exists():
            # Another worker has the last of them.
            return 0
        for model in (Import, Export):
            files = model._default_manager.filter(corpus=held).exclude(file="")
            _forget_files(list(files.values_list("file", flat=True)))
        for release in Release.objects.filter(corpus=held):
            stored = (release.file, release.source, release.index)
            _forget_files([file.name for file in stored if file.name])
        chain = EventChain.objects.filter(pk=chain_key(held.pk)).first()
        event_record(
            kind=PURGED,
            actor=None,
            target=held,
            corpus=None,
            before={
                "events": chain.number if chain else 0,
                "hash": chain.hash if chain else "",
            },
            after=None,
        )
        held.delete()
    return 1


def _held(corpus: Corpus) -> Corpus | None:
    """The corpus, locked; None where it isn't deleted any more."""
    rows = Corpus.everything.select_for_update(of=("self",))
    return rows.filter(pk=corpus.pk, deleted_at__isnull=False).first()


def _events_left() -> int:
    """Some events of a purged corpus, the latest first: an undoing goes before what it undid."""
    for key in purged_chains():
        with transaction.atomic():
            events = Event.objects.filter(chain=key).order_by("-number")
            some = list(events.values_list("pk", flat=True)[:EVENTS_AT_ONCE])
            Event.objects.filter(pk__in=some)._raw_delete(events.db)
            if len(some) < EVENTS_AT_ONCE:
                EventChain.objects.filter(pk=key).delete()
        return len(some) or 1
    return 0


def _import_files() -> int:
    """Files of imports that ended long ago, or were sent long ago and never started. What became
    of their rows stays."""
    due = timezone.now() - dt.timedelta(days=settings.IMPORT_KEEP_DAYS)
    ended = models.Q(job__finished_at__lt=due) & ~models.Q(job__state__in=ACTIVE_JOB_STATES)
    rows = Import.objects.exclude(file="").filter(
        ended | models.Q(job=None), created_at__lt=due, corpus__deleted_at=None
    )
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
        found = list(rows.select_related("corpus").order_by("pk")[:FILES_AT_ONCE])
        _forget_files([source.file.name or "" for source in found])
        for source in found:
            source.file = ""
            source.save(update_fields=["file"])
            # A check that was stopped can't go on.
            check_forget(source)
            event_record(
                kind="import.file_purged",
                actor=None,
                target=source,
                corpus=source.corpus,
                before={"sha256": source.sha256},
                after=None,
            )
    return len(found)


def purged_chains() -> list[str]:
    """Chains whose corpora the site's own chain says were purged, and that aren't gone yet."""
    keys = EventChain.objects.exclude(pk="site").values_list("pk", flat=True)
    numbers = {int(key.removeprefix("corpus:")): key for key in keys}
    there = set(Corpus.everything.values_list("pk", flat=True))
    orphans = set(numbers) - there
    if not orphans:
        return []
    gone = Event.objects.filter(chain="site", kind=PURGED, target_id__in=orphans)
    return [numbers[pk] for pk in sorted(gone.values_list("target_id", flat=True))]


def _forget_files(names: Iterable[str]) -> None:
    """Remove stored files once their rows are surely gone."""

    def remove() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(remove, robust=True)
