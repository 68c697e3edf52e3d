"""``claim_quotes``: finds what stands in quotation marks, into ``doc.spans["quotes"]``.

A span includes its marks. Quotations end with their paragraph; one that was left open and is
taken up again with a new opening mark carries the label ``open``, all others ``closed``.
"""

from __future__ import annotations

import re
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.boundaries import paragraph_starts
from annotations.detection.components.extensions import read_tokens, tokens_between, trim

_MARK = re.compile(r"''|``|[\"“”„«»‟\u2018\u2019']")
_PAIRS = {"“": "”", "„": "“”", "«": "»", "\u2018": "\u2019", '"': '"', "'": "'", "‟": "”"}


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
        tokens = read_tokens(doc)
        text, starts = tokens.text, tokens.starts
        spans = []
        if _MARK.search(text):
            edges = [*paragraph_starts(text), len(text)]
            for begin, end in pairwise(edges):
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
        mark = '"' if match.end() - at == 2 else text[at]
        before = text[at - 1] if at > begin else " "
        after = text[match.end()] if match.end() < end else " "
        single = mark in "'\u2018\u2019"
        if opened >= 0:
            if mark in closer and _may_close(mark, before, after):
                found.append((opened, match.end(), "closed"))
                opened = -1
            elif not single and mark in _PAIRS and mark not in closer and closer not in "'\u2019":
                continue  # a quotation inside another one
            elif mark == '"' and closer == '"':
                # An opening mark while one is open: the first was never closed.
                found.append((*trim(text, opened, at), "open"))
                opened = at
            elif closer in "'\u2019" and not single and _may_open(mark, before, after):
                opened, closer = at, _PAIRS.get(mark, "")
        elif mark in _PAIRS and _may_open(mark, before, after):
            opened, closer = at, _PAIRS[mark]
    if opened >= 0 and closer not in "'\u2019":
        found.append((*trim(text, opened, end), "open"))
    return [item for item in found if item[1] - item[0] > 2]


def _may_open(mark: str, before: str, after: str) -> bool:
    if mark in "“„«‟":
        return True
    return (before.isspace() or before in "([{—\u2013-/“\u2018\"'") and not after.isspace()


def _may_close(mark: str, before: str, after: str) -> bool:
    if mark in "”»“":
        return True
    if mark == '"':
        return not before.isspace() or after.isspace() or after in ".,;:!?)"
    # A single mark closes only where no apostrophe could stand.
    return not after.isalnum() and (before in ".,!?;:…" or not before.isspace())
