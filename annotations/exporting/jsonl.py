"""Our own format: all that is known, one article a line after a header line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from .base import Context, Format, Record, line

FORMAT = "factcheck-jsonl"


class JsonLines(Format):
    name = "jsonl"
    label = "JSONL"
    about = _("Everything, in our own format: for archives, and to be imported again.")
    media_type = "application/x-ndjson"
    extension = "jsonl"
    version = 2
    unit = "articles"
    labels = "both"
    needs_suggestions = True
    needs_discussions = True
    needs_fact_checks = True

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        if context.labels == "aggregated":
            for claim in article["claims"]:
                claim["verdicts"] = []
        yield article

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        if not context.going_on:
            yield line(_header(self.version, context))
        yield from super().write(articles, context)


def _header(version: int, context: Context) -> Record:
    return {
        "format": FORMAT,
        "version": version,
        "exported_at": context.exported_at,
        # Where it isn't all of the corpus, or not as it is, the file says so.
        **({"chosen": context.chosen} if context.chosen else {}),
        **({"release": context.release} if context.release else {}),
        "corpus": context.head(),
    }
