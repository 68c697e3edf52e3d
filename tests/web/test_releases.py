"""The pages of releases: counted, made, read, verified, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from annotations.models import Release
from annotations.services.evidence import evidence_update
from annotations.services.release_runs import release_run
from tests import factories
from tests.factories import Cast

from .conftest import signed_in

pytestmark = pytest.mark.any_database


def test_made_read_withdrawn(cast: Cast) -> None:
    for number in range(3):
        article = factories.make_extracted(cast.corpus, url=f"https://n{number}.example/a")
        claim = factories.make_claim(article, cast.reviewer)
        factories.make_verdict(claim, cast.reviewer)
        factories.make_verdict(claim, cast.second_reviewer, "True" if number else "False")
    admin, reviewer = signed_in(cast.admin), signed_in(cast.reviewer)
    listed = f"/corpora/{cast.corpus.pk}/releases/"
    assert listed in reviewer.get(f"/corpora/{cast.corpus.pk}/").content.decode()
    assert "There is no release yet" in reviewer.get(listed).content.decode()
    assert f"{listed}new/" not in reviewer.get(listed).content.decode()
    assert reviewer.get(f"{listed}new/").status_code == 403
    page = admin.get(f"{listed}new/").content.decode()
    assert "3 articles" in page
    assert 'value="Elections"' in page
    given = {
        "title": "Elections 2026",
        "licence": "other",
        "licence_name": "House licence",
        "licence_text": "Ask us.",
        "motivation": "*For* testing <script>",
        "formats": ["csv", "jsonl"],
        "by": "source",
        "train": "50",
        "dev": "0",
        "test": "50",
        "verdict": "",
        "known_only": "on",
    }
    for wrong, words in [
        ({"title": ""}, "Title: needed"),
        ({"test": "60"}, "Parts: "),
        ({"formats": []}, "Formats: "),
        ({"published_from": "soon"}, "Published from: "),
        ({"licence_text": ""}, "Its words"),
    ]:
        answer = admin.post(f"{listed}new/", {**given, **wrong})
        assert answer.status_code == 400, wrong
        assert words in answer.content.decode(), wrong
    # What the form begins with is nobody's choice before it is sent.
    assert admin.post(f"{listed}new/").status_code == 400
    counted = admin.get(f"{listed}new/", {**given, "verdict": "tie"}).content.decode()
    assert "2 claims" in counted
    assert not Release.objects.exists()
    address = admin.post(f"{listed}new/", given)["Location"]
    release = Release.objects.get()
    assert address == f"/releases/{release.pk}/"
    assert (release.licence, release.formats) == ("House licence", ["jsonl", "csv"])
    assert release.split["shares"] == {"train": 50, "test": 50}
    assert "export-progress" in reviewer.get(address).content.decode()
    assert "isn't finished" in admin.get(listed).content.decode()
    admin.post(f"{address}do/", {"do": "cancel"})
    assert "Discard it" in admin.get(address).content.decode()
    admin.post(f"{address}do/", {"do": "resume"})
    assert release_run(first=release.job_id) == 1
    release.refresh_from_db()
    page = reviewer.get(address).content.decode()
    for words in (
        f"/api/v1/releases/{release.pk}/file/",
        release.sha256,
        "<em>For</em> testing &lt;script&gt;",
        "n0.example",
        "Krippendorff",
        'class="there"',
        "groups of near-identical articles",
        "SHA256SUMS",
        "House licence",
        "Left out: 3 × pieces of evidence not surely known at the time",
    ):
        assert words in page, words
    # Who isn't an admin is offered nothing that they can't do.
    assert "Withdraw" not in page
    admin.post(f"{address}do/", {"do": "verify"})
    release.refresh_from_db()
    assert "being verified" in reviewer.get(address).content.decode().lower()
    release_run(first=release.job_id)
    assert "byte by byte" in reviewer.get(address).content.decode()
    reviewer.post(f"{address}do/", {"do": "withdraw", "reason": "Mine"})
    admin.post(f"{address}do/", {"do": "withdraw", "reason": ""})
    assert "byte by byte" in reviewer.get(address).content.decode()
    admin.post(f"{address}do/", {"do": "withdraw", "reason": "A <b>name</b> was in it."})
    page = reviewer.get(address).content.decode()
    assert "A &lt;b&gt;name&lt;/b&gt; was in it." in page
    # How much is in several parts stays to be read; the words of the records don't.
    assert "pages cited as evidence" in page
    assert 'class="there"' not in page
    shown = reviewer.get(f"/api/v1{address}").json()
    for leakage in (shown["leakage"], shown["datasheet"]["split"]):
        assert leakage["across"]["near_identical_claims"]["count"] == 1
        assert not any(found["examples"] for found in leakage["across"].values())
    assert "/file/" not in page
    assert "withdrawn" in reviewer.get(listed).content.decode()
    # One that was never ready can be discarded.
    address = admin.post(f"{listed}new/", given)["Location"]
    admin.post(f"{address}do/", {"do": "cancel"})
    assert admin.post(f"{address}do/", {"do": "discard"})["Location"] == listed
    assert Release.objects.count() == 1
    for stranger in (cast.outsider, cast.stranger):
        for way in (listed, f"{listed}new/", f"/releases/{release.pk}/"):
            assert signed_in(stranger).get(way).status_code == 404


def test_a_source_was_protected_since(cast: Cast) -> None:
    claim = factories.make_claim(factories.make_extracted(cast.corpus), cast.reviewer)
    piece = factories.make_evidence(claim, cast.reviewer, url="https://whistle.example/")
    admin, reviewer = signed_in(cast.admin), signed_in(cast.reviewer)
    given = {"title": "First", "licence": "CC-BY-4.0", "formats": ["jsonl"], "by": ""}
    address = admin.post(f"/corpora/{cast.corpus.pk}/releases/new/", given)["Location"]
    release = Release.objects.get()
    assert release_run(first=release.job_id) == 1
    file = f"/api/v1/releases/{release.pk}/file/"
    assert file in reviewer.get(address).content.decode()
    fields: Any = {"protected": True, "protection_reason": "Asked."}
    evidence_update(actor=cast.reviewer, evidence=piece, revision=1, fields=fields)
    for client, words in [
        (reviewer, "an admin has to withdraw it"),
        (admin, "Withdraw it and make a new one"),
    ]:
        page = client.get(address).content.decode()
        assert words in page
        assert file not in page
        assert client.get(file).status_code == 404
    assert "Make it again and compare" in page
    assert 'value="withdraw"' in page
    german = admin.get(address, headers={"Accept-Language": "de"}).content.decode()
    assert "eine Quelle geschützt" in german
