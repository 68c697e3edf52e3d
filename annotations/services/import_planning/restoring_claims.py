"""Claims of our own format put back, with all that hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotations.domain.spans import fragments_at, span_at
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Flag, VerdictKind
from annotations.importing import BadRow
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
    Question,
    Snapshot,
    Suggestion,
    Thread,
    User,
    Verdict,
)

from .entries import Entry
from .publishing import FactCheckRestorer
from .records import Record, Restored, date_of, text_of, time_of

PROTECTED = "protected source"
PROTECTION = "Protected in the corpus that it was exported from."
# What an earlier run was called that a claim's suggestion is from, of which no more is known.
EARLIER_RUN = "an earlier run"


class ClaimRestorer:
    """Plans the claims of one record."""

    def __init__(self, restored: Restored, entry: Entry, article: Article) -> None:
        self._restored, self._entry, self._article = restored, entry, article
        self._planner = restored.planner
        self._rows = restored.rows
        self._facts = FactCheckRestorer(restored, entry)

    def restore(self, record: Record) -> Claim:
        article = self._article
        text = self._restored.revision(record["text_revision"])
        spans = fragments_at(
            text.text, [(s["start"], s["end"], s["quote"]) for s in record["spans"]]
        )
        flag = record.get("flag") or ""
        claim = Claim(
            uid=self._restored.uid(record["uid"]),
            article=article,
            text=text,
            suggestion=self._suggestion_of(text, record.get("suggestion")),
            normalised=text_of(record, "normalised", Claim.MAX_NORMALISED),
            claimant=self._claimant(record),
            claim_date=date_of(record.get("claim_date")),
            place=text_of(record, "place", 200),
            flag=Flag(flag) if flag else "",
            flag_note=text_of(record, "flag_note", Claim.MAX_FLAG_NOTE),
            state=ClaimState(record["state"]),
            source_import=self._planner.source,
            created_by=self._restored.person(record["created_by"]),
            created_at=time_of(record.get("created_at")),
            updated_at=time_of(record.get("updated_at")),
            revision=int(record.get("revision") or 1),
        )
        self._rows.append(claim)
        for span in spans:
            self._rows.append(
                ClaimSpan(claim=claim, start=span.start, end=span.end, quote=span.quote)
            )
        for key in record.get("types") or ():
            self._rows.append(Claim.types.through(claim=claim, claimtype=self._type(key)))
        for name in record.get("tags") or ():
            self._rows.append(
                Claim.tags.through(claim=claim, tag=self._planner.vocabulary.tag(str(name)))
            )
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
            self._facts.restore(claim, record["fact_check"])
        return claim

    def _claimant(self, record: Record) -> Claimant | None:
        if not record.get("claimant"):
            return None
        return self._planner.vocabulary.claimant(
            record["claimant"],
            text_of(record, "claimant_role", 200),
            text_of(record, "claimant_wikidata_id", 20),
        )

    def _type(self, key: str) -> ClaimType:
        found = self._planner.vocabulary.types_by_key.get(key)
        if found is None:
            raise BadRow(f"the corpus's claim types have no {key!r}")
        return found

    def _suggestion_of(self, text: ArticleText, place: Any) -> Suggestion | None:
        if not place:
            return None
        start, end = int(place[0]), int(place[1])
        if (start, end) in self._restored.suggestions:
            return self._restored.suggestions[(start, end)]
        span = span_at(text.text, start, end)
        run = DetectionRun(
            article=self._article,
            text=text,
            detector=EARLIER_RUN,
            version="",
            config_hash="",
            threshold=0.0,
            words=0,
            suggestion_count=1,
        )
        suggestion = Suggestion(
            article=self._article,
            run=run,
            start=span.start,
            end=span.end,
            quote=span.quote,
            score=0.0,
            kind="other",
        )
        self._rows += [run, suggestion]
        return suggestion

    def _evidence(self, claim: Claim, record: Record) -> None:
        protected = bool(record.get("protected"))
        evidence = Evidence(
            uid=self._restored.uid(record["uid"]),
            claim=claim,
            url=text_of(record, "url", 2000),
            citation=PROTECTED if protected else record.get("citation") or "",
            title=text_of(record, "title", 500),
            publisher=text_of(record, "publisher", 300),
            published=date_of(record.get("published")),
            quote=record.get("quote") or "",
            stance=record["stance"],
            source_medium=record.get("source_medium") or "Web text",
            note=record.get("note") or "",
            set_number=record.get("set_number"),
            protected=protected,
            protection_reason=PROTECTION if protected else "",
            added_by=self._restored.importer()
            if protected
            else self._restored.person(record["added_by"]),
            created_at=time_of(record.get("created_at")),
            updated_at=time_of(record.get("updated_at")),
            revision=int(record.get("revision") or 1),
        )
        evidence.snapshot = self._copy(claim, record.get("snapshot"), evidence.added_by)
        self._rows.append(evidence)

    def _copy(self, claim: Claim, record: Record | None, person: User) -> Snapshot | None:
        """What is known of a saved copy; the file itself was never in the export."""
        if not record:
            return None
        snapshot = Snapshot(
            claim=claim,
            url=record["url"],
            final_url=record.get("final_url") or "",
            fetched_at=time_of(record["fetched_at"]),
            media_type=record.get("media_type") or "",
            size=int(record.get("size") or 0),
            sha256=record.get("sha256") or "",
            title=text_of(record, "title", 500),
            publisher=text_of(record, "publisher", 300),
            published=date_of(record.get("published")),
            requested_by=person,
            requested_at=time_of(record["fetched_at"]),
        )
        self._rows.append(snapshot)
        return snapshot

    def _question(self, claim: Claim, record: Record) -> None:
        question = Question(
            uid=self._restored.uid(record["uid"]),
            claim=claim,
            text=text_of(record, "text", Question.MAX_TEXT),
            asked_by=self._restored.person(record["asked_by"]),
            created_at=time_of(record.get("created_at")),
            updated_at=time_of(record.get("updated_at")),
            revision=int(record.get("revision") or 1),
        )
        self._rows.append(question)
        for answer in record.get("answers") or ():
            person = self._restored.person(answer["added_by"])
            self._rows.append(
                Answer(
                    uid=self._restored.uid(answer["uid"]),
                    question=question,
                    answer_type=answer["answer_type"],
                    text=answer.get("text") or "",
                    boolean_explanation=answer.get("boolean_explanation") or "",
                    source_url=text_of(answer, "source_url", 2000),
                    source_medium=answer.get("source_medium") or "Web text",
                    snapshot=self._copy(claim, answer.get("snapshot"), person),
                    added_by=person,
                    created_at=time_of(answer.get("created_at")),
                    updated_at=time_of(answer.get("updated_at")),
                    revision=int(answer.get("revision") or 1),
                )
            )

    def _verdict(self, claim: Claim, record: Record, earlier: Mapping[str, Verdict]) -> Verdict:
        kind = VerdictKind(record["kind"])
        rating = None
        if kind != VerdictKind.RETRACTION:
            rating = self._planner.vocabulary.rating(record["rating"])
        verdict = Verdict(
            uid=self._restored.uid(record["uid"]),
            claim=claim,
            kind=kind,
            rating=rating,
            rationale=record.get("rationale") or "",
            confidence=record.get("confidence") or "",
            strategies=list(record.get("strategies") or ()),
            retracts=earlier[record["retracts"]] if record.get("retracts") else None,
            claim_revision=int(record.get("claim_revision") or 1),
            guideline=self._planner.vocabulary.guidelines.get(record.get("guideline_version") or 0),
            reviewer=self._restored.person(record["reviewer"]),
            created_at=time_of(record.get("created_at")),
        )
        if record.get("guideline_version") and verdict.guideline is None:
            self._planner.plan.problem(
                self._entry,
                "note",
                f"the corpus has no guidelines of version {record['guideline_version']}, "
                "under which a verdict was given",
            )
        self._rows.append(verdict)
        return verdict

    def _thread(self, claim: Claim, record: Record) -> None:
        resolved = record.get("resolved_by")
        thread = Thread(
            uid=self._restored.uid(record["uid"]),
            claim=claim,
            started_by=self._restored.person(record["started_by"]),
            created_at=time_of(record.get("created_at")),
            resolved_by=self._restored.person(resolved) if resolved else None,
            resolved_at=time_of(record.get("resolved_at")) if resolved else None,
        )
        self._rows.append(thread)
        for comment in record.get("comments") or ():
            row = Comment(
                uid=self._restored.uid(comment["uid"]),
                thread=thread,
                author=self._restored.person(comment["author"]),
                text=comment["text"],
                created_at=time_of(comment.get("created_at")),
                edited_at=time_of(comment.get("edited_at")),
            )
            self._rows.append(row)
            for name in comment.get("mentions") or ():
                self._rows.append(
                    Comment.mentions.through(
                        comment=row, user=self._restored.person({"username": name, "name": name})
                    )
                )
