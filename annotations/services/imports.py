"""Imports: a file is put down, checked, brought in, and taken back if it was a mistake.

Only admins of the corpus. The work itself is done by workers, in ``import_runs``.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.errors import Conflict, InvalidInput, NotAllowed
from annotations.importing import FORMATS, Options
from annotations.models import Corpus, Import, User
from annotations.models.imports import CHECK, ROLLBACK, RUN, ImportState

from .events import event_record
from .import_checks import check_forget
from .jobs import import_queue, job_retry, job_stop
from .requests import made_before

_REQUESTED = {
    CHECK: "import.check_requested",
    RUN: "import.requested",
    ROLLBACK: "import.rollback_requested",
}
_BLOCK = 1 << 20
_CAN_START = {
    ImportState.NEW,
    ImportState.CHECKED,
    ImportState.FAILED,
    ImportState.CANCELLED,
    ImportState.ROLLED_BACK,
}


def import_create(
    *,
    actor: User | None,
    corpus: Corpus,
    files: Sequence[tuple[str, IO[bytes]]],
    options: Mapping[str, Any] | None = None,
    uid: uuid.UUID | None = None,
) -> Import:
    """Keep one file, or several as one archive, for a corpus. Nothing is read yet.

    ``files``: names and seekable streams. The same ``uid`` again returns what is there.
    """
    policies.require(actor, "corpus.import", corpus)

    def before() -> Import | None:
        taken = gettext("This uid is taken by another import.")
        return made_before(Import.objects, uid, taken, corpus=corpus, created_by=actor)

    if known := before():
        return known
    chosen = _options(actor, options or {})
    if not files:
        raise InvalidInput({"file": gettext("send a file")})
    with tempfile.TemporaryFile() as packed:
        if len(files) == 1:
            name, stream = files[0]
        else:
            name, stream = f"{len(files)} files.zip", packed
            _pack(files, packed)
        name = name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-300:] or "file"
        size, digest = _measure(stream)
        if not size:
            raise InvalidInput({"file": gettext("the file is empty")})
        source = Import(
            uid=uid or uuid.uuid4(),
            corpus=corpus,
            file_name=name,
            size=size,
            sha256=digest,
            options=_given(chosen),
            created_by=actor,
        )
        stream.seek(0)
        # Under a name of ours: nothing in the other's may look like a file to be opened.
        source.file.save(str(source.uid), File(cast("Any", stream)), save=False)
    try:
        with transaction.atomic():
            source.save()
            event_record(
                kind="import.created",
                actor=actor,
                target=source,
                corpus=corpus,
                before=None,
                after={"file": name, "size": size, "sha256": digest, "options": source.options},
            )
    except BaseException as error:
        source.file.delete(save=False)
        # The same request, sent again while the first was being kept.
        if isinstance(error, IntegrityError) and (known := before()):
            return known
        raise
    return source


@transaction.atomic
def import_configure(*, actor: User | None, source: Import, options: Mapping[str, Any]) -> Import:
    """Choose anew how the file is read. Only while nothing of it is in the corpus."""
    locked = _locked(actor, source)
    _only(locked, _CAN_START, "changed")
    if _is_partly_in(locked):
        raise Conflict(gettext("A part of the file is in the corpus; roll it back first."))
    chosen = _given(_options(actor, options))
    if chosen != locked.options:
        before, locked.options = locked.options, chosen
        # What a check found under other options says nothing now.
        _forget(locked)
        locked.job = None
        locked.revision += 1
        event_record(
            kind="import.configured",
            actor=actor,
            target=locked,
            corpus=locked.corpus,
            before={"options": before},
            after={"options": chosen},
        )
        # Last, as in ``_begin``.
        locked.save()
    return locked


@transaction.atomic
def import_check(*, actor: User | None, source: Import) -> Import:
    """Have the file read as an import would, without bringing anything in."""
    locked = _locked(actor, source)
    _only(locked, _CAN_START, "checked")
    _with_file(locked)
    if _is_partly_in(locked):
        raise Conflict(gettext("A part of the file is in the corpus; roll it back first."))
    return _begin(locked, actor, CHECK)


@transaction.atomic
def import_start(*, actor: User | None, source: Import) -> Import:
    """Have the file brought in. One that stopped half-way goes on where it was."""
    locked = _locked(actor, source)
    _only(locked, _CAN_START, "started")
    if locked.job is not None and locked.job.kind == RUN and (locked.at_file or locked.at_item):
        return _resumed(locked, actor)
    _with_file(locked)
    if locked.options.get("all_or_nothing"):
        if locked.state != ImportState.CHECKED:
            raise Conflict(gettext("All or nothing was asked for, so it has to be checked first."))
        if rejected := locked.counts.get("rejected"):
            raise Conflict(
                gettext("All or nothing was asked for, and %(rejected)s rows would be rejected.")
                % {"rejected": rejected}
            )
    return _begin(locked, actor, RUN)


@transaction.atomic
def import_cancel(*, actor: User | None, source: Import) -> Import:
    """Stop what is under way, after the chunk that is being written. What is in stays in."""
    policies.require(actor, "corpus.import", source.corpus)
    known = Import.objects.select_related("job").get(pk=source.pk)
    if known.job is None:
        raise Conflict(gettext("Nothing is under way."))
    # The job before its import, as its worker does: the two must not wait for each other.
    job_stop(actor=actor, job=known.job)
    return Import.objects.select_related("job", "corpus").get(pk=source.pk)


@transaction.atomic
def import_resume(*, actor: User | None, source: Import) -> Import:
    """Go on with a check, an import or a roll-back that failed or was cancelled."""
    locked = _locked(actor, source)
    _only(locked, {ImportState.FAILED, ImportState.CANCELLED}, "resumed")
    return _resumed(locked, actor)


@transaction.atomic
def import_rollback(*, actor: User | None, source: Import) -> Import:
    """Take back what came with the file, but for articles on which people have worked since."""
    locked = _locked(actor, source)
    _only(locked, {ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED}, "rolled back")
    return _begin(locked, actor, ROLLBACK)


def _resumed(locked: Import, actor: User | None) -> Import:
    assert locked.job is not None  # noqa: S101  its state said so
    # A roll-back needs no file, nor what is left when all of it was read.
    if locked.job.kind != ROLLBACK and locked.read_at is None:
        _with_file(locked)
    job_retry(actor=actor, job=locked.job)
    return Import.objects.select_related("job", "corpus").get(pk=locked.pk)


def _begin(locked: Import, actor: User | None, kind: str) -> Import:
    locked.job = import_queue(actor=actor, corpus=locked.corpus, kind=kind)
    locked.progress = locked.seconds = 0
    if kind == ROLLBACK:
        # Its problems stay to be read; what is kept is added.
        locked.counts = {**locked.counts, "removed": 0, "kept": 0, "removed_claims": 0}
    else:
        _forget(locked)
    event_record(
        kind=_REQUESTED[kind],
        actor=actor,
        target=locked,
        corpus=locked.corpus,
        before=None,
        after={"job": locked.job_id, "options": locked.options},
    )
    # Last: another job is another key, for which PostgreSQL waits for whoever writes a claim that
    # came with the import, and they may be the ones that the event had to wait for.
    locked.save()
    return locked


def _forget(locked: Import) -> None:
    """What the last run found."""
    locked.problems.all().delete()
    check_forget(locked)
    locked.at_file = locked.at_item = 0
    locked.read_at = None
    locked.counts, locked.preview = {}, {}
    locked.formats, locked.encodings = {}, {}


def _is_partly_in(locked: Import) -> bool:
    # A check that was stopped half-way has come as far, and brought nothing in.
    checked = locked.job is not None and locked.job.kind == CHECK
    return not checked and bool(locked.at_file or locked.at_item)


def _locked(actor: User | None, source: Import) -> Import:
    policies.require(actor, "corpus.import", source.corpus)
    return (
        Import.objects.select_for_update(of=("self",), no_key=True)
        # Not the job: PostgreSQL, having waited for the lock, re-reads the import but not what it
        # joined, and would give one that was just begun no job at all.
        .select_related("corpus")
        .get(pk=source.pk)
    )


def _only(source: Import, states: Iterable[ImportState], what: str) -> None:
    if source.state not in states:
        raise Conflict(
            gettext("The import is %(state)s; it can't be %(what)s now.")
            % {"state": source.state.value.replace("_", " "), "what": what}
        )


def _with_file(source: Import) -> None:
    if not source.has_file:
        raise Conflict(gettext("The file is no longer kept; send it again."))


def _options(actor: User | None, given: Mapping[str, Any]) -> Options:
    options = Options.read(given, formats=FORMATS)
    if options.people == "same" and actor is not None and not actor.is_superuser:
        # A file could say anything in anybody's name.
        raise NotAllowed(
            gettext("Only the site's administrators import under the names of existing accounts.")
        )
    return options


def _given(options: Options) -> dict[str, Any]:
    """What differs from the defaults."""
    plain = Options().as_json()
    return {name: value for name, value in options.as_json().items() if value != plain[name]}


def _pack(files: Sequence[tuple[str, IO[bytes]]], target: IO[bytes]) -> None:
    """Several files as one archive, in their order; names that occur twice are told apart."""
    used: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, (name, stream) in enumerate(files, 1):
            inner = "/".join(
                part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}
            )
            inner = inner or f"file {number}"
            if inner in used:
                inner = f"{number}/{inner}"
            used.add(inner)
            stream.seek(0)
            with archive.open(zipfile.ZipInfo(inner), "w", force_zip64=True) as member:
                while block := stream.read(_BLOCK):
                    member.write(block)


def _measure(stream: IO[bytes]) -> tuple[int, str]:
    """Bytes and SHA-256 (hex). ``InvalidInput`` for what is larger than is taken."""
    limit: int = settings.IMPORT_MAX_BYTES
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        digest.update(block)
        size += len(block)
        if size > limit:
            raise InvalidInput(
                {"file": gettext("larger than %(limit)s MB") % {"limit": limit // 1_000_000}}
            )
    return size, digest.hexdigest()


def import_file(source: Import) -> BinaryIO:
    """The stored file, to be closed by the caller. ``OSError`` where it is gone."""
    return cast("BinaryIO", source.file.storage.open(source.file.name or "", "rb"))
