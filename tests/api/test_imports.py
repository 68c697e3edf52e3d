"""An import by the API, from the form to the roll-back."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from annotations.models import Article, Claim, Import, User
from annotations.services.import_rollback import import_rollback_run
from annotations.services.import_runs import import_check_run, import_run
from tests.api.conftest import Client
from tests.factories import Cast
from tests.services.importing import work, zipped


@pytest.fixture
def admin(cast: Cast, as_: Callable[[User | None], Client]) -> Client:
    return as_(cast.admin)


def send(client: Client, cast: Cast, *files: tuple[str, bytes], **fields: Any) -> Any:
    sent = [io.BytesIO(content) for _, content in files]
    for stream, (name, _) in zip(sent, files, strict=True):
        stream.name = name
    return client.post(
        "imports/", {"corpus": cast.corpus.pk, "file": sent, **fields}, format="multipart"
    )


def test_from_beginning_to_end(admin: Client, cast: Cast) -> None:
    files = zipped({"1.txt": "Ferries.", "1.ann": "T1\tother 0 7\tFerries\n", "2.txt": " "})
    made = send(admin, cast, ("a.zip", files), options=json.dumps({"annotator": "Ann"}))
    assert made.status_code == 201
    found = made.json()
    assert (found["state"], found["file_name"], found["size"]) == ("new", "a.zip", len(files))
    assert found["options"] == {"annotator": "Ann"}
    at = f"imports/{found['id']}/"
    source = Import.objects.get()

    assert admin.post(f"{at}check/").json()["state"] == "checking"
    work(source, import_check_run)
    checked = admin.get(at).json()
    assert (checked["state"], checked["progress"]) == ("checked", 1.0)
    assert checked["counts"] == {
        "items": 2,
        "articles": 1,
        "claims": 1,
        "rejected": 1,
        "near_duplicates": 0,
        "compared": 1,
    }
    assert checked["has_file"]
    (row,) = checked["preview"]["rows"]
    assert (row["title"], row["text"], row["claims"]) == ("Ferries.", "Ferries.", 1)
    assert not Article.objects.exists()
    (problem,) = admin.get(f"{at}problems/", {"severity": "rejected"}).json()["results"]
    assert (problem["file"], problem["reason"]) == ("2.txt", "there is no text")

    assert admin.patch(at, {"options": {"annotator": "Ben"}}).status_code == 200
    assert admin.post(f"{at}start/").status_code == 202
    assert admin.post(f"{at}start/").json()["code"] == "conflict"
    assert admin.patch(at, {"options": {}}).status_code == 409
    work(source, import_run)
    done = admin.get(at).json()
    assert (done["state"], done["search_left"]) == ("done", 0)
    assert Claim.objects.get().created_by.name == "Ben"
    (line,) = b"".join(admin.get(f"{at}rejected/")).splitlines()
    assert json.loads(line)["reason"] == "there is no text"

    assert admin.post(f"{at}rollback/").json()["state"] == "rolling_back"
    work(source, import_rollback_run)
    assert admin.get(at).json()["state"] == "rolled_back"
    assert not Article.objects.exists()


def test_many_files_are_one_import(admin: Client, cast: Cast) -> None:
    made = send(admin, cast, ("a.txt", b"One."), ("b.txt", b"Two."), ("a.txt", b"Three."))
    assert made.json()["file_name"] == "3 files.zip"
    admin.post(f"imports/{made.json()['id']}/start/")
    source = work(Import.objects.get())
    assert source.counts["articles"] == 3
    rows = admin.get("articles/", {"source_import": source.pk}).json()["results"]
    assert [row["source_name"] for row in rows] == ["a.txt", "b.txt", "a.txt"]


def test_sending_it_again_makes_nothing_new(admin: Client, cast: Cast) -> None:
    uid = str(uuid.uuid4())
    first = send(admin, cast, ("a.txt", b"One."), uid=uid)
    again = send(admin, cast, ("a.txt", b"One."), uid=uid)
    assert again.json()["id"] == first.json()["id"]
    assert Import.objects.count() == 1


def test_what_is_refused(admin: Client, cast: Cast, settings: Any) -> None:
    assert send(admin, cast, ("a.txt", b"")).json()["fields"] == {"file": "the file is empty"}
    assert send(admin, cast).json()["code"] == "invalid"
    wrong = send(admin, cast, ("a.txt", b"One."), options="{")
    assert "options" in wrong.json()["fields"]
    wrong = send(admin, cast, ("a.txt", b"One."), options='{"format": "docm"}')
    assert "options.format" in wrong.json()["fields"]
    refused = send(admin, cast, ("a.txt", b"One."), options='{"people": "same"}')
    assert refused.status_code == 403
    assert admin.post("imports/", {"corpus": cast.corpus.pk}).status_code == 415
    settings.IMPORT_MAX_BYTES = 1
    settings_form = send(admin, cast, ("a.txt", b"x" * 2_000_000))
    assert (settings_form.status_code, settings_form.json()["code"]) == (413, "too_large")
    assert not Import.objects.exists()


def test_rejected_rows_are_downloaded_to_be_mended(admin: Client, cast: Cast) -> None:
    table = b"title;body\nOne;Sales fell.\nTwo;\n"
    at = f"imports/{send(admin, cast, ('my table.csv', table)).json()['id']}/"
    admin.post(f"{at}check/")
    work(Import.objects.get(), import_check_run)
    sent = admin.get(f"{at}rejected/", {"form": "file"})
    assert b"".join(sent) == b"title;body\nTwo;\n"
    assert sent["Content-Type"] == "application/octet-stream"
    assert sent["Content-Disposition"] == 'attachment; filename="my table-rejected.csv"'
    assert (sent["X-Content-Type-Options"], sent["Cache-Control"]) == (
        "nosniff",
        "private, no-store",
    )
    (line,) = b"".join(admin.get(f"{at}rejected/", {"form": "report"})).splitlines()
    assert json.loads(line) == {
        "file": "",
        "line": 3,
        "reason": "there is no text",
        "row": "title;body\nTwo;",
    }
    assert admin.get(f"{at}rejected/", {"form": "pdf"}).json()["code"] == "invalid"
    Import.objects.get().problems.update(row="")
    assert admin.get(f"{at}rejected/", {"form": "file"}).status_code == 409
    (line,) = b"".join(admin.get(f"{at}rejected/")).splitlines()
    assert json.loads(line)["row"] is None


def test_a_file_name_is_only_a_name(admin: Client, cast: Cast) -> None:
    made = send(admin, cast, ("../../etc/passwd.txt", b"One."))
    assert made.json()["file_name"] == "passwd.txt"
    assert "passwd" not in Import.objects.get().file.name
