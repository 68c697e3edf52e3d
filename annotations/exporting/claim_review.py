"""schema.org ClaimReview (JSON-LD): the claims that were judged, listed or as a DataFeed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from annotations.domain.claim_review import (
    CONTEXT,
    Appearance,
    Citation,
    ClaimAuthor,
    FeedItem,
    Organisation,
    Review,
    ReviewRating,
    claim_review,
    data_feed_head,
    data_feed_item,
)
from annotations.domain.publishing import FactCheckState
from annotations.services.claim_reviews import page_address

from .base import DETAILS, Context, Format, Record, array, dumps, utc
from .judging import NO_VERDICT, TIE, Judgement, judgements

PROTECTED = "protected sources"


@dataclass(frozen=True, slots=True)
class _Dated:
    review: Review
    created: dt.datetime
    modified: dt.datetime


class ClaimReviews(Format):
    name = "claimreview"
    label = "ClaimReview"
    about = _("schema.org JSON-LD of the claims that were judged, for search engines.")
    media_type = "application/ld+json"
    extension = "jsonld"
    unit = "reviews"
    needs_fact_checks = True
    loses = frozenset(
        {
            "text", "earlier texts", "suggestions", "places", "fragments", "types", "place",
            "flags", "tags", "verdicts", "sets", "copies", "questions", "discussions",
            "guidelines", "fact-checks",
        }
    ) | DETAILS  # fmt: skip
    reasons = {
        NO_VERDICT: _("claims without a verdict"),
        TIE: _("claims on which nobody leads"),
        PROTECTED: _("protected sources"),
    }

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for dated in self.reviews(article, context):
            yield claim_review(dated.review, context=False)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        head = b'{"@context":' + dumps(CONTEXT) + b',"@graph":['
        return array((list(self.counted(a, context)) for a in articles), context, head, b"]}\n")

    def reviews(self, article: Record, context: Context) -> Iterator[_Dated]:
        for claim in article["claims"]:
            protected = sum(piece["protected"] for piece in claim["evidence"])
            for judgement in judgements(claim, context):
                if protected:
                    # Of the claim, in however many reviews it is.
                    context.leave_out(PROTECTED, protected)
                    protected = 0
                yield _review(article, claim, judgement, context)


class DataFeed(ClaimReviews):
    name = "datafeed"
    label = "ClaimReview DataFeed"
    about = _("The same reviews as a schema.org DataFeed, with when each was made and changed.")
    extension = "json"

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for dated in self.reviews(article, context):
            yield data_feed_item(
                FeedItem(
                    review=claim_review(dated.review, context=False),
                    created=dated.created,
                    modified=dated.modified,
                )
            )

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        start = data_feed_head(modified=utc(context.exported_at), name=context.corpus_name)
        head = dumps(start)[:-1] + b',"dataFeedElement":['
        return array((list(self.counted(a, context)) for a in articles), context, head, b"]}\n")


def page_of(article: Record, claim: Record, context: Context, rating: str) -> str:
    """Where the fact-check of a claim stands: as the export was told, else where this site has
    published it with this rating, else where it is reviewed."""
    if pattern := context.options.page:
        return pattern.replace("{uid}", claim["uid"])
    url = published_page(claim, context)
    if url and claim["fact_check"]["rating"] == rating:
        return url
    return f"{context.options.site or '/'}articles/{article['id']}/?claim={claim['uid']}"


def published_page(claim: Record, context: Context) -> str | None:
    """The public page of a claim whose fact-check stands on this site."""
    fact_check = claim["fact_check"]
    if fact_check is None or fact_check["state"] != FactCheckState.PUBLISHED:
        return None
    return page_address(fact_check["slug"], context.options.site)


def _review(article: Record, claim: Record, judgement: Judgement, context: Context) -> _Dated:
    # The review's own days: when the verdict was given, and when it or the claim last changed.
    created = utc(judgement.grounds[0]["created_at"])
    modified = max(utc(judgement.grounds[-1]["created_at"]), utc(claim["updated_at"]))
    place = Appearance(
        url=article["url"],
        title=article["title"],
        publisher=article["publisher"],
        published=article["published"],
    )
    review = Review(
        url=page_of(article, claim, context, judgement.rating),
        claim=claim["normalised"] or claim["quote"],
        claim_text=claim["quote"],
        claim_id=f"urn:uuid:{claim['uid']}",
        claim_date=claim["claim_date"],
        rating=ReviewRating(label=judgement.rating, number=judgement.number),
        organisation=_organisation(context),
        published=created.date(),
        modified=modified.date(),
        language=article["language"],
        author=_author(claim),
        appearances=(place,),
        body=judgement.rationale,
        citations=tuple(_citations(claim)),
    )
    return _Dated(review, created, modified)


def _organisation(context: Context) -> Organisation:
    """As the export was told, else whoever publishes the corpus's fact-checks."""
    options = context.options
    publisher = context.head()["publisher"] or {"organisation": "", "url": ""}
    return Organisation(
        name=options.publisher or publisher["organisation"] or context.corpus_name,
        url=options.publisher_url or publisher["url"],
    )


def _citations(claim: Record) -> Iterator[Citation]:
    for piece in claim["evidence"]:
        if not piece["protected"]:
            yield Citation(
                url=piece["url"],
                name=piece["title"] or piece["citation"],
                publisher=piece["publisher"],
                published=piece["published"],
            )


def _author(claim: Record) -> ClaimAuthor | None:
    """Of a claim that nobody is known to have made there is none."""
    if not claim["claimant"]:
        return None
    return ClaimAuthor(
        name=claim["claimant"],
        role=claim["claimant_role"],
        wikidata_id=claim["claimant_wikidata_id"],
    )
