"""A release's files are made of frozen records, and are what an export of that moment would be."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import orjson
import pytest
import time_machine
from django.core.management import CommandError, call_command

from annotations.exporting import FORMATS, Options, Selection, export
from annotations.models import Article, Claim, Evidence, Release, Verdict
from annotations.releasing import Plan
from annotations.services.release_runs import release_check, release_run
from annotations.services.releases import release_request

from .conftest import PROTECTED, START, Exhibit

SITE = "https://site.example/"
SALT = b"s" * 32


def made(exhibit: Exhibit, **given: Any) -> Release:
    asked = {
        "title": "First",
        "licence": "CC-BY-4.0",
        "formats": list(FORMATS),
        "selection": Selection(),
        "options": Options(site=SITE),
        "plan": Plan(),
        "discussions": True,
        **given,
    }
    release = release_request(actor=exhibit.cast.admin, corpus=exhibit.cast.corpus, **asked)
    Release.objects.filter(pk=release.pk).update(salt=SALT)
    assert release_run(first=release.job_id) == 1
    return Release.objects.select_related("job", "corpus", "previous").get(pk=release.pk)


def members(release: Release) -> dict[str, bytes]:
    with release.file.open("rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def ways(labels: Any = "") -> Options:
    return Options(site=SITE, labels=labels)


def test_every_format_is_the_export_of_that_moment(exhibit: Exhibit) -> None:
    few = ["jsonl", "csv", "fever", "datafeed"]
    for labels, formats in (("", list(FORMATS)), ("individual", few), ("aggregated", few)):
        options = ways(labels)
        release = made(exhibit, options=options, formats=formats)
        found = members(release)
        options = replace(options, pseudonyms=True, salt=SALT)
        for name in formats:
            format_ = FORMATS[name]
            moment = release.frozen_at
            pieces = export(exhibit.cast.corpus, format_, options=options, exported_at=moment)
            wanted = b"".join(pieces)
            here = found[f"data/{name}.{format_.extension}"]
            if name == "jsonl":
                header, *lines = here.splitlines(keepends=True)
                told = orjson.loads(header)
                said = {"number": release.number, "title": "First", "licence": "CC-BY-4.0"}
                assert told.pop("release") == {**said, "tombstones": []}
                head, *expected = wanted.splitlines(keepends=True)
                assert (told, lines) == (orjson.loads(head), expected)
            else:
                assert here == wanted, (name, labels)
        whole = b"".join(found.values()).decode("latin-1")
        secrets = [words for words in PROTECTED.values() if len(str(words)) > 9]
        for secret in (*map(str, secrets), "Rita Reviewer", '"rita"', "@rita"):
            assert secret not in whole, secret


def test_made_again_after_everything_changed(exhibit: Exhibit) -> None:
    formats = ["jsonl", "csv", "w3c", "claimreview", "brat", "parquet"]
    release = made(exhibit, formats=formats, plan=Plan.read({"by": "claim"}), discussions=False)
    assert b'"threads":[]' in members(release)["data/jsonl.jsonl"]
    assert b"Which year" not in members(release)["data/jsonl.jsonl"]
    Article.everything.update(title="Another title")
    Claim.objects.update(normalised="Another claim", state="withdrawn")
    Evidence.objects.update(withdrawn=True)
    Verdict.objects.all().delete()
    cast = exhibit.cast
    cast.corpus.name, cast.corpus.description = "Another name", "Another description"
    cast.corpus.save()
    cast.corpus.rating_scale.ratings.filter(number=3).update(label="X")
    with time_machine.travel(START.replace(year=2031)):
        found = release_check(release)
    assert found == {
        "same": True,
        "sha256": release.sha256,
        "differs": [],
        "software": {},
        "stored": True,
    }


def test_what_differs_is_named(exhibit: Exhibit, monkeypatch: Any) -> None:
    release = made(exhibit, formats=["jsonl", "csv"])
    monkeypatch.setattr(type(FORMATS["csv"]), "version", 9)
    with release.file.storage.open(release.file.name, "rb+") as file:
        file.seek(40)
        file.write(b"?")
    found = release_check(release)
    assert (found["same"], found["stored"]) == (False, False)
    with pytest.raises(CommandError):
        call_command("verify_releases", str(release.uid), stdout=(said := io.StringIO()))
    assert "format csv: made with 2, here is 9" in said.getvalue()
    assert "archive was changed" in said.getvalue()
    monkeypatch.undo()
    release.file.storage.delete(release.file.name)
    with pytest.raises(CommandError):
        call_command("verify_releases", stdout=said)
    assert "can't be read" in said.getvalue()
    with pytest.raises(CommandError, match="no release"):
        call_command("verify_releases", "00000000-0000-0000-0000-000000000000")
    with pytest.raises(CommandError, match="invalid UUID value: 'abc'"):
        call_command("verify_releases", "abc")
    assert found["software"] == {"format csv": ["2", "9"]}
    # The sums say so themselves, and what says which version a format is of.
    assert found["differs"] == ["SHA256SUMS", "datasheet.json", "manifest.json"]


def test_sums_are_those_of_the_files(exhibit: Exhibit, tmp_path: Any) -> None:
    import subprocess

    release = made(exhibit, formats=["jsonl", "fever"], plan=Plan.read({"by": "source"}))
    for name, content in members(release).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)
    listed = (tmp_path / "SHA256SUMS").read_text().count("\n")
    assert listed == len(members(release)) - 1
    sheet = release.datasheet
    assert sheet["counts"]["claims"] == 3
    assert sheet["limits"]["ties"] == 1
    assert sheet["limits"]["evidence_protected"] == 1
    # Of three claims two were judged by two; on both they differ.
    assert sheet["agreement"]["claims"] == sheet["judges_per_claim"]["2"]
    (fever,) = [one for one in sheet["formats"] if one["name"] == "fever"]
    assert fever["left_out"]["claims without a verdict"] == 1
