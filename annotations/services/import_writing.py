"""What becomes of a chunk of an import: planned first, then written with few statements.

``plan`` decides everything and writes nothing, so a dry run is a plan that isn't inserted.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils import timezone

from annotations.detection import CLAIM_KINDS
from annotations.domain.spans import Span, SpanError
from annotations.domain.texts import content_hash, paragraphs
from annotations.domain.transitions import ArticleState, ClaimState, claim_state
from annotations.domain.vocabulary import AnswerType, SourceMedium, Stance, Strategy
from annotations.importing import BadRow, Draft, Mark, Options, Prepared
from annotations.importing.placing import Placed, find_quote
from annotations.models import (
    Answer,
    Article,
    ArticleSketch,
    ArticleText,
    Claim,
    Claimant,
    ClaimSpan,
    ClaimType,
    Comment,
    Corpus,
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
    Rating,
    SketchBand,
    Snapshot,
    Suggestion,
    SuggestionDecision,
    Tag,
    Thread,
    User,
    Verdict,
)

from .bulk import Rows, keys_assign
from .claim_fields import MAX_TAGS
from .import_people import People
from .import_restoring import NAMESPACE, Restorer
from .jobs import words_of
from .likeness import Signature, likeness_rows
from .runs import check_worthiness

ARTICLE_URN = "urn:factcheck:article:"
ORDER = (
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
    # Nothing but a place in the file.
    passed: bool = False


@dataclass(slots=True)
class Plan:
    """What a chunk will write, and what there is to say about it."""

    rows: Rows
    problems: list[ImportProblem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    articles: list[Article] = field(default_factory=list)
    sketched: list[tuple[Article, Signature]] = field(default_factory=list)


class Planner:
    """Plans chunks for one corpus. Made anew for each, so that it never knows what was undone."""

    def __init__(self, source: Import, options: Options) -> None:
        self.source, self.options = source, options
        self.corpus: Corpus = source.corpus
        self.plan = Plan(Rows(ORDER))
        self.people = People(self.corpus, self.plan.rows.add)
        types = list(ClaimType.objects.filter(scheme=self.corpus.claim_type_scheme))
        self.types_by_key = {claim_type.key: claim_type for claim_type in types}
        self._types = {
            word.casefold(): claim_type
            for claim_type in types
            if not claim_type.retired
            for word in (claim_type.key, claim_type.label)
        }
        self.ratings = {
            rating.label.casefold(): rating
            for rating in Rating.objects.filter(scale=self.corpus.rating_scale_id)
        }
        self.guidelines = {g.version: g for g in self.corpus.guidelines.defer("text")}
        self._claimants: dict[str, Claimant] = {}
        self._tags: dict[str, Tag] = {}
        self._claims: set[uuid.UUID] = set()
        self._uids: dict[int, set[uuid.UUID]] = {}
        self._there: dict[str, Article] = {}
        self._texts: dict[str, ArticleText] = {}

    # --- The whole chunk ------------------------------------------------------------------

    def take(self, entries: Sequence[Entry]) -> Plan:
        """Plan all entries. A row that can't be used becomes a problem, and hinders no other."""
        self._look_up(entries)
        for entry in entries:
            if entry.passed:
                continue
            self.plan.counts["items"] += 1
            if entry.reason:
                self.reject(entry, entry.reason)
                continue
            mark = self.plan.rows.mark()
            try:
                self._take_one(entry)
            except (BadRow, SpanError) as error:
                self._take_back(mark)
                self.reject(entry, str(error))
        self.plan.counts["near_duplicates"] += 0
        return self.plan

    def _take_back(self, mark: dict[type[models.Model], int]) -> None:
        """Nothing of a rejected row stays: neither its names nor its people."""
        rows = self.plan.rows
        gone = {id(row) for row in rows.of(Claimant)[mark[Claimant] :]}
        gone |= {id(row) for row in rows.of(Tag)[mark[Tag] :]}
        gone |= {id(row) for row in rows.of(User)[mark[User] :]}
        self._claimants = {k: v for k, v in self._claimants.items() if id(v) not in gone}
        self._tags = {k: v for k, v in self._tags.items() if id(v) not in gone}
        self.people.forget(gone)
        rows.cut(mark)

    def insert(self) -> Plan:
        """Write what was planned. Inside the caller's transaction."""
        if self.plan.sketched:
            keys_assign(self.plan.articles)
            alike: set[int] = set()
            for row in likeness_rows(self.corpus, self.plan.sketched):
                self.plan.rows.add(row)
                if isinstance(row, NearDuplicate):
                    alike.add(row.article_id)
            self.plan.counts["near_duplicates"] += len(alike)
        # Before the articles and fact-checks, which name them; and all at once, as on SQLite the
        # same keys would be given out again before they are used.
        keys_assign(self.plan.rows.of(DetectionRun))
        keys_assign(self.plan.rows.of(FactCheckVersion))
        self.plan.rows.insert()
        return self.plan

    def _look_up(self, entries: Sequence[Entry]) -> None:
        """All that the chunk's rows may meet in the corpus, each kind in one query."""
        prepared = [entry.prepared for entry in entries if entry.prepared]
        drafts = [entry.draft for entry in entries if entry.draft]
        rows = Article.objects.filter(corpus=self.corpus)
        for article in rows.filter(content_hash__in={p.sha256 for p in prepared}):
            self._there[article.content_hash] = article
        marks = [mark for p in prepared for mark in p.draft.marks]
        marks += [mark for draft in drafts for mark in draft.marks]
        claimants = {mark.claimant for mark in marks if mark.claimant}
        for claimant in Claimant.objects.filter(corpus=self.corpus, name__in=claimants):
            self._claimants[claimant.name] = claimant
        self.people.load(self.people.annotator_username(self._annotator(mark)) for mark in marks)
        self._find_targets({draft.target for draft in drafts})

    def _take_one(self, entry: Entry) -> None:
        if entry.draft is not None:
            self._add_to_target(entry, entry.draft)
            return
        assert entry.prepared is not None  # noqa: S101  no reason, so it was prepared
        prepared = entry.prepared
        for note in dict.fromkeys(prepared.draft.notes):
            self.problem(entry, "note", note)
        for line, reason in prepared.misplaced:
            self.plan.counts["misplaced"] += 1
            self.problem(entry, "misplaced", reason, line=line)
        article = self._there.get(prepared.sha256)
        if article is not None:
            self._add_to_there(entry, prepared, article)
        elif prepared.draft.record is not None:
            self._restore(entry, prepared)
        else:
            self._add(entry, prepared)

    # --- Articles -------------------------------------------------------------------------

    def _add(self, entry: Entry, prepared: Prepared) -> None:
        draft = prepared.draft
        extracts = self.options.extracts
        article = Article(
            corpus=self.corpus,
            title=prepared.title,
            author=draft.author,
            publisher=draft.publisher,
            url=draft.url,
            published=prepared.published,
            dateline=draft.dateline,
            language=draft.language or self.options.language or self.corpus.language,
            source_name=(draft.source_name or entry.file)[:500],
            content_hash=prepared.sha256,
            source_import=self.source,
            state=ArticleState.WAITING if extracts else ArticleState.READY,
        )
        text = ArticleText(
            article=article,
            text=prepared.text,
            content_hash=prepared.sha256,
            created_by=self.source.created_by,
        )
        self.enter(entry, article, text)
        if self.options.annotations == "suggestions" and prepared.marks:
            self._suggest(article, text, prepared.marks)
        else:
            for placed in prepared.marks:
                self._claim(entry, article, text, placed.mark, placed.spans)
        if extracts:
            self.extraction(article, prepared.text)

    def enter(self, entry: Entry, article: Article, text: ArticleText) -> None:
        """Put a new article into the plan, so that a row further down finds it there."""
        self.plan.rows.add(article)
        self.plan.rows.add(text)
        self.plan.articles.append(article)
        self.plan.counts["articles"] += 1
        self._there[article.content_hash] = article
        self._texts[article.content_hash] = text
        if entry.signature is not None:
            self.plan.sketched.append((article, entry.signature))

    def extraction(self, article: Article, text: str) -> None:
        """The job that will have the article read by the detector."""
        now = timezone.now()
        self.plan.rows.add(
            Job(
                bulk=True,
                kind="extraction",
                words=words_of(text),
                corpus=self.corpus,
                article=article,
                created_by=self.source.created_by,
                due_at=now,
                sent_at=now,
            )
        )

    def _add_to_there(self, entry: Entry, prepared: Prepared, article: Article) -> None:
        """The text is in the corpus: nothing is new but, perhaps, what was said about it."""
        added = 0
        if prepared.marks and self.options.annotations == "claims":
            text = self._text(article)
            for placed in prepared.marks:
                added += self._claim(entry, article, text, placed.mark, placed.spans)
        self.plan.counts["duplicates"] += 1
        reason = "its text is in the corpus already"
        if added:
            reason += f"; {added} of its annotations are new and were added"
        elif prepared.marks and self.options.annotations == "suggestions":
            reason += ", whose suggestions stay as they are"
        self.problem(entry, "duplicate", reason, article=article)

    def _text(self, article: Article) -> ArticleText:
        """The text that the article is known by."""
        if article.content_hash not in self._texts:
            self._texts[article.content_hash] = article.texts.earliest("number")
        return self._texts[article.content_hash]

    def _find_targets(self, targets: set[str]) -> None:
        """The articles that annotations name, by number or by address: two queries for all."""
        rows = Article.objects.filter(corpus=self.corpus)
        named = {target for target in targets if target.startswith(ARTICLE_URN)}
        numbers = {
            target: int(digits)
            for target in named
            if (digits := target.removeprefix(ARTICLE_URN)).isdecimal() and len(digits) <= 18
        }
        by_number = rows.in_bulk(set(numbers.values()))
        for target, number in numbers.items():
            if number in by_number:
                self._there[f"target:{target}"] = by_number[number]
        # Of several with one address the first is meant, so it comes last.
        for article in rows.filter(url__in=targets - named).order_by("-pk"):
            self._there[f"target:{article.url}"] = article

    def _add_to_target(self, entry: Entry, draft: Draft) -> None:
        article = self._there.get(f"target:{draft.target}")
        if article is None:
            raise BadRow(f"the corpus has no article {draft.target}")
        if self.options.annotations != "claims":
            raise BadRow("annotations of articles that are there can only come in as claims")
        text = self._texts.get(f"latest:{article.pk}")
        if text is None:
            text = self._texts[f"latest:{article.pk}"] = article.text
        for mark in draft.marks:
            self._claim(entry, article, text, mark, find_quote(text.text, mark))

    def _restore(self, entry: Entry, prepared: Prepared) -> None:
        Restorer(self, entry, prepared).restore()

    # --- Annotations ----------------------------------------------------------------------

    def _annotator(self, mark: Mark) -> str:
        name = self.options.annotator or self.source.file_name
        return f"{name} · {mark.annotator}" if mark.annotator else name

    def _claim(
        self, entry: Entry, article: Article, text: ArticleText, mark: Mark, spans: Sequence[Span]
    ) -> int:
        """Plan one claim; 0 where it is there already."""
        account = self.people.annotator(self._annotator(mark))
        types, tags = self._types_and_tags(mark)
        uid = uuid.uuid5(
            NAMESPACE,
            "\x1f".join(
                [
                    str(self.corpus.pk),
                    account.username,
                    content_hash(text.text),
                    ";".join(f"{span.start}-{span.end}" for span in spans),
                    *sorted(mark.labels),
                    mark.normalised,
                    mark.claimant,
                    mark.rating,
                ]
            ),
        )
        if uid in self._claims or uid in self._uids_of(article):
            self.plan.counts["already"] += 1
            return 0
        self._claims.add(uid)
        rating = self.rating(entry, mark.rating) if mark.rating else None
        claim = Claim(
            uid=uid,
            article=article,
            text=text,
            normalised=mark.normalised[: Claim.MAX_NORMALISED],
            claimant=self.claimant(mark.claimant) if mark.claimant else None,
            claim_date=mark.claim_date,
            place=mark.place[:200],
            state=claim_state(
                review_ratings=[rating.pk] if rating else [], adjudicated=False, withdrawn=False
            )
            if rating
            else ClaimState.OPEN,
            source_import=self.source,
            created_by=account,
        )
        rows = self.plan.rows
        rows.add(claim)
        for span in spans:
            rows.add(ClaimSpan(claim=claim, start=span.start, end=span.end, quote=span.quote))
        for claim_type in types:
            rows.add(Claim.types.through(claim=claim, claimtype=claim_type))
        for name in tags:
            rows.add(Claim.tags.through(claim=claim, tag=self.tag(name)))
        self._support(entry, claim, mark, account)
        if rating is not None:
            rows.add(
                Verdict(
                    claim=claim,
                    rating=rating,
                    rationale=mark.rationale,
                    strategies=[s.value for s in Strategy if s.value in set(mark.strategies)],
                    claim_revision=1,
                    guideline=self.guidelines[max(self.guidelines)] if self.guidelines else None,
                    reviewer=account,
                )
            )
        if mark.note:
            thread = rows.add(Thread(claim=claim, started_by=account))
            rows.add(Comment(thread=thread, author=account, text=mark.note[: Comment.MAX_TEXT]))
        self.plan.counts["claims"] += 1
        return 1

    def _uids_of(self, article: Article) -> set[uuid.UUID]:
        """Of the claims that an article had before this chunk, withdrawn ones included."""
        if article.pk is None:
            return set()
        if article.pk not in self._uids:
            rows = Claim.objects.filter(article=article).values_list("uid", flat=True)
            self._uids[article.pk] = set(rows)
        return self._uids[article.pk]

    def _support(self, entry: Entry, claim: Claim, mark: Mark, account: User) -> None:
        rows = self.plan.rows
        for source in mark.sources:
            if source.stance not in list(Stance) or not (source.url or source.citation):
                self.problem(entry, "note", "a piece of evidence has no source or stance")
                continue
            rows.add(
                Evidence(
                    claim=claim,
                    url=source.url[:2000],
                    citation=source.citation,
                    title=source.title[:500],
                    quote=source.quote,
                    stance=source.stance,
                    source_medium=_medium(source.medium),
                    set_number=source.set_number,
                    added_by=account,
                )
            )
        for asked, replies in mark.questions:
            question = rows.add(
                Question(claim=claim, text=asked[: Question.MAX_TEXT], asked_by=account)
            )
            for reply in replies:
                kind = reply.kind if reply.kind in list(AnswerType) else AnswerType.ABSTRACTIVE
                if kind == AnswerType.BOOLEAN and not reply.explanation:
                    # A bare yes or no says nothing by itself.
                    kind = AnswerType.ABSTRACTIVE
                if kind != AnswerType.UNANSWERABLE and not reply.text:
                    kind = AnswerType.UNANSWERABLE
                rows.add(
                    Answer(
                        question=question,
                        answer_type=kind,
                        text="" if kind == AnswerType.UNANSWERABLE else reply.text,
                        boolean_explanation=reply.explanation if kind == AnswerType.BOOLEAN else "",
                        source_url=reply.url[:2000],
                        source_medium=_medium(reply.medium),
                        added_by=account,
                    )
                )

    def _suggest(self, article: Article, text: ArticleText, marks: Sequence[Placed]) -> None:
        """The marks as suggestions of a run of their own, as if a detector had made them."""
        places: dict[tuple[int, int], Mark] = {}
        for placed in marks:
            places.setdefault((placed.spans[0].start, placed.spans[-1].end), placed.mark)
        run = DetectionRun(
            article=article,
            text=text,
            detector=self._annotator(Mark())[:100],
            version=self.source.sha256[:12],
            config_hash=self.source.sha256,
            threshold=0.0,
            words=len(text.text.split()),
            sentences=[list(pair) for pair in paragraphs(text.text)],
            suggestion_count=len(places),
        )
        # Its key, which the article needs, comes with those of all runs of the chunk.
        article.current_run = run
        scores = []
        self.plan.rows.add(run)
        for (start, end), mark in sorted(places.items(), key=lambda pair: pair[0]):
            score = 1.0 if mark.score is None else min(max(mark.score, 0.0), 1.0)
            scores.append(score)
            self.plan.rows.add(
                Suggestion(
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
        self.plan.counts["suggestions"] += len(places)

    def _types_and_tags(self, mark: Mark) -> tuple[list[ClaimType], list[str]]:
        types: dict[int, ClaimType] = {}
        tags: dict[str, str] = {}
        for label in mark.labels:
            claim_type = self._types.get(label.casefold())
            if claim_type is not None and (not types or self.corpus.claim_types_are_several):
                types[claim_type.pk] = claim_type
            elif words := " ".join(label.split())[: Tag.MAX_NAME].strip():
                tags.setdefault(words.casefold(), words)
        return list(types.values()), list(tags.values())[:MAX_TAGS]

    def claimant(self, name: str, role: str = "", wikidata_id: str = "") -> Claimant:
        """The corpus's claimant of that name. What is known of one that is there stays."""
        name = name[:200]
        if name not in self._claimants:
            found = Claimant.objects.filter(corpus=self.corpus, name=name).first()
            self._claimants[name] = found or self.plan.rows.add(
                Claimant(corpus=self.corpus, name=name, role=role, wikidata_id=wikidata_id)
            )
        return self._claimants[name]

    def tag(self, name: str) -> Tag:
        key = name.casefold()
        if key not in self._tags:
            found = Tag.objects.filter(corpus=self.corpus, name__iexact=name).first()
            self._tags[key] = found or self.plan.rows.add(Tag(corpus=self.corpus, name=name))
        return self._tags[key]

    def rating(self, entry: Entry, label: str) -> Rating | None:
        found = self.ratings.get(label.casefold())
        if found is None:
            self.problem(
                entry, "note", f"the corpus's scale has no rating {label!r}; it was left out"
            )
        return found

    # --- Problems -------------------------------------------------------------------------

    def reject(self, entry: Entry, reason: str) -> None:
        self.plan.counts["rejected"] += 1
        self.problem(entry, "rejected", reason, row=entry.row)

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
        self.plan.problems.append(
            ImportProblem(
                source=self.source,
                severity=severity,
                file=storable(entry.file)[:500],
                line=line or entry.line,
                reason=storable(reason)[:2000],
                row=storable(row)[: ImportProblem.MAX_ROW],
                article=article,
            )
        )


def storable(text: str) -> str:
    """Without what PostgreSQL refuses and what isn't UTF-8."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _medium(value: str) -> str:
    return value if value in list(SourceMedium) else SourceMedium.OTHER


def _kind(mark: Mark) -> str:
    wanted = [label.casefold().replace(" ", "_") for label in mark.labels]
    return next((kind for kind in wanted if kind in CLAIM_KINDS), "other")
