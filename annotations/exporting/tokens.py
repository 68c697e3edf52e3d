"""Words of a text, as spaCy's tokenizer of its language divides them. Loaded by workers only."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# What spaCy has rules for no language under this tag.
_ANY = "xx"


@functools.lru_cache(maxsize=8)
def _pipeline(language: str) -> Language:
    import spacy

    try:
        pipeline: Any = spacy.blank(language)
    except (ImportError, ValueError):
        # Unknown, or it asks for a segmenter that isn't installed.
        pipeline = spacy.blank(_ANY)
    pipeline.max_length = 10_000_000
    return pipeline


def doc_of(text: str, language: str) -> Doc:
    """The text as a ``Doc``; languages that spaCy doesn't know are divided by general rules."""
    tag = language.replace("_", "-").partition("-")[0].lower() or _ANY
    return _pipeline(tag).make_doc(text)


def token_range(doc: Doc, start: int, end: int) -> tuple[int, int, bool]:
    """Tokens ``[first, last)`` that hold the characters, and whether they begin and end there."""
    span = doc.char_span(start, end, alignment_mode="expand")
    assert span is not None  # noqa: S101  a span of the text has tokens
    return span.start, span.end, span.start_char == start and span.end_char == end
