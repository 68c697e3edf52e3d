"""What other tools say about an article, as claims of imported annotators or as suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from annotations.detection import CLAIM_KINDS
from annotations.domain.spans import Span
from annotations.domain.texts import paragraphs
from annotations.domain.transitions import ClaimState, claim_state
from annotations.domain.vocabulary import AnswerType, SourceMedium, Strategy
from annotations.importing import Mark, Options
from annotations.importing.base import Review
from annotations.importing.placing import Placed
from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    Claimant,
    ClaimSpan,
    Comment,
    DetectionRun,
    Evidence,
    Question,
    Rating,
    Suggestion,
    Thread,
    User,
    Verdict,
)

from ..bulk import made
from ..runs import check_worthiness
from .entries import Entry, Plan
from .people import People
from .repeats import Repeats, answer_of, is_usable, named
from .vocabulary import Vocabulary

_MEDIA = frozenset(SourceMedium)


class Annotations:
    """Adds marks to a plan."""

    def __init__(
        self, plan: Plan, options: Options, people: People, vocabulary: Vocabulary
    ) -> None:
        self._plan, self._options = plan, options
        self._people, self._vocabulary = people, vocabulary
        self._accounts: dict[str, User] = {}
        self.repeats = Repeats(plan.source)

    def annotators(self, mark: Mark) -> set[str]:
        """Under whose names a mark and its ratings stand."""
        return {self._name(mark.annotator), *(self._name(who) for _, who in mark.ratings)}

    def _name(self, who: str) -> str:
        name = self._options.annotator or self._plan.source.file_name
        return f"{name} · {who}" if who else name

    def _account(self, who: str) -> User:
        if who not in self._accounts:
            self._accounts[who] = self._people.annotator(self._name(who))
        return self._accounts[who]

    def claim(
        self, entry: Entry, article: Article, text: ArticleText, mark: Mark, spans: Sequence[Span]
    ) -> int:
        """Plan one claim; 0 where it is there already."""
        account = self._account(mark.annotator)
        types, tags = self._vocabulary.types_and_tags(mark.labels)
        note = mark.note or _reviewed(mark.review, article)
        uid, more = self.repeats.uid(account, text, mark, spans, note)
        if uid is None:
            self._plan.counts["already"] += 1
            if more:
                self._plan.problem(
                    entry, "note", f"of a claim that is there already was left out: {named(more)}"
                )
            return 0
        self.repeats.add(uid, mark, note)
        ratings = self._ratings(entry, mark)
        claim = made(
            Claim,
            uid=uid,
            article=article,
            text=text,
            normalised=self._cut(entry, "normalised claim", mark.normalised, Claim.MAX_NORMALISED),
            claimant=self._claimant(entry, mark),
            claim_date=mark.claim_date,
            place=self._cut(entry, "place", mark.place, 200),
            state=claim_state(
                review_ratings=[rating.pk for rating, _ in ratings],
                adjudicated=False,
                withdrawn=False,
            )
            if ratings
            else ClaimState.OPEN,
            source_import=self._plan.source,
            created_by=account,
        )
        rows = self._plan.rows
        rows.add(claim)
        for span in spans:
            rows.add(made(ClaimSpan, claim=claim, start=span.start, end=span.end, quote=span.quote))
        for claim_type in types:
            rows.add(made(Claim.types.through, claim=claim, claimtype=claim_type))
        for name in tags:
            rows.add(made(Claim.tags.through, claim=claim, tag=self._vocabulary.tag(name)))
        self._support(entry, claim, mark, account)
        for rating, reviewer in ratings:
            guidelines = self._vocabulary.guidelines
            rows.add(
                Verdict(
                    claim=claim,
                    rating=rating,
                    rationale=mark.rationale,
                    strategies=[s.value for s in Strategy if s.value in set(mark.strategies)],
                    claim_revision=1,
                    guideline=guidelines[max(guidelines)] if guidelines else None,
                    reviewer=reviewer,
                )
            )
        if note:
            thread = rows.add(Thread(claim=claim, started_by=account))
            words = self._cut(entry, "note", note, Comment.MAX_TEXT)
            rows.add(Comment(thread=thread, author=account, text=words))
        self._plan.counts["claims"] += 1
        return 1

    def _claimant(self, entry: Entry, mark: Mark) -> Claimant | None:
        if not mark.claimant:
            return None
        role = self._cut(entry, "claimant's role", mark.claimant_role, 200)
        return self._vocabulary.claimant(mark.claimant, role, mark.claimant_wikidata_id)

    def forget(self, claims: Sequence[Claim]) -> None:
        """Claims that won't be made after all; nor, perhaps, those who made them."""
        self._accounts.clear()
        self.repeats.forget(claims)

    def _ratings(self, entry: Entry, mark: Mark) -> list[tuple[Rating, User]]:
        """Those that the scale has, and who gave them. Most marks have none."""
        if not (mark.rating or mark.ratings) and mark.rating_number is None:
            return []
        given = mark.ratings or [(mark.rating, mark.annotator)]
        found = [(self._rating(entry, label, mark.rating_number), who) for label, who in given]
        return [(rating, self._account(who)) for rating, who in found if rating is not None]

    def _rating(self, entry: Entry, label: str, number: int | None) -> Rating | None:
        """By its label, else by its number; what the scale hasn't got is said."""
        if not label and number is None:
            return None
        ratings = self._vocabulary.ratings
        # brat writes the spaces of a value as underscores.
        found = ratings.get(label.casefold()) or ratings.get(label.casefold().replace("_", " "))
        if found is not None:
            return found
        found = self._vocabulary.rating_of_number(number) if number is not None else None
        reason = f"the corpus's scale has no rating {label or number!r}; "
        if found is None:
            self._plan.problem(entry, "note", f"{reason}it was left out")
        elif label:
            self._plan.problem(entry, "note", f"{reason}by its number it is {found.label!r}")
        return found

    def _support(self, entry: Entry, claim: Claim, mark: Mark, account: User) -> None:
        rows = self._plan.rows
        for source in mark.sources:
            if not is_usable(source):
                self._plan.problem(entry, "note", "a piece of evidence has no source or stance")
                continue
            rows.add(
                Evidence(
                    claim=claim,
                    url=self._cut(entry, "address of evidence", source.url, 2000),
                    citation=source.citation,
                    title=self._cut(entry, "title of evidence", source.title, 500),
                    quote=source.quote,
                    stance=source.stance,
                    source_medium=_medium(source.medium),
                    set_number=source.set_number,
                    added_by=account,
                )
            )
        for asked, replies in mark.questions:
            words = self._cut(entry, "question", asked, Question.MAX_TEXT)
            question = rows.add(Question(claim=claim, text=words, asked_by=account))
            for reply in replies:
                kind, answer = answer_of(reply)
                rows.add(
                    Answer(
                        question=question,
                        answer_type=kind,
                        text=answer,
                        boolean_explanation=reply.explanation if kind == AnswerType.BOOLEAN else "",
                        source_url=self._cut(entry, "address of an answer", reply.url, 2000),
                        source_medium=_medium(reply.medium),
                        added_by=account,
                    )
                )

    def _cut(self, entry: Entry, name: str, words: str, most: int) -> str:
        if len(words) > most:
            self._plan.problem(entry, "note", f"the {name} was cut to {most:,} characters")
        return words[:most]

    def suggest(self, article: Article, text: ArticleText, marks: Sequence[Placed]) -> None:
        """The marks as suggestions of a run of their own, as if a detector had made them."""
        source = self._plan.source
        places: dict[tuple[int, int], Mark] = {}
        for placed in marks:
            places.setdefault((placed.spans[0].start, placed.spans[-1].end), placed.mark)
        run = DetectionRun(
            article=article,
            text=text,
            detector=self._name("")[:100],
            version=source.sha256[:12],
            config_hash=source.sha256,
            threshold=0.0,
            words=len(text.text.split()),
            sentences=[list(pair) for pair in paragraphs(text.text)],
            suggestion_count=len(places),
        )
        # Its key, which the article needs, comes with those of all runs of the chunk.
        article.current_run = run
        scores = []
        self._plan.rows.add(run)
        for (start, end), mark in sorted(places.items(), key=lambda pair: pair[0]):
            score = 1.0 if mark.score is None else min(max(mark.score, 0.0), 1.0)
            scores.append(score)
            self._plan.rows.add(
                made(
                    Suggestion,
                    article=article,
                    run=run,
                    start=start,
                    end=end,
                    quote=text.text[start:end],
                    score=score,
                    kind=_kind(mark),
                    claimant_name=mark.claimant[:200],
                )
            )
        article.check_worthiness = check_worthiness(scores)
        self._plan.counts["suggestions"] += len(places)


def _reviewed(review: Review | None, article: Article) -> str:
    """Whose fact-check it is, and where, unless the article stands for that. The address comes
    last, or the publisher: by these ``Repeats`` knows it again."""
    if review is None or not (review.url or review.publisher):
        return ""
    if review.url == article.url if review.url else review.publisher == article.publisher:
        return ""
    when = f" on {review.published}" if review.published else ""
    who = f" by {review.publisher}" if review.publisher else ""
    return f"Fact-checked{when}{who}" + (f": {review.url}" if review.url else "")


def _medium(value: str) -> str:
    return value if value in _MEDIA else SourceMedium.OTHER


def _kind(mark: Mark) -> str:
    wanted = [label.casefold().replace(" ", "_") for label in mark.labels]
    return next((kind for kind in wanted if kind in CLAIM_KINDS), "other")
