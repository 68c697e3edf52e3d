"""Putting an article of our own format back: everything the export knows, as it was.

What an export says of a protected source is that there is one; that is what comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotations.domain.spans import SpanError, span_at
from annotations.domain.texts import content_hash, normalise
from annotations.domain.transitions import ArticleState
from annotations.importing import BadRow, Prepared
from annotations.models import (
    Article,
    ArticleText,
    Claim,
    DetectionRun,
    Suggestion,
    SuggestionDecision,
)

from ..jobs import words_of
from ..runs import check_worthiness
from .records import Record, Restored, date_of, text_of, time_of
from .restoring_claims import ClaimRestorer

if TYPE_CHECKING:
    from .entries import Entry
    from .planner import Planner


class Restorer:
    """Plans the rows of one record. ``BadRow`` says what of it can't be used; nothing is kept
    of a record that has anything of that kind."""

    def __init__(self, planner: Planner, entry: Entry, prepared: Prepared) -> None:
        self.planner, self.entry, self.prepared = planner, entry, prepared
        assert prepared.draft.record is not None  # noqa: S101  what makes it one of our own
        self.record: Record = prepared.draft.record
        self.claims: dict[str, Claim] = {}

    def restore(self) -> None:
        try:
            self._restored = Restored(self.planner)
            article, text = self._article()
            self._run(article)
            restorer = ClaimRestorer(self._restored, self.entry, article)
            for claim in self.record.get("claims") or ():
                self.claims[claim["uid"]] = restorer.restore(claim)
            self._decisions(article)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, BadRow | SpanError):
                raise BadRow(str(error)) from error
            raise BadRow(f"the record isn't whole: {error!r}") from error
        plan = self.planner.plan
        self.planner.enter(self.entry, article, text)
        for row in self._restored.rows:
            plan.rows.add(row)
        plan.counts["claims"] += len(self.claims)
        plan.counts["suggestions"] += len(self._restored.suggestions)
        if article.state == ArticleState.WAITING and self.planner.options.extract:
            self.planner.extraction(article, words_of(text.text))

    # --- The article ----------------------------------------------------------------------

    def _article(self) -> tuple[Article, ArticleText]:
        record, corpus = self.record, self.planner.corpus
        state = ArticleState(record.get("state") or ArticleState.WAITING)
        if state == ArticleState.EXTRACTING:
            state = ArticleState.WAITING
        article = Article(
            corpus=corpus,
            title=str(record.get("title") or self.prepared.title)[:500],
            author=text_of(record, "author", 300),
            publisher=text_of(record, "publisher", 300),
            url=text_of(record, "url", 2000),
            published=date_of(record.get("published")),
            dateline=text_of(record, "dateline", 200),
            language=text_of(record, "language", 16) or corpus.language,
            source_name=text_of(record, "source_name", 500),
            content_hash=self.prepared.sha256,
            state=state,
            created_at=time_of(record.get("created_at")),
            source_import=self.planner.source,
        )
        revisions = [*(record.get("earlier_texts") or ()), record]
        for number, revision in enumerate(revisions):
            text = revision["text"]
            if text != normalise(text):
                raise BadRow("the text isn't normalised as this format's is")
            digest = content_hash(text)
            if revision.get("text_sha256") not in (None, digest):
                raise BadRow("the text isn't the one that text_sha256 is of")
            row = ArticleText(
                article=article,
                number=int(revision.get("text_revision") or number + 1),
                text=text,
                content_hash=digest,
                created_by=self.planner.source.created_by,
            )
            self._restored.texts[row.number] = row
        first, *later = self._restored.texts.values()
        self._restored.rows += later
        return article, first

    def _run(self, article: Article) -> None:
        run = self.record.get("run")
        if not run:
            return
        text = self._restored.revision(run["text_revision"])
        found = self.record.get("suggestions") or ()
        row = DetectionRun(
            article=article,
            text=text,
            detector=text_of(run, "detector", 100),
            version=text_of(run, "version", 50),
            config_hash=text_of(run, "config_hash", 64),
            threshold=float(run["threshold"]),
            words=int(run["words"]),
            sentences=[[int(start), int(end)] for start, end in run["sentences"]],
            suggestion_count=len(found),
            finished_at=time_of(run.get("finished_at")),
        )
        article.current_run = row
        self._restored.rows.append(row)
        for suggestion in found:
            self._suggestion(article, row, text, suggestion)
        article.check_worthiness = check_worthiness(
            [s.score for s in self._restored.suggestions.values()]
        )

    def _suggestion(
        self, article: Article, run: DetectionRun, text: ArticleText, record: Record
    ) -> None:
        start, end = int(record["start"]), int(record["end"])
        span = span_at(text.text, start, end, record["quote"])
        mention = record.get("claimant_mention") or (None, None)
        first = record.get("first_mention")
        row = Suggestion(
            article=article,
            run=run,
            start=span.start,
            end=span.end,
            quote=span.quote,
            score=float(record["score"]),
            kind=text_of(record, "kind", 30),
            kind_confidence=record.get("kind_confidence"),
            quoted=bool(record.get("quoted")),
            claimant_name=text_of(record, "claimant_name", 200),
            claimant_start=mention[0],
            claimant_end=mention[1],
            attribution=record.get("attribution"),
            dates=list(record.get("dates") or ()),
            reasons=list(record.get("reasons") or ()),
            first_mention=self._restored.suggestions[(first[0], first[1])] if first else None,
        )
        self._restored.suggestions[(start, end)] = row
        self._restored.rows.append(row)

    def _decisions(self, article: Article) -> None:
        for record in self.record.get("suggestions") or ():
            # A filtered export has the decision, and not the claim that it made.
            elsewhere = record.get("claim") and record["claim"] not in self.claims
            if record.get("outcome") and not elsewhere:
                self._restored.rows.append(
                    SuggestionDecision(
                        suggestion=self._restored.suggestions[(record["start"], record["end"])],
                        article=article,
                        outcome=record["outcome"],
                        claim=self.claims[record["claim"]] if record.get("claim") else None,
                        decided_by=self._restored.person(record["decided_by"]),
                        decided_at=time_of(record.get("decided_at")),
                    )
                )
