"""``claim_quotes``: finds what stands in quotation marks, into ``doc.spans["quotes"]``.

A span includes its marks. Quotations end with their paragraph; one that was left open and is
taken up again with a new opening mark carries the label ``open``, all others ``closed``.
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.boundaries import paragraph_starts
from annotations.detection.components.extensions import token_starts, tokens_between, trim

_MARK = re.compile(r"[\"“”„«»‟‘’']")
_PAIRS = {"“": "”", "„": "“”", "«": "»", "‘": "’", '"': '"', "'": "'", "‟": "”"}


@Language.factory(
    "claim_quotes",
    assigns=["doc.spans"],
    default_config={"spans_key": "quotes", "max_chars": 5000},
)
def create_claim_quotes(nlp: Language, name: str, spans_key: str, max_chars: int) -> ClaimQuotes:
    """``max_chars``: a quotation longer than this within a paragraph is taken for a mistake."""
    return ClaimQuotes(spans_key, max_chars)


class ClaimQuotes:
    def __init__(self, spans_key: str, max_chars: int) -> None:
        self.spans_key = spans_key
        self.max_chars = max_chars

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        spans = []
        if _MARK.search(text):
            starts = token_starts(doc)
            edges = [*paragraph_starts(text), len(text)]
            for begin, end in zip(edges, edges[1:], strict=False):
                for left, right, label in find_quotes(text, begin, end):
                    if right - left > self.max_chars:
                        continue
                    first, stop = tokens_between(starts, left, right)
                    spans.append(Span(doc, first, stop, label=label))
        doc.spans[self.spans_key] = spans
        return doc


def find_quotes(text: str, begin: int, end: int) -> list[tuple[int, int, str]]:
    """Quotations within one paragraph, as (start, end, ``closed`` or ``open``)."""
    found: list[tuple[int, int, str]] = []
    opened = -1
    closer = ""
    for match in _MARK.finditer(text, begin, end):
        at = match.start()
        mark = text[at]
        before = text[at - 1] if at > begin else " "
        after = text[at + 1] if at + 1 < end else " "
        single = mark in "'‘’"
        if opened >= 0:
            if mark in closer and _may_close(mark, before, after):
                found.append((opened, at + 1, "closed"))
                opened = -1
            elif not single and mark in _PAIRS and mark not in closer and closer not in "'’":
                continue  # a quotation inside another one
            elif mark == '"' and closer == '"':
                # An opening mark while one is open: the first was never closed.
                found.append((*trim(text, opened, at), "open"))
                opened = at
            elif closer in "'’" and not single and _may_open(mark, before, after):
                opened, closer = at, _PAIRS.get(mark, "")
        elif mark in _PAIRS and _may_open(mark, before, after):
            opened, closer = at, _PAIRS[mark]
    if opened >= 0 and closer not in "'’":
        found.append((*trim(text, opened, end), "open"))
    return [item for item in found if item[1] - item[0] > 2]


def _may_open(mark: str, before: str, after: str) -> bool:
    if mark in "“„«‟":
        return True
    return (before.isspace() or before in "([{—–-/“‘\"'") and not after.isspace()


def _may_close(mark: str, before: str, after: str) -> bool:
    if mark in "”»“":
        return True
    if mark == '"':
        return not before.isspace() or after.isspace() or after in ".,;:!?)"
    # A single mark closes only where no apostrophe could stand.
    return not after.isalnum() and (before in ".,!?;:…" or not before.isspace())
