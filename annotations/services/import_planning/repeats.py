"""Marks that say what the corpus has already, known by the uids of the claims that they become."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import models

from annotations.domain.spans import Span
from annotations.domain.vocabulary import AnswerType, Stance
from annotations.importing import Mark
from annotations.importing.base import Reply, Source
from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    Comment,
    Evidence,
    Import,
    Question,
    User,
)

from .vocabulary import NAMESPACE, next_uid

_STANCES, _ANSWERS = frozenset(Stance), frozenset(AnswerType)
# What it is, and the fields that tell it from others.
Detail = tuple[str, ...]


class Repeats:
    """The claims of a chunk's articles, and those that the chunk makes itself."""

    def __init__(self, source: Import) -> None:
        self._source, self._corpus = source, str(source.corpus_id)
        self._planned: set[uuid.UUID] = set()
        self._there: dict[uuid.UUID, int | None] = {}
        self._deleted: set[uuid.UUID] = set()
        # Of claims, by uid: what their annotators noted, and what supports them.
        self._notes: dict[uuid.UUID, set[str]] = defaultdict(set)
        self._details: dict[uuid.UUID, set[Detail]] = defaultdict(set)

    def load(
        self, there: Sequence[int], deleted: models.QuerySet[Article], marks: Iterable[Mark]
    ) -> None:
        """The claims that articles have already, withdrawn ones included; and those of articles
        that were deleted, which keep their uids for as long as they can be restored."""
        rows = Claim.objects.filter(article__in=there)
        self._there.update(rows.values_list("uid", "source_import_id"))
        self._deleted.update(
            Claim.objects.filter(article__in=deleted).values_list("uid", flat=True)
        )
        if self._there and any(_is_detailed(mark) for mark in marks):
            self._load_details(there)

    def _load_details(self, there: Sequence[int]) -> None:
        comments = Comment.objects.filter(
            thread__claim__article__in=there, author=models.F("thread__claim__created_by")
        )
        for uid, note in comments.values_list("thread__claim__uid", "text"):
            self._notes[uid].add(note)
        evidence = Evidence.objects.filter(claim__article__in=there)
        for uid, *piece in evidence.values_list(
            "claim__uid", "stance", "url", "citation", "set_number"
        ):
            self._details[uid].add(("evidence", *map(str, piece)))
        questions = Question.objects.filter(claim__article__in=there)
        for uid, asked in questions.values_list("claim__uid", "text"):
            self._details[uid].add(("question", asked))
        answers = Answer.objects.filter(question__claim__article__in=there)
        for uid, *answer in answers.values_list(
            "question__claim__uid", "question__text", "text", "source_url"
        ):
            self._details[uid].add(("answer", *answer))

    def add(self, uid: uuid.UUID, mark: Mark, note: str) -> None:
        """A claim that will be made."""
        self._planned.add(uid)
        if _is_detailed(mark):
            self._notes[uid] = {note} if note else set()
            self._details[uid] = details_of(mark)

    def forget(self, claims: Iterable[Claim]) -> None:
        """Claims that won't be made after all."""
        for claim in claims:
            self._planned.discard(claim.uid)
            self._notes.pop(claim.uid, None)
            self._details.pop(claim.uid, None)

    def uid(
        self, account: User, text: ArticleText, mark: Mark, spans: Sequence[Span], note: str
    ) -> tuple[uuid.UUID | None, set[Detail]]:
        """The same for the same statement, so that a file that comes again adds nothing; None for
        one that is there, with what the mark says and that one doesn't.

        Another fact-check of the same claim is another statement, and so are, in one import, other
        questions and evidence: nobody has to find out how to bring them together.
        """
        parts = [
            self._corpus,
            account.username,
            text.content_hash,
            ";".join(f"{span.start}-{span.end}" for span in spans),
            *sorted(mark.labels),
            mark.normalised,
            mark.claimant,
            mark.rating,
        ]
        first = uuid.uuid5(NAMESPACE, "\x1f".join(parts))
        found = self._free(first)
        if mark.review is not None:
            key = mark.review.url or mark.review.publisher
            apart = self._free(uuid.uuid5(NAMESPACE, f"{first}\x1f{key}"))
            if self._taken(apart) or (self._taken(found) and not self._noted(found, note, key)):
                first, found = apart, apart
        if not self._taken(found):
            return found, set()
        details = details_of(mark)
        more = details - self._details.get(found, set())
        if more:
            words = "\x1f".join(map(repr, sorted(details)))
            other = self._free(uuid.uuid5(NAMESPACE, f"{first}\x1f{words}"))
            if self._taken(other):
                more = set()
            elif found in self._planned or self._there[found] == self._source.pk:
                return other, set()
        return None, more

    def _noted(self, uid: uuid.UUID, note: str, key: str) -> bool:
        """Is the claim from the fact-check that the note names last?"""
        notes = self._notes.get(uid, set())
        return any(known.endswith(f" {key}") for known in notes) if note else not notes

    def _taken(self, uid: uuid.UUID) -> bool:
        return uid in self._planned or uid in self._there

    def _free(self, uid: uuid.UUID) -> uuid.UUID:
        while uid in self._deleted:
            uid = next_uid(uid, self._corpus)
        return uid


def is_usable(source: Source) -> bool:
    return source.stance in _STANCES and bool(source.url or source.citation)


def answer_of(reply: Reply) -> tuple[str, str]:
    """Its type, and its words as they are kept."""
    kind = reply.kind if reply.kind in _ANSWERS else AnswerType.ABSTRACTIVE
    if kind == AnswerType.BOOLEAN and not reply.explanation:
        # A bare yes or no says nothing by itself.
        kind = AnswerType.ABSTRACTIVE
    if not reply.text:
        kind = AnswerType.UNANSWERABLE
    return kind, "" if kind == AnswerType.UNANSWERABLE else reply.text


def _is_detailed(mark: Mark) -> bool:
    return bool(mark.review is not None or mark.sources or mark.questions)


def details_of(mark: Mark) -> set[Detail]:
    """Questions, answers and evidence, as they will stand in the database."""
    found: set[Detail] = set()
    for source in filter(is_usable, mark.sources):
        place = (source.stance, source.url[:2000], source.citation, source.set_number)
        found.add(("evidence", *map(str, place)))
    for words, replies in mark.questions:
        asked = words[: Question.MAX_TEXT]
        found.add(("question", asked))
        found |= {("answer", asked, answer_of(reply)[1], reply.url[:2000]) for reply in replies}
    return found


def named(details: Iterable[Detail]) -> str:
    """Details as people would name them."""
    names = []
    for kind, *fields in sorted(details):
        words = fields[0] if kind == "question" else fields[1] or fields[2]
        names.append(f"{kind} {words[:200]!r}")
    return ", ".join(names)
