"""What formats bring into the database: verdicts, questions and evidence, annotations of what is
there, pages of the web."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.exporting import FORMATS, export
from annotations.exporting import Options as ExportOptions
from annotations.models import Article, Claim, Claimant, Corpus, Rating, RatingScale, Verdict
from annotations.services.corpora import corpus_create
from annotations.services.import_planning.vocabulary import NAMESPACE
from tests.web_server import WebServer, web_server

from .cast import Cast, at, judge, make_article, make_claim, make_evidence
from .importing import bring_in, check, json_lines, problems, roll_back, zipped

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parents[1] / "formats" / "imports"


def scaled(slug: str, **options: Any) -> Corpus:
    return corpus_create(
        actor=None, name=slug, rating_scale=RatingScale.objects.get(slug=slug), **options
    )


def test_averitec_claims_have_verdicts_questions_and_answers() -> None:
    corpus = scaled("averitec", claim_type_scheme="averitec")
    source = bring_in(corpus, "averitec.json", (FILES / "averitec.json").read_bytes())
    assert (source.counts["articles"], source.counts["claims"]) == (1, 1)
    claim = Claim.objects.get()
    assert (claim.state, str(claim.claim_date), claim.place) == ("verified", "2020-10-31", "US")
    assert [t.label for t in claim.types.all()] == ["Numerical Claim"]
    verdict = claim.verdicts.get()
    assert (str(verdict.rating), verdict.rationale) == ("Refuted", "They fell.")
    assert verdict.strategies == ["Written Evidence"]
    assert verdict.reviewer.name == "averitec.json"
    first, second = claim.questions.order_by("pk")
    assert (second.text, second.answers.count()) == ("Why?", 0)
    extractive, boolean = first.answers.order_by("pk")
    assert (extractive.answer_type, extractive.source_url) == ("Extractive", "https://s.example/1")
    assert (boolean.answer_type, boolean.boolean_explanation) == ("Boolean", "They fell.")
    # And all of it leaves again.
    assert b"How many were there?" in b"".join(export(corpus, FORMATS["jsonl"]))


def test_fever_evidence_comes_in_its_sets() -> None:
    bring_in(scaled("fever"), "fever.jsonl", (FILES / "fever.jsonl").read_bytes())
    claim = Article.objects.get(title="Ferries are cars.").claims.get()
    found = claim.evidence.order_by("pk").values_list("citation", "stance", "set_number")
    assert list(found) == [
        ("Wikipedia: Ferry, sentence 0", "REFUTES", 1),
        ("Wikipedia: Car, sentence 3", "REFUTES", 1),
        ("Wikipedia: Boat, sentence 1", "REFUTES", 2),
    ]
    assert {str(v.rating) for v in Verdict.objects.all()} == {"REFUTES", "NOT ENOUGH INFO"}


def test_a_rating_that_the_scale_has_not_is_left_out_and_said(corpus: Corpus) -> None:
    source = bring_in(corpus, "fever.jsonl", (FILES / "fever.jsonl").read_bytes())
    assert not Verdict.objects.exists()
    assert problems(source, "note")[0] == (
        1,
        "the corpus's scale has no rating 'REFUTES'; it was left out",
    )
    assert Claim.objects.first().state == "open"  # type: ignore[union-attr]


def test_a_claim_reviews_claimant_keeps_role_and_item(corpus: Corpus) -> None:
    def review(name: str, **author: Any) -> dict[str, Any]:
        return {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "claimReviewed": f"{name} said that sales fell",
            "itemReviewed": {"@type": "Claim", "author": {"name": name, **author}},
        }

    wikidata = "https://www.wikidata.org/wiki/Q42"
    reviews = [
        review("Ann", jobTitle="Minister", sameAs=["https://ann.example/", wikidata]),
        review("Bob", sameAs="https://evil.example/?https://www.wikidata.org/wiki/Q43"),
    ]
    source = bring_in(corpus, "reviews.json", json.dumps(reviews))
    known = Claimant.objects.values_list("name", "role", "wikidata_id")
    assert list(known) == [("Ann", "Minister", "Q42"), ("Bob", "", "")]
    # An address of another kind is said to be left out.
    assert [line for line, _ in problems(source, "note")] == [2]
    # Of one who is known, what is known stays.
    again = review("Ann", jobTitle="Queen", sameAs="https://www.wikidata.org/entity/Q44")
    bring_in(corpus, "again.json", json.dumps({**again, "claimReviewed": "Another claim of hers"}))
    assert list(known) == [("Ann", "Minister", "Q42"), ("Bob", "", "")]


def fact_check(publisher: str, rating: str, **more: Any) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": "Ferries doubled.",
        "url": f"https://{publisher}.example/1",
        "datePublished": "2026-03-02",
        "author": {"@type": "Organization", "name": publisher},
        "reviewRating": {"@type": "Rating", "alternateName": rating},
        **more,
    }


def test_fact_checks_of_one_claim_stay_apart(corpus: Corpus) -> None:
    """In one chunk or in several files, and coming again as often as one likes."""
    first, same, other = (
        fact_check("ann", "False"),
        fact_check("ben", "False"),
        fact_check("cem", "True"),
    )
    alone = bring_in(corpus, "reviews.json", json.dumps(first))
    article, claim = Article.objects.get(), Claim.objects.get()
    source = bring_in(corpus, "reviews.json", json.dumps({"@graph": [first, same, other, same]}))
    assert (source.counts["claims"], source.counts["already"]) == (2, 2)
    reasons = [reason for _, reason in problems(source, "duplicate")]
    assert ["1 of its annotations are new" in reason for reason in reasons] == [
        False,
        True,
        True,
        False,
    ]
    found = Claim.objects.order_by("pk")
    assert {claim.article for claim in found} == {article}
    assert [c.threads.count() for c in found] == [0, 1, 1]
    said = [(str(c.verdicts.get().rating), c.threads.get().comments.get().text) for c in found[1:]]
    assert said == [
        ("False", "Fact-checked on 2026-03-02 by ben: https://ben.example/1"),
        ("True", "Fact-checked on 2026-03-02 by cem: https://cem.example/1"),
    ]
    again = bring_in(corpus, "reviews.json", json.dumps([other, same, first]))
    assert (again.counts.get("claims", 0), again.counts["already"]) == (0, 3)
    # The uids of what stands under its own address are those that they always were.
    roll_back(source)
    assert Claim.objects.get() == claim
    assert claim.source_import == alone


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("a.json", fact_check("ann", "False"), ("", "", "False")),
        ("b.json", [{"claim": "Ferries doubled.", "label": "Refuted"}], ("", "", "Refuted")),
    ],
)
def test_uids_are_what_they_always_were(
    corpus: Corpus, name: str, row: Any, said: tuple[str, ...]
) -> None:
    """A file that came before these were told apart adds nothing when it comes again."""
    format_ = "claimreview" if name == "a.json" else "averitec"
    bring_in(corpus, name, json.dumps(row), format=format_)
    claim = Claim.objects.get()
    text = claim.article.text
    place = f"0-{len(text.text)}"
    parts = [str(corpus.pk), claim.created_by.username, text.content_hash, place, *said]
    assert claim.uid == uuid.uuid5(NAMESPACE, "\x1f".join(parts))


def test_both_reviews_of_a_feeds_element_come_in(corpus: Corpus) -> None:
    one, two = fact_check("ann", "False"), fact_check("ben", "True", claimReviewed="Others fell.")
    feed = {"@context": "https://schema.org", "dataFeedElement": [{"item": [one, two]}]}
    source = bring_in(corpus, "feed.json", json.dumps(feed))
    assert (source.counts["articles"], problems(source)) == (2, [])


@pytest.mark.parametrize(
    ("rating", "found", "said"),
    [
        ({"alternateName": "Falso", "ratingValue": 1}, "False", "by its number it is 'False'"),
        ({"alternateName": "Cierto", "ratingValue": 5}, "True", "by its number it is 'True'"),
        ({"ratingValue": 2}, "Mostly False", ""),
        ({"alternateName": "Falso", "ratingValue": 1.5}, "", "'Falso'; it was left out"),
        ({"alternateName": "False", "ratingValue": 5}, "False", ""),
    ],
)
def test_a_rating_of_another_name_goes_by_its_number(
    corpus: Corpus, rating: Any, found: str, said: str
) -> None:
    source = bring_in(
        corpus, "a.json", json.dumps(fact_check("ann", "", reviewRating=rating, author=None))
    )
    verdict = Verdict.objects.first()
    assert (str(verdict.rating) if verdict else "") == found
    notes = [reason for _, reason in problems(source, "note")]
    assert (len(notes), said in "".join(notes)) == (bool(said), True)


def averitec(question: str, answer: str = "12", **more: Any) -> dict[str, Any]:
    return {
        "claim": "Ferries doubled.",
        "label": "Refuted",
        "fact_checking_article": "https://ann.example/1",
        "questions": [{"question": question, "answers": [{"answer": answer}]}],
        **more,
    }


def test_other_questions_of_one_claim_come_in_too(settings: Any) -> None:
    """Whether both are in one chunk or not; and nothing comes in twice."""
    corpus = scaled("averitec")
    rows = [
        averitec("How many?"),
        averitec("How many?"),
        averitec("Since when?"),
        averitec("How many?", answer="13"),
        averitec("How many?", fact_checking_article="https://ben.example/1"),
    ]
    for chunk, name in ((1000, "a.json"), (1, "b.json")):
        settings.IMPORT_CHUNK_ROWS = chunk
        source = bring_in(corpus, name, json.dumps(rows))
        assert (source.counts["claims"], source.counts["already"]) == (4, 1)
        assert problems(source, "note") == []
        again = bring_in(corpus, name, json.dumps(rows))
        assert (again.counts.get("claims", 0), again.counts["already"]) == (0, 5)
        assert problems(again, "note") == []
    # To what another import brought in nothing is added; what is left out is named.
    later = bring_in(corpus, "a.json", json.dumps([averitec("Who says so?")]))
    assert problems(later, "note") == [
        (
            1,
            "of a claim that is there already was left out: answer '12', question 'Who says so?'",
        )
    ]


def test_a_value_of_brat_is_the_rating_with_or_without_spaces(corpus: Corpus) -> None:
    """brat has no spaces in values; a scale may have underscores of its own."""
    scale = corpus.rating_scale
    Rating.objects.filter(scale=scale, label="Half True").update(label="Half_True")
    for value, label in (("Half_True", "Half_True"), ("Mostly_True", "Mostly True")):
        annotations = f"T1\tClaim 0 7\tFerries\nA1\tVerdict T1 {value}\n"
        files = {"a.txt": f"Ferries: {value}.", "a.ann": annotations}
        source = bring_in(corpus, "a.zip", zipped(files))
        assert problems(source, "note") == []
        assert Verdict.objects.latest("pk").rating.label == label  # type: ignore[union-attr]


def test_words_that_are_too_long_are_cut_and_said(corpus: Corpus) -> None:
    row = f"Ferries cost a lot.,Ferries,{'x' * 501}"
    source = bring_in(corpus, "a.csv", f"text,quote,claim\n{row}\n")
    assert Claim.objects.get().normalised == "x" * 500
    assert problems(source, "note") == [(2, "the normalised claim was cut to 500 characters")]


def test_our_web_annotations_find_their_articles_again(cast: Cast, corpus: Corpus) -> None:
    article = make_article(corpus, url="https://news.example/harbour")
    make_claim(cast.reviewer, article, "sales fell 5%")
    sent = b"".join(export(corpus, FORMATS["w3c"]))
    source = bring_in(corpus, "claims.jsonld", sent, annotator="Copy")
    assert (source.counts["claims"], source.counts.get("rejected", 0)) == (1, 0)
    copy = Claim.objects.get(source_import=source)
    assert (copy.quote, copy.article) == ("sales fell 5%", article)
    assert copy.created_by.name.startswith("Copy · urn:reviewer:")
    again = bring_in(corpus, "claims.jsonld", sent, annotator="Copy")
    assert (again.counts["already"], Claim.objects.count()) == (1, 2)


def test_our_individual_labels_are_verdicts_of_their_reviewers(cast: Cast, corpus: Corpus) -> None:
    claim = make_claim(cast.reviewer, make_article(corpus), "sales fell 5%")
    make_evidence(cast.reviewer, claim)
    for reviewer, label in ((cast.reviewer, "False"), (cast.second, "Half True")):
        judge(reviewer, claim, label)
    sent = b"".join(export(corpus, FORMATS["w3c"], options=ExportOptions(labels="individual")))
    source = bring_in(corpus, "claims.jsonld", sent, annotator="Copy")
    copy = Claim.objects.get(source_import=source)
    given = {str(v.rating): v.reviewer for v in copy.verdicts.all()}
    assert (given.keys(), copy.state) == ({"False", "Half True"}, "disputed")
    assert given["False"] == copy.created_by != given["Half True"]
    assert given["Half True"].name.startswith("Copy · urn:reviewer:")
    assert "says nothing of its stance" in problems(source, "note")[0][1]
    again = bring_in(corpus, "claims.jsonld", sent, annotator="Copy")
    assert (again.counts["already"], Claim.objects.count()) == (1, 2)


def test_what_one_person_said_twice_in_an_annotation_is_noted(corpus: Corpus) -> None:
    article = make_article(corpus)
    bodies = [
        {"type": "TextualBody", "purpose": purpose, "value": value}
        for purpose, value in (
            ("assessing", "True"),
            ("assessing", "False"),
            ("describing", "They fell."),
            ("describing", "Sales fell."),
        )
    ]
    row = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "body": [*bodies, {"type": "Image", "id": "https://a.example/1.png"}],
        "target": {
            "source": f"urn:factcheck:article:{article.pk}",
            "selector": {"type": "TextQuoteSelector", "exact": "sales fell 5%"},
        },
    }
    source = bring_in(corpus, "a.jsonld", json.dumps(row))
    assert str(Verdict.objects.get().rating) == "False"
    assert Claim.objects.get().normalised == "Sales fell."
    assert [reason for _, reason in problems(source, "note")] == [
        "of several ratings by one person one was left out: True",
        "of several descriptions one was left out: They fell.",
        "a body without words was left out: Image",
    ]


@pytest.mark.parametrize(
    ("start", "exact", "around", "reason"),
    [
        # Moved, by an offset in UTF-16 units.
        (10, "sales fell 5%", ("\u0332 ", "."), ""),
        (10, "sales fell 5%", ("", ""), ""),
        (10, "sales rose 5%", ("", ""), "nowhere else for sure"),
        # There are many of them.
        (10, "a", ("", ""), "nowhere else for sure"),
    ],
)
def test_words_that_moved_are_followed_where_that_is_sure(
    corpus: Corpus, start: int, exact: str, around: tuple[str, str], reason: str
) -> None:
    article = make_article(corpus)
    row = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "target": {
            "source": f"urn:factcheck:article:{article.pk}",
            "selector": [
                {"type": "TextPositionSelector", "start": start, "end": start + len(exact)},
                {
                    "type": "TextQuoteSelector",
                    "exact": exact,
                    "prefix": around[0],
                    "suffix": around[1],
                },
            ],
        },
    }
    source = bring_in(corpus, "a.jsonld", json_lines(row))
    if reason:
        assert reason in problems(source)[0][1]
        return
    span = Claim.objects.get().spans.get()
    assert (span.start, span.end, span.quote) == at(article.text.text, exact)


def test_annotations_of_no_article_of_the_corpus_are_rejected(corpus: Corpus) -> None:
    source = bring_in(corpus, "a.jsonld", (FILES / "annotations.jsonld").read_bytes())
    reasons = [reason for _, reason in problems(source)]
    assert reasons == [
        "the corpus has no article https://news.example/a",
        "the corpus has no article urn:factcheck:article:7",
        "target: expected an object with source and selector",
    ]


def test_articles_that_annotations_name_are_looked_up_together(corpus: Corpus) -> None:
    """By number and by address, with the first of several that have one."""
    articles = [make_article(corpus, f"Ferry {n} cost a million.") for n in range(6)]
    for article in articles:
        article.url = f"https://news.example/{article.pk}"
    articles[5].url = articles[4].url
    Article.objects.bulk_update(articles, ["url"])

    def row(target: str, n: int) -> dict[str, Any]:
        selector = {"type": "TextQuoteSelector", "exact": f"Ferry {n}"}
        target_of = {"source": target, "selector": selector}
        return {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "type": "Annotation",
            "target": target_of,
        }

    named = [row(f"urn:factcheck:article:{articles[n].pk}", n) for n in range(3)]
    named += [row(articles[n].url, n) for n in (3, 4)]
    with CaptureQueriesContext(connection) as queries:
        source = bring_in(corpus, "a.jsonld", json.dumps(named))
    assert problems(source) == []
    assert {claim.article_id for claim in Claim.objects.all()} == {a.pk for a in articles[:5]}
    looked = [q["sql"] for q in queries if '"annotations_article"."url" IN' in q["sql"]]
    assert len(looked) == 1


def test_predictions_are_suggestions(corpus: Corpus) -> None:
    content = (FILES / "label-studio.json").read_bytes()
    bring_in(corpus, "ls.json", content, annotations="suggestions")
    article = Article.objects.get(title="Ferries")
    found = article.suggestions.order_by("score").values_list("quote", "kind", "score")
    assert ("Ferries", "other", 0.7) in found
    assert ("Ferries doubled", "quantity", 1.0) in found


def test_the_columns_of_a_table_are_shown_to_choose_from(corpus: Corpus) -> None:
    content = (FILES / "latin.csv").read_bytes()
    source = check(corpus, "latin.csv", content)
    assert problems(source) == [(1, "no column is known as the text; say which one it is")]
    assert source.preview["columns"] == ["Titel", "Artikel", "date", "url"]
    assert source.encodings == {"cp1252 (guessed)": 1}
    source = check(corpus, "latin.csv", content, columns={"text": "Artikel", "title": "Titel"})
    assert source.preview["rows"][0]["title"] == "Fähre"


# --- Pages of the web ---------------------------------------------------------------------------

PAGE = (
    "<html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>The harbour cost {0} "
    "crowns, the mayor said on Monday, and it would pay for itself within ten years.</p>"
    "<p>Critics in the council disagreed, and said that sales had fallen since.</p></article>"
    "</body></html>"
)


@pytest.fixture
def server(settings: Any) -> Iterator[WebServer]:
    from annotations.fetching import AllowedHosts

    with web_server() as running:
        settings.FETCH_ALLOWED_PRIVATE_HOSTS = AllowedHosts.parse([running.place])
        yield running


def test_a_list_of_addresses_is_fetched(cast: Cast, corpus: Corpus, server: WebServer) -> None:
    one = server.page("/1", PAGE.format("one"))
    moved = server.redirect("/old", server.page("/2", PAGE.format("two")))
    leak = server.page("/leak", PAGE.format("leak"))
    claim = make_claim(cast.reviewer, make_article(corpus))
    make_evidence(cast.reviewer, claim, url=leak, protected=True, protection_reason="Fear.")
    addresses = ["# Pages", one, moved, server.url("/none"), "http://10.0.0.1/", leak]
    addresses.append(server.redirect("/short", "/leak"))
    source = bring_in(corpus, "pages.txt", "\n".join(addresses))
    assert (source.formats, source.counts["articles"]) == ({"urls": 1}, 2)
    rows = Article.objects.filter(source_import=source).order_by("pk")
    assert [(a.title, a.url) for a in rows] == [("one", one), ("two", server.url("/2"))]
    reasons = dict(problems(source))
    assert reasons[4] == "There is no such page (404)."
    assert "private or reserved network" in reasons[5]
    assert "protected source" in reasons[6]
    assert "protected source" in reasons[7]
    # Neither asked for, nor written down.
    assert "/leak" not in [path for path, _ in server.asked]
    assert leak not in str(list(source.problems.values()))


def test_the_pages_behind_a_feed(corpus: Corpus, server: WebServer) -> None:
    server.page("/b", PAGE.format("behind"))
    feed = (FILES / "rss.xml").read_text().replace("https://news.example/", server.url("/"))
    server.page("/a", PAGE.format("first"))
    source = bring_in(corpus, "rss.xml", feed, fetch=True)
    assert source.counts["articles"] == 2
    assert {a.title for a in Article.objects.all()} == {"first", "behind"}
