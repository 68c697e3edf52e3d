"""What every format keeps to: its golden file, what it says it loses, and what it counts."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import time_machine

from annotations.exporting import FORMATS, Options, begin, parquet, preview, write
from annotations.exporting.base import PARTS
from annotations.exporting.people import reviewer_urn
from annotations.models import ArticleText, Claim, Corpus, Evidence, Verdict
from tests import factories
from tests.services.importing import bring_in

from .conftest import Exhibit, uid
from .golden import FIRST, PUBLISHER, assert_golden, readable, written

OTHERS = [name for name in FORMATS if name not in FIRST]
BOTH = Options(
    labels="both", publisher="Ex News", publisher_url="https://ex.org", page="https://x.org/{uid}"
)


def test_golden(exhibit: Exhibit) -> None:
    for name in OTHERS:
        assert_golden(exhibit, name)


@pytest.mark.any_database
def test_the_same_bytes_whenever_it_is_written(exhibit: Exhibit) -> None:
    for name in FORMATS:
        first = written(exhibit, name)
        with time_machine.travel("2031-01-01"):
            assert written(exhibit, name) == first, name


# What of the exhibit shows that a part is there: the words of one of its cases.
SIGNS: dict[str, str] = {
    "text": r"said\.(\\n|\n)+Emissions fell by 4 % last year 👩🏽‍🚀 while prices rose",
    "earlier texts": "Nothing here",
    "article": r'=1\+1, said|"original_claim_url":"https://news',
    "suggestions": "made-up",
    "places": r"\b110\b|B-CLAIM",
    "normalised": "=HYPERLINK",
    "types": r'"quantity"|Quantity in|Numerical Claim|Type [TE]1 quantity|,quantity,',
    "claimant": "@outlet",
    "roles": "Q4242",
    "claim date": "2026-02-28|28-02-2026",
    "place": r"\+Exland",
    "flags": r"(?s)(?=.*unclear)(?=.*Which prices)",
    "tags": "-climate",
    "verdict": "Mostly.False|REFUTES|Refuted",
    "verdicts": r'sam \(review\)|"(by|reviewer|username)":"sam"|"creator":{"id":"urn:reviewer:sam"',
    "rationales": "says rita",
    "authors": "2026-03-02[T ]09:03:00",
    "states": '"state":"adjudicated"|,adjudicated,',
    "strategies": "Numerical Comparison",
    "confidence": '"high"',
    "earlier verdicts": "Half True, says",
    "stances": '"(stance|label)":"REFUTES"',
    "quotes": "(?s)(?=.*It fell)(?=.*Table 2)",
    "contributors": "asked_by",
    "evidence": r"statistics\.example/1",
    "copies": "TimeState|c9d90c6e16222296",
    "questions": "Did it double",
    "discussions": "Which year",
    "fact-checks": "Twice as many out of work",
    "guidelines": "Read twice",
}
# Said by the shape of a file alone.
SHAPE = {"fragments", "sets"}
# Not there because of the exhibit: its place is no country, and the one verdict that names
# strategies has no label. Both are counted.
COUNTED = {("averitec", "place"), ("averitec", "strategies")}


@pytest.mark.any_database
def test_it_loses_what_it_says_and_nothing_else(exhibit: Exhibit) -> None:
    assert SIGNS.keys() | SHAPE == PARTS.keys()
    ArticleText.objects.create(
        article=exhibit.empty, number=2, text="Something is.", content_hash="0" * 64
    )
    for name, format_ in FORMATS.items():
        text = readable(written(exhibit, name, BOTH))
        for user in exhibit.cast.everybody.values():
            text = text.replace(reviewer_urn(user), f"urn:reviewer:{user.username}")
        # What an archive says of the whole corpus is no claim's.
        text = re.sub(r"(?s)=== (README.md|annotation.conf)\n.*?(?==== |\Z)", "", text)
        for part, sign in SIGNS.items():
            if (name, part) not in COUNTED:
                kept = part not in format_.loses
                assert bool(re.search(sign, text)) == kept, (name, part)


@pytest.mark.any_database
def test_what_it_leaves_out_is_counted(exhibit: Exhibit) -> None:
    found = {}
    for name, format_ in FORMATS.items():
        context = begin(exhibit.cast.corpus, format_)
        list(write(context, format_))
        report = context.report
        assert (report.articles, report.claims) == (2, 3)
        assert report.verdicts == (8 if context.labels == "both" else 2)
        assert report.left_out.keys() <= format_.reasons.keys(), name
        found[name] = (report.written, dict(report.left_out))
        before = preview(exhibit.cast.corpus, format_)
        assert (before.articles, before.claims, before.verdicts) == (2, 3, report.verdicts)
        if format_.foreseen:
            assert (before.written, before.left_out) == found[name]
    unjudged = {"claims without a verdict": 1, "claims without a verdict: a tie": 1}
    assert found == {
        "jsonl": (2, {}),
        "csv": (3, {}),
        "parquet": (3, {}),
        "w3c": (3, {"evidence without an address": 2}),
        "claimreview": (1, {**unjudged, "protected sources": 1}),
        "datafeed": (1, {**unjudged, "protected sources": 1}),
        # "Mostly False" is neither supported nor refuted.
        "fever": (0, {**unjudged, "ratings without a label": 1}),
        "averitec": (0, {**unjudged, "ratings without a label": 1}),
        "checkthat-worthiness": (1, {"articles without sentences": 1}),
        "checkthat-normalisation": (2, {"claims without normalised text": 1}),
        "checkthat-matching": (1, unjudged),
        "brat": (2, {}),
        "doccano": (2, {}),
        "label-studio": (2, {}),
        "prodigy": (2, {}),
        "spacy": (2, {}),
        "conll": (2, {}),
    }


@pytest.mark.any_database
def test_what_is_left_out_of_several_records_of_a_claim_counts_once(exhibit: Exhibit) -> None:
    """Each reviewer's verdict is a record, with the same evidence."""
    for name, reason, count in (
        ("averitec", "evidence", 3),
        ("claimreview", "protected sources", 1),
        ("datafeed", "protected sources", 1),
    ):
        context = begin(exhibit.cast.corpus, FORMATS[name], options=Options(labels="both"))
        list(write(context, FORMATS[name]))
        assert context.report.written > 1
        assert context.report.left_out[reason] == count, name


