"""What was written of a corpus before one of its sources was protected.

A file shows what was no secret when it was made. From the moment that a source in it is protected,
nobody is given it any more: an export's file is removed, a release's archive stays as it is, frozen
and unread, until it is withdrawn or the protection is taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.db import models, transaction
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotations.domain.pages import PageKey, pages_of, tells_of
from annotations.errors import Conflict
from annotations.models import (
    Answer,
    Claim,
    Comment,
    Corpus,
    Correction,
    Event,
    Evidence,
    Export,
    FactCheckVersion,
    Question,
    Release,
    Snapshot,
    User,
    Verdict,
)

from .events import event_record

log = structlog.get_logger(__name__)

EXPORT_WITHHELD = _("A source has been protected since this file was made; export it again.")
RELEASE_WITHHELD = _(
    "A source has been protected since this release was made; an admin has to withdraw it and make "
    "a new one."
)

# Where the address of a page may stand that leaves with a file: the way to the corpus, the columns.
_TELLING: tuple[tuple[type[models.Model], str, tuple[str, ...]], ...] = (
    (
        Evidence,
        "claim__article__corpus",
        ("url", "citation", "title", "publisher", "quote", "note"),
    ),
    (Snapshot, "claim__article__corpus", ("url", "final_url")),
    (Answer, "question__claim__article__corpus", ("source_url", "text", "boolean_explanation")),
    (Question, "claim__article__corpus", ("text",)),
    (Claim, "article__corpus", ("normalised", "flag_note")),
    (Verdict, "claim__article__corpus", ("rationale",)),
    (Comment, "thread__claim__article__corpus", ("text",)),
    (FactCheckVersion, "fact_check__corpus", ("content",)),
    (Correction, "fact_check__corpus", ("what", "why")),
)

Source = tuple[str, str]


def protected_sources(corpus: int) -> set[Source]:
    """The uid and the address of each."""
    rows = Evidence.objects.filter(claim__article__corpus=corpus, protected=True).order_by()
    return {(str(uid), url) for uid, url in rows.values_list("uid", "url")}


def sources_hold(corpus: int) -> None:
    """No source of the corpus becomes protected until the transaction ends.

    Whoever puts a file in its place and whoever protects a source come one after the other: else
    each would miss what the other has written and not yet committed.
    """
    rows = Corpus.everything.select_for_update(of=("self",), no_key=True)
    rows.filter(pk=corpus).values_list("pk", flat=True).first()


def sources_require(corpus: int, known: set[Source]) -> None:
    """``Conflict`` where a source was protected since these were known. Hold them first."""
    if protected_sources(corpus) - known:
        # For the job: in no person's language, and without the source.
        raise Conflict("A source was protected while the file was written; it is written anew.")


def sources_changed(*, actor: User, evidence: Evidence, before: Mapping[str, Any] | None) -> None:
    """Withhold the files that tell of a source which is protected from now on.

    ``before`` is its state before it was saved; None: it wasn't there. To be called in the
    transaction of that write, before its event.
    """
    was = before is not None and before["protected"]
    if was and not evidence.protected:
        _offer_again(actor, evidence)
    if not evidence.protected or (was and before and before["url"] == evidence.url):
        return
    corpus = evidence.claim.article.corpus
    sources_hold(corpus.pk)
    exports = list(Export.objects.filter(corpus=corpus, exported_at__isnull=False).exclude(file=""))
    releases = list(
        Release.objects.select_for_update(of=("self",), no_key=True)
        .filter(corpus=corpus, frozen_at__isnull=False, withdrawn_at=None)
        .order_by("pk")
    )
    # What became protected was open before: it may be in each export, and in each release of a
    # moment at which it was there.
    opened = before is not None and not was
    telling: list[Export | Release] = [*exports] if opened else []
    if opened:
        there = evidence.created_at
        telling += [r for r in releases if r.frozen_at is not None and r.frozen_at >= there]
    every: list[Export | Release] = [*exports, *releases]
    others = [file for file in every if file not in telling]
    if others and _page_told(evidence, corpus, others):
        telling += others
    now = timezone.now()
    for file in telling:
        if isinstance(file, Export):
            _withhold_export(actor, file, evidence, now)
        else:
            _withhold_release(actor, file, evidence, now)


def _page_told(evidence: Evidence, corpus: Corpus, files: Iterable[Export | Release]) -> bool:
    """Does the source's page stand elsewhere in the corpus, or did it when these were made?"""
    pages = pages_of([evidence.url])
    if not pages:
        return False
    rows = Evidence.objects.filter(claim__article__corpus=corpus, protected=True)
    known = rows.exclude(pk=evidence.pk).order_by().values_list("url", flat=True)
    if pages <= pages_of(known):
        # What was made before it was protected is withheld already; for the reason to outlast
        # that other source, it is this one's too.
        return any(isinstance(f, Release) and f.source_protected_at for f in files)
    word = _looked_for(evidence.url)
    for model, way, columns in _TELLING:
        found = model._default_manager.filter(**{way: corpus})
        if model is Evidence:
            found = found.exclude(pk=evidence.pk)
        if _any_tells(found, columns, word, pages):
            return True
    # What was written over since the first of them was made.
    moments = [m for f in files if (m := f.exported_at if isinstance(f, Export) else f.frozen_at)]
    events = Event.objects.filter(corpus=corpus, at__gte=min(moments), before__isnull=False)
    events = events.exclude(target_type="evidence", target_id=evidence.pk)
    return _any_tells(events, ("before",), word, pages)


