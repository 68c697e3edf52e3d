"""Reading a corpus for an export: by key, a chunk at a time, in a fixed number of queries each.

Rows come as the database's driver gives them, without model instances: a corpus of ten thousand
articles has a million of them. What is made of them is in ``records``.
"""

from __future__ import annotations

import gc
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL

from annotations.models import Article, ArticleText

from . import rows
from .selection import Selection

Row = tuple[Any, ...]
Grouped = dict[int, list[Row]]

# Articles whose keys are read at once, and how many of them, or of what length together, are in
# memory at once. An article alone may have a million.
PAGE = 4000
CHUNK = 500
CHUNK_LENGTH = 2_000_000
# One each: articles with their runs, texts, claims, spans, types, tags, evidence, questions,
# answers, verdicts; suggestions; threads, comments, mentions; fact-checks, versions, corrections.
# How many numbers there may be between the keys to each of them.
DENSE = 3
QUERIES_A_CHUNK = 10
QUERIES_FOR_SUGGESTIONS = 1
QUERIES_FOR_DISCUSSIONS = 3
QUERIES_FOR_FACT_CHECKS = 3


class Parts(NamedTuple):
    """What a format needs beside what they all do: what it doesn't isn't read for it."""

    suggestions: bool = True
    discussions: bool = True
    fact_checks: bool = True


ALL_PARTS = Parts()


class Chunk:
    """Some articles and all that hangs on them, as rows, grouped by what they hang on."""

    def __init__(self, ids: list[int], reader: Reader, parts: Parts) -> None:
        suggestions, discussions, fact_checks = parts
        asked, grouped = reader.asked, reader.grouped
        self.articles = asked(rows.articles, ids)
        self.texts = grouped(rows.texts, ids)
        self.suggestions = grouped(rows.suggestions, ids) if suggestions else {}
        claims = asked(reader.claims, ids)
        self.claims: Grouped = defaultdict(list)
        for row in claims:
            self.claims[row[1]].append(row)
        of_claims = [row[0] for row in claims]
        self.spans = grouped(rows.spans, of_claims)
        self.types = grouped(rows.types, of_claims)
        self.tags = grouped(rows.tags, of_claims)
        self.evidence = grouped(rows.evidence, of_claims)
        self.questions = grouped(rows.questions, of_claims)
        self.answers = grouped(rows.answers, _ids(self.questions))
        self.verdicts = grouped(rows.verdicts, of_claims)
        self.threads = grouped(rows.threads, of_claims) if discussions else {}
        self.comments = grouped(rows.comments, _ids(self.threads)) if discussions else {}
        self.mentions = grouped(rows.mentions, _ids(self.comments)) if discussions else {}
        self.fact_checks = grouped(rows.fact_checks, of_claims) if fact_checks else {}
        published = _ids(self.fact_checks)
        self.versions = grouped(rows.versions, published) if fact_checks else {}
        self.corrections = grouped(rows.corrections, published) if fact_checks else {}


def chunks(
    articles: QuerySet[Article],
    selection: Selection,
    parts: Parts = ALL_PARTS,
) -> Iterator[Chunk]:
    """The articles in order of id.

    SQLite reads in this process, and reads the next chunk when this one was dealt with. Another
    server reads the next one meanwhile.
    """
    reader = Reader(selection)
    reads = (partial(Chunk, ids, reader, parts) for ids in _keys(articles))
    with _collector.seldom():
        if connection.vendor == "sqlite":
            for read in reads:
                yield read()
        else:
            yield from _ahead(reads)


class _Collector:
    """Has Python's collector of cycles look at the youngest objects seldom, while anybody reads.

    Rows are many and in no cycles: at its usual pace it goes through them every few hundred, which
    takes a fifth of an export. The cycles that others leave meanwhile take ten megabytes at most.
    """

    objects = 100_000

    def __init__(self) -> None:
        self._lock, self._readers, self._usual = threading.Lock(), 0, gc.get_threshold()

    @contextmanager
    def seldom(self) -> Iterator[None]:
        with self._lock:
            if not self._readers:
                self._usual = gc.get_threshold()
                gc.set_threshold(max(self.objects, self._usual[0]), *self._usual[1:])
            self._readers += 1
        try:
            yield
        finally:
            with self._lock:
                self._readers -= 1
                if not self._readers:
                    gc.set_threshold(*self._usual)


_collector = _Collector()


