"""Published fact-checks as schema.org markup: of one page, and of all of them in a feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Max, Prefetch, QuerySet
from django.urls import reverse
from lxml import html

from annotations.domain import claim_review as schema
from annotations.domain.markdown import render
from annotations.domain.publishing import CorrectionKind, FactCheckState
from annotations.models import Correction, FactCheck, Publication

from .fact_check_content import Content, Guard, Guards

CHUNK = 200


def fact_check_url(fact_check: FactCheck, base: str = "") -> str:
    """The page's own address. ``base`` is the site's, where ``SITE_URL`` isn't set."""
    return page_address(fact_check.slug, base)


def page_address(slug: str, base: str = "") -> str:
    return site_url(reverse("fact-check", args=[slug]), base)


def site_url(path: str, base: str = "") -> str:
    """A public address of this site, under the name that it calls itself."""
    return f"{(settings.SITE_URL or base).rstrip('/')}{path}"


def with_public_parts(rows: QuerySet[FactCheck]) -> QuerySet[FactCheck]:
    """All that a public page or a feed shows of fact-checks: one query, and one of corrections."""
    return rows.select_related("current", "corpus__publication").prefetch_related(
        Prefetch("corrections", Correction.objects.order_by("id"), to_attr="notices")
    )


def organisation_of(publication: Publication) -> schema.Organisation:
    return schema.Organisation(
        name=publication.organisation,
        url=publication.url,
        logo=publication.logo,
        corrections_policy=publication.corrections_policy,
        methodology=publication.methodology,
    )


def review_of(fact_check: FactCheck, content: Content, *, url: str, guard: Guard) -> schema.Review:
    """A fact-check fetched ``with_public_parts``; ``content`` has gone through the guard."""
    publication = fact_check.corpus.publication
    notices: list[Correction] = fact_check.notices  # type: ignore[attr-defined]
    rating, source = content["rating"], content["source"]
    return schema.Review(
        url=url,
        claim=content["title"],
        rating=schema.ReviewRating(label=rating["label"], number=rating["number"]),
        organisation=organisation_of(publication),
        published=fact_check.published_at,
        modified=fact_check.updated_at,
        language=content["language"],
        claim_id=f"{url}#claim",
        claim_text=content["claim"]["text"],
        claim_date=_day(content["claim"]["date"]),
        author=_author(content, publication),
        appearances=(
            (
                schema.Appearance(
                    url=source["url"],
                    title=source["title"],
                    publisher=source["publisher"],
                    published=_day(source["published"]),
                ),
            )
            if source["url"]
            else ()
        ),
        body=_plain(content["summary"] or content["rationale"]),
        citations=tuple(_citations(content)),
        corrections=tuple(
            schema.CorrectionNote(
                what=guard.text(notice.what),
                why=guard.text(notice.why),
                at=notice.made_at,
                old_rating=notice.old_rating,
                new_rating=notice.new_rating,
            )
            for notice in notices
            if notice.kind == CorrectionKind.CORRECTION
        ),
        licence=publication.licence,
    )


def markup_of(fact_check: FactCheck, content: Content, *, url: str, guard: Guard) -> dict[str, Any]:
    """The page's JSON-LD. A withdrawn fact-check has no finding, so it is no ClaimReview."""
    if fact_check.state == FactCheckState.WITHDRAWN:
        return {
            "@context": schema.CONTEXT,
            "@type": "WebPage",
            "@id": url,
            "url": url,
            "creativeWorkStatus": "Withdrawn",
            "dateModified": schema.moment(fact_check.updated_at),
        }
    return schema.claim_review(review_of(fact_check, content, url=url, guard=guard))


def feed_items(rows: QuerySet[FactCheck], base: str = "") -> Iterator[schema.FeedItem]:
    """All fact-checks, the oldest first, a chunk in memory at a time; withdrawn ones as deleted."""
    guards = Guards()
    last = 0
    while True:
        chunk = list(with_public_parts(rows).filter(pk__gt=last).order_by("pk")[:CHUNK])
        for fact_check in chunk:
            url = fact_check_url(fact_check, base)
            yield _feed_item(fact_check, url, guards[fact_check.corpus_id])
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].pk


def latest_change(rows: QuerySet[FactCheck]) -> dt.datetime | None:
    """When any of them was published, corrected or withdrawn last."""
    found: dt.datetime | None = rows.aggregate(latest=Max("updated_at"))["latest"]
    return found


def _feed_item(fact_check: FactCheck, url: str, guard: Guard) -> schema.FeedItem:
    assert fact_check.current is not None  # noqa: S101
    if fact_check.state == FactCheckState.WITHDRAWN:
        review = schema.deleted_review(url)
    else:
        content = guard.content(fact_check.current.content)
        review = schema.claim_review(review_of(fact_check, content, url=url, guard=guard))
    return schema.FeedItem(
        review=review,
        created=fact_check.published_at,
        modified=fact_check.updated_at,
        deleted=fact_check.withdrawn_at,
    )


def _author(content: Content, publication: Publication) -> schema.ClaimAuthor | None:
    claimant = content["claimant"]
    if claimant is None or same_name(claimant["name"], publication.organisation):
        # Search engines refuse a review whose author made the claim.
        return None
    return schema.ClaimAuthor(**claimant)


def _citations(content: Content) -> Iterable[schema.Citation]:
    for piece in content["evidence"]:
        if not piece["protected"] and piece["stance"] != "IRRELEVANT":
            yield schema.Citation(
                url=piece["url"],
                name=piece["title"] or piece["citation"],
                publisher=piece["publisher"],
                published=_day(piece["published"]),
            )


def _plain(markdown: str) -> str:
    """The words of a Markdown text, as plain text."""
    found = html.fragment_fromstring(render(markdown), create_parent="div")
    return " ".join(found.text_content().split())


def same_name(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None
