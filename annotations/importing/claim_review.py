"""schema.org ClaimReview (JSON-LD): earlier fact-checks, one by one, listed, or as a DataFeed.

Each becomes an article: the claim as its text, the review's address as its own, the reviewer as
the publisher. The rating comes in where the corpus's scale has a label of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .base import BadRow, Draft, Head, Item, Mark
from .describing import day_of, words_of
from .files import FileSet, SourceFile
from .json_files import Record, json_elements
from .options import Options

_WIKIDATA = re.compile(r"https?://(?:www\.)?wikidata\.org/(?:wiki|entity)/(Q[1-9][0-9]{0,17})")


class ClaimReview:
    name = "claimreview"
    suffixes = frozenset({".json", ".jsonld"})
    heeds = frozenset({"annotations", "annotator"})

    def recognises(self, head: Head) -> bool:
        return "ClaimReview" in head.text and "schema.org" in head.text

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        with file.opened() as stream:
            start = stream.read(10_000).decode("utf-8", "replace")
        prefix = ""
        if start.lstrip("\ufeff \r\n\t").startswith("["):
            prefix = "item"
        elif '"dataFeedElement"' in start or '"DataFeed"' in start:
            prefix = "dataFeedElement.item"
        elif '"@graph"' in start:
            prefix = "@graph.item"
        return json_elements(file, options, skip, prefix, _draft)


def _draft(record: Record) -> Draft:
    review = _review(record)
    claim = words_of(review.get("claimReviewed"), "claimReviewed")
    if not claim:
        raise BadRow("claimReviewed is missing")
    item = _one(review.get("itemReviewed"))
    rating = _one(review.get("reviewRating"))
    author = _one(item.get("author"))
    mark = Mark(
        claimant=words_of(author.get("name"), "author"),
        claimant_role=words_of(author.get("jobTitle"), "jobTitle"),
        claimant_wikidata_id=_wikidata_id(author.get("sameAs")),
        claim_date=day_of(item.get("datePublished"), "itemReviewed.datePublished"),
        rating=words_of(rating.get("alternateName"), "alternateName"),
        rationale=words_of(review.get("reviewBody"), "reviewBody"),
    )
    return Draft(
        text=claim,
        title=words_of(review.get("headline") or review.get("name"), "headline") or claim,
        url=words_of(review.get("url"), "url"),
        publisher=words_of(_one(review.get("author")).get("name"), "author"),
        published=day_of(review.get("datePublished"), "datePublished"),
        language=words_of(review.get("inLanguage"), "inLanguage")[:16],
        marks=[mark],
        notes=[f"{name} was left out" for name, value in _more(item) if value],
    )


def _more(item: Record) -> list[tuple[str, Any]]:
    """What a claim says that ours have no place for."""
    same = _one(item.get("author")).get("sameAs")
    return [
        ("itemReviewed.author.sameAs", same and not _wikidata_id(same)),
        *((f"itemReviewed.{name}", item.get(name)) for name in ("appearance", "firstAppearance")),
    ]


def _wikidata_id(same: Any) -> str:
    """That of the first address of a Wikidata item, or ""."""
    found = (_WIKIDATA.fullmatch(page) for page in _listed(same) if isinstance(page, str))
    return next((match[1] for match in found if match), "")


def _review(record: Record) -> Record:
    """The ClaimReview in a feed's element, or the record itself."""
    for candidate in (record, *_listed(record.get("item"))):
        if isinstance(candidate, Mapping) and "ClaimReview" in _listed(candidate.get("@type")):
            return candidate
    raise BadRow("expected a ClaimReview")


def _one(value: Any) -> Record:
    found = _listed(value)
    return found[0] if found and isinstance(found[0], Mapping) else {}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
