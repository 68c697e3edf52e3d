"""A row of a file on its way in, and the plan that it goes into."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from annotations.importing import Draft, Prepared
from annotations.models import (
    Answer,
    Article,
    ArticleSketch,
    ArticleText,
    Claim,
    Claimant,
    ClaimSpan,
    Comment,
    Correction,
    DetectionRun,
    Evidence,
    FactCheck,
    FactCheckVersion,
    Import,
    ImportProblem,
    Job,
    NearDuplicate,
    Question,
    SketchBand,
    Snapshot,
    Suggestion,
    SuggestionDecision,
    Tag,
    Thread,
    User,
    Verdict,
)

from ..bulk import Rows
from ..likeness import Signature

_ORDER = (
    User,
    Article,
    ArticleText,
    Job,
    DetectionRun,
    Suggestion,
    Claimant,
    Tag,
    Claim,
    ClaimSpan,
    Claim.types.through,
    Claim.tags.through,
    SuggestionDecision,
    Snapshot,
    Evidence,
    Question,
    Answer,
    Verdict,
    Thread,
    Comment,
    Comment.mentions.through,
    FactCheck,
    FactCheckVersion,
    Correction,
    ArticleSketch,
    SketchBand,
    NearDuplicate,
)


# Characters of rejected rows that are kept.
KEPT = "rejected_characters"


@dataclass(slots=True)
class Entry:
    """A row of the file as it goes into a plan."""

    file: str
    line: int | None
    row: str
    prepared: Prepared | None = None
    # Marks for an article that is there already.
    draft: Draft | None = None
    reason: str = ""
    signature: Signature | None = None
    # Of the text.
    words: int = 0
    # Nothing but a place in the file.
    passed: bool = False


class Plan:
    """What a chunk will write, and what there is to say about it."""

    def __init__(self, source: Import) -> None:
        self.source = source
        self.rows = Rows(_ORDER)
        self.problems: list[ImportProblem] = []
        self.counts: Counter[str] = Counter()
        self.articles: list[Article] = []
        # New articles, with the rows that they come from.
        self.entered: list[tuple[Article, Entry]] = []

    def reject(self, entry: Entry, reason: str) -> None:
        """A row is kept whole, for the download, or it is said that it isn't."""
        self.counts["rejected"] += 1
        row, kept = entry.row, self.source.counts.get(KEPT, 0) + self.counts[KEPT]
        lost = ""
        if len(row) > ImportProblem.MAX_ROW:
            lost = f"it has {len(row):,} characters"
        elif kept + len(row) > ImportProblem.MAX_ROWS:
            lost = f"{ImportProblem.MAX_ROWS:,} characters of others are"
        if lost:
            row, reason = "", f"{reason[:1800]}; the row is not in the download: {lost}"
        elif row:
            self.counts[KEPT] += len(row)
        self.problem(entry, "rejected", reason, row=row)

    def problem(
        self,
        entry: Entry,
        severity: str,
        reason: str,
        *,
        line: int | None = None,
        row: str = "",
        article: Article | None = None,
    ) -> None:
        self.problems.append(
            ImportProblem(
                source=self.source,
                severity=severity,
                file=storable(entry.file)[:500],
                line=line or entry.line,
                reason=storable(reason)[:2000],
                row=storable(row),
                article=article,
            )
        )


def place(file: str, line: int | None) -> str:
    """Where a row of the file stands, for people."""
    where = [file] if file else []
    if line:
        where.append(f"line {line}")
    return ", ".join(where) or "an earlier row"


def storable(text: str) -> str:
    """Without what PostgreSQL refuses and what isn't UTF-8."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