def _ahead(reads: Iterator[Callable[[], Chunk]]) -> Iterator[Chunk]:
    """One chunk is read while the one before it is dealt with: on the same connection, so that
    both see the same transaction, if there is one."""
    shared = connections[DEFAULT_DB_ALIAS]

    def adopt() -> None:
        connections[DEFAULT_DB_ALIAS] = shared

    def following() -> Chunk | None:
        read = next(reads, None)
        return read() if read else None

    shared.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1, "reading", adopt) as other:
            coming = other.submit(following)
            while chunk := coming.result():
                coming = other.submit(following)
                yield chunk
                del chunk
    finally:
        shared.dec_thread_sharing()


def _keys(articles: QuerySet[Article]) -> Iterator[list[int]]:
    """Ids of the articles of each chunk."""
    last = 0
    ids: list[int] = []
    length = 0
    of_article = (
        ArticleText.objects.filter(article=OuterRef("pk"))
        .order_by()
        .values("article")
        .annotate(together=Sum(_Length("text")))
        .values("together")
    )
    while True:
        page = list(
            articles.filter(pk__gt=last)
            .order_by("pk")
            .annotate(length=Subquery(of_article))
            .values_list("pk", "length")[:PAGE]
        )
        for pk, characters in page:
            if ids and (len(ids) == CHUNK or length + characters > CHUNK_LENGTH):
                yield ids
                ids, length = [], 0
            ids.append(pk)
            length += characters or 0
        if len(page) < PAGE:
            break
        last = page[-1][0]
    if ids:
        yield ids


Query = Callable[[rows.Among], rows.Rows]


class Reader:
    """Asks for rows as the driver gives them: Django's own way through each value takes most of
    an export. Each query is put into words once."""

    def __init__(self, selection: Selection) -> None:
        self.claims = partial(rows.claims, selection=selection)
        self._words: dict[tuple[Query, rows.Among], tuple[str, list[Any]]] = {}

    def asked(self, query: Query, keys: list[int]) -> list[Row]:
        least, most = min(keys), max(keys)
        among = _among
        if most - least == len(keys) - 1:
            # As imports number what they bring: the keys are all that is between.
            among = _between
        elif connection.vendor != "sqlite" and most - least < DENSE * len(keys):
            # Where most of the numbers between are meant, PostgreSQL reads them as one piece of
            # the index, and none at all where there is nothing.
            among = _near
        if (query, among) not in self._words:
            wanted = query(among)
            sql, params = wanted.query.get_compiler(wanted.db).as_sql()
            self._words[query, among] = sql, list(params)
        sql, params = self._words[query, among]
        given: dict[int, Any] = {_KEYS: _given(keys), _LEAST: least, _MOST: most}
        with connection.cursor() as cursor:
            filled: list[Any] = [given.get(id(param), param) for param in params]
            cursor.execute(sql, filled)
            return list(cursor.fetchall())

    def grouped(self, query: Query, keys: list[int]) -> Grouped:
        """What hangs on the keys, by the first column. In a given order within each group."""
        groups: Grouped = defaultdict(list)
        if keys:
            for row in self.asked(query, keys):
                groups[row[0]].append(row)
        return groups


# Stand for the keys, which are one parameter: Django looks at each of a list's, which takes
# longer than the rows do, and SQLite takes some ten thousand and no more.
_PLACES = object(), object(), object()
_KEYS, _LEAST, _MOST = map(id, _PLACES)


def _among(key: str) -> Q:
    if connection.vendor == "sqlite":
        return Q(**{f"{key}__in": RawSQL("SELECT value FROM json_each(%s)", [_PLACES[0]])})
    return Q(**{f"{key}__in": RawSQL("SELECT unnest(%s::bigint[])", [_PLACES[0]])})


def _between(key: str) -> Q:
    least, most = (_number(place) for place in _PLACES[1:])
    return Q(**{f"{key}__gte": least, f"{key}__lte": most})


def _number(place: object) -> RawSQL:
    if connection.vendor == "sqlite":
        return RawSQL("%s", [place])
    return RawSQL("%s::bigint", [place])


def _near(key: str) -> Q:
    return _between(key) & _among(key)


def _given(keys: list[int]) -> str:
    listed = ",".join(map(str, keys))
    return f"[{listed}]" if connection.vendor == "sqlite" else f"{{{listed}}}"


def _ids(groups: Grouped) -> list[int]:
    return [row[1] for rows in groups.values() for row in rows]


class _Length(Func):
    """Characters; or bytes, where counting characters means to read the text first."""

    output_field = IntegerField()
    function = "LENGTH"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="OCTET_LENGTH", **context)