@pytest.mark.any_database
def test_a_claim_that_is_written_is_not_counted_as_left_out(exhibit: Exhibit) -> None:
    """It is tied, and by either reviewer's verdict one that was checked."""
    format_ = FORMATS["checkthat-matching"]
    for labels, expected in (
        ("aggregated", {"claims without a verdict": 1, "claims without a verdict: a tie": 1}),
        ("both", {"claims without a verdict": 1}),
        ("individual", {"claims without a verdict": 1}),
    ):
        chosen: Any = labels
        context = begin(exhibit.cast.corpus, format_, options=Options(labels=chosen))
        list(write(context, format_))
        assert context.report.left_out == expected, labels
        assert context.report.written + sum(expected.values()) == 3, labels


@pytest.mark.any_database
def test_a_detector_that_read_an_earlier_text(exhibit: Exhibit) -> None:
    """Its sentences and suggestions stand in that one, and nowhere in the text of today."""
    ArticleText.objects.create(
        article=exhibit.article, number=2, text="All anew.", content_hash="0" * 64
    )
    (article, _) = articles_of(written(exhibit, "parquet"))
    assert (article["text"], article["sentences"]) == ("All anew.", None)
    earlier, latest, _ = json.loads(written(exhibit, "label-studio"))
    assert len(earlier["predictions"][0]["result"]) == 3
    assert (latest["data"]["text"], latest["predictions"]) == ("All anew.", [])
    # Where no claim stands in the earlier text, that isn't written.
    Claim.objects.update(state="withdrawn")
    context = begin(exhibit.cast.corpus, FORMATS["label-studio"])
    list(write(context, FORMATS["label-studio"]))
    assert context.report.left_out == {"suggestions in another revision": 3}


