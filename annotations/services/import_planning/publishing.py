"""Putting published fact-checks of an export of ours back: versions, corrections, withdrawals.

Only for whoever may say that the people of the file are this site's: of somebody else's file
nothing is published here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from annotations.domain.publishing import CorrectionKind, FactCheckState
from annotations.importing import BadRow
from annotations.models import Claim, Correction, FactCheck, FactCheckVersion

from .entries import Entry
from .records import Record, Restored, time_of

SAME = "same"
_SLUG = FactCheck._meta.get_field("slug").max_length or 0


class FactCheckRestorer:
    """Plans the rows of a claim's fact-check, among those of its record."""

    def __init__(self, restored: Restored, entry: Entry) -> None:
        self._restored, self._entry = restored, entry
        self._planner = restored.planner

    def restore(self, claim: Claim, record: Record) -> None:
        if self._planner.options.people != SAME:
            self._note("is left out: only a site's administrators publish what a file says")
            return
        if not record.get("versions"):
            self._note("is left out: the file hasn't what was published")
            return
        fact_check = FactCheck(
            uid=self._restored.uid(record["uid"]),
            claim=claim,
            corpus=self._planner.corpus,
            slug=self._slug(record),
            state=FactCheckState(record["state"]),
            rating=self._planner.vocabulary.rating(record["rating"]),
            published_at=time_of(record["published_at"]),
            published_by=self._restored.person(record["published_by"]),
            updated_at=time_of(record["updated_at"]),
            withdrawn_at=time_of(record.get("withdrawn_at")),
            revision=int(record.get("revision") or 1),
        )
        if (fact_check.state == FactCheckState.WITHDRAWN) != bool(fact_check.withdrawn_at):
            raise BadRow("fact_check: withdrawn_at is for withdrawn ones, and for all of them")
        versions = self._versions(fact_check, record)
        fact_check.current = versions[record["version"]]
        fact_check.title = fact_check.current.content["title"]
        # The fact-check names its version, which has its key before either is written.
        self._restored.rows += [fact_check, *versions.values()]
        for correction in record.get("corrections") or ():
            self._correction(fact_check, versions, correction)

    def _versions(self, fact_check: FactCheck, record: Record) -> dict[int, FactCheckVersion]:
        return {
            version["version"]: FactCheckVersion(
                fact_check=fact_check,
                number=int(version["version"]),
                content=version["content"],
                digest=str(version["digest"])[:64],
                published_at=time_of(version["published_at"]),
                published_by=self._restored.person(version["published_by"]),
            )
            for version in record["versions"]
        }

    def _correction(
        self, fact_check: FactCheck, versions: Mapping[int, FactCheckVersion], record: Record
    ) -> None:
        kind = CorrectionKind(record["kind"])
        if not record["why"] or (kind == CorrectionKind.CORRECTION and not record["what"]):
            raise BadRow("fact_check: a correction says what was changed, and why")
        self._restored.rows.append(
            Correction(
                fact_check=fact_check,
                kind=kind,
                version=versions[record["version"]] if kind == CorrectionKind.CORRECTION else None,
                what=record.get("what") or "",
                why=record["why"],
                old_rating=str(record["old_rating"])[:100],
                new_rating=str(record.get("new_rating") or "")[:100],
                made_at=time_of(record["made_at"]),
                made_by=self._restored.person(record["made_by"]),
            )
        )

    def _slug(self, record: Record) -> str:
        """Its own address, where no other fact-check of this site has it."""
        slug = str(record["slug"])
        planned = (other.slug for other in self._restored.planned(FactCheck))
        if slug in planned or FactCheck.objects.filter(slug=slug).exists():
            slug = f"{slug[: _SLUG - 9]}-{uuid.uuid4().hex[:8]}"
        return slug

    def _note(self, what: str) -> None:
        self._planner.plan.problem(self._entry, "note", f"a published fact-check {what}")
