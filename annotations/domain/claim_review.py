"""schema.org ClaimReview and the DataFeed of them, from plain values.

One builder for the page's markup, the feeds, the API and the exports, so that they can't differ.
What is required and recommended is Google's list for fact-check markup. Nothing here is escaped
for HTML: whoever puts a dict into a page does that.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

Moment = dt.date | dt.datetime

CONTEXT = "https://schema.org"
# What Google shows of ``claimReviewed`` without wrapping it; longer ones are legal.
SHORT_CLAIM = 75
WORST, BEST = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who reviews and publishes. The policies are addresses."""

    name: str
    url: str
    logo: str = ""
    corrections_policy: str = ""
    methodology: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAuthor:
    """Who made the claim; never the organisation that reviews it."""

    name: str
    role: str = ""
    wikidata_id: str = ""
    organisation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """Where the claim was made."""

    url: str
    title: str = ""
    publisher: str = ""
    published: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRating:
    """``number`` is 1 (false) to 5 (true), or None off that axis."""

    label: str
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A piece of evidence. A protected source is never made one."""

    url: str = ""
    name: str = ""
    publisher: str = ""
    published: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNote:
    """A correction of a published review: what was changed and why, in words."""

    what: str
    why: str
    at: Moment
    old_rating: str = ""
    new_rating: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A fact-check as it is published.

    ``url`` is the page's own address, ``published`` the review's own date (never today's),
    ``claim`` what Google calls ``claimReviewed``. ``author`` is None for a claim that nobody is
    known to have made. ``appearances`` has the first one first.
    """

    url: str
    claim: str
    rating: ReviewRating
    organisation: Organisation
    published: Moment
    modified: Moment | None = None
    language: str = ""
    claim_id: str = ""
    claim_text: str = ""
    claim_date: Moment | None = None
    author: ClaimAuthor | None = None
    appearances: tuple[Appearance, ...] = ()
    body: str = ""
    citations: tuple[Citation, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One fact-check of a feed. With ``deleted`` it only says that the review is gone."""

    review: dict[str, Any] = field(repr=False)
    created: Moment
    modified: Moment
    deleted: Moment | None = None


def claim_review(review: Review, *, context: bool = True) -> dict[str, Any]:
    """The ClaimReview, without empty properties; ``context`` adds ``@context`` in front.

    ``ValueError`` names a required property that is missing, or a rating's number that is not
    from 1 to 5.
    """
    for name, value in [
        ("url", review.url),
        ("claimReviewed", review.claim.strip()),
        ("reviewRating.alternateName", review.rating.label.strip()),
        ("author.name", review.organisation.name.strip()),
    ]:
        if not value:
            raise ValueError(f"a ClaimReview needs {name}")
    return _filled(
        {
            "@context": CONTEXT if context else None,
            "@type": "ClaimReview",
            "@id": f"{review.url}#review",
            "url": review.url,
            "datePublished": moment(review.published),
            "dateModified": moment(review.modified),
            "inLanguage": review.language,
            "claimReviewed": review.claim,
            "author": _organisation(review.organisation),
            "publishingPrinciples": review.organisation.methodology,
            "itemReviewed": _claim(review),
            "reviewRating": _rating(review.rating),
            "reviewBody": review.body,
            "citation": [_citation(piece) for piece in review.citations],
            "correction": [_correction(note) for note in review.corrections],
            "license": review.licence,
            "sdLicense": review.licence,
        }
    )


def deleted_review(url: str) -> dict[str, Any]:
    """What a feed says of a withdrawn review: which one, and no finding any more."""
    return {"@type": "ClaimReview", "@id": f"{url}#review", "url": url}


def data_feed(
    items: Iterable[FeedItem],
    *,
    modified: Moment,
    url: str = "",
    name: str = "",
    organisation: Organisation | None = None,
    licence: str = "",
) -> dict[str, Any]:
    """A DataFeed of ClaimReviews. Each item keeps the dates that it was given."""
    return {
        **data_feed_head(
            modified=modified, url=url, name=name, organisation=organisation, licence=licence
        ),
        "dataFeedElement": [data_feed_item(item) for item in items],
    }


def data_feed_head(
    *,
    modified: Moment,
    url: str = "",
    name: str = "",
    organisation: Organisation | None = None,
    licence: str = "",
) -> dict[str, Any]:
    """A DataFeed without its elements, for a writer that streams them."""
    return _filled(
        {
            "@context": CONTEXT,
            "@type": "DataFeed",
            "@id": url,
            "url": url,
            "name": name,
            "dateModified": moment(modified),
            "creator": _organisation(organisation) if organisation else None,
            "license": licence,
            "sdLicense": licence,
        }
    )


def data_feed_item(item: FeedItem) -> dict[str, Any]:
    """One element of a DataFeed."""
    return _filled(
        {
            "@type": "DataFeedItem",
            "dateCreated": moment(item.created),
            "dateModified": moment(item.modified),
            "dateDeleted": moment(item.deleted),
            "item": [{key: value for key, value in item.review.items() if key != "@context"}],
        }
    )


def rating_in(claim: str, labels: Collection[str]) -> str | None:
    """The label with which a claim's wording starts or ends as a rating ("False: …", "… (False)").

    A claim that merely has the word in it ("It is true that …") has no rating in it.
    """
    for label in sorted(labels, key=len, reverse=True):
        word = re.escape(label)
        start = rf"^\W*{word}\s*[:!–—|]"
        end = rf"(?:[:–—|]\s*{word}|[(\[]\s*{word}\s*[)\]])[\s.!]*$"
        if re.search(f"{start}|{end}", claim.strip(), re.IGNORECASE):
            return label
    return None


def moment(value: Moment | None) -> str | None:
    """ISO 8601: a date as it is, a time in UTC to the second."""
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError("a time without its zone says nothing to a reader elsewhere")
        return value.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    return value.isoformat()


def _claim(review: Review) -> dict[str, Any]:
    places = [_appearance(place) for place in review.appearances]
    first, others = (places[0], places[1:]) if places else (None, [])
    return _filled(
        {
            "@type": "Claim",
            "@id": review.claim_id,
            "name": review.claim,
            "text": review.claim_text if review.claim_text != review.claim else "",
            "datePublished": moment(review.claim_date),
            "author": _author(review.author) if review.author else None,
            "firstAppearance": first if others else None,
            # Google reads either; the plain one where only one place is known, since that it
            # was the first place is then nobody's statement.
            "appearance": others or first,
        }
    )


def _author(author: ClaimAuthor) -> dict[str, Any]:
    page = f"https://www.wikidata.org/wiki/{author.wikidata_id}" if author.wikidata_id else ""
    return _filled(
        {
            "@type": "Organization" if author.organisation else "Person",
            "name": author.name,
            # An organisation has no job title in schema.org.
            "jobTitle": "" if author.organisation else author.role,
            "sameAs": page,
        }
    )


def _appearance(place: Appearance) -> dict[str, Any]:
    return _filled(
        {
            "@type": "NewsArticle",
            "url": place.url,
            "headline": place.title,
            "datePublished": moment(place.published),
            "publisher": _named("Organization", place.publisher),
        }
    )


def _citation(piece: Citation) -> dict[str, Any]:
    return _filled(
        {
            "@type": "CreativeWork",
            "url": piece.url,
            "name": piece.name,
            "datePublished": moment(piece.published),
            "publisher": _named("Organization", piece.publisher),
        }
    )


def _correction(note: CorrectionNote) -> dict[str, Any]:
    change = ""
    if note.old_rating and note.new_rating and note.old_rating != note.new_rating:
        change = f" ({note.old_rating} → {note.new_rating})"
    return {
        "@type": "CorrectionComment",
        "datePublished": moment(note.at),
        "text": f"{note.what}{change} {note.why}".strip(),
    }


def _organisation(organisation: Organisation) -> dict[str, Any]:
    return _filled(
        {
            "@type": "Organization",
            "name": organisation.name,
            "url": organisation.url,
            "logo": organisation.logo,
            "correctionsPolicy": organisation.corrections_policy,
            "publishingPrinciples": organisation.methodology,
        }
    )


def _rating(rating: ReviewRating) -> dict[str, Any]:
    if rating.number is None:
        return {"@type": "Rating", "alternateName": rating.label}
    if not WORST <= rating.number <= BEST:
        raise ValueError(f"a rating's number is from {WORST} to {BEST}, not {rating.number}")
    return {
        "@type": "Rating",
        "ratingValue": rating.number,
        "worstRating": WORST,
        "bestRating": BEST,
        "alternateName": rating.label,
    }


def _named(kind: str, name: str) -> dict[str, Any] | None:
    return {"@type": kind, "name": name} if name else None


def _filled(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value not in (None, "", [])}
