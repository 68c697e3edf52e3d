"""The registered scorer of the claims component: does it find the passages people marked?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry


def _spans(doc: Doc, key: str) -> list[tuple[int, int]]:
    if key not in doc.spans:
        return []
    return [(span.start_char, span.end_char) for span in doc.spans[key]]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans share more than half of the shorter one."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared * 2 > min(one[1] - one[0], other[1] - other[0])


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def score_claims(examples: Iterable[Example], *, spans_key: str) -> dict[str, Any]:
    """Precision, recall and F1 over claims, matched by overlap, each in [0, 1].

    All are None when no reference holds the span group: nothing was annotated, which is not the
    same as nothing being there.
    """
    predicted = found = wanted = recalled = 0
    annotated = False
    for example in examples:
        if spans_key not in example.reference.spans:
            continue
        annotated = True
        guesses = _spans(example.predicted, spans_key)
        golds = _spans(example.reference, spans_key)
        predicted += len(guesses)
        wanted += len(golds)
        found += sum(any(_overlap(guess, gold) for gold in golds) for guess in guesses)
        recalled += sum(any(_overlap(gold, guess) for guess in guesses) for gold in golds)
    if not annotated:
        return {f"{spans_key}_p": None, f"{spans_key}_r": None, f"{spans_key}_f": None}
    precision = _ratio(found, predicted)
    recall = _ratio(recalled, wanted)
    both = precision + recall
    return {
        f"{spans_key}_p": precision,
        f"{spans_key}_r": recall,
        f"{spans_key}_f": 2 * precision * recall / both if both else 0.0,
    }


@registry.scorers("factcheck.claims_scorer.v1")  # type: ignore[untyped-decorator]
def create_claims_scorer(spans_key: str) -> Callable[..., dict[str, Any]]:
    """``spans_key``: the span group that holds claims, in the prediction and the reference."""

    def score(examples: Iterable[Example], **_: object) -> dict[str, Any]:
        return score_claims(examples, spans_key=spans_key)

    return score
