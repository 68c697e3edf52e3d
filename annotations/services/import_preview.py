"""What a check shows: the first rows as they will be, and what a table's columns are called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError

from annotations.importing import FileSet, Importer, Options, SourceFile, importer_of
from annotations.models import ArticleText, Claim, Import

from .import_planning import Plan

log = structlog.get_logger(__name__)

PREVIEW_ROWS = 20
PREVIEW_CHARACTERS = 1_000


def preview_add(source: Import, plan: Plan) -> None:
    """Add a chunk's articles to the preview, until it is full."""
    rows = source.preview.setdefault("rows", [])
    spans: dict[int, int] = {}
    for claim in plan.rows.of(Claim):
        spans[id(claim.article)] = spans.get(id(claim.article), 0) + 1
    for article in plan.articles[: PREVIEW_ROWS - len(rows)]:
        text = next(text for text in plan.rows.of(ArticleText) if text.article is article)
        rows.append(
            {
                "title": article.title,
                "author": article.author,
                "publisher": article.publisher,
                "url": article.url,
                "published": article.published.isoformat() if article.published else None,
                "language": article.language,
                "characters": len(text.text),
                "text": text.text[:PREVIEW_CHARACTERS],
                "claims": spans.get(id(article), 0),
                "suggestions": article.current_run.suggestion_count if article.current_run else 0,
            }
        )


def columns_of(files: FileSet, options: Options) -> list[str]:
    """The headings of the first table among the files, for a mapping to choose from."""
    for file in files.files[:100]:
        headings = getattr(_importer(file, files, options), "headings", None)
        if headings is not None:
            with _whatever_it_holds():
                return [str(heading)[:200] for heading in headings(file, options)]
    return []


def _importer(file: SourceFile, files: FileSet, options: Options) -> Importer | None:
    with _whatever_it_holds():
        return importer_of(file, files, options)
    return None


@contextmanager
def _whatever_it_holds() -> Iterator[None]:
    """A file that can't be read has been reported; what is asked of it afterwards is in vain."""
    try:
        yield
    except (OSError, DatabaseError):
        raise
    except Exception as error:  # noqa: BLE001  a stranger's file
        log.info("file_unreadable", error=type(error).__name__)
