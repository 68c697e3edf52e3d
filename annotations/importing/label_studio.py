"""Label Studio JSON, whole or as JSON_MIN: ``{"data": {"text": "…"}, "annotations": [{"result":
[{"type": "labels", "value": {"start": 0, "end": 12, "text": "…", "labels": ["CLAIM"]}}]}]}``.

The text is under ``text``, or under what the results name, or the one string where they all fit. In
JSON_MIN a control's regions are under its name.

Predictions are a machine's: they come in as suggestions, and never as somebody's claims. Offsets
are those of JavaScript in some versions; the stated words tell (``unit``).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .base import BadRow, Draft, Head, Item, Mark
from .describing import described, field_of
from .files import FileSet, SourceFile
from .json_files import Record, json_elements
from .options import Options
from .placing import fits


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
        found, odd = _flat(record)
        marks += found
        notes += odd
    key = _key(data, marks, _objects(record))
    about = described({name: value for name, value in data.items() if name != key})
    return Draft(text=data[key], marks=marks, notes=notes, **about)


def _objects(record: Record) -> set[str]:
    """What the results are about, as the labelling configuration calls it."""
    done = [*(record.get("annotations") or ()), *(record.get("predictions") or ())]
    return {
        str(result.get("to_name"))
        for one in done
        if isinstance(one, Mapping)
        for result in one.get("result") or ()
    }


def _key(data: Record, marks: list[Mark], objects: set[str]) -> str:
    """Under which key the text is. Guessed only where all spans fit one string, and no other."""
    if isinstance(data.get("text"), str):
        return "text"
    spans = [span for mark in marks for span in mark.spans]
    fitting = [key for key, words in data.items() if isinstance(words, str) and fits(words, spans)]
    named = [key for key in fitting if key in objects]
    usual = [key for key in fitting if field_of(key) == "text"]
    for found in (named, usual, fitting if spans else []):
        if len(found) == 1:
            return found[0]
    raise BadRow("data.text: expected a string, or another one in which alone the spans stand")


def _results(results: Any, who: str, score: Any = None) -> tuple[list[Mark], list[str]]:
    # Results with one id are about one region of the text.
    regions: dict[str, list[Mapping[str, Any]]] = {
        result["id"]: [] for result in results if _is_region(result) and "id" in result
    }
    spans: list[Mapping[str, Any]] = []
    of_text: list[Mapping[str, Any]] = []
    for result in results:
        if _is_region(result):
            spans.append(result)
        else:
            regions.get(result.get("id", ""), of_text).append(result)
    marks: list[Mark] = []
    odd: list[str] = []
    for span in spans:
        said = _said(regions.get(span.get("id", ""), []), odd)
        mark = _region(span["type"], span.get("value") or {}, who, span.get("score", score))
        marks.append(replace(mark, **{**said, "labels": [*mark.labels, *said["labels"]]}))
    if of_text:
        said = _said(of_text, odd)
        if any(said.values()):
            marks.append(Mark(**said, annotator=who))
    return marks, odd


# What a region's type ends with; alone it is that of a plain text's.
_LABELS = "labels"
# Names of controls whose words are a field of the claim; under other names they are a note.
_FIELDS = {"normalised", "claimant"}


def _said(results: list[Mapping[str, Any]], odd: list[str]) -> dict[str, Any]:
    """What was chosen and written of a region, or of the text, as fields of a mark."""
    said: dict[str, Any] = {"labels": []}
    notes: list[str] = []
    for result in results:
        value, kind = result.get("value") or {}, result.get("type")
        if kind in {"choices", "taxonomy"}:
            for one in value.get(kind) or ():
                if isinstance(one, str):
                    said["labels"].append(one)
                else:
                    odd.append(f"a {kind} of several steps was left out: {one}")
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


def _is_region(result: Record) -> bool:
    return str(result.get("type")).endswith(_LABELS)


def _flat(record: Record) -> tuple[list[Mark], list[str]]:
    """JSON_MIN: the regions and choices alone, under the names of their controls."""
    marks: list[Mark] = []
    odd: list[str] = []
    for name, value in record.items():
        if isinstance(value, Mapping) and isinstance(value.get("choices"), list):
            marks.append(Mark(labels=[str(choice) for choice in value["choices"]]))
        regions = value if isinstance(value, list) else []
        if name != "label" and not any(map(_is_flat, regions)):
            continue
        for region in regions:
            if isinstance(region, Mapping):
                kind = next((key for key in region if key.endswith(_LABELS)), _LABELS)
                marks.append(_region(kind, region, "", None))
            else:
                odd.append(f"{name}: {region!r} is no region of the text, and was left out")
    return marks, odd


def _is_flat(region: Any) -> bool:
    return isinstance(region, Mapping) and any(key.endswith(_LABELS) for key in region)


def _region(kind: str, value: Record, who: str, score: Any) -> Mark:
    spans: list[tuple[int, int, str | None]] = []
    unplaced = ""
    # Of HTML the offsets that count are beside the others, and only the words tell if they fit.
    place: Any = value if kind == _LABELS else value.get("globalOffsets")
    if kind == _LABELS or (isinstance(place, Mapping) and isinstance(value.get("text"), str)):
        spans = [(int(place["start"]), int(place["end"]), value.get("text"))]
    else:
        unplaced = f"a region of type {kind!r} has no place in a text"
    return Mark(
        spans=spans,
        unplaced=unplaced,
        labels=[str(label) for label in value.get(kind) or ()],
        score=float(score) if isinstance(score, int | float) else None,
        annotator=who,
    )


def _person(annotation: Mapping[str, Any]) -> str:
    who = annotation.get("completed_by")
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("id")
    return "" if who is None else f"user {who}" if isinstance(who, int) else str(who)
