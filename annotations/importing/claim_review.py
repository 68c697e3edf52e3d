"""schema.org ClaimReview (JSON-LD): earlier fact-checks, one by one, listed, in a graph, or as a
DataFeed.

Each becomes an article: the claim as its text, the review's address as its own, the reviewer as
the publisher. Of several of one claim the first gives these; the others become claims of their own
in its article, with who reviewed and where as a note. The rating comes in where the corpus's scale
has a label of that name, or one of its number.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .base import BadRow, Draft, Head, Item, Mark, Review
from .describing import day_of, words_of
from .files import FileSet, SourceFile
from .json_files import Record, elements, json_elements
from .options import Options
from .review_graphs import PLACES, Nodes, is_review, listed, references, rows_of

_WIKIDATA = re.compile(r"https?://(?:www\.)?wikidata\.org/(?:wiki|entity)/(Q[1-9][0-9]{0,17})")


class ClaimReview:
    name = "claimreview"
    suffixes = frozenset({".json", ".jsonld"})
    heeds = frozenset({"annotations", "annotator"})

    def recognises(self, head: Head) -> bool:
        return "ClaimReview" in head.text and "schema.org" in head.text

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        nodes = Nodes(lambda: _again(file, options))
        return json_elements(
            file,
            options,
            skip,
            _draft,
            expected="a ClaimReview, a list or @graph of them, or a DataFeed",
            places=PLACES,
            rows_of=functools.partial(rows_of, nodes=nodes),
        )


def _again(file: SourceFile, options: Options) -> Iterator[Any]:
    """All elements, while they are read: how far that has come stays."""
    share = file.share
    try:
        yield from elements(file, options, PLACES)
    finally:
        file.share = share


def _draft(review: Record) -> Draft:
    if not is_review(review):
        raise BadRow("expected a ClaimReview")
    claim = words_of(review.get("claimReviewed"), "claimReviewed")
    if not claim:
        raise BadRow("claimReviewed is missing")
    item = _one(review.get("itemReviewed"))
    rating = _one(review.get("reviewRating"))
    author = _one(item.get("author"))
    url = words_of(review.get("url"), "url")
    publisher = words_of(_one(review.get("author")).get("name"), "author")
    published = day_of(review.get("datePublished"), "datePublished")
    mark = Mark(
        claimant=words_of(author.get("name"), "author"),
        claimant_role=words_of(author.get("jobTitle"), "jobTitle"),
        claimant_wikidata_id=_wikidata_id(author.get("sameAs")),
        claim_date=day_of(item.get("datePublished"), "itemReviewed.datePublished"),
        rating=words_of(rating.get("alternateName"), "alternateName"),
        rating_number=_number(rating),
        rationale=words_of(review.get("reviewBody"), "reviewBody"),
        review=Review(publisher=publisher, url=url, published=published),
    )
    return Draft(
        text=claim,
        title=words_of(review.get("headline") or review.get("name"), "headline") or claim,
        url=url,
        publisher=publisher,
        published=published,
        language=words_of(review.get("inLanguage"), "inLanguage")[:16],
        marks=[mark],
        notes=[
            *(f"{name} was left out" for name, value in _more(item) if value),
            *(f"the file doesn't say what {known} is" for known in references(review)),
        ],
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
    found = (_WIKIDATA.fullmatch(page) for page in listed(same) if isinstance(page, str))
    return next((match[1] for match in found if match), "")


def _number(rating: Record) -> int | None:
    """1 (false) to 5 (true), where the rating has one of these on the scale that it states."""
    value = _float(rating.get("ratingValue"), None)
    best, worst = _float(rating.get("bestRating"), 5.0), _float(rating.get("worstRating"), 1.0)
    if value is None or best is None or worst is None or best <= worst:
        return None
    if not worst <= value <= best:
        return None
    number = 1 + 4 * (value - worst) / (best - worst)
    return round(number) if abs(number - round(number)) < 1e-6 else None


def _float(value: Any, absent: float | None) -> float | None:
    """A finite number, which may be written as a string; None for what is none."""
    try:
        found = absent if value in (None, "") else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found is not None and math.isfinite(found) else None


def _one(value: Any) -> Record:
    found = listed(value)
    return found[0] if found and isinstance(found[0], Mapping) else {}
