"""What the article page knows when it opens: one JSON object beside the text.

Claims, evidence and verdicts have the API's own shapes (a test holds them together), since
the page goes on with what the API answers.
"""

from __future__ import annotations

import itertools
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext
from orjson import Fragment

from annotations import policies
from annotations.detection.features import LABELS
from annotations.domain.markdown import render
from annotations.domain.texts import paragraphs
from annotations.domain.vocabulary import AnswerType, SourceMedium, Strategy
from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    Claimant,
    ClaimType,
    Corpus,
    DetectionRun,
    Evidence,
    Job,
    Snapshot,
    Suggestion,
    SuggestionDecision,
    Tag,
    User,
    Verdict,
)
from annotations.services.preferences import keymap_rows
from annotations.services.presence import version_of
from annotations.services.workers import workers_alive

from .discussion_data import people_data, threads_data

CLAIMANTS_OFFERED = 200
TAGS_OFFERED = 200
# The keys that change nothing.
READING_KEYS = {
    "next", "previous", "skip", "search", "guidelines", "previousArticle", "nextArticle",
    "leave", "help",
}  # fmt: skip


def page_data(
    *, article: Article, text: ArticleText, user: User, known: int | None = None
) -> dict[str, Any]:
    """Everything that the page shows, in a fixed number of queries; for ``orjson``.

    Where ``known`` is the run's key, ``decisions`` stand in place of what a run never changes.
    """
    corpus = article.corpus
    job = Job.objects.filter(article=article, kind="extraction").order_by("-id").first()
    # What was found in an earlier text has no place in this one.
    run = article.current_run
    if run is not None and run.text_id != text.pk:
        run = None
    read_only = policies.closed_words(corpus, "claim.update")
    return {
        "article": article_data(article),
        "me": {"id": user.pk, "name": user.name, "role": policies.role_in(user, corpus)},
        # Why nothing can be changed here, in a sentence; empty where one may.
        "read_only": read_only,
        "keymap": [
            row for row in keymap_rows(user) if not read_only or row["action"] in READING_KEYS
        ],
        "corpus": corpus_data(corpus),
        # What the others have done so far; presence says when it is more.
        "version": version_of(article, user),
        "run": run.pk if run else None,
        "job": job_data(job),
        "workers": workers_alive(bulk=job is not None and job.bulk),
        "reason_names": reason_names(),
        **run_data(run, known),
        "claims": [
            claim_data(claim)
            for claim in article.claims.standing().filter(text=text).with_details()
        ],
        # Beside the claims, because what the API answers about a claim doesn't have them.
        "threads": threads_data(article, user),
        "people": people_data(corpus),
        "claimants": list(
            Claimant.objects.filter(corpus=corpus)
            .in_use()
            .values_list("name", flat=True)[:CLAIMANTS_OFFERED]
        ),
        "tags": list(
            Tag.objects.filter(corpus=corpus).in_use().values_list("name", flat=True)[:TAGS_OFFERED]
        ),
    }


def article_data(article: Article) -> dict[str, Any]:
    return {
        "id": article.pk,
        "title": article.title,
        "state": article.state,
        # What the text's own dates are reckoned from.
        "published": article.published.isoformat() if article.published else None,
        "dateline": article.dateline,
    }


def corpus_data(corpus: Corpus) -> dict[str, Any]:
    return {
        "id": corpus.pk,
        "name": corpus.name,
        "requires_evidence": corpus.requires_evidence,
        "several_types": corpus.claim_types_are_several,
        "types": [
            {"key": key, "label": translated(label)}
            for key, label in ClaimType.objects.filter(
                scheme=corpus.claim_type_scheme, retired=False
            )
            .order_by("position")
            .values_list("key", "label")
        ],
        "ratings": list(
            corpus.rating_scale.ratings.filter(retired=False)
            .order_by("position")
            .values("id", "label", "number")
        ),
        "flags": [{"key": str(key), "label": str(label)} for key, label in Claim.FLAGS],
        "media": [str(medium) for medium in SourceMedium],
        "stances": [{"key": str(key), "label": str(label)} for key, label in Evidence.STANCES],
        "answer_types": [kind.value for kind in AnswerType],
        "strategies": [strategy.value for strategy in Strategy],
        "confidences": [
            {"key": str(key), "label": str(label)} for key, label in Verdict.CONFIDENCES
        ],
    }