@pytest.mark.any_database
def test_large_claims_are_written_few_at_once(
    exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory holds a row group: long quotes and rationales make it short."""
    import pyarrow.parquet

    monkeypatch.setattr(parquet, "CHARACTERS_A_GROUP", 20_000)
    Evidence.objects.filter(claim=exhibit.claims[0], protected=False).update(quote="x" * 20_000)
    with zipfile.ZipFile(io.BytesIO(written(exhibit, "parquet"))) as archive:
        table = archive.read("data/claims-00000.parquet")
    assert pyarrow.parquet.ParquetFile(io.BytesIO(table)).num_row_groups == 2


def articles_of(content: bytes) -> list[dict[str, Any]]:
    _, _, table = readable(content).partition("=== data/articles-00000.parquet\n")
    return [json.loads(line) for line in table.partition("=== ")[0].splitlines()]


@pytest.fixture
def overlapping(exhibit: Exhibit) -> Exhibit:
    """With a claim around another one, over a line break, that ends inside a word."""
    text = exhibit.article.text.text
    start = text.index("while prices")
    end = text.index("afé closed")
    factories.make_claim(
        exhibit.article, exhibit.cast.reviewer, spans=[(start, end, text[start:end])]
    )
    return exhibit


@pytest.mark.any_database
def test_places_that_overlap(overlapping: Exhibit) -> None:
    left_out = {}
    for name in ("brat", "doccano", "prodigy", "spacy", "conll"):
        context = begin(overlapping.cast.corpus, FORMATS[name])
        text = readable(b"".join(write(context, FORMATS[name])))
        left_out[name] = dict(context.report.left_out)
        if name == "brat":
            # No piece of brat's holds a line break, and what overlaps is an event.
            assert "T4\tOverlapping_claim 91 109;110 115\twhile prices rose. The c\n" in text
            assert "E4\tOverlapping_claim:T4\n" in text
        if name == "conll":
            # A chunk ends with its sentence, and the next one's begins anew.
            assert "rose\tI-CLAIM\n.\tI-CLAIM\n\nThe\tB-CLAIM\ncafé\tI-CLAIM\n" in text
        if name == "doccano":
            assert '[91,115,"CLAIM"],[97,108,"CLAIM"],[110,125,"CLAIM"]' in text
    assert left_out == {
        "brat": {},
        "doccano": {},
        "prodigy": {"edges inside a word": 1},
        "spacy": {"edges inside a word": 1},
        "conll": {"edges inside a word": 1, "overlapping claims": 2},
    }


def claims_of(corpus: Corpus) -> set[str]:
    return {claim.quote for article in corpus.articles.all() for claim in article.claims.standing()}


@pytest.mark.any_database
def test_our_own_importers_read_them(exhibit: Exhibit) -> None:
    quotes = {"Unemployment doubled in 2025", "Emissions fell … prices rose", "The café closed"}
    fragments = {"Emissions fell", "prices rose", *quotes} - {"Emissions fell … prices rose"}
    judged = {"Unemployment doubled", '=HYPERLINK("https://evil.example")'}
    expected: dict[str, set[str]] = {
        "brat": quotes,
        "doccano": fragments,
        "label-studio": fragments,
        "prodigy": fragments,
        "claimreview": judged,
        "datafeed": judged,
        "fever": judged,
        "averitec": judged,
        "checkthat-worthiness": {"🌍 “Unemployment doubled in 2025,” the minister said."},
    }
    for name, quoted in expected.items():
        format_ = FORMATS[name]
        corpus = factories.make_corpus(name)
        content = written(exhibit, name, BOTH)
        reader = name.partition("-")[0] if name.startswith("checkthat") else name
        as_ = {"claimreview": "claimreview", "datafeed": "claimreview", "brat": ""}.get(
            name, reader
        )
        source = bring_in(corpus, f"corpus.{format_.extension}", content, format=as_)
        problems = [p.reason for p in source.problems.filter(severity="rejected")]
        assert (source.state, problems) == ("done", [] if name != "brat" else problems), name
        assert claims_of(corpus) == quoted, name
        if name == "brat":
            # Its value has no spaces, and ours has.
            given = Verdict.objects.get(claim__article__corpus=corpus)
            assert str(given.rating) == "Mostly False"


@pytest.mark.any_database
def test_an_archive_is_made_without_going_back(exhibit: Exhibit) -> None:
    """Its members say nothing of when and where it was made."""
    with zipfile.ZipFile(io.BytesIO(written(exhibit, "brat"))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    article = f"article-{exhibit.article.pk}"
    assert names[:3] == ["annotation.conf", f"{article}.txt", f"{article}.ann"]


@pytest.mark.any_database
def test_claim_reviews_have_what_google_asks_for(exhibit: Exhibit) -> None:
    exhibit.claims[0].claimant.wikidata_id = "Q1"  # type: ignore[union-attr]
    exhibit.claims[0].claimant.save()  # type: ignore[union-attr]
    (review,) = json.loads(written(exhibit, "claimreview"))["@graph"]
    assert review["url"] == f"https://ex.org/fc/{uid(1)}"
    assert review["claimReviewed"] == "Unemployment doubled"
    assert review["reviewRating"] == {
        "@type": "Rating",
        "ratingValue": 2,
        "worstRating": 1,
        "bestRating": 5,
        "alternateName": "Mostly False",
    }
    item = review["itemReviewed"]
    # The claimant, and never who checks.
    assert item["author"] == {
        "@type": "Person",
        "name": "the minister",
        "sameAs": "https://www.wikidata.org/wiki/Q1",
    }
    assert (item["datePublished"], review["datePublished"]) == ("2026-02-28", "2026-03-02")
    # Each on its own: of a claim without claimant nobody is the author.
    both: list[Any] = json.loads(written(exhibit, "claimreview", BOTH))["@graph"]
    assert [r["reviewRating"]["alternateName"] for r in both] == [
        "Mostly False",
        "False",
        "True",
        "Mostly False",
        "True",
        "Pants on Fire",
    ]
    assert PUBLISHER.publisher not in json.dumps([r["itemReviewed"]["author"] for r in both])


def reviews(exhibit: Exhibit, **options: Any) -> tuple[list[Any], dict[str, int]]:
    options = {"labels": "individual", "site": "https://site.example/", **options}
    context = begin(exhibit.cast.corpus, FORMATS["claimreview"], options=Options(**options))
    content = b"".join(write(context, FORMATS["claimreview"]))
    return json.loads(content)["@graph"], dict(context.report.left_out)


@pytest.mark.any_database
def test_reviews_are_as_the_published_pages_have_them(exhibit: Exhibit) -> None:
    """The outlet is an organisation, what says nothing of the claim is no citation, and who
    publishes is told with their policies."""
    first = exhibit.claims[0]
    assert first.claimant is not None
    first.claimant.name = "EX NEWS"
    first.claimant.save()
    first.evidence.filter(uid=uid(20)).update(stance="IRRELEVANT")
    (review, *_), left_out = reviews(exhibit, publisher="Other News", publisher_url="https://o.org")
    assert review["itemReviewed"]["author"]["@type"] == "Organization"
    assert "citation" not in review
    assert left_out["irrelevant evidence"] == 1
    # Another organisation has policies of its own.
    assert review["author"] == {
        "@type": "Organization",
        "name": "Other News",
        "url": "https://o.org",
    }
    assert "sdLicense" not in review
    (review, *_), _ = reviews(exhibit)
    assert review["author"]["correctionsPolicy"] == "https://ex.example/corrections"
    assert review["publishingPrinciples"] == "https://ex.example/methods"
    assert review["sdLicense"] == "https://creativecommons.org/licenses/by/4.0/"
    # Never our own institution: search engines refuse that.
    assert "author" not in review["itemReviewed"]


@pytest.mark.any_database
def test_a_private_person_is_named_in_no_review(exhibit: Exhibit) -> None:
    first = exhibit.claims[0]
    assert first.claimant is not None
    first.claimant.name = "Ilse Vorn"
    first.claimant.save()
    first.flag, first.normalised = "private_person", "Ms. Vorn doubled unemployment"
    first.save()
    found, left_out = reviews(exhibit)
    assert found[0]["claimReviewed"] == "Ms. ▇▇▇ doubled unemployment"
    assert "vorn" not in json.dumps(found).casefold()
    assert left_out["private persons"] == 1
    feed = written(exhibit, "datafeed").decode()
    assert "vorn" not in feed.casefold()


@pytest.mark.any_database
def test_spacy_loads_and_trains_on_it(exhibit: Exhibit, tmp_path: Path) -> None:
    """By its own corpus reader, as in a training configuration, and one step of a spancat."""
    import spacy
    from spacy.training import Corpus as Reader

    with zipfile.ZipFile(io.BytesIO(written(exhibit, "spacy"))) as archive:
        archive.extractall(tmp_path)
    nlp = spacy.blank("en")
    spancat = nlp.add_pipe("spancat", config={"spans_key": "claims"})
    examples = list(Reader(tmp_path)(nlp))
    spans = [str(span) for example in examples for span in example.reference.spans["claims"]]
    assert spans == [
        "Unemployment doubled in 2025",
        "Emissions fell",
        "prices rose",
        "The café closed",
    ]
    nlp.initialize(lambda: examples)
    assert spancat.labels == ("CLAIM",)
    losses = nlp.update(examples)
    assert losses["spancat"] > 0
