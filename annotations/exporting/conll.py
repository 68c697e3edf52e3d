"""CoNLL, IOB2: a token a line with its tag, a blank line after each sentence.

Sentences are the detector's; a text that it hasn't read has its paragraphs. ``# newdoc id`` begins
a text. A token has one tag, so of places that overlap only the first and longest is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from .base import DETAILS, Context, Format, Record
from .documents import LABEL, Document, documents
from .tokens import doc_of, token_range

OVERLAPPING, MOVED = "overlapping claims", "edges inside a word"


class Conll(Format):
    name = "conll"
    label = "CoNLL (IOB2)"
    about = _("A token a line with its IOB2 tag, for taggers.")
    media_type = "text/plain; charset=utf-8"
    extension = "conll"
    version = 2
    unit = "texts"
    by_workers = True
    foreseen = False
    loses = frozenset(
        {
            "text", "earlier texts", "article", "suggestions", "fragments", "normalised", "types",
            "claimant", "claim date", "place", "flags", "tags", "verdict", "verdicts",
            "rationales", "evidence", "sets", "copies", "questions", "discussions", "guidelines",
            "fact-checks", "roles",
        }
    ) | DETAILS  # fmt: skip
    reasons = {
        OVERLAPPING: _("places that overlap one that is written"),
        MOVED: _("places that begin or end inside a word: all of it is tagged"),
    }

    def items(self, article: Record, context: Context) -> Iterator[str]:
        for document in documents(article):
            yield _lines(document, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        for article in articles:
            yield "".join(self.counted(article, context)).encode()


def _lines(document: Document, context: Context) -> str:
    doc = doc_of(document.text, document.article["language"])
    tags = ["O"] * len(doc)
    for mark in document.marks:
        first, last, exact = token_range(doc, mark.start, mark.end)
        if any(tag != "O" for tag in tags[first:last]):
            context.leave_out(OVERLAPPING)
            continue
        if not exact:
            context.leave_out(MOVED)
        tags[first:last] = [f"B-{LABEL}"] + [f"I-{LABEL}"] * (last - first - 1)
    starts = _sentence_starts(document)
    lines = [f"# newdoc id = {document.name}\n"]
    begun = False
    for token, tag in zip(doc, tags, strict=True):
        if token.idx in starts and begun:
            lines.append("\n")
            begun = False
        # Line breaks are tokens of spaCy's, and none of anybody else's.
        if token.is_space:
            begun = _breaks(token.text, lines) and begun
            continue
        if not begun and tag.startswith("I-"):
            # A chunk ends with its sentence: what goes on in the next one is another.
            tag = f"B-{LABEL}"
        lines.append(f"{token.text}\t{tag}\n")
        begun = True
    lines.append("\n" if begun else "")
    return "".join(lines)


def _sentence_starts(document: Document) -> set[int]:
    run = document.article["run"]
    if run is None or run["text_revision"] != document.text_revision:
        return set()
    return {start for start, _end in run["sentences"]}


def _breaks(white_space: str, lines: list[str]) -> bool:
    """A line break ends a sentence; whether one is still open after it."""
    if "\n" not in white_space:
        return True
    if lines[-1] != "\n" and not lines[-1].startswith("# "):
        lines.append("\n")
    return False
