"""What becomes of the rows of a chunk: new articles, and what is added to those that are there."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.db import models
from django.utils import timezone

from annotations.domain.spans import SpanError
from annotations.domain.transitions import ArticleState
from annotations.importing import BadRow, Draft, Mark, Options, Prepared
from annotations.importing.placing import find_quote
from annotations.models import (
    Article,
    ArticleText,
    Claim,
    Corpus,
    DetectionRun,
    FactCheckVersion,
    Import,
    Job,
    NearDuplicate,
)
from annotations.search.schema import put_off

from ..bulk import keys_assign, made
from ..import_search import gaps_note
from ..likeness import likeness_rows
from .annotations import Annotations
from .entries import Entry, Plan, place
from .people import People
from .records import claimants_of, free_uids
from .restoring import Restorer
from .vocabulary import Vocabulary

ARTICLE_URN = "urn:factcheck:article:"


class Planner:
    """Plans chunks for one corpus. Made anew for each, so that it never knows what was undone."""

    def __init__(
        self, source: Import, options: Options, *, before: Mapping[str, str] | None = None
    ) -> None:
        """``before``, of a check: SHA-256 → place of the file's earlier texts, none of which is in
        the corpus."""
        self.source, self.options = source, options
        self._before = None if before is None else dict(before)
        self.corpus: Corpus = source.corpus
        self.plan = Plan(source)
        self.people = People(self.corpus, self.plan.rows.add)
        self.vocabulary = Vocabulary(self.corpus, self.plan.rows)
        self._annotations = Annotations(self.plan, options, self.people, self.vocabulary)
        # Uids of the file → those that they get here.
        self.uids: dict[uuid.UUID, uuid.UUID] = {}
        # By what they are known by: SHA-256 of the first text.
        self._there: dict[str, Article] = {}
        self._texts: dict[str, ArticleText] = {}
        # By how annotations name them, and with the latest text.
        self._targets: dict[str, tuple[Article, ArticleText]] = {}
        self._now = timezone.now()

    # --- The whole chunk ------------------------------------------------------------------

    def take(self, entries: Sequence[Entry]) -> Plan:
        """Plan all entries. A row that can't be used becomes a problem, and hinders no other."""
        self._look_up(entries)
        for entry in entries:
            if entry.passed:
                continue
            self.plan.counts["items"] += 1
            if entry.reason:
                self.plan.reject(entry, entry.reason)
                continue
            mark, counts = self.plan.rows.mark(), self.plan.counts.copy()
            try:
                self._take_one(entry)
            except (BadRow, SpanError) as error:
                self._take_back(mark, counts)
                self.plan.reject(entry, str(error))
        self.plan.counts["near_duplicates"] += 0
        return self.plan

    def _take_back(self, mark: int, counts: Counter[str]) -> None:
        """Nothing of a rejected row stays: neither its names nor its people."""
        self.plan.counts = counts
        gone = self.plan.rows.cut(mark)
        self._annotations.forget([row for row in gone if isinstance(row, Claim)])
        ids = set(map(id, gone))
        self.vocabulary.forget(ids)
        self.people.forget(ids)

    def insert(self) -> Plan:
        """Write what was planned. Inside the caller's transaction."""
        sketched = [(a, e.signature) for a, e in self.plan.entered if e.signature is not None]
        if sketched:
            keys_assign(self.plan.articles)
            alike: set[int] = set()
            for row in likeness_rows(self.corpus, sketched):
                self.plan.rows.add(row)
                if isinstance(row, NearDuplicate):
                    alike.add(row.article_id)
            self.plan.counts["near_duplicates"] += len(alike)
        # Before the articles and fact-checks, which name them; and all at once, as on SQLite the
        # same keys would be given out again before they are used.
        keys_assign(self.plan.rows.of(DetectionRun))
        keys_assign(self.plan.rows.of(FactCheckVersion))
        with put_off():
            self.plan.rows.insert()
        gaps_note(self.source, self.plan.articles, self.plan.rows.of(Claim))
        return self.plan

    def _look_up(self, entries: Sequence[Entry]) -> None:
        """All that the chunk's rows may meet in the corpus, in as many queries as for one row."""
        prepared = [entry.prepared for entry in entries if entry.prepared]
        drafts = [entry.draft for entry in entries if entry.draft]
        records = [p.draft.record for p in prepared if p.draft.record is not None]
        rows = Article.objects.filter(corpus=self.corpus)
        for article in rows.filter(content_hash__in={p.sha256 for p in prepared}):
            self._there[article.content_hash] = article
        marks = [mark for p in prepared for mark in p.draft.marks]
        marks += [mark for draft in drafts for mark in draft.marks]
        self.vocabulary.load({mark.claimant for mark in marks} | claimants_of(records))
        names = {name for mark in marks for name in self._annotations.annotators(mark)}
        self.people.load(map(self.people.annotator_username, names))
        self.uids = free_uids(records, self.corpus)
        self._find_targets({draft.target for draft in drafts})
        if self.options.annotations == "claims":
            self._find_texts({p.sha256 for p in prepared if p.marks}, marks)

    def _take_one(self, entry: Entry) -> None:
        if entry.draft is not None:
            self._add_to_target(entry, entry.draft)
            return
        assert entry.prepared is not None  # noqa: S101  no reason, so it was prepared
        prepared = entry.prepared
        for note in dict.fromkeys(prepared.draft.notes):
            self.plan.problem(entry, "note", note)
        for line, reason in prepared.misplaced:
            self.plan.counts["misplaced"] += 1
            self.plan.problem(entry, "misplaced", reason, line=line)
        article = self._there.get(prepared.sha256)
        if article is not None:
            self._add_to_there(entry, prepared, article)
        elif self._before is not None and prepared.sha256 in self._before:
            self.plan.counts["duplicates"] += 1
            self.plan.problem(entry, "duplicate", self._where(prepared))
        elif prepared.draft.record is not None:
            self._restore(entry, prepared)
        else:
            self._add(entry, prepared)

    # --- Articles -------------------------------------------------------------------------

    def _add(self, entry: Entry, prepared: Prepared) -> None:
        draft = prepared.draft
        extracts = self.options.extracts
        article = made(
            Article,
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
        text = made(
            ArticleText,
            article=article,
            text=prepared.text,
            content_hash=prepared.sha256,
            created_by=self.source.created_by,
        )
        self.enter(entry, article, text)
        if self.options.annotations == "suggestions" and prepared.marks:
            self._annotations.suggest(article, text, prepared.marks)
        else:
            for placed in prepared.marks:
                self._annotations.claim(entry, article, text, placed.mark, placed.spans)
        if extracts:
            self.extraction(article, entry.words)

    def enter(self, entry: Entry, article: Article, text: ArticleText) -> None:
        """Put a new article into the plan, so that a row further down finds it there."""
        self.plan.rows.add(article)
        self.plan.rows.add(text)
        self.plan.articles.append(article)
        self.plan.counts["articles"] += 1
        self._there[article.content_hash] = article
        self._texts[article.content_hash] = text
        self.plan.entered.append((article, entry))
        if self._before is not None:
            self._before[article.content_hash] = place(entry.file, entry.line)

    def extraction(self, article: Article, words: int) -> None:
        """The job that will have the article read by the detector."""
        self.plan.rows.add(
            made(
                Job,
                bulk=True,
                kind="extraction",
                words=words,
                corpus=self.corpus,
                article=article,
                created_by=self.source.created_by,
                due_at=self._now,
                sent_at=self._now,
            )
        )

    def _add_to_there(self, entry: Entry, prepared: Prepared, article: Article) -> None:
        """The text is in the corpus: nothing is new but, perhaps, what was said about it."""
        added = 0
        if prepared.marks and self.options.annotations == "claims":
            text = self._texts[article.content_hash]
            for placed in prepared.marks:
                added += self._annotations.claim(entry, article, text, placed.mark, placed.spans)
        self.plan.counts["duplicates"] += 1
        reason = self._where(prepared)
        if added:
            reason += f"; {added} of its annotations are new and were added"
        elif prepared.marks and self.options.annotations == "suggestions":
            reason += ", whose suggestions stay as they are"
        self.plan.problem(entry, "duplicate", reason, article=article)

    def _where(self, prepared: Prepared) -> str:
        if self._before is not None and prepared.sha256 in self._before:
            return f"its text is in the file already: {self._before[prepared.sha256]}"
        return "its text is in the corpus already"

    def _find_texts(self, marked: set[str], marks: Sequence[Mark]) -> None:
        """Of articles that are there and are said more about: first texts, without the words."""
        by_pk = {a.pk: sha256 for sha256, a in self._there.items() if sha256 in marked}
        # The first of several comes last.
        for text in _texts_of(by_pk).defer("text").order_by("-number"):
            self._texts[by_pk[text.article_id]] = text
        there = [*by_pk, *(article.pk for article, _ in self._targets.values())]
        words = marked | {text.content_hash for _, text in self._targets.values()}
        deleted = Article.everything.deleted().filter(corpus=self.corpus, content_hash__in=words)
        self._annotations.repeats.load(there, deleted, marks)

    def _find_targets(self, targets: set[str]) -> None:
        """The articles that annotations name, by number or by address."""
        rows = Article.objects.filter(corpus=self.corpus)
        named = {target for target in targets if target.startswith(ARTICLE_URN)}
        numbers = {
            target: int(digits)
            for target in named
            if (digits := target.removeprefix(ARTICLE_URN)).isdecimal() and len(digits) <= 18
        }
        by_number = rows.in_bulk(set(numbers.values()))
        # Of several with one address the first is meant, so it comes last.
        found = {a.url: a for a in rows.filter(url__in=targets - named).order_by("-pk")}
        found |= {t: by_number[number] for t, number in numbers.items() if number in by_number}
        # The latest of several comes last.
        texts = _texts_of(article.pk for article in found.values()).order_by("number")
        latest = {text.article_id: text for text in texts}
        self._targets = {t: (article, latest[article.pk]) for t, article in found.items()}

    def _add_to_target(self, entry: Entry, draft: Draft) -> None:
        if draft.target not in self._targets:
            raise BadRow(f"the corpus has no article {draft.target}")
        if self.options.annotations != "claims":
            raise BadRow("annotations of articles that are there can only come in as claims")
        for note in dict.fromkeys(draft.notes):
            self.plan.problem(entry, "note", note)
        article, text = self._targets[draft.target]
        for mark in draft.marks:
            self._annotations.claim(entry, article, text, mark, find_quote(text.text, mark))

    def _restore(self, entry: Entry, prepared: Prepared) -> None:
        Restorer(self, entry, prepared).restore()


def _texts_of(articles: Iterable[int]) -> models.QuerySet[ArticleText]:
    return ArticleText.objects.filter(article__in=list(articles))
