"""Label Studio JSON, whole or as JSON_MIN: ``{"data": {"text": "…"}, "annotations": [{"result":
[{"type": "labels", "value": {"start": 0, "end": 12, "text": "…", "labels": ["CLAIM"]}}]}]}``.

Predictions are a machine's: they come in as suggestions, and never as somebody's claims. Offsets
are those of JavaScript in some versions; the stated words tell (``unit``).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .base import BadRow, Draft, Head, Item, Mark
from .describing import described
from .files import FileSet, SourceFile
from .json_files import Record, json_elements
from .options import Options


class LabelStudio:
    name = "label-studio"
    suffixes = frozenset({".json"})
    heeds = frozenset({"annotations", "annotator", "misplaced", "unit"})

    def recognises(self, head: Head) -> bool:
        return head.text.lstrip("\ufeff \r\n\t").startswith("[") and (
            ('"data"' in head.text and '"annotations"' in head.text)
            or ('"lead_time"' in head.text or '"annotation_id"' in head.text)
        )

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        convert = functools.partial(_draft, suggestions=options.annotations == "suggestions")
        return json_elements(
            file, options, skip, convert, expected="an array of tasks, or one task"
        )


def _draft(record: Record, *, suggestions: bool) -> Draft:
    data = record.get("data") or record
    if not isinstance(data, Mapping):
        raise BadRow("data: expected an object")
    text = data.get("text")
    if not isinstance(text, str):
        raise BadRow("data.text: expected a string")
    marks: list[Mark] = []
    notes: list[str] = []
    for annotation in record.get("annotations") or ():
        if annotation.get("was_cancelled"):
            notes.append("an annotation that was skipped was left out")
            continue
        found, odd = _results(annotation.get("result") or (), _person(annotation))
        marks += found
        notes += odd
    predictions = record.get("predictions") or ()
    if suggestions:
        for prediction in predictions:
            if isinstance(prediction, Mapping):
                found, odd = _results(prediction.get("result") or (), "", prediction.get("score"))
                marks += found
                notes += odd
    elif predictions:
        notes.append(f"{len(predictions)} predictions of a machine are no claims")
    if "data" not in record:
        marks += _flat(record.get("label") or ())
    return Draft(text=text, marks=marks, notes=notes, **described(data))


def _results(results: Any, who: str, score: Any = None) -> tuple[list[Mark], list[str]]:
    # Results with one id are about one region of the text.
    regions: dict[str, list[Mapping[str, Any]]] = {
        result["id"]: [] for result in results if result.get("type") == "labels" and "id" in result
    }
    spans: list[Mapping[str, Any]] = []
    of_text: list[Mapping[str, Any]] = []
    for result in results:
        if result.get("type") == "labels":
            spans.append(result)
        else:
            regions.get(result.get("id", ""), of_text).append(result)
    marks: list[Mark] = []
    odd: list[str] = []
    for span in spans:
        said = _said(regions.get(span.get("id", ""), []), odd)
        mark = _span(span.get("value") or {}, who, span.get("score", score))
        marks.append(replace(mark, **{**said, "labels": [*mark.labels, *said["labels"]]}))
    if of_text:
        said = _said(of_text, odd)
        if any(said.values()):
            marks.append(Mark(**said, annotator=who))
    return marks, odd


# Names of controls whose words are a field of the claim; under other names they are a note.
_FIELDS = {"normalised", "claimant"}


def _said(results: list[Mapping[str, Any]], odd: list[str]) -> dict[str, Any]:
    """What was chosen and written of a region, or of the text, as fields of a mark."""
    said: dict[str, Any] = {"labels": []}
    notes: list[str] = []
    for result in results:
        value, kind = result.get("value") or {}, result.get("type")
        if kind in {"choices", "taxonomy"}:
            said["labels"] += [str(one) for one in value.get(kind) or () if isinstance(one, str)]
        elif kind == "textarea":
            words = [str(line) for line in value.get("text") or ()]
            name = str(result.get("from_name"))
            if name in _FIELDS:
                said[name] = " ".join(words)
            elif name == "type":
                said["labels"] += words
            elif name == "verdict" and len(words) == 1:
                said["rating"] = words[0]
            else:
                notes += words
        else:
            odd.append(f"a result of type {kind!r} says nothing that is kept")
    return {**said, "note": "\n".join(notes)}


def _flat(labels: Any) -> list[Mark]:
    """JSON_MIN: the spans alone."""
    return [_span(label, "", None) for label in labels if isinstance(label, Mapping)]


def _span(value: Mapping[str, Any], who: str, score: Any) -> Mark:
    return Mark(
        spans=[(int(value["start"]), int(value["end"]), value.get("text"))],
        labels=[str(label) for label in value.get("labels") or ()],
        score=float(score) if isinstance(score, int | float) else None,
        annotator=who,
    )


def _person(annotation: Mapping[str, Any]) -> str:
    who = annotation.get("completed_by")
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("id")
    return "" if who is None else f"user {who}" if isinstance(who, int) else str(who)
