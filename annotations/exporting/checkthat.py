"""CheckThat!'s three tasks on claims: check-worthiness, normalisation, previously fact-checked."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from .archive import zipped
from .base import DETAILS, Context, Format, Record
from .csv import cell
from .judging import NO_VERDICT, TIE, judgements, shown

NO_SENTENCES, NOT_NORMALISED = "articles without sentences", "claims without normalised text"
EARLIER = "claims in another revision of the text"
# A claim of this type is none, as somebody said.
NOT_A_CLAIM = "not_a_claim"
_EVERYTHING_ELSE = frozenset(
    {
        "earlier texts", "suggestions", "fragments", "types", "claimant", "claim date", "place",
        "flags", "tags", "verdict", "verdicts", "rationales", "evidence", "sets", "copies",
        "questions", "discussions", "guidelines", "fact-checks", "roles",
    }
) | DETAILS  # fmt: skip


def rows(lines: Iterable[Iterable[str]], delimiter: str = "\t") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows(lines)
    return buffer.getvalue().encode()


def one_line(text: str) -> str:
    return " ".join(text.split())


class Worthiness(Format):
    """Task 1: each sentence, and whether it has a claim that is worth checking."""

    name = "checkthat-worthiness"
    label = "CheckThat! check-worthiness"
    about = _("Each sentence of the articles, and whether somebody found a claim in it.")
    media_type = "text/tab-separated-values; charset=utf-8"
    extension = "tsv"
    unit = "sentences"
    loses = _EVERYTHING_ELSE | {"article", "text", "places", "normalised"}
    reasons = {
        NO_SENTENCES: _("articles that the detector hasn't divided into sentences"),
        EARLIER: _("claims that stand in another revision of the text"),
    }

    def items(self, article: Record, context: Context) -> Iterator[tuple[str, str, str]]:
        run = article["run"]
        if run is None:
            context.leave_out(NO_SENTENCES)
            return
        texts = {t["text_revision"]: t["text"] for t in [*article["earlier_texts"], article]}
        text = texts[run["text_revision"]]
        places: list[tuple[int, int]] = []
        for claim in article["claims"]:
            if claim["text_revision"] != run["text_revision"]:
                context.leave_out(EARLIER)
            elif NOT_A_CLAIM not in claim["types"]:
                places += [(span["start"], span["end"]) for span in claim["spans"]]
        for number, (start, end) in enumerate(run["sentences"], 1):
            worthy = any(first < end and start < last for first, last in places)
            name = f"article-{article['id']}-{number}"
            yield name, one_line(text[start:end]), "Yes" if worthy else "No"

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        if not context.going_on:
            yield b"Sentence_id\tText\tclass_label\n"
        for article in articles:
            yield rows(self.counted(article, context))


class Normalisation(Format):
    """Task 2 of 2025: what somebody wrote, and the claim in a sentence of its own."""

    name = "checkthat-normalisation"
    label = "CheckThat! normalisation"
    about = _("The words of each claim beside the normalised claim.")
    media_type = "text/csv; charset=utf-8"
    extension = "csv"
    unit = "claims"
    loses = _EVERYTHING_ELSE | {"article", "text", "places"}
    reasons = {NOT_NORMALISED: _("claims without a normalised text")}

    def items(self, article: Record, context: Context) -> Iterator[tuple[str, str]]:
        for claim in article["claims"]:
            if claim["normalised"]:
                # A spreadsheet may open it, and what strangers wrote is in it.
                yield cell(claim["quote"]), cell(claim["normalised"])
            else:
                context.leave_out(NOT_NORMALISED)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        if not context.going_on:
            yield b"post,normalized claim\n"
        for article in articles:
            yield rows(self.counted(article, context), ",")


def _judged(claim: Record, context: Context) -> bool:
    """Is there a label, whosever? Where there is none, that is counted."""
    if any(verdict["stands"] for verdict in shown(claim, context)):
        return True
    return any(True for _judgement in judgements(claim, context))


class Matching(Format):
    """Previously fact-checked claims: what was checked, who says it again, and which is which.

    Claims with the same normalised text are one that was checked.
    """

    name = "checkthat-matching"
    label = "CheckThat! previously fact-checked"
    about = _("Checked claims, the words that make them, and which belong together.")
    media_type = "application/zip"
    goes_on = False
    extension = "zip"
    unit = "queries"
    loses = _EVERYTHING_ELSE | {"text", "places"}
    reasons = {
        NOT_NORMALISED: _("claims without a normalised text"),
        NO_VERDICT: _("claims without a verdict"),
        TIE: _("claims on which nobody leads"),
    }

    def items(self, article: Record, context: Context) -> Iterator[dict[str, str]]:
        for claim in article["claims"]:
            if not _judged(claim, context):
                continue
            if not claim["normalised"]:
                context.leave_out(NOT_NORMALISED)
                continue
            yield {
                "id": claim["uid"],
                "text": one_line(claim["quote"]),
                "vclaim": one_line(claim["normalised"]),
                "title": one_line(article["title"]),
            }

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        return zipped(self._members(articles, context))

    def _members(
        self, articles: Iterable[Record], context: Context
    ) -> Iterator[tuple[str, Iterable[bytes]]]:
        # Three files of one pass: two wait on the disk while the first is written.
        with tempfile.TemporaryFile() as queries, tempfile.TemporaryFile() as qrels:
            yield "verified_claims.tsv", self._split(articles, context, queries, qrels)
            for name, waiting in (("queries.tsv", queries), ("qrels.tsv", qrels)):
                waiting.seek(0)
                yield name, iter(lambda file=waiting: file.read(1 << 16), b"")  # type: ignore[misc]

    def _split(
        self, articles: Iterable[Record], context: Context, queries: Any, qrels: Any
    ) -> Iterator[bytes]:
        yield b"vclaim_id\tvclaim\ttitle\n"
        queries.write(b"id\ttext\n")
        # Of the checked claims only their ids are kept.
        seen: set[str] = set()
        for article in articles:
            for query in self.counted(article, context):
                checked = hashlib.sha256(query["vclaim"].casefold().encode()).hexdigest()[:16]
                if checked not in seen:
                    seen.add(checked)
                    yield rows([(checked, query["vclaim"], query["title"])])
                queries.write(rows([(query["id"], query["text"])]))
                qrels.write(rows([(query["id"], "0", checked, "1")]))
