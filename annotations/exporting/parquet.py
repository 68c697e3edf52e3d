"""Parquet for Hugging Face ``datasets``: a zip of ``data/*.parquet`` and a dataset card.

One table a split: ``claims`` (a row a claim) and ``articles`` (a row an article). A file of a
split holds some thousand rows, since Parquet is written a row group at a time.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from .archive import zipped
from .base import Context, Format, Record, utc
from .card import card
from .judging import shown

if TYPE_CHECKING:
    import pyarrow

ROWS_A_GROUP = 1000
CHARACTERS_A_GROUP = 4_000_000


class Parquet(Format):
    name = "parquet"
    label = "Parquet"
    about = _("Tables of claims and articles with a dataset card, for Hugging Face and analysis.")
    media_type = "application/zip"
    goes_on = False
    extension = "zip"
    unit = "claims"
    labels = "both"
    by_workers = True
    loses = frozenset(
        {
            "earlier texts", "suggestions", "discussions", "guidelines", "fact-checks", "roles",
            "earlier verdicts", "contributors",
        }
    )  # fmt: skip

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for claim in article["claims"]:
            yield _claim(article, claim, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        return zipped(self._members(articles, context))

    def _members(
        self, articles: Iterable[Record], context: Context
    ) -> Iterator[tuple[str, Iterable[bytes]]]:
        # One pass fills both tables: that of the articles waits on the disk.
        with tempfile.TemporaryFile() as waiting:
            rows = self._both(articles, context, waiting)
            yield "data/claims-00000.parquet", rows
            waiting.seek(0)
            yield "data/articles-00000.parquet", iter(lambda: waiting.read(1 << 16), b"")
        yield "README.md", [card(context).encode()]

    def _both(
        self, articles: Iterable[Record], context: Context, waiting: IO[bytes]
    ) -> Iterator[bytes]:
        claim_schema, article_schema = _schemas()
        pipe = io.BytesIO()
        claims = _Table(pipe, claim_schema)
        texts = _Table(waiting, article_schema)
        for article in articles:
            for row in self.counted(article, context):
                claims.add(row, _length(row))
            texts.add(_article(article), len(article["text"]))
            if pipe.tell():
                yield pipe.getvalue()
                pipe.seek(0)
                pipe.truncate()
        texts.close()
        claims.close()
        yield pipe.getvalue()


class _Table:
    """Rows gathered into row groups, so that memory doesn't grow with the table."""

    def __init__(self, sink: IO[bytes], schema: pyarrow.Schema) -> None:
        import pyarrow
        import pyarrow.parquet

        self._arrow = pyarrow
        self._schema = schema
        # pyarrow asks where it is, and counts from there: the pipe is emptied behind its back.
        self._sink = pyarrow.PythonFile(_Counting(sink), mode="w")
        self._writer = pyarrow.parquet.ParquetWriter(self._sink, schema, compression="zstd")
        self._rows: list[Record] = []
        self._characters = 0

    def add(self, row: Record, characters: int) -> None:
        self._rows.append(row)
        self._characters += characters
        if len(self._rows) >= ROWS_A_GROUP or self._characters >= CHARACTERS_A_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows, self._characters = [], 0


class _Counting:
    """A sink that knows how much it was given, whatever became of it."""

    closed = False

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink
        self._given = 0

    def write(self, data: Any) -> int:
        self._sink.write(data)
        self._given += len(data)
        return len(data)

    def tell(self) -> int:
        return self._given

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False


