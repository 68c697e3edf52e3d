"""Putting an article of our own format back: everything the export knows, as it was.

What an export says of a protected source is that there is one; that is what comes back. A ``uid``
that another corpus of this site has already is replaced by one derived from it, so that a corpus
can be copied beside itself.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from annotations.domain.spans import SpanError, fragments_at, span_at
from annotations.domain.texts import content_hash, normalise
from annotations.domain.transitions import ArticleState, ClaimState
from annotations.domain.vocabulary import Flag, VerdictKind
from annotations.importing import BadRow, Prepared
from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    Claimant,
    ClaimSpan,
    ClaimType,
    Comment,
    DetectionRun,
    Evidence,
    FactCheck,
    Question,
    Rating,
    Snapshot,
    Suggestion,
    SuggestionDecision,
    Thread,
    User,
    Verdict,
)

from .import_publishing import FactCheckRestorer
from .runs import check_worthiness

if TYPE_CHECKING:
    from .import_writing import Entry, Planner

# Names made of a corpus and something of it.
NAMESPACE = uuid.UUID("6f0c3f5e-6a4f-4f0e-9d53-0f6b3a1c7c11")
Record = Mapping[str, Any]
PROTECTED = "protected source"
PROTECTION = "Protected in the corpus that it was exported from."
# What an earlier run was called that a claim's suggestion is from, of which no more is known.
EARLIER_RUN = "an earlier run"
_UNIQUE: tuple[type[Any], ...] = (
    Claim, Evidence, Question, Answer, Verdict, Thread, Comment, FactCheck,
)  # fmt: skip


class Restorer:
    """Plans the rows of one record. ``BadRow`` says what of it can't be used; nothing is kept
    of a record that has anything of that kind."""

    def __init__(self, planner: Planner, entry: Entry, prepared: Prepared) -> None:
        self.planner, self.entry, self.prepared = planner, entry, prepared
        assert prepared.draft.record is not None  # noqa: S101  what makes it one of our own
        self.record: Record = prepared.draft.record
        self.made: list[Any] = []
        self.texts: dict[int, ArticleText] = {}
        self.claims: dict[str, Claim] = {}
        self.suggestions: dict[tuple[int, int], Suggestion] = {}
        self.taken: set[uuid.UUID] = set()
        self.facts = FactCheckRestorer(self)

    def restore(self) -> None:
        try:
            self.taken = self._taken()
            article, text = self._article()
            self._run(article)
            for claim in self.record.get("claims") or ():
                self._claim(article, claim)
            self._decisions(article)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, BadRow | SpanError):
                raise BadRow(str(error)) from error
            raise BadRow(f"the record isn't whole: {error!r}") from error
        self.planner.enter(self.entry, article, text)
        for row in self.made:
            self.planner.plan.rows.add(row)
        self.planner.plan.counts["claims"] += len(self.claims)
        self.planner.plan.counts["suggestions"] += len(self.suggestions)
        if article.state == ArticleState.WAITING and self.planner.options.extract:
            self.planner.extraction(article, text.text)

    # --- The article ----------------------------------------------------------------------

    def _article(self) -> tuple[Article, ArticleText]:
        record, corpus = self.record, self.planner.corpus
        state = ArticleState(record.get("state") or ArticleState.WAITING)
        if state == ArticleState.EXTRACTING:
            state = ArticleState.WAITING
        article = Article(
            corpus=corpus,
            title=str(record.get("title") or self.prepared.title)[:500],
            author=_text(record, "author", 300),
            publisher=_text(record, "publisher", 300),
            url=_text(record, "url", 2000),
            published=_date(record.get("published")),
            dateline=_text(record, "dateline", 200),
            language=_text(record, "language", 16) or corpus.language,
            source_name=_text(record, "source_name", 500),
            content_hash=self.prepared.sha256,
            state=state,
            created_at=_time(record.get("created_at")),
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
            self.texts[row.number] = row
        first, *later = self.texts.values()
        self.made += later
        return article, first

    def _run(self, article: Article) -> None:
        run = self.record.get("run")
        if not run:
            return
        text = self._revision(run["text_revision"])
        found = self.record.get("suggestions") or ()
        row = DetectionRun(
            article=article,
            text=text,
            detector=_text(run, "detector", 100),
            version=_text(run, "version", 50),
            config_hash=_text(run, "config_hash", 64),
            threshold=float(run["threshold"]),
            words=int(run["words"]),
            sentences=[[int(start), int(end)] for start, end in run["sentences"]],
            suggestion_count=len(found),
            finished_at=_time(run.get("finished_at")),
        )
        article.current_run = row
        self.made.append(row)
        for suggestion in found:
            self._suggestion(article, row, text, suggestion)
        article.check_worthiness = check_worthiness([s.score for s in self.suggestions.values()])

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
            kind=_text(record, "kind", 30),
            kind_confidence=record.get("kind_confidence"),
            quoted=bool(record.get("quoted")),
            claimant_name=_text(record, "claimant_name", 200),
            claimant_start=mention[0],
            claimant_end=mention[1],
            attribution=record.get("attribution"),
            dates=list(record.get("dates") or ()),
            reasons=list(record.get("reasons") or ()),
            first_mention=self.suggestions[(first[0], first[1])] if first else None,
        )
        self.suggestions[(start, end)] = row
        self.made.append(row)

    def _decisions(self, article: Article) -> None:
        for record in self.record.get("suggestions") or ():
            # A filtered export has the decision, and not the claim that it made.
            elsewhere = record.get("claim") and record["claim"] not in self.claims
            if record.get("outcome") and not elsewhere:
                self.made.append(
                    SuggestionDecision(
                        suggestion=self.suggestions[(record["start"], record["end"])],
                        article=article,
                        outcome=record["outcome"],
                        claim=self.claims[record["claim"]] if record.get("claim") else None,
                        decided_by=self.person(record["decided_by"]),
                        decided_at=_time(record.get("decided_at")),
                    )
                )

    def _revision(self, number: Any) -> ArticleText:
        if number not in self.texts:
            raise BadRow(f"there is no text of revision {number}")
        return self.texts[number]

    # --- Claims ---------------------------------------------------------------------------

    def _claim(self, article: Article, record: Record) -> None:
        text = self._revision(record["text_revision"])
        spans = fragments_at(
            text.text, [(s["start"], s["end"], s["quote"]) for s in record["spans"]]
        )
        flag = record.get("flag") or ""
        claim = Claim(
            uid=self.uid(record["uid"]),
            article=article,
            text=text,
            suggestion=self._suggestion_of(article, text, record.get("suggestion")),
            normalised=_text(record, "normalised", Claim.MAX_NORMALISED),
            claimant=self._claimant(record),
            claim_date=_date(record.get("claim_date")),
            place=_text(record, "place", 200),
            flag=Flag(flag) if flag else "",
            flag_note=_text(record, "flag_note", Claim.MAX_FLAG_NOTE),
            state=ClaimState(record["state"]),
            source_import=self.planner.source,
            created_by=self.person(record["created_by"]),
            created_at=_time(record.get("created_at")),
            updated_at=_time(record.get("updated_at")),
            revision=int(record.get("revision") or 1),
        )
        self.claims[record["uid"]] = claim
        self.made.append(claim)
        for span in spans:
            self.made.append(
                ClaimSpan(claim=claim, start=span.start, end=span.end, quote=span.quote)
            )
        for key in record.get("types") or ():
            self.made.append(Claim.types.through(claim=claim, claimtype=self._type(key)))
        for name in record.get("tags") or ():
            self.made.append(Claim.tags.through(claim=claim, tag=self.planner.tag(str(name))))
        for evidence in record.get("evidence") or ():
            self._evidence(claim, evidence)
        for question in record.get("questions") or ():
            self._question(claim, question)
        verdicts: dict[str, Verdict] = {}
        for verdict in record.get("verdicts") or ():
            verdicts[verdict["uid"]] = self._verdict(claim, verdict, verdicts)
        for thread in record.get("threads") or ():
            self._thread(claim, thread)
        if record.get("fact_check"):
            self.facts.restore(claim, record["fact_check"])

    def _claimant(self, record: Record) -> Claimant | None:
        if not record.get("claimant"):
            return None
        return self.planner.claimant(
            record["claimant"],
            _text(record, "claimant_role", 200),
            _text(record, "claimant_wikidata_id", 20),
        )

    def _type(self, key: str) -> ClaimType:
        found = self.planner.types_by_key.get(key)
        if found is None:
            raise BadRow(f"the corpus's claim types have no {key!r}")
        return found

    def _suggestion_of(self, article: Article, text: ArticleText, place: Any) -> Suggestion | None:
        if not place:
            return None
        start, end = int(place[0]), int(place[1])
        if (start, end) in self.suggestions:
            return self.suggestions[(start, end)]
        span = span_at(text.text, start, end)
        run = DetectionRun(
            article=article,
            text=text,
            detector=EARLIER_RUN,
            version="",
            config_hash="",
            threshold=0.0,
            words=0,
            suggestion_count=1,
        )
        suggestion = Suggestion(
            article=article,
            run=run,
            start=span.start,
            end=span.end,
            quote=span.quote,
            score=0.0,
            kind="other",
        )
        self.made += [run, suggestion]
        return suggestion

    def _evidence(self, claim: Claim, record: Record) -> None:
        protected = bool(record.get("protected"))
        evidence = Evidence(
            uid=self.uid(record["uid"]),
            claim=claim,
            url=_text(record, "url", 2000),
            citation=PROTECTED if protected else record.get("citation") or "",
            title=_text(record, "title", 500),
            publisher=_text(record, "publisher", 300),
            published=_date(record.get("published")),
            quote=record.get("quote") or "",
            stance=record["stance"],
            source_medium=record.get("source_medium") or "Web text",
            note=record.get("note") or "",
            set_number=record.get("set_number"),
            protected=protected,
            protection_reason=PROTECTION if protected else "",
            added_by=self._importer() if protected else self.person(record["added_by"]),
            created_at=_time(record.get("created_at")),
            updated_at=_time(record.get("updated_at")),
            revision=int(record.get("revision") or 1),
        )
        evidence.snapshot = self._copy(claim, record.get("snapshot"), evidence.added_by)
        self.made.append(evidence)

    def _copy(self, claim: Claim, record: Record | None, person: User) -> Snapshot | None:
        """What is known of a saved copy; the file itself was never in the export."""
        if not record:
            return None
        snapshot = Snapshot(
            claim=claim,
            url=record["url"],
            final_url=record.get("final_url") or "",
            fetched_at=_time(record["fetched_at"]),
            media_type=record.get("media_type") or "",
            size=int(record.get("size") or 0),
            sha256=record.get("sha256") or "",
            title=_text(record, "title", 500),
            publisher=_text(record, "publisher", 300),
            published=_date(record.get("published")),
            requested_by=person,
            requested_at=_time(record["fetched_at"]),
        )
        self.made.append(snapshot)
        return snapshot

    def _question(self, claim: Claim, record: Record) -> None:
        question = Question(
            uid=self.uid(record["uid"]),
            claim=claim,
            text=_text(record, "text", Question.MAX_TEXT),
            asked_by=self.person(record["asked_by"]),
            created_at=_time(record.get("created_at")),
            updated_at=_time(record.get("updated_at")),
            revision=int(record.get("revision") or 1),
        )
        self.made.append(question)
        for answer in record.get("answers") or ():
            person = self.person(answer["added_by"])
            self.made.append(
                Answer(
                    uid=self.uid(answer["uid"]),
                    question=question,
                    answer_type=answer["answer_type"],
                    text=answer.get("text") or "",
                    boolean_explanation=answer.get("boolean_explanation") or "",
                    source_url=_text(answer, "source_url", 2000),
                    source_medium=answer.get("source_medium") or "Web text",
                    snapshot=self._copy(claim, answer.get("snapshot"), person),
                    added_by=person,
                    created_at=_time(answer.get("created_at")),
                    updated_at=_time(answer.get("updated_at")),
                    revision=int(answer.get("revision") or 1),
                )
            )

    def _verdict(self, claim: Claim, record: Record, earlier: Mapping[str, Verdict]) -> Verdict:
        kind = VerdictKind(record["kind"])
        rating = None
        if kind != VerdictKind.RETRACTION:
            rating = self.rating(record["rating"])
        verdict = Verdict(
            uid=self.uid(record["uid"]),
            claim=claim,
            kind=kind,
            rating=rating,
            rationale=record.get("rationale") or "",
            confidence=record.get("confidence") or "",
            strategies=list(record.get("strategies") or ()),
            retracts=earlier[record["retracts"]] if record.get("retracts") else None,
            claim_revision=int(record.get("claim_revision") or 1),
            guideline=self.planner.guidelines.get(record.get("guideline_version") or 0),
            reviewer=self.person(record["reviewer"]),
            created_at=_time(record.get("created_at")),
        )
        if record.get("guideline_version") and verdict.guideline is None:
            self.planner.problem(
                self.entry,
                "note",
                f"the corpus has no guidelines of version {record['guideline_version']}, "
                "under which a verdict was given",
            )
        self.made.append(verdict)
        return verdict

    def rating(self, label: Any) -> Rating:
        found = self.planner.ratings.get(str(label).casefold())
        if found is None:
            raise BadRow(f"the corpus's scale has no rating {label!r}")
        return found

    def planned(self, model: type[Any]) -> list[Any]:
        """Rows of the chunk so far, this record's too."""
        made = [row for row in self.made if isinstance(row, model)]
        return [*self.planner.plan.rows.of(model), *made]

    def _thread(self, claim: Claim, record: Record) -> None:
        resolved = record.get("resolved_by")
        thread = Thread(
            uid=self.uid(record["uid"]),
            claim=claim,
            started_by=self.person(record["started_by"]),
            created_at=_time(record.get("created_at")),
            resolved_by=self.person(resolved) if resolved else None,
            resolved_at=_time(record.get("resolved_at")) if resolved else None,
        )
        self.made.append(thread)
        for comment in record.get("comments") or ():
            row = Comment(
                uid=self.uid(comment["uid"]),
                thread=thread,
                author=self.person(comment["author"]),
                text=comment["text"],
                created_at=_time(comment.get("created_at")),
                edited_at=_time(comment.get("edited_at")),
            )
            self.made.append(row)
            for name in comment.get("mentions") or ():
                self.made.append(
                    Comment.mentions.through(
                        comment=row, user=self.person({"username": name, "name": name})
                    )
                )

    # --- People and names -------------------------------------------------------------------

    def person(self, record: Record) -> User:
        username, name = str(record["username"]), str(record.get("name") or record["username"])
        if self.planner.options.people == "same":
            return self.planner.people.same(username, name)
        return self.planner.people.annotator(username)

    def _importer(self) -> User:
        return self.planner.source.created_by or self.planner.people.annotator(
            self.planner.source.file_name
        )

    def uid(self, value: str) -> uuid.UUID:
        uid = uuid.UUID(value)
        if uid in self.taken:
            return uuid.uuid5(NAMESPACE, f"{self.planner.corpus.pk}\x1f{value}")
        return uid

    def _taken(self) -> set[uuid.UUID]:
        """Which of the record's uids something on this site has already."""
        wanted = {uuid.UUID(value) for value in _uids(self.record) if isinstance(value, str)}
        taken: set[uuid.UUID] = set()
        if wanted:
            for model in _UNIQUE:
                taken.update(model.objects.filter(uid__in=wanted).values_list("uid", flat=True))
        return taken


def _uids(record: Any) -> Iterable[Any]:
    if isinstance(record, Mapping):
        if "uid" in record:
            yield record["uid"]
        for value in record.values():
            yield from _uids(value)
    elif isinstance(record, list):
        for value in record:
            yield from _uids(value)


def _text(record: Record, name: str, longest: int) -> str:
    value = record.get(name) or ""
    if not isinstance(value, str):
        raise BadRow(f"{name}: expected a string")
    if len(value) > longest:
        raise BadRow(f"{name}: {longest:,} characters at most")
    return value


def _date(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _time(value: Any) -> Any:
    """A moment; None, where there is none, is filled in when it is written."""
    return dt.datetime.fromisoformat(value) if value else None
