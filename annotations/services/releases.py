"""Releases: asked for by an admin, made by a worker, kept for good.

The work itself is done in ``release_runs``.
"""

from __future__ import annotations

import secrets
import uuid
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.errors import Conflict, InvalidInput
from annotations.exporting import FORMATS, Options, Selection
from annotations.models import Corpus, Event, Release, ReleaseState, User
from annotations.releasing import LICENCES, Index, Plan

from .events import event_record
from .jobs import job_restart, job_stop, release_queue
from .requests import made_before

SALT_BYTES = 32
UNFINISHED = frozenset({ReleaseState.FAILED, ReleaseState.CANCELLED})


@transaction.atomic
def release_request(
    *,
    actor: User | None,
    corpus: Corpus,
    title: str,
    licence: str,
    formats: Sequence[str],
    selection: Selection,
    options: Options,
    plan: Plan,
    motivation: str = "",
    creators: str = "",
    licence_text: str = "",
    discussions: bool = False,
    uid: uuid.UUID | None = None,
) -> Release:
    """Have a worker make the corpus's next release. The same ``uid`` again returns what is there.

    Reviewers are under pseudonyms, whatever ``options`` say.
    """
    policies.require(actor, "release.make", corpus)
    words = {
        "title": title.strip(),
        "motivation": motivation.strip(),
        "creators": " ".join(creators.split()),
        "licence": " ".join(licence.split()),
        "licence_text": licence_text.strip(),
    }
    _check_words(words)
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise InvalidInput(
            {"formats": gettext("expected some of %(names)s") % {"names": ", ".join(FORMATS)}}
        )
    selection.require_nameless()
    # Two who ask at once get numbers one after the other; who asks again gets what there is.
    Corpus.objects.select_for_update(of=("self",), no_key=True).get(pk=corpus.pk)
    taken = gettext("This uid is taken by another release.")
    if known := made_before(Release.objects, uid, taken, corpus=corpus, created_by=actor):
        return known
    rows = Release.objects.filter(corpus=corpus)
    if unfinished := rows.filter(ready_at=None).first():
        raise Conflict(
            gettext("Release %(number)s isn't finished; wait for it, or discard it.")
            % {"number": unfinished.number}
        )
    last = rows.aggregate(last=models.Max("number"))["last"] or 0
    release = Release.objects.create(
        uid=uid or uuid.uuid4(),
        corpus=corpus,
        number=last + 1,
        **words,
        # In the registry's order, each once.
        formats=[name for name in FORMATS if name in formats],
        selection=selection.as_json(),
        options={**options.as_json(), "pseudonyms": True},
        plan=plan.as_json(),
        discussions=discussions,
        site=options.site[:300],
        salt=secrets.token_bytes(SALT_BYTES),
        previous=rows.finished().order_by("-number").first(),
        job=release_queue(actor=actor, corpus=corpus),
        created_by=actor,
    )
    _event(
        release,
        "release.requested",
        actor,
        after={
            "number": release.number,
            "title": release.title,
            "licence": release.licence,
            "formats": release.formats,
            "selection": release.selection,
            "options": release.options,
            "split": release.plan,
            "discussions": discussions,
        },
    )
    return release


def _check_words(words: dict[str, str]) -> None:
    problems: dict[str, str] = {}
    longest = {"title": Release.MAX_TITLE, "creators": 500, "licence": 100}
    for name, value in words.items():
        most = longest.get(name, Release.MAX_TEXT)
        if len(value) > most or "\0" in value:
            problems[name] = gettext("%(most)s characters at most") % {"most": most}
    for name in ("title", "licence"):
        if not words[name]:
            problems[name] = gettext("needed")
    if words["licence"] and words["licence"] not in LICENCES and not words["licence_text"]:
        problems["licence_text"] = gettext("needed for a licence that isn't one of %(names)s") % {
            "names": ", ".join(LICENCES)
        }
    if problems:
        raise InvalidInput(problems)


@transaction.atomic
def release_cancel(*, actor: User | None, release: Release) -> Release:
    """Stop one that is being made, or that is being verified."""
    policies.require(actor, "release.make", release.corpus)
    held = _locked(release)
    if held.job is None or not held.job.is_active:
        raise Conflict(gettext("The release isn't under way."))
    job_stop(actor=actor, job=held.job)
    return _again(held)


@transaction.atomic
def release_resume(*, actor: User | None, release: Release) -> Release:
    """Go on with one that failed or was cancelled. Records that are frozen stay as they are."""
    policies.require(actor, "release.make", release.corpus)
    held = _locked(release)
    if held.job is None or held.state not in UNFINISHED:
        raise Conflict(gettext("Only a release that failed or was cancelled is gone on with."))
    job_restart(actor=actor, job=held.job)
    Release.objects.filter(pk=held.pk).update(done=0, total=0)
    return _again(held)


