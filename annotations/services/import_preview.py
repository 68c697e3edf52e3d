"""What a check shows: the first rows as they will be, and what a table's columns are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import DatabaseError, models

from annotations.importing import FileSet, Importer, Options, SourceFile, importer_of
from annotations.models import Article, ArticleText, Claim, ClaimSpan, Import, Suggestion, Verdict

from .import_planning import Plan

log = structlog.get_logger(__name__)

PREVIEW_ROWS = 20
PREVIEW_CHARACTERS = 1_000
# Of each row; and of one of them no more words than these.
PREVIEW_CLAIMS = 5
PREVIEW_WORDS = 300
# Rows of a plan that a preview is made of.
PREVIEWED: tuple[type[models.Model], ...] = (
    ArticleText,
    Claim,
    ClaimSpan,
    Claim.types.through,
    Claim.tags.through,
    Verdict,
    Suggestion,
)
Row = dict[str, Any]


def preview_add(source: Import, plan: Plan) -> None:
    """Add a chunk's articles to the preview, until it is full; and what the chunk adds to articles
    that are there already."""
    rows: list[Row] = source.preview.setdefault("rows", [])
    claims: dict[int, list[Claim]] = defaultdict(list)
    for claim in plan.rows.of(Claim):
        claims[id(claim.article)].append(claim)
    shown: list[tuple[Row, Article]] = []
    for article in plan.articles[: PREVIEW_ROWS - len(rows)]:
        text = next(text for text in plan.rows.of(ArticleText) if text.article is article)
        shown.append((_row(article, text), article))
    rows += (row for row, _ in shown)
    known = {row["article"]: row for row in rows if row.get("article")}
    for some in claims.values():
        article = some[0].article
        if not article.pk:
            continue
        if article.pk not in known and len(rows) < PREVIEW_ROWS:
            known[article.pk] = _row(article, some[0].text)
            rows.append(known[article.pk])
        if article.pk in known:
            shown.append((known[article.pk], article))
    for row, article in shown:
        row["claims"] += len(claims[id(article)])
    _add_first(plan, [(row, claims[id(article)]) for row, article in shown])
    _add_suggestions(plan, shown)


def _row(article: Article, text: ArticleText) -> Row:
    return {
        # Of one that is there already.
        "article": article.pk,
        "title": article.title,
        "author": article.author,
        "publisher": article.publisher,
        "url": article.url,
        "published": article.published.isoformat() if article.published else None,
        "dateline": article.dateline,
        "language": article.language,
        "characters": len(text.text),
        "text": text.text[:PREVIEW_CHARACTERS],
        "claims": 0,
        "suggestions": 0,
        "first_claims": [],
        "first_suggestions": [],
    }


def _add_first(plan: Plan, shown: Iterable[tuple[Row, list[Claim]]]) -> None:
    """The first claims of each row, with what the plan's other rows say of them."""
    wanted: dict[int, Row] = {}
    for row, claims in shown:
        for claim in claims[: PREVIEW_CLAIMS - len(row["first_claims"])]:
            wanted[id(claim)] = {
                "words": "",
                "normalised": claim.normalised,
                "labels": [],
                "claimant": claim.claimant.name if claim.claimant else "",
                "claim_date": claim.claim_date.isoformat() if claim.claim_date else None,
                "ratings": [],
                "annotator": claim.created_by.name,
            }
            row["first_claims"].append(wanted[id(claim)])
    if not wanted:
        return
    for span, known in _about(plan, ClaimSpan, wanted):
        known["words"] = _cut(" … ".join(filter(None, [known["words"], span.quote])))
    for link, known in _about(plan, Claim.types.through, wanted):
        known["labels"].append(link.claimtype.label)
    for link, known in _about(plan, Claim.tags.through, wanted):
        known["labels"].append(link.tag.name)
    for verdict, known in _about(plan, Verdict, wanted):
        if verdict.rating and verdict.rating.label not in known["ratings"]:
            known["ratings"].append(verdict.rating.label)


def _about(
    plan: Plan, model: type[models.Model], wanted: Mapping[int, Row]
) -> Iterator[tuple[Any, Row]]:
    for row in plan.rows.of(model):
        known = wanted.get(id(row.claim))  # type: ignore[attr-defined]
        if known is not None:
            yield row, known


def _add_suggestions(plan: Plan, shown: Iterable[tuple[Row, Article]]) -> None:
    runs = {id(a.current_run): row for row, a in shown if not a.pk and a.current_run}
    for suggestion in plan.rows.of(Suggestion) if runs else ():
        row = runs.get(id(suggestion.run))
        if row is None:
            continue
        row["suggestions"] += 1
        if len(row["first_suggestions"]) < PREVIEW_CLAIMS:
            row["first_suggestions"].append(
                {
                    "words": _cut(suggestion.quote),
                    "kind": suggestion.kind,
                    "claimant": suggestion.claimant_name,
                    "score": suggestion.score,
                }
            )


def _cut(words: str) -> str:
    return words if len(words) <= PREVIEW_WORDS else f"{words[: PREVIEW_WORDS - 1]}…"


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