def _length(value: Any) -> int:
    """About how many characters a row's values have, with those of the lists in it."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_length, value.values()))
    return sum(map(_length, value)) if isinstance(value, list) else 10


def _claim(article: Record, claim: Record, context: Context) -> Record:
    found = claim["verdict"] or {}
    return {
        "uid": claim["uid"],
        "article_id": article["id"],
        "article_title": article["title"],
        "article_url": article["url"],
        "text_revision": claim["text_revision"],
        "quote": claim["quote"],
        "spans": [
            {name: span[name] for name in ("start", "end", "quote")} for span in claim["spans"]
        ],
        "normalised": claim["normalised"],
        "types": claim["types"],
        "claimant": claim["claimant"],
        "claim_date": claim["claim_date"],
        "place": claim["place"],
        "flag": claim["flag"],
        "flag_note": claim["flag_note"],
        "tags": claim["tags"],
        "state": claim["state"],
        "verdict": found.get("rating"),
        "verdict_number": found.get("number"),
        "verdict_basis": found.get("basis"),
        "tie": found.get("tie"),
        "verdicts": [_verdict(v) for v in shown(claim, context) if v["stands"]],
        "evidence": [_evidence(piece) for piece in claim["evidence"]],
        "questions": [
            {
                "text": question["text"],
                "answers": [
                    {name: answer[name] for name in _ANSWER} for answer in question["answers"]
                ],
            }
            for question in claim["questions"]
        ],
        "created_by": claim["created_by"]["username"],
        "created_at": utc(claim["created_at"]),
        "updated_at": utc(claim["updated_at"]),
    }


_ANSWER = ("answer_type", "text", "boolean_explanation", "source_url", "source_medium")
_EVIDENCE = (
    "uid", "url", "citation", "title", "publisher", "published", "quote", "stance",
    "source_medium", "note", "set_number", "protected", "is_post_claim", "was_known",
)  # fmt: skip


def _verdict(verdict: Record) -> Record:
    return {
        "rating": verdict["rating"],
        "number": verdict["number"],
        "kind": verdict["kind"],
        "reviewer": verdict["reviewer"]["username"],
        "rationale": verdict["rationale"],
        "confidence": verdict["confidence"],
        "strategies": verdict["strategies"],
        "created_at": utc(verdict["created_at"]),
    }


def _evidence(piece: Record) -> Record:
    copy = piece["snapshot"]
    return {
        **{name: piece[name] for name in _EVIDENCE},
        "copy_sha256": copy["sha256"] if copy else None,
        "copied_at": utc(copy["fetched_at"]) if copy else None,
    }


def _article(article: Record) -> Record:
    names = (
        "id", "title", "author", "publisher", "url", "published", "dateline", "language", "state",
        "text", "text_revision", "text_sha256",
    )  # fmt: skip
    run = article["run"]
    # Of an earlier text they say nothing of this one.
    fits = run is not None and run["text_revision"] == article["text_revision"]
    return {
        **{name: article[name] for name in names},
        "sentences": run["sentences"] if fits else None,
    }


def _schemas() -> tuple[pyarrow.Schema, pyarrow.Schema]:
    """Fixed, so that a corpus without a single date has the same columns as any other."""
    import pyarrow as pa

    text, number, moment = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")
    flag, day = pa.bool_(), pa.date32()
    texts = pa.list_(text)
    span = pa.struct({"start": number, "end": number, "quote": text})
    verdict = pa.struct(
        {
            "rating": text, "number": number, "kind": text, "reviewer": text, "rationale": text,
            "confidence": text, "strategies": texts, "created_at": moment,
        }
    )  # fmt: skip
    evidence = pa.struct(
        {
            "uid": text, "url": text, "citation": text, "title": text, "publisher": text,
            "published": day, "quote": text, "stance": text, "source_medium": text, "note": text,
            "set_number": number, "protected": flag, "is_post_claim": flag, "was_known": flag,
            "copy_sha256": text, "copied_at": moment,
        }
    )  # fmt: skip
    answer = pa.struct(dict.fromkeys(_ANSWER, text))
    question = pa.struct({"text": text, "answers": pa.list_(answer)})
    claims = pa.schema(
        {
            "uid": text, "article_id": number, "article_title": text, "article_url": text,
            "text_revision": number, "quote": text, "spans": pa.list_(span), "normalised": text,
            "types": texts, "claimant": text, "claim_date": day, "place": text, "flag": text,
            "flag_note": text, "tags": texts, "state": text, "verdict": text,
            "verdict_number": number, "verdict_basis": text, "tie": flag,
            "verdicts": pa.list_(verdict), "evidence": pa.list_(evidence),
            "questions": pa.list_(question), "created_by": text, "created_at": moment,
            "updated_at": moment,
        }
    )  # fmt: skip
    articles = pa.schema(
        {
            "id": number, "title": text, "author": text, "publisher": text, "url": text,
            "published": day, "dateline": text, "language": text, "state": text, "text": text,
            "text_revision": number, "text_sha256": text,
            "sentences": pa.list_(pa.list_(number)),
        }
    )  # fmt: skip
    return claims, articles