def translated(label: str) -> str:
    """A stored name in the page's language, if it is one of the usual ones."""
    # An empty message would be answered with the catalogue's header.
    return gettext(label) if label else ""


def reason_names() -> dict[str, str]:
    """What the features of a score are called here, where that isn't what the suggestions say.

    Once for the page, because a long article has thousands of reasons.
    """
    names = {key: gettext(label) for key, label in LABELS.items()}
    return {key: name for key, name in names.items() if name != LABELS[key]}


def job_data(job: Job | None) -> dict[str, Any] | None:
    if job is None:
        return None
    return {"id": job.pk, "state": job.state, "error": job.error, "attempts": job.attempts}


def run_data(run: DetectionRun | None, known: int | None) -> dict[str, Any]:
    if run is None:
        return {"sentences": [], "suggestions": []}
    if run.pk == known:
        return {"decisions": decisions_data(run)}
    return {"sentences": run.sentences, "suggestions": suggestions_data(run)}


def decisions_data(run: DetectionRun) -> list[dict[str, Any]]:
    """Of the run's suggestions those that were decided: what ``suggestions_data`` says of it."""
    decisions = SuggestionDecision.objects.filter(suggestion__run=run).select_related("decided_by")
    return [
        {
            "id": decision.suggestion_id,
            "outcome": decision.outcome,
            "claim": decision.claim_id,
            "decided_by": decision.decided_by.name if decision.decided_by else None,
        }
        for decision in decisions.order_by("suggestion")
    ]


SUGGESTION_FIELDS = (
    "id", "start", "end", "score", "kind", "kind_confidence", "quoted", "claimant_name",
    "claimant_start", "claimant_end", "attribution_json", "dates_json", "first_mention",
    "reasons_json", "decision__outcome", "decision__claim", "decision__decided_by",
)  # fmt: skip


def suggestions_data(run: DetectionRun) -> list[dict[str, Any]]:
    """What a run suggests, in the text's order.

    A long article has thousands: no model is made of a row, and JSON goes on as it is stored.
    """
    rows = (
        Suggestion.objects.filter(run=run)
        .order_by("start", "end")
        .annotate(
            attribution_json=Cast("attribution", TextField()),
            dates_json=Cast("dates", TextField()),
            reasons_json=Cast("reasons", TextField()),
        )
        .values_list(*SUGGESTION_FIELDS)
    )
    deciders = User.objects.filter(decisions__suggestion__run=run).distinct()
    names = {user.pk: user.name for user in deciders}
    return [
        {
            "id": pk,
            "start": start,
            "end": end,
            "score": round(score, 4),
            "kind": kind,
            "kind_confidence": kind_confidence,
            "quoted": quoted,
            "claimant_name": claimant,
            "claimant_mention": None if said_from is None else [said_from, said_to],
            "attribution": attribution and Fragment(attribution),
            "dates": Fragment(dates),
            "first_mention": first_mention,
            "reasons": Fragment(reasons),
            "outcome": outcome,
            "claim": claim,
            "decided_by": names.get(decided_by),
        }
        for (
            pk, start, end, score, kind, kind_confidence, quoted, claimant, said_from, said_to,
            attribution, dates, first_mention, reasons, outcome, claim, decided_by,
        ) in rows
    ]  # fmt: skip


def _person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": user.name}


