"""What a format is. Each format is one file here, registered in the package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from annotations.models import Article, ArticleText, Claim, Corpus


class ExportError(Exception):
    """The stored data contradicts itself; an export must not pass that on."""


class Format(Protocol):
    """Writes a corpus, one article after the other."""

    name: str
    media_type: str
    extension: str

    def write(self, corpus: Corpus, articles: Iterable[Article]) -> Iterator[bytes]:
        """Pieces of the file, a few lines each. ``articles`` come from ``chunks.articles_of``."""
        ...


def text_of(article: Article, number_or_id: int | None = None) -> ArticleText:
    """A text of a loaded article: the one with this id, or the latest."""
    texts = list(article.texts.all())
    if number_or_id is None:
        return max(texts, key=lambda text: text.number)
    return next(text for text in texts if text.pk == number_or_id)


def checked_quote(text: ArticleText, start: int, end: int, quote: str, what: object) -> str:
    """The quote, which has to be what stands in the text at ``[start, end)``."""
    if text.text[start:end] != quote:
        raise ExportError(f"{what}: the text at [{start}, {end}) is not its quote")
    return quote


def claim_text(claim: Claim, article: Article) -> ArticleText:
    """The revision of the text that the claim's spans point into."""
    return text_of(article, claim.text_id)
