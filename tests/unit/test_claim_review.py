"""ClaimReview and DataFeed from plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from annotations.domain.claim_review import (
    Appearance,
    Citation,
    ClaimAuthor,
    CorrectionNote,
    FeedItem,
    Organisation,
    Review,
    ReviewRating,
    claim_review,
    data_feed,
    deleted_review,
    rating_in,
)

pytestmark = pytest.mark.any_database

NEWS = Organisation(
    name="Ex News",
    url="https://ex.org",
    corrections_policy="https://ex.org/corrections",
    methodology="https://ex.org/methods",
)
REVIEW = Review(
    url="https://ex.org/fc/12",
    claim="Unemployment in Exland doubled in 2025",
    rating=ReviewRating(label="False", number=1),
    organisation=NEWS,
    published=dt.date(2026, 3, 2),
    modified=dt.date(2026, 3, 5),
    language="en",
    claim_id="https://ex.org/claims/12",
    claim_date=dt.date(2026, 3, 1),
    author=ClaimAuthor(name="A. Person", wikidata_id="Q1"),
    appearances=(Appearance(url="https://src.example/a"),),
)


def test_a_review_has_what_is_required_and_recommended_and_nothing_empty():
    assert claim_review(REVIEW) == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": "https://ex.org/fc/12#review",
        "url": "https://ex.org/fc/12",
        "datePublished": "2026-03-02",
        "dateModified": "2026-03-05",
        "inLanguage": "en",
        "claimReviewed": "Unemployment in Exland doubled in 2025",
        "author": {
            "@type": "Organization",
            "name": "Ex News",
            "url": "https://ex.org",
            "correctionsPolicy": "https://ex.org/corrections",
            "publishingPrinciples": "https://ex.org/methods",
        },
        "publishingPrinciples": "https://ex.org/methods",
        "itemReviewed": {
            "@type": "Claim",
            "@id": "https://ex.org/claims/12",
            "name": "Unemployment in Exland doubled in 2025",
            "datePublished": "2026-03-01",
            "author": {
                "@type": "Person",
                "name": "A. Person",
                "sameAs": "https://www.wikidata.org/wiki/Q1",
            },
            "appearance": {"@type": "NewsArticle", "url": "https://src.example/a"},
        },
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": 1,
            "worstRating": 1,
            "bestRating": 5,
            "alternateName": "False",
        },
    }


def test_a_rating_off_the_axis_has_its_name_only():
    off = replace(REVIEW, rating=ReviewRating(label="Conflicting", number=None))
    assert claim_review(off)["reviewRating"] == {"@type": "Rating", "alternateName": "Conflicting"}
    with pytest.raises(ValueError, match="from 1 to 5, not 0"):
        claim_review(replace(REVIEW, rating=ReviewRating(label="None", number=0)))


def test_a_claim_that_nobody_made_has_no_author():
    found = claim_review(replace(REVIEW, author=None))
    assert "author" not in found["itemReviewed"]


def test_an_organisation_has_no_job_title():
    outlet = ClaimAuthor(name="The Daily", role="newspaper", organisation=True)
    person = ClaimAuthor(name="A. Person", role="minister")
    of = [claim_review(replace(REVIEW, author=who))["itemReviewed"] for who in (outlet, person)]
    assert of[0]["author"] == {"@type": "Organization", "name": "The Daily"}
    assert of[1]["author"] == {"@type": "Person", "name": "A. Person", "jobTitle": "minister"}


def test_the_first_of_several_appearances_is_told_from_the_others():
    places = tuple(Appearance(url=f"https://src.example/{n}") for n in range(3))
    claim = claim_review(replace(REVIEW, appearances=places))["itemReviewed"]
    assert claim["firstAppearance"]["url"] == "https://src.example/0"
    assert [place["url"] for place in claim["appearance"]] == [p.url for p in places[1:]]


def test_evidence_and_corrections_are_in_the_markup():
    at = dt.datetime(2026, 3, 5, 11, 0, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    note = CorrectionNote(
        what="The rating was changed.",
        why="The office revised its figures.",
        at=at,
        old_rating="True",
        new_rating="False",
    )
    piece = Citation(url="https://stat.example", publisher="Office", published=dt.date(2026, 1, 1))
    found = claim_review(replace(REVIEW, modified=at, citations=(piece,), corrections=(note,)))
    assert found["dateModified"] == "2026-03-05T10:00:00Z"
    assert found["correction"] == [
        {
            "@type": "CorrectionComment",
            "datePublished": "2026-03-05T10:00:00Z",
            "text": "The rating was changed. (True → False) The office revised its figures.",
        }
    ]
    assert found["citation"] == [
        {
            "@type": "CreativeWork",
            "url": "https://stat.example",
            "datePublished": "2026-01-01",
            "publisher": {"@type": "Organization", "name": "Office"},
        }
    ]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"url": ""}, "url"),
        ({"claim": " "}, "claimReviewed"),
        ({"rating": ReviewRating(label="", number=1)}, "reviewRating.alternateName"),
        ({"organisation": Organisation(name="", url="https://ex.org")}, "author.name"),
    ],
)
def test_a_required_property_that_is_missing_is_named(fields, name):
    with pytest.raises(ValueError, match=name):
        claim_review(replace(REVIEW, **fields))
    with pytest.raises(ValueError, match="zone"):
        claim_review(replace(REVIEW, modified=dt.datetime(2026, 3, 5)))  # noqa: DTZ001


def test_a_feed_holds_reviews_under_one_context_and_says_what_is_gone():
    created = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    modified = dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)
    standing = FeedItem(review=claim_review(REVIEW), created=created, modified=modified)
    gone = FeedItem(
        review=deleted_review("https://ex.org/fc/9"),
        created=created,
        modified=modified,
        deleted=modified,
    )
    feed = data_feed(
        [standing, gone],
        modified=modified,
        licence="https://creativecommons.org/licenses/by/4.0/",
    )
    assert feed["@type"] == "DataFeed"
    assert feed["sdLicense"] == "https://creativecommons.org/licenses/by/4.0/"
    first, second = feed["dataFeedElement"]
    assert first["dateCreated"] == "2026-03-02T09:00:00Z"
    assert first["item"][0]["@type"] == "ClaimReview"
    assert "@context" not in first["item"][0]
    assert second["dateDeleted"] == "2026-03-05T10:00:00Z"
    assert "reviewRating" not in second["item"][0]


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("False: unemployment doubled", "False"),
        ("mostly false – unemployment doubled", "Mostly False"),
        ("Unemployment doubled (FALSE).", "False"),
        ("Unemployment doubled: false", "False"),
        ("It is false that unemployment doubled", None),
        ("True wages fell", None),
        ("The false alarm cost 3 million", None),
    ],
)
def test_a_rating_in_the_wording_is_found(claim, found):
    assert rating_in(claim, ["True", "False", "Mostly False"]) == found