def claim_data(claim: Any) -> dict[str, Any]:
    """A claim fetched ``with_details`` (``Any``, for what that adds), as the API shows it."""
    return {
        "id": claim.pk,
        "uid": str(claim.uid),
        "article": claim.article_id,
        "spans": [{"start": s.start, "end": s.end, "quote": s.quote} for s in claim.spans.all()],
        "quote": claim.quote,
        "normalised": claim.normalised,
        "types": [t.key for t in claim.types.all()],
        "claimant": claim.claimant.name if claim.claimant else None,
        "claim_date": claim.claim_date.isoformat() if claim.claim_date else None,
        "place": claim.place,
        "flag": claim.flag,
        "flag_note": claim.flag_note,
        "tags": [tag.name for tag in claim.tags.all()],
        "state": claim.state,
        "suggestion": claim.suggestion_id,
        "created_by": _person(claim.created_by),
        "revision": claim.revision,
        "evidence": [evidence_data(e) for e in claim.standing_evidence],
        "questions": [question_data(q) for q in claim.standing_questions],
        "verdicts": [verdict_data(v) for v in claim.standing_verdicts],
    }


def evidence_data(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.pk,
        "uid": str(evidence.uid),
        "url": evidence.url,
        "citation": evidence.citation,
        "title": evidence.title,
        "publisher": evidence.publisher,
        "published": evidence.published.isoformat() if evidence.published else None,
        "quote": evidence.quote,
        "stance": evidence.stance,
        "source_medium": evidence.source_medium,
        "note": evidence.note,
        "set_number": evidence.set_number,
        "protected": evidence.protected,
        "protection_reason": evidence.protection_reason,
        "snapshot": evidence.snapshot_id,
        "saved_copy": saved_copy_data(evidence.snapshot) if evidence.snapshot else None,
        "added_by": _person(evidence.added_by),
        "revision": evidence.revision,
    }


def saved_copy_data(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.pk,
        "state": str(snapshot.state),
        "error": snapshot.job.error if snapshot.job else "",
        "fetched_at": snapshot.fetched_at.isoformat() if snapshot.fetched_at else None,
        "media_type": snapshot.media_type,
        "size": snapshot.size,
        "sha256": snapshot.sha256,
    }


def question_data(question: Any) -> dict[str, Any]:
    """A question fetched ``with_answers``."""
    return {
        "id": question.pk,
        "uid": str(question.uid),
        "text": question.text,
        "asked_by": _person(question.asked_by),
        "revision": question.revision,
        "answers": [answer_data(a) for a in question.standing_answers],
    }


def answer_data(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.pk,
        "uid": str(answer.uid),
        "answer_type": answer.answer_type,
        "text": answer.text,
        "boolean_explanation": answer.boolean_explanation,
        "source_url": answer.source_url,
        "source_medium": answer.source_medium,
        "snapshot": answer.snapshot_id,
        "saved_copy": saved_copy_data(answer.snapshot) if answer.snapshot else None,
        "added_by": _person(answer.added_by),
        "revision": answer.revision,
    }


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    rating = verdict.rating
    return {
        "id": verdict.pk,
        "uid": str(verdict.uid),
        "kind": verdict.kind,
        "rating": {"id": rating.pk, "label": rating.label, "number": rating.number}
        if rating
        else None,
        "rationale": verdict.rationale,
        "rationale_html": render(verdict.rationale),
        "confidence": verdict.confidence or None,
        "strategies": verdict.strategies,
        "reviewer": _person(verdict.reviewer),
        "claim_revision": verdict.claim_revision,
        "guideline_version": verdict.guideline.version if verdict.guideline else None,
    }


def reading_blocks(text: str, sentences: list[list[int]]) -> list[list[tuple[int, str]]]:
    """The text for reading: paragraphs, each a list of ``(start, words)`` that cover it whole.

    White space after a sentence belongs to it, so every character of a paragraph is in
    exactly one piece and an offset is found by looking for the last piece that begins at it
    or before it. Without sentences a paragraph is one piece.
    """
    starts = [start for start, _end in sentences]
    blocks, i = [], 0
    for begin, end in paragraphs(text):
        while i < len(starts) and starts[i] <= begin:
            i += 1
        cuts = [begin]
        while i < len(starts) and starts[i] < end:
            cuts.append(starts[i])
            i += 1
        cuts.append(end)
        blocks.append([(a, text[a:b]) for a, b in itertools.pairwise(cuts)])
    return blocks
