"""The settings that the tests run under, and Django set up with them.

They are a real site's (not DEBUG), in a folder of this run alone. ``TEST_DATABASE_URL`` or
``DATABASE_URL`` chooses the database; SQLite in a file is the default, because threads of a
test could not share one in memory.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# What the tests set, and a real site started by a test must not inherit.
CHOSEN = (
    "API_ANONYMOUS_REQUESTS_PER_MINUTE",
    "API_REQUESTS_PER_MINUTE",
    "ALLOWED_HOSTS",
    "CELERY_BROKER_URL",
    "CELERY_QUEUE",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DJANGO_SETTINGS_MODULE",
    "HTTPS",
    "LOG_LEVEL",
    "SECRET_KEY",
    "VAR_DIR",
)


def set_up_django() -> None:
    import django
    from django.conf import settings

    folder = choose()
    adapt(settings, folder)
    django.setup()


def choose() -> Path:
    """Set the environment; returns the folder of this run."""
    folder = Path(tempfile.mkdtemp(prefix="factcheck-tests-"))
    # The page assets' folder, which WhiteNoise wants to exist; the tests don't process them.
    (folder / "static").mkdir()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    os.environ.update(
        {
            # The people of different tests have the same ids.
            "API_ANONYMOUS_REQUESTS_PER_MINUTE": "0",
            "API_REQUESTS_PER_MINUTE": "0",
            "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
            "CELERY_BROKER_URL": "memory://",
            "DATABASE_URL": database or f"sqlite:///{folder / 'db.sqlite3'}",
            "DEBUG": "false",
            # Playwright drives the browser from an event loop, in which Django would refuse
            # the tests' own queries.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "HTTPS": "false",
            "LOG_LEVEL": "WARNING",
            "SECRET_KEY": "only-for-tests-" + "x" * 40,
            "VAR_DIR": str(folder),
        }
    )
    return folder


def adapt(settings: Any, folder: Path) -> None:
    """What no environment variable says: quick passwords, unprocessed assets, a database's name."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    database = settings.DATABASES["default"]
    sqlite = database["ENGINE"].endswith("sqlite3")
    # A name of this run's own, so that two runs on one server don't meet.
    name = str(folder / "test.sqlite3") if sqlite else f"factcheck_test_{os.getpid()}"
    database.setdefault("TEST", {})["NAME"] = name
    if not sqlite:
        # Nobody reads these rows after a power cut, so no commit waits for the disk.
        options = database.setdefault("OPTIONS", {})
        options.setdefault("options", "-c synchronous_commit=off")
