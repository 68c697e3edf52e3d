"""doccano JSON lines: ``{"id": 1, "text": "…", "label": [[0, 12, "CLAIM"]], "Comments": []}``.

Newer exports call the list ``entities`` and give each an object with ``start_offset`` and
``end_offset``; a project that classifies texts gives names alone. Lines with nothing but a text,
and perhaps a title, date or address, come in too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .base import BadRow, Draft, Head, Item, Mark
from .describing import described, left_out, words_of
from .files import FileSet, SourceFile
from .json_files import Record, first_object, json_lines
from .options import Options


class Doccano:
    name = "doccano"
    suffixes = frozenset({".jsonl", ".json", ".ndjson"})
    heeds = frozenset({"annotations", "annotator", "misplaced", "unit"})

    def recognises(self, head: Head) -> bool:
        first = first_object(head.text)
        return isinstance(first.get("text", first.get("data")), str)

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        return json_lines(file, options, skip, _draft)


def _draft(record: Record) -> Draft:
    meta = record.get("meta") or record.get("metadata") or {}
    own = {k: v for k, v in record.items() if k not in {"label", "labels"}}
    about = described({**(meta if isinstance(meta, Mapping) else {}), **own})
    labels = record.get("entities") or record.get("label") or record.get("labels") or []
    notes = record.get("Comments") or record.get("comments") or []
    return Draft(
        text=words_of(record.get("text", record.get("data")), "text"),
        marks=_marks(labels),
        notes=[
            *(f"a comment on the text: {note}" for note in notes if isinstance(note, str)),
            *left_out(record),
        ],
        **about,
    )


def _marks(labels: Any) -> list[Mark]:
    if not isinstance(labels, list):
        raise BadRow("label: expected a list")
    whole = [label for label in labels if isinstance(label, str)]
    marks = [Mark(labels=whole)] if whole else []
    for label in labels:
        if isinstance(label, str):
            continue
        if isinstance(label, Mapping):
            start, end, name = label["start_offset"], label["end_offset"], label["label"]
        else:
            start, end, name = label
        marks.append(Mark(spans=[(int(start), int(end), None)], labels=[str(name)]))
    return marks
