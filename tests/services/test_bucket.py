"""Files in an S3 bucket: what the site keeps goes there, is read from there and removed there."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import time_machine
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer

from annotations.models import Corpus, User
from annotations.services.export_runs import export_run
from annotations.services.exports import exports_sweep
from annotations.services.release_runs import release_check
from tests import factories
from tests.services import test_exports, test_releases
from tests.services.importing import bring_in, zipped

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket on a server of its own, which the site's settings name."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket="newsroom")
    try:
        yield client, address
    finally:
        # The server ends; what it holds is this process's, and would be the next one's.
        boto3.resource("s3", endpoint_url=address).Bucket("newsroom").objects.delete()
        server.stop()


def _settings(**env: str) -> subprocess.CompletedProcess[str]:
    """What the settings make of an environment."""
    script = "from django.conf import settings; print(settings.STORAGES['default'])"
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        cwd=site.BASE_DIR,
        env={**os.environ, "DEBUG": "true", **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def stored(bucket: Any, settings: Any) -> Callable[[], dict[str, int]]:
    """The site with its files in the bucket; answers with the names there, and their sizes."""
    client, address = bucket
    said = _settings(S3_BUCKET="newsroom", S3_ENDPOINT_URL=address, S3_REGION="us-east-1")
    assert said.returncode == 0, said.stderr
    settings.STORAGES = {**site.STORAGES, "default": eval(said.stdout)}  # noqa: S307  our own dict

    def listed() -> dict[str, int]:
        found = client.list_objects_v2(Bucket="newsroom").get("Contents", ())
        return {row["Key"]: row["Size"] for row in found}

    return listed


def test_an_import_lives_in_the_bucket(stored: Any, corpus: Corpus) -> None:
    source = bring_in(corpus, "a.zip", zipped({"one.txt": "First words.", "two.txt": "Second."}))
    assert source.state == "done"
    assert corpus.articles.count() == 2
    assert stored() == {source.file.name: source.size}


def downloaded(user: User, path: str) -> bytes:
    client = Client()
    client.force_login(user)
    answer: Any = client.get(f"/api/v1/{path}/file/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.mark.django_db
def test_exports_saved_pages_and_releases_live_in_the_bucket(stored: Any) -> None:
    cast = factories.make_cast()
    claim = factories.make_claim(factories.make_article(cast.corpus), cast.reviewer)
    factories.make_verdict(claim, cast.reviewer)
    page = factories.make_snapshot(claim, cast.reviewer, b"<title>Figures</title>")
    assert stored() == {page.file.name: page.size}
    assert downloaded(cast.reviewer, f"snapshots/{page.pk}") == b"<title>Figures</title>"

    export = test_exports.ask(cast)
    assert export_run(first=export.job_id) == 1
    export = test_exports.again(export)
    written = downloaded(cast.reviewer, f"exports/{export.pk}")
    assert hashlib.sha256(written).hexdigest() == export.sha256
    assert stored()[export.file.name or ""] == export.size == len(written)

    release = test_releases.made(cast)
    names = {release.file.name, release.source.name, release.index.name}
    assert names <= stored().keys()
    archive = downloaded(cast.reviewer, f"releases/{release.pk}")
    assert hashlib.sha256(archive).hexdigest() == release.sha256
    # Read again from there, and made again.
    assert release_check(release)["same"]

    with time_machine.travel(timezone.now() + dt.timedelta(days=site.EXPORT_KEEP_DAYS + 1)):
        assert exports_sweep() == 1
    assert stored().keys() == names | {page.file.name}


def test_without_a_bucket_files_are_in_a_folder() -> None:
    said = _settings(S3_BUCKET="")
    assert "FileSystemStorage" in said.stdout
