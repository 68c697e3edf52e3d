"""Files in an S3 bucket: an import's upload goes there and is read from there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.conf import settings as site
from moto.server import ThreadedMotoServer

from annotations.models import Corpus
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


def test_an_import_lives_in_the_bucket(bucket: Any, corpus: Corpus, settings: Any) -> None:
    client, address = bucket
    said = _settings(S3_BUCKET="newsroom", S3_ENDPOINT_URL=address, S3_REGION="us-east-1")
    assert said.returncode == 0, said.stderr
    settings.STORAGES = {**site.STORAGES, "default": eval(said.stdout)}  # noqa: S307  our own dict
    source = bring_in(corpus, "a.zip", zipped({"one.txt": "First words.", "two.txt": "Second."}))
    assert source.state == "done"
    assert corpus.articles.count() == 2
    (stored,) = client.list_objects_v2(Bucket="newsroom")["Contents"]
    assert stored["Key"] == source.file.name
    assert stored["Size"] == source.size


def test_without_a_bucket_files_are_in_a_folder() -> None:
    said = _settings(S3_BUCKET="")
    assert "FileSystemStorage" in said.stdout
