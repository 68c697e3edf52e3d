"""What a start of the site sees to first: its tables, its page assets, its first people.

Every step looks at what is there and does only what is missing, so a start that was cut short
is completed by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from annotations.domain.vocabulary import Role
from annotations.models import Corpus, User
from annotations.services.assignments import assignment_add
from annotations.services.corpora import membership_set

log = structlog.get_logger(__name__)

SAMPLE = "Sample"
FIRST = "nato-2021-12-01.txt"
PASSWORDS_FILE = "first-passwords.txt"
# No letter or digit that is easily taken for another one. 16 of 31 are 79 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def prepare() -> None:
    """Bring the installation to where the web server and the worker can run."""
    var: Path = settings.VAR_DIR
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(var):
        _broker_folders()
        _migrate()
        _collect_static(var)
        _first_people(var)


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """One preparation at a time: two first runs must not make two sets of people."""
    with (var / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _broker_folders() -> None:
    # The embedded broker makes its last folder only, and not its parents.
    options: dict[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if name in options:
            Path(options[name]).mkdir(mode=0o700, parents=True, exist_ok=True)


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        # What it prints for a terminal would stand between the log's events.
        call_command("migrate", interactive=False, verbosity=0)
        log.info("migrated", migrations=len(plan))


def _collect_static(var: Path) -> None:
    """Fingerprint and compress the page assets, unless they are the ones of the last time."""
    stamp = var / "static.stamp"
    current = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == current and Path(settings.STATIC_ROOT).is_dir():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(current)


def _static_fingerprint() -> str:
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _first_people(var: Path) -> None:
    """An administrator, a reviewer and the sample corpus, where there is nobody yet.

    All of it in one transaction, the passwords' file included: a start that fails half-way
    leaves nobody behind, so the next one begins again.
    """
    if User.objects.exists():
        return
    passwords = {"admin": _password(), "reviewer": _password()}
    with transaction.atomic():
        admin = User.objects.create_superuser("admin", password=passwords["admin"])
        reviewer = User.objects.create_user("reviewer", password=passwords["reviewer"])
        seeds = settings.BASE_DIR / "seeds"
        # This one first, because the first page that a newcomer opens is the first article's.
        said = io.StringIO()
        paths = (str(seeds / FIRST), str(seeds))
        call_command(
            "import_corpus",
            *paths,
            corpus=SAMPLE,
            format="text",
            # Five texts that are known: what finds likenesses would only delay the first start.
            no_near_duplicates=True,
            stdout=said,
        )
        log.info("samples_imported", result=said.getvalue().strip().splitlines()[-1])
        corpus = Corpus.objects.get(name=SAMPLE)
        membership_set(actor=None, corpus=corpus, user=admin, role=Role.ADMIN)
        membership_set(actor=None, corpus=corpus, user=reviewer, role=Role.REVIEWER)
        # What is assigned comes first, whatever the detector makes of the others.
        first = corpus.articles.earliest("pk")
        for user in (admin, reviewer):
            assignment_add(actor=None, article=first, user=user)
        _keep(var / PASSWORDS_FILE, passwords)


def _password() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _keep(path: Path, passwords: dict[str, str]) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{name:<10}{password}\n" for name, password in passwords.items())
