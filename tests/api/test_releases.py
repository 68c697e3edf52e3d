"""Releases over HTTP: asked for, watched, fetched, verified, withdrawn."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from annotations.services.release_runs import release_run
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast

pytestmark = pytest.mark.any_database


def test_from_the_question_to_the_archive(
    as_: Callable[..., Client], cast: Cast, article: Any
) -> None:
    factories.make_verdict(factories.make_claim(article, cast.reviewer), cast.reviewer)
    admin, reviewer = as_(cast.admin), as_(cast.reviewer)
    path = f"corpora/{cast.corpus.pk}/releases/"
    split = {"by": "source", "shares": {"train": 50, "dev": 20, "test": 30}, "seed": 4}
    body = {
        "title": "First",
        "licence": "CC-BY-4.0",
        "formats": ["fever", "jsonl"],
        "split": split,
        "verdict": "False",
        "known_only": True,
        "uid": str(uuid.uuid4()),
    }
    for wrong, field in [
        ({"split": {"by": "source", "shares": {"train": 101}}}, "split.shares"),
        ({"split": {"by": "author"}}, "split.by"),
        ({"licence": "Ours"}, "licence_text"),
        ({"formats": ["xlsx"]}, "formats.0"),
        ({"verdict": "Splendid"}, "verdict"),
        ({"person": "rita"}, "person"),
    ]:
        answer = admin.post(path, {**body, **wrong})
        assert answer.status_code == 400, wrong
        assert field in answer.json()["fields"], answer.json()
    answer = admin.post(path, body)
    assert answer.status_code == 202, answer.content
    release = answer.json()
    assert (release["state"], release["number"], release["previous"]) == ("making", 1, None)
    assert {name: release["split"][name] for name in split} == split
    assert release["options"] == {"known_only": True, "pseudonyms": True}
    assert admin.post(path, body).json()["id"] == release["id"]
    address = f"releases/{release['id']}/"
    assert reviewer.get(f"{address}file/").status_code == 404
    release_run(first=release["job"])
    done = reviewer.get(address).json()
    assert (done["state"], done["progress"], done["error"]) == ("ready", 1.0, "")
    file = reviewer.get(f"{address}file/")
    assert file["Content-Disposition"] == 'attachment; filename="elections-release-1.zip"'
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == done["sha256"]
    assert done["leakage"]["by"] == "source"
    assert done["datasheet"]["counts"]["claims"] == 1
    assert "manifest.json" in {one["name"] for one in done["files"]}
    (line,) = reviewer.get(path).json()["results"]
    assert (line["state"], "datasheet" in line) == ("ready", False)
    verifying = admin.post(f"{address}verify/").json()
    assert (verifying["state"], verifying["verifying"]) == ("ready", True)
    release_run(first=verifying["job"])
    assert reviewer.get(address).json()["verification"]["same"] is True
    assert admin.post(f"{address}withdraw/", {"reason": ""}).status_code == 400
    gone = admin.post(f"{address}withdraw/", {"reason": "A name was in it."}).json()
    assert (gone["state"], gone["withdrawn_reason"]) == ("withdrawn", "A name was in it.")
    assert reviewer.get(f"{address}file/").status_code == 404
    assert reviewer.get("releases/", {"corpus": cast.corpus.pk}).json()["results"][0]["sha256"]
    assert as_(cast.outsider).get(address).status_code == 404


def test_a_source_was_protected_since(as_: Callable[..., Client], cast: Cast, article: Any) -> None:
    claim = factories.make_claim(article, cast.reviewer)
    piece = factories.make_evidence(claim, cast.reviewer, url="https://whistle.example/")
    admin, reviewer = as_(cast.admin), as_(cast.reviewer)
    body = {"title": "First", "licence": "CC-BY-4.0", "formats": ["jsonl"]}
    release = admin.post(f"corpora/{cast.corpus.pk}/releases/", body).json()
    release_run(first=release["job"])
    address = f"releases/{release['id']}/"
    assert reviewer.get(f"{address}file/").status_code == 200
    protect = {"revision": piece.revision, "protected": True, "protection_reason": "Asked."}
    assert reviewer.patch(f"evidence/{piece.pk}/", protect).status_code == 200
    found = reviewer.get(address).json()
    assert (found["state"], bool(found["source_protected_at"])) == ("ready", True)
    for client in (reviewer, admin):
        answer = client.get(f"{address}file/")
        assert answer.status_code == 404
        assert "withdraw it and make a new one" in answer.json()["detail"]
    verifying = admin.post(f"{address}verify/").json()
    release_run(first=verifying["job"])
    assert admin.get(address).json()["verification"]["same"] is True
    # Taken back, it is what it was.
    reviewer.post(f"articles/{article.pk}/undo/")
    assert reviewer.get(f"{address}file/").status_code == 200
    reviewer.post(f"articles/{article.pk}/redo/")
    assert reviewer.get(f"{address}file/").status_code == 404
    assert admin.post(f"{address}withdraw/", {"reason": "A source."}).status_code == 200
