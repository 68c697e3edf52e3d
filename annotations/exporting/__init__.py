"""Writing corpora into files: a registry, and one file a format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotations.models import Corpus

from .base import ExportError, Format
from .chunks import articles_of
from .csv import Table
from .jsonl import JsonLines
from .w3c import WebAnnotation

__all__ = ["FORMATS", "ExportError", "Format", "export"]

FORMATS: dict[str, Format] = {
    format_.name: format_ for format_ in (JsonLines(), Table(), WebAnnotation())
}
_PIECE = 64 * 1024


def export(corpus: Corpus, format_: Format) -> Iterator[bytes]:
    """The corpus in a format, in pieces of about 64 KB, in memory that doesn't grow with it."""
    return _gathered(format_.write(corpus, articles_of(corpus)))


def _gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines are small, and every piece costs a trip through the middleware and the socket."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
