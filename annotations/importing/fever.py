"""FEVER JSON lines: a claim, its label, and alternative sets of evidence in Wikipedia.

``{"id": 2052, "label": "REFUTES", "claim": "…", "evidence": [[[2052001, 2052001, "Doc_3", 0]]]}``;
where there is not enough information the pages are null. The claim becomes an article of its own:
it has no other text.
"""

from __future__ import annotations

from collections.abc import Iterator

from .base import Draft, Head, Item, Mark, Source
from .describing import words_of
from .files import FileSet, SourceFile
from .json_files import Record, first_object, json_lines
from .options import Options


class Fever:
    name = "fever"
    suffixes = frozenset({".jsonl", ".ndjson"})
    heeds = frozenset({"annotations", "annotator"})

    def recognises(self, head: Head) -> bool:
        first = first_object(head.text)
        return "claim" in first and bool({"evidence", "verifiable"} & first.keys())

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        return json_lines(file, options, skip, _draft)


def _draft(record: Record) -> Draft:
    claim = words_of(record["claim"], "claim")
    label = words_of(record.get("label"), "label")
    stance = {"SUPPORTS": "SUPPORTS", "REFUTES": "REFUTES"}.get(label)
    sources = []
    for number, pieces in enumerate(record.get("evidence") or (), 1):
        for piece in pieces:
            # [annotation, evidence, page, sentence]; in the blind test sets there is none.
            if stance and len(piece) == 4 and piece[2] is not None:
                citation = f"Wikipedia: {piece[2]}, sentence {piece[3]}"
                sources.append(Source(stance=stance, citation=citation, set_number=number))
    mark = Mark(rating=label, sources=sources)
    return Draft(text=claim, title=claim, marks=[mark])
