"""What a corpus's rows become: the records that every format is made of, and ``jsonl`` writes.

Whatever must not leave is kept back here, so that no format can give it away: protected sources,
withdrawn claims, and, as the export's options say, names, labels, and evidence that came later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from annotations.domain.finding import Finding, finding_of
from annotations.domain.spans import CONTEXT_CHARACTERS as AROUND
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import VerdictKind
from annotations.models import Corpus, FactCheck
from annotations.services.fact_check_content import Guard
from annotations.services.publications import publication_of, publication_snapshot

from .base import ExportError, LiveContext, Record
from .gathered import CLAIM_WITHDRAWN, Gathered
from .people import People
from .reading import Chunk, Parts, Row, chunks
from .rows import given_day, given_moment, given_uid
from .selection import Selection

# PostgreSQL keeps no order of keys; the file is the same from every database.
REASON = ("feature", "label", "weight", "spans")
ATTRIBUTION = ("form", "source", "cue", "content", "confidence")
DATE = ("start", "end", "first", "last", "granularity", "anchor")
MOST_FINDINGS = 1000


def records(
    context: LiveContext, selection: Selection, parts: Parts, after: int = 0
) -> Iterator[Record]:
    """The articles with an id beyond ``after``, one after the other in order of it, whole."""
    reader = _Reader(context)
    articles = selection.articles(context.corpus).filter(pk__gt=after)
    # Of the beginning that was written before it was counted then.
    if parts.fact_checks and not context.going_on:
        gone = FactCheck.objects.filter(
            claim__state=ClaimState.WITHDRAWN, claim__article__in=articles.order_by()
        )
        if count := gone.count():
            context.leave_out(CLAIM_WITHDRAWN, count)
    for chunk in chunks(articles, selection, parts):
        yield from reader.read(chunk)
        # Before the next one is read.
        del chunk, reader.chunk


def header(corpus: Corpus, people: People) -> Record:
    """What the corpus says of all its articles."""
    scale, publication = corpus.rating_scale, publication_of(corpus)
    guidelines = list(corpus.guidelines.order_by("version"))
    people.load(guideline.created_by_id for guideline in guidelines)
    return {
        "name": corpus.name,
        "description": corpus.description,
        "language": corpus.language,
        "claim_type_scheme": corpus.claim_type_scheme,
        "requires_evidence": corpus.requires_evidence,
        "detector": corpus.detector,
        "threshold": corpus.threshold,
        "publisher": publication_snapshot(publication) if publication.pk else None,
        "rating_scale": {
            "slug": scale.slug,
            "version": scale.version,
            "name": scale.name,
            "ratings": [
                {
                    "label": r.label,
                    "number": r.number,
                    "meaning": r.meaning,
                    "retired": r.retired,
                }
                for r in scale.ratings.all()
            ],
        },
        # Every version: verdicts say under which one they were given.
        "guidelines": [
            {
                "version": guideline.version,
                "text": people.said(guideline.text),
                "created_by": people.get(guideline.created_by_id),
                "created_at": guideline.created_at,
            }
            for guideline in guidelines
        ],
    }


def _finding(finding: Finding) -> Record:
    rating = finding.rating
    return {
        "rating": rating.label if rating else None,
        "number": rating.number if rating else None,
        "basis": finding.basis,
        "tie": finding.tie,
        "votes": finding.votes,
    }


UNJUDGED: tuple[Record, list[Record]] = _finding(Finding(None, None, False, {})), []


class _Rating(NamedTuple):
    pk: int
    position: int
    label: str
    number: int | None


class _Vote(NamedTuple):
    pk: int
    kind: str
    rating: _Rating | None
    reviewer: int
    retracts: int | None


class _Reader(Gathered):
    """Makes records of rows, chunk after chunk."""

    def __init__(self, context: LiveContext) -> None:
        self.context = context
        self.people = context.people
        self.shown = context.people.shown
        self.options = context.options
        self.guard = Guard(context.corpus)
        self.pages = self.guard.pages
        self.individual = context.labels != "aggregated"
        self.aggregated = context.labels != "individual"
        self.ratings: dict[int, _Rating] = {}
        self.findings: dict[tuple[tuple[str, int], ...], Record] = {}
        self.chunk: Chunk

    def read(self, chunk: Chunk) -> Iterator[Record]:
        self.chunk = chunk
        self.people.load(_people(chunk))
        report = self.context.report
        # Each is let go once it is written, so that one chunk is in memory and never two.
        rows = chunk.articles
        rows.reverse()
        while rows:
            article = self._article(rows.pop())
            report.articles += 1
            report.claims += len(article["claims"])
            yield article

    # --- The article and what the detector says of it ---------------------------------------

    def _article(self, row: Row) -> Record:
        (
            pk, title, author, publisher, url, published, dateline, language, source_name, state,
            created_at, run, run_text, *of_run,
        ) = row  # fmt: skip
        texts = {text[1]: text for text in self.chunk.texts.pop(pk)}
        *earlier, latest = texts.values()
        _, _, number, text, digest = latest
        claims = self.chunk.claims.pop(pk, ())
        return {
            "id": pk,
            "title": title,
            "author": author,
            "publisher": publisher,
            "url": url,
            "published": given_day(published),
            "dateline": dateline,
            "language": language,
            "source_name": source_name,
            "state": state,
            "created_at": given_moment(created_at),
            "text": text,
            "text_revision": number,
            "text_sha256": digest,
            "earlier_texts": [
                {"text_revision": other[2], "text": other[3], "text_sha256": other[4]}
                for other in earlier
            ],
            "run": _run(of_run, texts[run_text][2]) if run else None,
            "suggestions": self._suggestions(pk, texts[run_text][3] if run else ""),
            "claims": [self._claim(claim, texts[claim[3]]) for claim in claims],
        }

    def _suggestions(self, article: int, text: str) -> list[Record]:
        rows = self.chunk.suggestions.pop(article, ())
        places = {row[1]: [row[2], row[3]] for row in rows}
        return [self._suggestion(row, text, places) for row in rows]

    def _suggestion(self, row: Row, text: str, places: dict[int, list[int]]) -> Record:
        (
            _, pk, start, end, quote, score, kind, kind_confidence, quoted, claimant_name,
            mention_start, mention_end, attribution, dates, first_mention, reasons, outcome,
            claim, decided_by, decided_at,
        ) = row  # fmt: skip
        return {
            "start": start,
            "end": end,
            "quote": checked_quote(text, start, end, quote, "suggestion", pk),
            "score": score,
            "kind": kind,
            "kind_confidence": kind_confidence,
            "quoted": bool(quoted),
            "claimant_name": claimant_name,
            "claimant_mention": None if mention_start is None else [mention_start, mention_end],
            "attribution": _in_order(_json(attribution), ATTRIBUTION),
            "dates": [_in_order(expression, DATE) for expression in _json(dates)],
            "first_mention": places[first_mention] if first_mention else None,
            "reasons": [_in_order(reason, REASON) for reason in _json(reasons)],
            "outcome": outcome,
            "claim": given_uid(claim) if claim else None,
            "decided_by": self.people.get(decided_by),
            "decided_at": given_moment(decided_at),
        }

    # --- Claims -----------------------------------------------------------------------------

    def _claim(self, row: Row, text_row: Row) -> Record:
        (
            pk, _, uid, _, normalised, claimant, role, wikidata_id, claim_date, place, flag,
            flag_note, state, suggestion_start, suggestion_end, created_by, created_at, updated_at,
            revision,
        ) = row  # fmt: skip
        chunk = self.chunk
        claim_date = given_day(claim_date)
        text = text_row[3]
        spans = []
        for _, start, end, quote in chunk.spans.pop(pk, ()):
            if text[start:end] != quote:
                checked_quote(text, start, end, quote, "claim", pk)
            spans.append(
                {
                    "start": start,
                    "end": end,
                    "quote": quote,
                    "prefix": text[start - AROUND if start > AROUND else 0 : start],
                    "suffix": text[end : end + AROUND],
                }
            )
        # Most claims have little of all this: what isn't there costs no call.
        found, verdicts = self._judged(chunk.verdicts.pop(pk)) if pk in chunk.verdicts else UNJUDGED
        return {
            "uid": given_uid(uid),
            "text_revision": text_row[2],
            "spans": spans,
            "quote": spans[0]["quote"]
            if len(spans) == 1
            else " … ".join(span["quote"] for span in spans),
            "normalised": self.guard.text(normalised) if self.pages else normalised,
            "types": [row[1] for row in chunk.types.pop(pk)] if pk in chunk.types else [],
            "claimant": claimant,
            "claimant_role": role or "",
            "claimant_wikidata_id": wikidata_id or "",
            "claim_date": claim_date,
            "place": place,
            "flag": flag,
            "flag_note": flag_note and self._words(flag_note),
            "tags": [row[1] for row in chunk.tags.pop(pk)] if pk in chunk.tags else [],
            "state": state,
            "suggestion": None if suggestion_start is None else [suggestion_start, suggestion_end],
            "created_by": self.shown[created_by],
            "created_at": given_moment(created_at),
            "updated_at": given_moment(updated_at),
            "revision": revision,
            "verdict": found if self.aggregated else None,
            "verdicts": list(verdicts),
            "evidence": self._all_evidence(chunk.evidence.pop(pk), claim_date)
            if pk in chunk.evidence
            else [],
            "questions": self._questions(chunk.questions.pop(pk), claim_date)
            if pk in chunk.questions
            else [],
            "threads": [self._thread(thread) for thread in chunk.threads.pop(pk)]
            if pk in chunk.threads
            else [],
            "fact_check": self._fact_check(chunk.fact_checks.pop(pk)[0])
            if pk in chunk.fact_checks
            else None,
        }

    def _judged(self, rows: list[Row]) -> tuple[Record, list[Record]]:
        """What was found, which claims with the same votes share, and the verdicts."""
        votes = [_Vote(row[1], row[3], self._rating(row), row[11], row[15]) for row in rows]
        standing = _standing(votes)
        retracted = {vote.retracts for vote in votes}
        found = self._found([vote for vote in votes if vote.pk in standing])
        given = found["basis"] is not None
        self.context.report.verdicts += len(rows) if self.individual else given
        return found, [
            self._verdict(row, stands=row[1] in standing, retracted=row[1] in retracted)
            for row in rows
        ]

    def _rating(self, row: Row) -> _Rating | None:
        pk = row[4]
        if pk is not None and pk not in self.ratings:
            self.ratings[pk] = _Rating(*row[4:8])
        return self.ratings.get(pk)

    def _found(self, standing: list[_Vote]) -> Record:
        """The same votes in the same order, as most claims have them, are reckoned once."""
        votes = tuple((vote.kind, vote.rating.pk) for vote in standing if vote.rating)
        if votes not in self.findings:
            if len(self.findings) > MOST_FINDINGS:
                self.findings.clear()
            self.findings[votes] = _finding(finding_of(standing))
        return self.findings[votes]

    def _verdict(self, row: Row, *, stands: bool, retracted: bool) -> Record:
        (
            _, _, uid, kind, _, _, label, number, rationale, confidence, strategies, reviewer,
            created_at, claim_revision, guideline_version, _, retracts,
        ) = row  # fmt: skip
        return {
            "uid": given_uid(uid),
            "kind": kind,
            "rating": label,
            "number": number,
            "rationale": rationale and self._words(rationale),
            "confidence": confidence or None,
            "strategies": _json(strategies),
            "reviewer": self.shown[reviewer],
            "created_at": given_moment(created_at),
            "claim_revision": claim_revision,
            "guideline_version": guideline_version,
            "retracts": given_uid(retracts) if retracts else None,
            "retracted": retracted,
            "stands": stands,
        }


def _people(chunk: Chunk) -> set[int | None]:
    """All who did something in it."""
    columns: list[tuple[Any, int]] = [
        (chunk.suggestions, 18),
        (chunk.claims, 15),
        (chunk.evidence, 13),
        (chunk.questions, 4),
        (chunk.answers, 7),
        (chunk.verdicts, 11),
        (chunk.threads, 3),
        (chunk.threads, 5),
        (chunk.comments, 3),
        (chunk.mentions, 1),
        (chunk.fact_checks, 8),
        (chunk.versions, 5),
        (chunk.corrections, 8),
    ]
    return {row[at] for groups, at in columns for rows in groups.values() for row in rows}


def _run(of_run: list[Any], text_revision: int) -> Record:
    detector, version, config_hash, threshold, words, finished_at, sentences = of_run
    return {
        "detector": detector,
        "version": version,
        "config_hash": config_hash,
        "threshold": threshold,
        "words": words,
        "finished_at": given_moment(finished_at),
        "text_revision": text_revision,
        "sentences": _json(sentences),
    }


def _standing(votes: list[_Vote]) -> set[int]:
    """Keys of the latest of each reviewer and kind that isn't retracted, as
    ``VerdictQuerySet.standing`` has it."""
    retracted = {vote.retracts for vote in votes}
    latest = {
        (vote.reviewer, vote.kind): vote.pk
        for vote in votes
        if vote.pk not in retracted and vote.kind != VerdictKind.RETRACTION
    }
    return set(latest.values())


def _in_order(stored: dict[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    return None if stored is None else {name: stored[name] for name in names}


def _json(stored: Any) -> Any:
    return None if stored is None else orjson.loads(stored)


def checked_quote(text: str, start: int, end: int, quote: str, what: str, pk: int) -> str:
    """The quote, which has to be what stands in the text at ``[start, end)``."""
    if text[start:end] != quote:
        raise ExportError(f"{what} {pk}: the text at [{start}, {end}) is not its quote")
    return quote
