"""SQLite's FTS5: a virtual table a kind of row, and the Porter stemmer for every language."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models.expressions import RawSQL

from annotations.domain.search_query import Term

from .index import Clauses, Index


def matching(
    index: Index,
    clauses: Clauses,
    excluded: Sequence[Term] = (),
    *,
    whole: bool = False,
    above: int = 0,
) -> RawSQL:
    """The keys of the rows where each clause has a term that is there, and no excluded one is."""
    query = " AND ".join(_any(index, clause) for clause in clauses)
    if excluded:
        query = f"({query}) NOT {_any(index, excluded)}"
    sql = f"SELECT rowid FROM {index.table} WHERE {index.table} MATCH %s"  # noqa: S608  names of our own
    return RawSQL(sql, [query])  # noqa: S611  the value is a parameter


def ranks(index: Index, terms: Sequence[Term], keys: Sequence[int]) -> dict[int, float]:
    """How well each of the rows fits: BM25, a word in a higher column counting for more.

    In one pass over what matches between the first and the last: asked for by their keys, BM25
    would count all that matches anew for each.
    """
    weights = ", ".join(str(weight) for weight in index.columns.values())
    wanted = frozenset(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid, -bm25({index.table}, {weights}) FROM {index.table} "  # noqa: S608  names of our own
            f"WHERE {index.table} MATCH %s AND rowid BETWEEN %s AND %s",
            [_any(index, terms), min(keys), max(keys)],
        )
        return {key: rank for key, rank in cursor if key in wanted}


def stemmer(language: str) -> str:
    """The algorithm by which words are compared, in whatever language."""
    return "porter"


def _any(index: Index, terms: Sequence[Term]) -> str:
    return f"({' OR '.join(_written(index, term) for term in terms)})"


def _written(index: Index, term: Term) -> str:
    """Words are letters, digits and marks alone, so nothing in them can end the quotes. They go
    through the same tokenizer as the texts, which knows the accents of Latin letters alone."""
    columns = index.fields[term.field] if term.field else ()
    where = f"{{{' '.join(columns)}}} : " if columns else ""
    return f'{where}"{" ".join(term.words)}"{"*" if term.prefix else ""}'
