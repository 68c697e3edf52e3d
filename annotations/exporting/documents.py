"""Texts with the claims that stand in them, for tools that mark places in texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .base import Context, Record

# What marks a claim in tools that know labels only.
LABEL = "CLAIM"


@dataclass(frozen=True, slots=True)
class Mark:
    """A fragment of a claim."""

    start: int
    end: int
    quote: str
    claim: Record
    # From 0, of how many.
    fragment: int
    fragments: int


@dataclass(frozen=True, slots=True)
class Document:
    """A revision of an article's text: the latest, or an earlier one that has claims."""

    # ``article-12``, ``article-12-1`` for its first revision where that isn't the latest.
    name: str
    article: Record
    text: str
    text_revision: int
    claims: list[Record]

    @property
    def marks(self) -> list[Mark]:
        """In order of the text; longer ones first where they begin together."""
        found = [
            Mark(span["start"], span["end"], span["quote"], claim, number, len(claim["spans"]))
            for claim in self.claims
            for number, span in enumerate(claim["spans"])
        ]
        return sorted(found, key=lambda mark: (mark.start, -mark.end, mark.claim["uid"]))


def documents(article: Record) -> Iterator[Document]:
    """The article's latest text, and before it the earlier ones in which claims stand."""
    by_revision: dict[int, list[Record]] = {}
    for claim in article["claims"]:
        by_revision.setdefault(claim["text_revision"], []).append(claim)
    latest = article["text_revision"]
    for earlier in article["earlier_texts"]:
        number = earlier["text_revision"]
        if claims := by_revision.get(number):
            name = f"article-{article['id']}-{number}"
            yield Document(name, article, earlier["text"], number, claims)
    name = f"article-{article['id']}"
    yield Document(name, article, article["text"], latest, by_revision.get(latest, []))


def about(article: Record) -> Record:
    """What is known of the article, for tools that keep a text's metadata."""
    published = article["published"]
    return {
        "article_id": article["id"],
        "title": article["title"],
        "author": article["author"],
        "publisher": article["publisher"],
        "url": article["url"],
        "published": published.isoformat() if published else None,
        "language": article["language"],
    }


def of_claim(claim: Record, context: Context) -> Record:
    """What tools carry along with a place, without understanding it."""
    found = claim["verdict"]
    return {
        "uid": claim["uid"],
        "normalised": claim["normalised"],
        "types": claim["types"],
        "claimant": claim["claimant"],
        "verdict": found["rating"] if found else None,
        **(
            {}
            if context.labels == "aggregated"
            else {
                "verdicts": [
                    {"rating": v["rating"], "kind": v["kind"], "by": v["reviewer"]["username"]}
                    for v in claim["verdicts"]
                    if v["stands"]
                ]
            }
        ),
    }
