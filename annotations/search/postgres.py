"""PostgreSQL's full text: a weighted ``tsvector`` a row, GIN, and a configuration a language.

Words are compared by the stems of their article's language, and none is left out for being common.
A query is written once for each configuration that is in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from annotations.domain.search_query import Field, Term, fold

from .index import ARTICLES, Clauses, Index
from .languages import STEMMERS, stemmer_of

PREFIX = "annotations_"
PLAIN = f"{PREFIX}plain"
# The weights' letters, as the triggers give them to the columns.
LETTERS = {
    "title": "A",
    "author": "B",
    "publisher": "C",
    "text": "D",
    "normalised": "A",
    "claimant": "B",
    "quote": "D",
}
_SHORT_FIELDS = {Field.TITLE, Field.AUTHOR, Field.PUBLISHER}


def matching(
    index: Index,
    clauses: Clauses,
    excluded: Sequence[Term] = (),
    *,
    whole: bool = False,
    above: int = 0,
) -> RawSQL:
    """The keys of the rows where each clause has a term that is there, and no excluded one is."""
    query = " & ".join(
        [_any(index, clause) for clause in clauses] + [f"!{_written(index, t)}" for t in excluded]
    )
    fields = {term.field for clause in clauses for term in clause} | {t.field for t in excluded}
    # Fields that are short have vectors of their own, so that no long one is read for them.
    column = "head" if index is ARTICLES and fields <= _SHORT_FIELDS else "words"
    where: list[str] = []
    values: list[Any] = []
    for configuration in _configurations():
        where.append(f"(config = %s AND {column} @@ to_tsquery(%s::regconfig, %s))")
        values += [configuration, configuration, query]
    sql = f"SELECT {index.key} FROM {index.table} WHERE ({' OR '.join(where) or 'false'})"  # noqa: S608  names of our own
    if above:
        sql += f" AND {index.key} > %s"
        values.append(above)
    if whole:
        # OFFSET keeps the planner from looking into it.
        sql = f"SELECT {index.key} FROM ({sql} OFFSET 0) matching"  # noqa: S608  names of our own
    return RawSQL(sql, values)  # noqa: S611  all values are parameters


def ranks(index: Index, terms: Sequence[Term], keys: Sequence[int]) -> dict[int, float]:
    """How well each of the rows fits: the more of the terms, and the higher their columns."""
    most = max(index.columns.values())
    letters = {LETTERS[column]: weight / most for column, weight in index.columns.items()}
    weights = [letters.get(letter, 0.0) for letter in "DCBA"]
    query = _any(index, terms)
    cases: list[str] = []
    values: list[Any] = []
    for configuration in _configurations():
        cases.append("WHEN %s THEN ts_rank(%s::real[], words, to_tsquery(%s::regconfig, %s), 1)")
        values += [configuration, weights, configuration, query]
    if not cases:
        return {}
    sql = (
        f"SELECT {index.key}, CASE config {' '.join(cases)} END "  # noqa: S608  names of our own
        f"FROM {index.table} WHERE {index.key} = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, list(keys)])
        return {key: rank or 0.0 for key, rank in cursor.fetchall()}


def stemmer(language: str) -> str:
    """The algorithm by which words of a language are compared; "" for none."""
    return stemmer_of(language)


def configuration_of(algorithm: str) -> str:
    return f"{PREFIX}{algorithm}" if algorithm else PLAIN


def _configurations() -> list[str]:
    """Those in use. Few, and the triggers write each down when they first need it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM annotations_searchconfig ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


def _any(index: Index, terms: Sequence[Term]) -> str:
    return f"({' | '.join(_written(index, term) for term in terms)})"


def _written(index: Index, term: Term) -> str:
    """Words are letters and digits alone, so nothing in them can be an operator."""
    columns = index.fields[term.field] if term.field else ()
    letters = "".join(LETTERS[column] for column in columns)
    last = len(term.words) - 1
    labels = [
        f"{'*' if term.prefix and number == last else ''}{letters}" for number in range(last + 1)
    ]
    words = [
        f"'{fold(word)}'{':' if label else ''}{label}"
        for word, label in zip(term.words, labels, strict=True)
    ]
    return f"({' <-> '.join(words)})"


CONFIGURATIONS = {
    configuration_of(algorithm): algorithm for algorithm in ["", *sorted(set(STEMMERS.values()))]
}
