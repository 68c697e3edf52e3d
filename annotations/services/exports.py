"""Exports: asked for by a member, written by a worker, kept for some days.

The work itself is done in ``export_runs``.
"""

from __future__ import annotations

import secrets
import uuid
from typing import BinaryIO, cast

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.transitions import ACTIVE_JOB_STATES
from annotations.domain.vocabulary import Role
from annotations.errors import Conflict, NotAllowed
from annotations.exporting import Format, Options, Selection
from annotations.models import Corpus, Export, User
from annotations.models.exports import ExportState

from .events import event_record
from .jobs import export_queue, job_restart, job_stop
from .requests import made_before
from .unfinished import unfinished_sweep

log = structlog.get_logger(__name__)

# Of one person: a mistaken script must not fill the disk.
MOST_AT_ONCE = 5
SALT_BYTES = 32


@transaction.atomic
def export_request(
    *,
    actor: User | None,
    corpus: Corpus,
    format_: Format,
    selection: Selection,
    options: Options,
    uid: uuid.UUID | None = None,
) -> Export:
    """Have a worker write a file. The same ``uid`` again returns what is there."""
    policies.require(actor, "corpus.export", corpus)
    if actor is not None:
        # One request of a person after the other: the same one finds what the first made, and all
        # together are no more than may be.
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    taken = gettext("This uid is taken by another export.")
    if known := made_before(Export.objects, uid, taken, corpus=corpus, created_by=actor):
        return known
    if options.pseudonyms:
        selection.require_nameless()
    under_way = Export.objects.filter(created_by=actor, job__state__in=ACTIVE_JOB_STATES)
    if actor is not None and under_way.count() >= MOST_AT_ONCE:
        raise Conflict(
            gettext("%(most_at_once)s exports are being written for you; wait for one of them.")
            % {"most_at_once": MOST_AT_ONCE}
        )
    export = Export.objects.create(
        uid=uid or uuid.uuid4(),
        corpus=corpus,
        job=export_queue(actor=actor, corpus=corpus),
        format=format_.name,
        selection=selection.as_json(),
        options=options.as_json(),
        site=options.site[:300],
        salt=secrets.token_bytes(SALT_BYTES),
        created_by=actor,
    )
    _event(export, "export.requested", actor)
    return export


@transaction.atomic
def export_cancel(*, actor: User | None, export: Export) -> Export:
    """Stop one that is being written: one's own, or as an admin anybody's."""
    _own(actor, export)
    known = Export.objects.select_related("job").get(pk=export.pk)
    if known.job is None or not known.job.is_active:
        raise Conflict(gettext("The export is not under way."))
    job_stop(actor=actor, job=known.job)
    return _again(export)


@transaction.atomic
def export_resume(*, actor: User | None, export: Export) -> Export:
    """Go on with one that failed or was cancelled, where a worker stopped, if that is known."""
    _own(actor, export)
    known = Export.objects.select_related("job", "corpus").get(pk=export.pk)
    if known.job is None or known.state not in {ExportState.FAILED, ExportState.CANCELLED}:
        raise Conflict(gettext("Only an export that failed or was cancelled is resumed."))
    job_restart(actor=actor, job=known.job)
    return _again(export)


def exports_sweep() -> int:
    """Remove the files whose time is over, and what nobody finishes; how many of the first.

    The rows stay, and say what there was.
    """
    unfinished_sweep()
    over = Export.objects.filter(expires_at__lt=timezone.now()).exclude(file="")
    removed = 0
    for export in over.only("file")[:100]:
        name = export.file.name
        # First the row, so that nobody is offered what is gone.
        if Export.objects.filter(pk=export.pk, file=name).update(file="", expires_at=None):
            try:
                export.file.storage.delete(name or "")
            except OSError as error:
                log.warning("export_not_removed", export=export.pk, error=str(error))
            removed += 1
    return removed


def export_file(export: Export) -> BinaryIO:
    """The stored file, to be closed by the caller. ``OSError`` where it is gone."""
    return cast("BinaryIO", export.file.storage.open(export.file.name or "", "rb"))


def _own(actor: User | None, export: Export) -> None:
    policies.require(actor, "corpus.export", export.corpus)
    if actor is None or export.created_by_id == actor.pk:
        return
    if policies.role_in(actor, export.corpus) != Role.ADMIN:
        raise NotAllowed(gettext("It is somebody else's export."))


def _again(export: Export) -> Export:
    return Export.objects.select_related("job", "corpus", "created_by").get(pk=export.pk)


def _event(export: Export, kind: str, actor: User | None) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=export,
        corpus=export.corpus,
        before=None,
        after={
            "job": export.job_id,
            "format": export.format,
            "selection": export.selection,
            "options": export.options,
        },
    )