def _any_tells(
    rows: models.QuerySet[Any], columns: tuple[str, ...], word: str, pages: set[PageKey]
) -> bool:
    either = models.Q()
    for column in columns:
        rows = rows.alias(**{f"{column}_words": Cast(column, models.TextField())})
        either |= models.Q(**{f"{column}_words__icontains": word})
    found = rows.filter(either).order_by().values_list(*columns)
    return any(tells_of(list(row), pages) for row in found.iterator(chunk_size=500))


def _looked_for(url: str) -> str:
    """What every address of the page has in common as it is stored; what it finds is looked at."""
    host = (urlsplit(url.strip()).hostname or "").rstrip(".").removeprefix("www.")
    # Beyond ASCII a host is written in two ways, and in JSON in a third.
    return host if host.isascii() and "xn--" not in host else "://"


def _tell(kind: str, actor: User, target: Export | Release, evidence: Evidence) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=target,
        corpus=evidence.claim.article.corpus,
        before=None,
        after={"evidence": evidence.pk},
    )


def _withhold_export(actor: User, export: Export, evidence: Evidence, now: dt.datetime) -> None:
    name = export.file.name or ""
    Export.objects.filter(pk=export.pk).update(file="", expires_at=None, source_protected_at=now)
    transaction.on_commit(_removing(export.file.storage, name, export.pk), robust=True)
    _tell("export.withheld", actor, export, evidence)


def _removing(storage: Any, name: str, export: int) -> Callable[[], None]:
    return partial(_remove, storage, name, export)


def _remove(storage: Any, name: str, export: int) -> None:
    try:
        storage.delete(name)
    except OSError as error:
        log.warning("export_not_removed", export=export, error=str(error))


def _withhold_release(actor: User, release: Release, evidence: Evidence, now: dt.datetime) -> None:
    Release.objects.filter(pk=release.pk, source_protected_at=None).update(source_protected_at=now)
    _tell("release.withheld", actor, release, evidence)


def _offer_again(actor: User, evidence: Evidence) -> None:
    """Give out again the releases that were withheld for sources which are all open again."""
    corpus = evidence.claim.article.corpus
    sources_hold(corpus.pk)
    withheld = Release.objects.select_for_update(of=("self",), no_key=True).filter(
        corpus=corpus, source_protected_at__isnull=False
    )
    for release in withheld.order_by("pk"):
        events = Event.objects.filter(
            target_type="release", target_id=release.pk, kind="release.withheld"
        )
        reasons = {event.after["evidence"] for event in events if event.after}
        # Of one that is gone nobody can say any more that it is open.
        open_ = Evidence.objects.filter(pk__in=reasons, protected=False)
        if not reasons or open_.count() < len(reasons):
            continue
        Release.objects.filter(pk=release.pk).update(source_protected_at=None)
        _tell("release.offered_again", actor, release, evidence)
