"""What an index holds on either database, and how it is named there.

An index is derived: tables of the database's own, kept by triggers inside of the transaction that
writes, so no way of writing goes around it. Django knows nothing of these tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models.expressions import RawSQL

from annotations.domain.search_query import Field, Term

Clauses = Sequence[Sequence[Term]]


@dataclass(frozen=True, slots=True)
class Index:
    """A kind of row that is found by its words. ``columns`` maps each to what a word in it counts;
    ``fields`` says in which of them a field of the query language looks."""

    table: str
    key: str
    columns: Mapping[str, float]
    fields: Mapping[Field, Sequence[str]]


class Database(Protocol):
    """What the module of a database does."""

    def matching(
        self,
        index: Index,
        clauses: Clauses,
        excluded: Sequence[Term] = (),
        *,
        whole: bool = False,
        above: int = 0,
    ) -> RawSQL: ...

    def ranks(
        self, index: Index, terms: Sequence[Term], keys: Sequence[int]
    ) -> dict[int, float]: ...

    def stemmer(self, language: str) -> str: ...


ARTICLES = Index(
    table="annotations_articlesearch",
    key="article_id",
    columns={"title": 10.0, "author": 3.0, "publisher": 3.0, "text": 1.0},
    fields={
        Field.TITLE: ["title"],
        Field.AUTHOR: ["author"],
        Field.PUBLISHER: ["publisher"],
        Field.TEXT: ["text"],
    },
)
CLAIMS = Index(
    table="annotations_claimsearch",
    key="claim_id",
    columns={"normalised": 3.0, "claimant": 2.0, "quote": 1.0},
    fields={Field.CLAIM: ["normalised", "quote"], Field.CLAIMANT: ["claimant"]},
)
