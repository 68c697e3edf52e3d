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
from annotations.domain.publishing import FactCheckState, NameMask, masked
from annotations.domain.vocabulary import Flag, Stance
from annotations.services.claim_reviews import page_address, same_name

from .base import DETAILS, Context, Format, Record, array, dumps, utc
from .judging import NO_VERDICT, TIE, Judgement, judgements

PROTECTED, IRRELEVANT, MASKED = "protected sources", "irrelevant evidence", "private persons"


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
        IRRELEVANT: _("pieces of evidence that say nothing of the claim"),
        MASKED: _("names of private persons, which are masked"),
    }

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for dated in self.reviews(article, context):
            yield claim_review(dated.review, context=False)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        head = b'{"@context":' + dumps(CONTEXT) + b',"@graph":['
        return array((list(self.counted(a, context)) for a in articles), context, head, b"]}\n")

    def reviews(self, article: Record, context: Context) -> Iterator[_Dated]:
        for claim in article["claims"]:
            written = False
            for judgement in judgements(claim, context):
                if not written:
                    _count_left_out(claim, context)
                    written = True
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


def _count_left_out(claim: Record, context: Context) -> None:
    """Of the claim, in however many reviews it is."""
    for piece in claim["evidence"]:
        if piece["protected"]:
            context.leave_out(PROTECTED)
        elif piece["stance"] == Stance.IRRELEVANT:
            context.leave_out(IRRELEVANT)
    if _private(claim):
        context.leave_out(MASKED)


def _private(claim: Record) -> bool:
    """Is its claimant kept back, as is chosen beforehand where it is published?"""
    return bool(claim["claimant"]) and claim["flag"] == Flag.PRIVATE_PERSON


def _review(article: Record, claim: Record, judgement: Judgement, context: Context) -> _Dated:
    # The review's own days: when the verdict was given, and when it or the claim last changed.
    created = utc(judgement.grounds[0]["created_at"])
    modified = max(utc(judgement.grounds[-1]["created_at"]), utc(claim["updated_at"]))
    organisation, licence = _organisation(context)
    words = {
        "claim": claim["normalised"] or claim["quote"],
        "claim_text": claim["quote"],
        "body": judgement.rationale,
        "place": {
            "url": article["url"],
            "title": article["title"],
            "publisher": article["publisher"],
        },
        "citations": _citations(claim),
    }
    if _private(claim):
        words = masked(words, NameMask(claim["claimant"]))
    review = Review(
        url=page_of(article, claim, context, judgement.rating),
        claim=words["claim"],
        claim_text=words["claim_text"],
        claim_id=f"urn:uuid:{claim['uid']}",
        claim_date=claim["claim_date"],
        rating=ReviewRating(label=judgement.rating, number=judgement.number),
        organisation=organisation,
        published=created.date(),
        modified=modified.date(),
        language=article["language"],
        author=_author(article, claim, organisation),
        appearances=(Appearance(**words["place"], published=article["published"]),),
        body=words["body"],
        citations=tuple(Citation(**piece) for piece in words["citations"]),
        licence=licence,
    )
    return _Dated(review, created, modified)


def _organisation(context: Context) -> tuple[Organisation, str]:
    """Who reviews, and under which licence: as the export was told, else whoever publishes the
    corpus's fact-checks, with the policies that they have."""
    options, publisher = context.options, context.head()["publisher"]
    if publisher is None or options.publisher or options.publisher_url:
        known = publisher or {"organisation": "", "url": ""}
        name = options.publisher or known["organisation"] or context.corpus_name
        return Organisation(name=name, url=options.publisher_url or known["url"]), ""
    organisation = Organisation(
        name=publisher["organisation"] or context.corpus_name,
        url=publisher["url"],
        logo=publisher["logo"],
        corrections_policy=publisher["corrections_policy"],
        methodology=publisher["methodology"],
    )
    return organisation, publisher["licence"]


def _citations(claim: Record) -> list[Record]:
    return [
        {
            "url": piece["url"],
            "name": piece["title"] or piece["citation"],
            "publisher": piece["publisher"],
            "published": piece["published"],
        }
        for piece in claim["evidence"]
        if not piece["protected"] and piece["stance"] != Stance.IRRELEVANT
    ]


def _author(article: Record, claim: Record, organisation: Organisation) -> ClaimAuthor | None:
    """Of a claim that nobody is known to have made there is none, nor of what the organisation
    says that reviews it."""
    name = claim["claimant"]
    if not name or _private(claim) or same_name(name, organisation.name):
        return None
    return ClaimAuthor(
        name=name,
        role=claim["claimant_role"],
        wikidata_id=claim["claimant_wikidata_id"],
        organisation=same_name(name, article["publisher"]),
    )
