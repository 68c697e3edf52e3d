"""Our own format: all that is known, one article a line after a header line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.utils import timezone

from annotations.domain.spans import context
from annotations.models import (
    Answer,
    Article,
    Claim,
    Comment,
    Corpus,
    Evidence,
    Snapshot,
    Suggestion,
    User,
)

from .base import checked_quote, claim_text, text_of
from .finding import finding_of

FORMAT = "factcheck-jsonl"
VERSION = 1
# PostgreSQL keeps no order of keys; the file is the same from every database.
REASON = ("feature", "label", "weight", "spans")
ATTRIBUTION = ("form", "source", "cue", "content", "confidence")
# That there is a protected source is known; who or what it is, and when it came, leaves nowhere.
PROTECTED_KEEPS = frozenset({"uid", "stance", "set_number", "protected"})
DATE = ("start", "end", "first", "last", "granularity", "anchor")


class JsonLines:
    name = "jsonl"
    media_type = "application/x-ndjson"
    extension = "jsonl"

    def write(self, corpus: Corpus, articles: Iterable[Article]) -> Iterator[bytes]:
        yield _line(header(corpus))
        for article in articles:
            yield _line(article_record(article))


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def header(corpus: Corpus) -> dict[str, Any]:
    scale = corpus.rating_scale
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": timezone.now(),
        "corpus": {
            "name": corpus.name,
            "description": corpus.description,
            "language": corpus.language,
            "claim_type_scheme": corpus.claim_type_scheme,
            "requires_evidence": corpus.requires_evidence,
            "rating_scale": {
                "slug": scale.slug,
                "version": scale.version,
                "name": scale.name,
                "ratings": [
                    {"label": r.label, "number": r.number, "retired": r.retired}
                    for r in scale.ratings.all()
                ],
            },
            # Every version: verdicts say under which one they were given.
            "guidelines": [
                {
                    "version": guideline.version,
                    "text": guideline.text,
                    "created_by": _person(guideline.created_by) if guideline.created_by else None,
                    "created_at": guideline.created_at,
                }
                for guideline in corpus.guidelines.select_related("created_by").order_by("version")
            ],
        },
    }


def article_record(article: Any) -> dict[str, Any]:
    """One line: the article, its text, its current run, its claims."""
    text = text_of(article)
    return {
        "id": article.pk,
        "title": article.title,
        "author": article.author,
        "publisher": article.publisher,
        "url": article.url,
        "published": article.published,
        "dateline": article.dateline,
        "language": article.language,
        "source_name": article.source_name,
        "state": article.state,
        "created_at": article.created_at,
        "text": text.text,
        "text_revision": text.number,
        "text_sha256": text.content_hash,
        "earlier_texts": [
            {"text_revision": t.number, "text": t.text, "text_sha256": t.content_hash}
            for t in article.texts.all()
            if t.number < text.number
        ],
        "run": _run(article),
        "suggestions": _suggestions(article),
        "claims": [_claim(article, claim) for claim in article.standing_claims],
    }


def _run(article: Article) -> dict[str, Any] | None:
    run = article.current_run
    if run is None:
        return None
    return {
        "detector": run.detector,
        "version": run.version,
        "config_hash": run.config_hash,
        "threshold": run.threshold,
        "words": run.words,
        "finished_at": run.finished_at,
        "text_revision": text_of(article, run.text_id).number,
        "sentences": run.sentences,
    }


def _suggestions(article: Any) -> list[dict[str, Any]]:
    places = {s.pk: [s.start, s.end] for s in article.current_suggestions}
    return [
        _suggestion(article, s, first_mention=places[s.first_mention_id])
        if s.first_mention_id
        else _suggestion(article, s)
        for s in article.current_suggestions
    ]


def _suggestion(
    article: Article, suggestion: Suggestion, first_mention: list[int] | None = None
) -> dict[str, Any]:
    assert article.current_run is not None  # noqa: S101  it has a suggestion of that run
    text = text_of(article, article.current_run.text_id)
    start, end = suggestion.start, suggestion.end
    decision = getattr(suggestion, "decision", None)
    return {
        "start": start,
        "end": end,
        "quote": checked_quote(text, start, end, suggestion.quote, f"suggestion {suggestion.pk}"),
        "score": suggestion.score,
        "kind": suggestion.kind,
        "kind_confidence": suggestion.kind_confidence,
        "quoted": suggestion.quoted,
        "claimant_name": suggestion.claimant_name,
        "claimant_mention": suggestion.claimant_mention,
        "attribution": _in_order(suggestion.attribution, ATTRIBUTION),
        "dates": [_in_order(expression, DATE) for expression in suggestion.dates],
        "first_mention": first_mention,
        "reasons": [_in_order(reason, REASON) for reason in suggestion.reasons],
        "outcome": decision.outcome if decision else None,
        "claim": decision.claim.uid if decision and decision.claim else None,
        "decided_by": _person(decision.decided_by) if decision else None,
        "decided_at": decision.decided_at if decision else None,
    }


def _in_order(stored: dict[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    return None if stored is None else {name: stored[name] for name in names}


def _claim(article: Article, claim: Any) -> dict[str, Any]:
    text = claim_text(claim, article)
    finding = finding_of(verdict for verdict in claim.all_verdicts if verdict.stands)
    return {
        "uid": claim.uid,
        "text_revision": text.number,
        "spans": [_span(claim, text, s.start, s.end, s.quote) for s in claim.spans.all()],
        "quote": claim.quote,
        "normalised": claim.normalised,
        "types": [claim_type.key for claim_type in claim.types.all()],
        "claimant": claim.claimant.name if claim.claimant else None,
        "claim_date": claim.claim_date,
        "place": claim.place,
        "flag": claim.flag,
        "flag_note": claim.flag_note,
        "tags": [tag.name for tag in claim.tags.all()],
        "state": claim.state,
        "suggestion": [claim.suggestion.start, claim.suggestion.end] if claim.suggestion else None,
        "created_by": _person(claim.created_by),
        "created_at": claim.created_at,
        "updated_at": claim.updated_at,
        "revision": claim.revision,
        "verdict": {
            "rating": finding.rating.label if finding.rating else None,
            "number": finding.rating.number if finding.rating else None,
            "basis": finding.basis,
            "tie": finding.tie,
            "votes": finding.votes,
        },
        "verdicts": [_verdict(verdict) for verdict in claim.all_verdicts],
        "evidence": [_evidence(evidence) for evidence in claim.standing_evidence],
        "questions": [_question(question) for question in claim.standing_questions],
        "threads": [_thread(thread) for thread in claim.standing_threads],
    }


def _span(claim: Claim, text: Any, start: int, end: int, quote: str) -> dict[str, Any]:
    prefix, suffix = context(text.text, start, end)
    return {
        "start": start,
        "end": end,
        "quote": checked_quote(text, start, end, quote, f"claim {claim.pk}"),
        "prefix": prefix,
        "suffix": suffix,
    }


def _verdict(verdict: Any) -> dict[str, Any]:
    return {
        "uid": verdict.uid,
        "kind": verdict.kind,
        "rating": verdict.rating.label if verdict.rating else None,
        "number": verdict.rating.number if verdict.rating else None,
        "rationale": verdict.rationale,
        "confidence": verdict.confidence or None,
        "strategies": verdict.strategies,
        "reviewer": _person(verdict.reviewer),
        "created_at": verdict.created_at,
        "claim_revision": verdict.claim_revision,
        "guideline_version": verdict.guideline.version if verdict.guideline else None,
        "retracts": verdict.retracts_uid,
        "retracted": verdict.retracted,
        "stands": verdict.stands,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    record = {
        "uid": evidence.uid,
        "url": evidence.url,
        "citation": evidence.citation,
        "title": evidence.title,
        "publisher": evidence.publisher,
        "published": evidence.published,
        "quote": evidence.quote,
        "stance": evidence.stance,
        "source_medium": evidence.source_medium,
        "note": evidence.note,
        "set_number": evidence.set_number,
        "protected": evidence.protected,
        "is_post_claim": evidence.is_post_claim,
        "was_known": evidence.was_known,
        "snapshot": _snapshot(evidence.snapshot),
        "added_by": _person(evidence.added_by),
        "created_at": evidence.created_at,
        "updated_at": evidence.updated_at,
        "revision": evidence.revision,
    }
    if evidence.protected:
        return {name: record[name] if name in PROTECTED_KEEPS else None for name in record}
    return record


def _snapshot(snapshot: Snapshot | None) -> dict[str, Any] | None:
    if snapshot is None or snapshot.fetched_at is None:
        return None
    return {
        "url": snapshot.url,
        "final_url": snapshot.final_url,
        "fetched_at": snapshot.fetched_at,
        "media_type": snapshot.media_type,
        "size": snapshot.size,
        "sha256": snapshot.sha256,
    }


def _thread(thread: Any) -> dict[str, Any]:
    return {
        "uid": thread.uid,
        "started_by": _person(thread.started_by),
        "created_at": thread.created_at,
        "resolved_by": _person(thread.resolved_by) if thread.resolved_by else None,
        "resolved_at": thread.resolved_at,
        "comments": [_comment(comment) for comment in thread.standing_comments],
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "uid": comment.uid,
        "author": _person(comment.author),
        "text": comment.text,
        "mentions": sorted(user.username for user in comment.mentions.all()),
        "created_at": comment.created_at,
        "edited_at": comment.edited_at,
    }


def _question(question: Any) -> dict[str, Any]:
    return {
        "uid": question.uid,
        "text": question.text,
        "asked_by": _person(question.asked_by),
        "created_at": question.created_at,
        "updated_at": question.updated_at,
        "revision": question.revision,
        "answers": [_answer(answer) for answer in question.standing_answers],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "uid": answer.uid,
        "answer_type": answer.answer_type,
        "text": answer.text,
        "boolean_explanation": answer.boolean_explanation,
        "source_url": answer.source_url,
        "source_medium": answer.source_medium,
        "added_by": _person(answer.added_by),
        "created_at": answer.created_at,
        "updated_at": answer.updated_at,
        "revision": answer.revision,
    }


def _person(user: User) -> dict[str, str]:
    return {"username": user.username, "name": user.name}
