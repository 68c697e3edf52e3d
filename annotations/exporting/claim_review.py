"""schema.org ClaimReview (JSON-LD): the claims that were judged, listed or as a DataFeed.

``claim_review`` makes one from plain values: for an export as for the page of a fact-check.
See https://developers.google.com/search/docs/appearance/structured-data/factcheck.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from annotations.models import Claimant

from .base import Context, Format, Record, array, dumps, iso, utc
from .judging import NO_VERDICT, TIE, Judgement, judgements

SCHEMA = "https://schema.org"
# Google's axis: 1 false to 5 true.
WORST, BEST = 1, 5
_LOSES = frozenset(
    {
        "text", "earlier texts", "suggestions", "places", "fragments", "types", "place", "flags",
        "tags", "verdicts", "evidence", "sets", "copies", "questions", "discussions", "guidelines",
    }
)  # fmt: skip
_REASONS = {
    NO_VERDICT: _("claims without a verdict"),
    TIE: _("claims on which nobody leads"),
}


def claim_review(
    *,
    url: str,
    claim: str,
    rating: str,
    number: int | None,
    published: dt.date | dt.datetime,
    modified: dt.date | dt.datetime | None = None,
    language: str = "",
    publisher: str = "",
    publisher_url: str = "",
    claimant: str = "",
    claimant_same_as: str = "",
    claimed_on: dt.date | None = None,
    appearance: Record | None = None,
    claim_id: str = "",
    body: str = "",
) -> Record:
    """A ClaimReview without its ``@context``.

    ``url`` is the page of the review, and ``published`` its own day, never today's; ``number``
    is 1 (false) to 5 (true), and None off that axis, where the rating is a name alone. The
    claim's author is ``claimant``, and there is none where nobody is named: never the publisher.
    """
    item: Record = {"@type": "Claim"}
    if claim_id:
        item["@id"] = claim_id
    if claimed_on:
        item["datePublished"] = claimed_on.isoformat()
    if claimant:
        item["author"] = {"@type": "Person", "name": claimant}
        if claimant_same_as:
            item["author"]["sameAs"] = claimant_same_as
    if appearance:
        item["appearance"] = appearance
    review: Record = {
        "@type": "ClaimReview",
        "@id": f"{url}#review" if "#" not in url else url,
        "url": url,
        "datePublished": _day(published),
    }
    if modified:
        review["dateModified"] = _day(modified)
    if language:
        review["inLanguage"] = language
    review["claimReviewed"] = claim
    if publisher:
        review["author"] = {"@type": "Organization", "name": publisher}
        if publisher_url:
            review["author"]["url"] = publisher_url
    review["itemReviewed"] = item
    on_axis = {} if number is None else _on_axis(number)
    review["reviewRating"] = {"@type": "Rating", **on_axis, "alternateName": rating}
    if body:
        review["reviewBody"] = body
    return review


def _on_axis(number: int) -> dict[str, int]:
    return {"ratingValue": number, "worstRating": WORST, "bestRating": BEST}


def _day(value: dt.date | dt.datetime) -> str:
    return (value.date() if isinstance(value, dt.datetime) else value).isoformat()


def page_of(article: Record, claim: Record, context: Context) -> str:
    """Where the fact-check of a claim stands: as the export was told, else where it is reviewed."""
    if pattern := context.options.page:
        return pattern.replace("{uid}", claim["uid"])
    return f"{context.options.site or '/'}articles/{article['id']}/#claim-{claim['uid']}"


class ClaimReviews(Format):
    name = "claimreview"
    label = "ClaimReview"
    about = _("schema.org JSON-LD of the claims that were judged, for search engines.")
    media_type = "application/ld+json"
    extension = "jsonld"
    unit = "reviews"
    loses = _LOSES
    reasons = _REASONS

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for claim in article["claims"]:
            for judgement in judgements(claim, context):
                yield _review(article, claim, judgement, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        head = b'{"@context":' + dumps(SCHEMA) + b',"@graph":['
        return array((list(self.counted(a, context)) for a in articles), head, b"]}\n")


class DataFeed(ClaimReviews):
    name = "datafeed"
    label = "ClaimReview DataFeed"
    about = _("The same reviews as a schema.org DataFeed, with when each was made and changed.")
    extension = "json"

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for claim in article["claims"]:
            for judgement in judgements(claim, context):
                yield {
                    "@type": "DataFeedItem",
                    "dateCreated": iso(judgement.grounds[0]["created_at"]),
                    "dateModified": iso(_modified(claim, judgement)),
                    "item": [_review(article, claim, judgement, context)],
                }

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        start = {
            "@context": SCHEMA,
            "@type": "DataFeed",
            "dateModified": iso(context.exported_at),
        }
        head = dumps(start)[:-1] + b',"dataFeedElement":['
        return array((list(self.counted(a, context)) for a in articles), head, b"]}\n")


def _modified(claim: Record, judgement: Judgement) -> dt.datetime:
    last: dt.datetime = judgement.grounds[-1]["created_at"]
    changed: dt.datetime = claim["updated_at"]
    return max(utc(last), utc(changed))


def _review(article: Record, claim: Record, judgement: Judgement, context: Context) -> Record:
    options = context.options
    appearance: dict[str, Any] = {"@type": "NewsArticle", "headline": article["title"]}
    if article["url"]:
        appearance["url"] = article["url"]
    if article["published"]:
        appearance["datePublished"] = article["published"].isoformat()
    if article["author"]:
        appearance["author"] = {"@type": "Person", "name": article["author"]}
    if article["publisher"]:
        appearance["publisher"] = {"@type": "Organization", "name": article["publisher"]}
    return claim_review(
        url=page_of(article, claim, context),
        claim=claim["normalised"] or claim["quote"],
        rating=judgement.rating,
        number=judgement.number,
        published=judgement.grounds[0]["created_at"],
        modified=_modified(claim, judgement),
        language=article["language"],
        publisher=options.publisher,
        publisher_url=options.publisher_url,
        claimant=claim["claimant"] or "",
        claimant_same_as=_same_as(claim["claimant"], context),
        claimed_on=claim["claim_date"],
        appearance=appearance,
        claim_id=f"urn:uuid:{claim['uid']}",
        body=judgement.rationale,
    )


def _same_as(claimant: str | None, context: Context) -> str:
    if context.same_as is None:
        known = Claimant.objects.filter(corpus=context.corpus).exclude(wikidata_id="")
        context.same_as = {
            name: f"https://www.wikidata.org/wiki/{number}"
            for name, number in known.values_list("name", "wikidata_id")
        }
    return context.same_as.get(claimant or "", "")
