"""Prodigy JSON lines: ``{"text": "…", "spans": [{"start": 0, "end": 12, "label": "CLAIM"}],
"answer": "accept"}``. Of a task that was rejected or ignored only the text comes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .base import Draft, Head, Item, Mark
from .describing import described, left_out, words_of
from .files import FileSet, SourceFile
from .json_files import Record, first_object, json_lines
from .options import Options

_KEYS = {"spans", "answer", "_task_hash", "_input_hash", "tokens"}


class Prodigy:
    name = "prodigy"
    suffixes = frozenset({".jsonl", ".ndjson"})
    heeds = frozenset({"annotations", "annotator", "misplaced", "unit"})

    def recognises(self, head: Head) -> bool:
        first = first_object(head.text)
        return "text" in first and bool(_KEYS & first.keys())

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        return json_lines(file, options, skip, _draft)


def _draft(record: Record) -> Draft:
    meta = record.get("meta") or {}
    about = described(meta if isinstance(meta, Mapping) else {})
    answer = record.get("answer", "accept")
    text = words_of(record["text"], "text")
    if answer != "accept":
        return Draft(text=text, notes=[f"its task was answered with {answer!r}"], **about)
    who = str(record.get("_annotator_id") or record.get("_session_id") or "")
    marks = [
        Mark(
            spans=[(int(span["start"]), int(span["end"]), span.get("text"))],
            labels=[str(span["label"])] if span.get("label") else [],
            score=span.get("score"),
            annotator=who,
        )
        for span in record.get("spans") or ()
    ]
    chosen = [str(choice) for choice in record.get("accept") or ()]
    if chosen or record.get("label"):
        labels = [*chosen, *([str(record["label"])] if record.get("label") else [])]
        marks.append(Mark(labels=labels, score=record.get("score"), annotator=who))
    return Draft(text=text, marks=marks, notes=left_out(record), **about)
