"""The pages of exports: counts before anything is written, then the file and what it holds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils.translation import override

from annotations.exporting import FORMATS
from annotations.exporting.gathered import WHATEVER_FORMAT
from annotations.models import Export
from annotations.services.evidence import evidence_update
from annotations.services.export_runs import export_run
from annotations.web.exports import reasons
from tests import factories
from tests.factories import Cast

from .conftest import signed_in


def test_counted_written_fetched(cast: Cast) -> None:
    article = factories.make_extracted(cast.corpus)
    factories.make_verdict(factories.make_claim(article, cast.reviewer), cast.reviewer)
    factories.make_claim(article, cast.reviewer, phrase="The café closed")
    reviewer = signed_in(cast.reviewer)
    url = f"/corpora/{cast.corpus.pk}/exports/"
    assert url in reviewer.get(f"/corpora/{cast.corpus.pk}/").content.decode()
    page = reviewer.get(url, {"format": "fever"}).content.decode()
    counted = re.search(r'(?s)id="export-counts".*?</section>', page)
    assert counted is not None
    for words in ("1 article ", "2 claims", "1 verdict", "1 × claims without a verdict"):
        assert words in counted[0], words
    assert f"/api/v1/corpora/{cast.corpus.pk}/export/?format=fever" in counted[0]
    assert "2 claims" in reviewer.post(url, {"format": "fever", "do": "count"}).content.decode()
    assert not Export.objects.exists()
    response = reviewer.post(url, {"format": "fever", "verdict": "False", "pseudonyms": "on"})
    export = Export.objects.get()
    assert response["Location"] == f"/exports/{export.pk}/"
    assert (export.selection, export.options) == ({"verdict": ["False"]}, {"pseudonyms": True})
    assert "export-progress" in reviewer.get(response["Location"]).content.decode()
    reviewer.post(f"/exports/{export.pk}/do/", {"do": "cancel"})
    assert ">Go on<" in reviewer.get(response["Location"]).content.decode()
    reviewer.post(f"/exports/{export.pk}/do/", {"do": "resume"})
    export_run(first=export.job_id)
    export.refresh_from_db()
    page = reviewer.get(response["Location"]).content.decode()
    for words in (f"/api/v1/exports/{export.pk}/file/", export.sha256, "1 claim "):
        assert words in page, words
    assert export.file_name in reviewer.get(url).content.decode()
    # Others see it; what they don't own they don't stop.
    other = signed_in(cast.second_reviewer)
    assert other.get(response["Location"]).status_code == 200
    for stranger in (cast.outsider, cast.stranger):
        for way in (url, response["Location"]):
            assert signed_in(stranger).get(way).status_code == 404


@pytest.mark.any_database
def test_choices_that_mean_nothing(cast: Cast) -> None:
    reviewer = signed_in(cast.reviewer)
    url = f"/corpora/{cast.corpus.pk}/exports/"
    for given, words in [
        ({"format": "xlsx"}, "Format: expected one of"),
        ({"verdict": "Splendid"}, "Found: "),
        ({"published_from": "yesterday"}, "Published from: expected a day"),
        ({"page": "https://ex.org/"}, "{uid}"),
    ]:
        for response in (reviewer.get(url, given), reviewer.post(url, given)):
            assert response.status_code == 400
            assert words in response.content.decode()
    assert not Export.objects.exists()


def test_whatever_is_left_out_has_words_for_people() -> None:
    for format_ in FORMATS.values():
        left_out = dict.fromkeys([*WHATEVER_FORMAT, *format_.reasons], 1)
        with override("de"):
            for words, _ in reasons(format_, left_out):
                assert str(words) not in left_out, words


def test_a_source_was_protected_since(cast: Cast) -> None:
    claim = factories.make_claim(factories.make_extracted(cast.corpus), cast.reviewer)
    piece = factories.make_evidence(claim, cast.reviewer, url="https://whistle.example/")
    reviewer = signed_in(cast.reviewer)
    reviewer.post(f"/corpora/{cast.corpus.pk}/exports/", {"format": "jsonl"})
    export = Export.objects.get()
    export_run(first=export.job_id)
    address, file = f"/exports/{export.pk}/", f"/api/v1/exports/{export.pk}/file/"
    assert file in reviewer.get(address).content.decode()
    fields: Any = {"protected": True, "protection_reason": "Asked."}
    evidence_update(actor=cast.reviewer, evidence=piece, revision=1, fields=fields)
    page = reviewer.get(address).content.decode()
    assert "A source has been protected since this file was made; export it again." in page
    assert file not in page
    assert "its time was over" not in page
    assert reviewer.get(file).status_code == 404
    german = reviewer.get(address, headers={"Accept-Language": "de"}).content.decode()
    assert "eine Quelle geschützt" in german
