"""The labels that a claim goes out with, and what they are called elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotations.domain.vocabulary import Strategy, VerdictKind

from .base import Context, Record

NO_VERDICT, TIE = "claims without a verdict", "claims without a verdict: a tie"
SUPPORTED, REFUTED, UNKNOWN, CONFLICTING = "supported", "refuted", "unknown", "conflicting"
# What a rating off the true–false axis means in data sets that have a word for it.
_MEANINGS = {
    "supports": SUPPORTED,
    "supported": SUPPORTED,
    "refutes": REFUTED,
    "refuted": REFUTED,
    "not enough info": UNKNOWN,
    "not enough evidence": UNKNOWN,
    "unproven": UNKNOWN,
    "conflicting evidence/cherrypicking": CONFLICTING,
    "conflicting": CONFLICTING,
}
_AXIS = {5: SUPPORTED, 1: REFUTED}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One label of a claim. ``verdict`` is None for what was found from all verdicts."""

    rating: str
    number: int | None
    verdict: Record | None
    # The verdicts that say so: the one, the adjudication, or those of the majority.
    grounds: list[Record]

    @property
    def annotator(self) -> str | None:
        return None if self.verdict is None else str(self.verdict["reviewer"]["username"])

    @property
    def rationale(self) -> str:
        return "\n\n".join(v["rationale"] for v in self.grounds if v["rationale"])

    @property
    def strategies(self) -> list[str]:
        named = {strategy for verdict in self.grounds for strategy in verdict["strategies"]}
        return [strategy.value for strategy in Strategy if strategy.value in named]

    @property
    def meaning(self) -> str | None:
        """For data sets with three or four labels: never guessed for what lies between."""
        named = _MEANINGS.get(self.rating.casefold())
        return named or (_AXIS.get(self.number) if self.number is not None else None)


def shown(claim: Record, context: Context) -> list[Record]:
    """The individual verdicts, where the export is to have them."""
    return [] if context.labels == "aggregated" else list(claim["verdicts"])


def judgements(claim: Record, context: Context) -> Iterator[Judgement]:
    """What was found, each reviewer's verdict that stands, or both, as the export was asked for.

    Where there is nothing to give, that is counted.
    """
    standing = [verdict for verdict in claim["verdicts"] if verdict["stands"]]
    found = claim["verdict"]
    if found is not None:
        if found["rating"] is not None:
            yield Judgement(found["rating"], found["number"], None, _grounds(found, standing))
        else:
            context.leave_out(TIE if found["tie"] else NO_VERDICT)
    elif not standing:
        context.leave_out(NO_VERDICT)
    if context.labels != "aggregated":
        for verdict in standing:
            yield Judgement(verdict["rating"], verdict["number"], verdict, [verdict])


def _grounds(found: Record, standing: list[Record]) -> list[Record]:
    settled = [v for v in standing if v["kind"] == VerdictKind.ADJUDICATION]
    if found["basis"] == "adjudication":
        return settled[-1:]
    return [v for v in standing if v["rating"] == found["rating"]]