@transaction.atomic
def release_discard(*, actor: User | None, release: Release) -> None:
    """Remove one that never was ready; its number is given again."""
    policies.require(actor, "release.make", release.corpus)
    held = _locked(release)
    if held.state not in UNFINISHED:
        raise Conflict(
            gettext("Only a release that failed or was cancelled is discarded; others stay.")
        )
    _event(held, "release.discarded", actor, before={"number": held.number, "title": held.title})
    _forget(held, "source", "index", "file")
    held.delete()


@transaction.atomic
def release_withdraw(*, actor: User | None, release: Release, reason: str) -> Release:
    """Take back one that was ready: its page stays and says why, its files go.

    What stays of its records are the uids of its claims, for the releases after it.
    """
    policies.require(actor, "release.make", release.corpus)
    held = _locked(release)
    reason = reason.strip()
    if not reason or len(reason) > Release.MAX_TEXT or "\0" in reason:
        raise InvalidInput({"reason": gettext("say why, for those who used it")})
    if held.state != ReleaseState.READY:
        raise Conflict(gettext("Only a release that is ready is withdrawn."))
    if held.is_verifying and held.job is not None:
        job_stop(actor=actor, job=held.job)
    held.withdrawn_at, held.withdrawn_by, held.withdrawn_reason = timezone.now(), actor, reason
    _forget(held, "source", "file")
    held.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "source", "file"])
    _event(held, "release.withdrawn", actor, before={"state": "ready"}, after={"reason": reason})
    return _again(held)


@transaction.atomic
def release_verify(*, actor: User | None, release: Release) -> Release:
    """Have a worker make it again from its frozen records, and compare every file.

    Of one that was withdrawn there are no records; what is kept of it is compared at once with
    what the history says of it.
    """
    policies.require(actor, "release.make", release.corpus)
    held = _locked(release)
    if held.state == ReleaseState.WITHDRAWN:
        held.verified_at, held.verification = timezone.now(), kept_of(held)
        held.save(update_fields=["verified_at", "verification"])
        _event(held, "release.verified", actor, after=held.verification)
        return _again(held)
    if held.state != ReleaseState.READY:
        raise Conflict(gettext("Only a release that was ready is verified."))
    if not held.is_verifying:
        held.job = release_queue(actor=actor, corpus=held.corpus)
        held.done = held.total = 0
        held.save(update_fields=["job", "done", "total"])
        _event(held, "release.verification_requested", actor, after={"job": held.job.pk})
    return _again(held)


def kept_of(release: Release) -> dict[str, Any]:
    """Is what is kept of a withdrawn release what it was? As ``release_runs.verification`` says it.

    The sums of the archive and of the records are in the corpus's history, whose own hashes
    ``verify_events`` checks; the index has as many claims as the release had.
    """
    said: dict[str, Any] = {}
    events = Event.objects.filter(
        target_type="release", target_id=release.pk, kind__in=("release.frozen", "release.ready")
    )
    for event in events.order_by("number"):
        said |= event.after or {}
    differs = []
    if said.get("sha256") != release.sha256 or said.get("counts") != release.counts:
        differs.append("archive")
    if said.get("records_sha256") != release.source_sha256:
        differs.append("records")
    if _indexed(release) != release.counts["claims"]:
        differs.append("index")
    return {"same": not differs, "sha256": release.sha256, "differs": differs, "software": {}}


def _indexed(release: Release) -> int | None:
    """How many claims the stored index has; None where it can't be read."""
    try:
        with release.index.storage.open(release.index.name or "", "rb") as file:
            return sum(1 for _ in Index(file).claims())
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        return None


def release_file(release: Release) -> BinaryIO:
    """The archive, to be closed by the caller. ``OSError`` where it is gone."""
    return cast("BinaryIO", release.file.storage.open(release.file.name or "", "rb"))


def _locked(release: Release) -> Release:
    return (
        Release.objects.select_for_update(of=("self",))
        # Not the job, as in ``imports``: it would be that of before the lock was waited for.
        .select_related("corpus")
        .get(pk=release.pk)
    )


def _again(release: Release) -> Release:
    return Release.objects.select_related("job", "corpus", "created_by").get(pk=release.pk)


def _forget(release: Release, *names: str) -> None:
    """Empty these fields, and remove their files once that is sure."""
    for name in names:
        stored: FieldFile = getattr(release, name)
        if stored.name:
            transaction.on_commit(_removing(stored.storage, stored.name), robust=True)
            setattr(release, name, "")


def _removing(storage: Any, name: str) -> Any:
    return lambda: storage.delete(name)


def _event(
    release: Release,
    kind: str,
    actor: User | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=release,
        corpus=release.corpus,
        before=before,
        after=after,
    )
