"""W3C Web Annotation (JSON-LD): annotations of articles that the corpus has already.

A collection, a page, a list or a single annotation. ``target.source`` is the address of an article,
or ``urn:factcheck:article:`` and its number. The words of a ``TextQuoteSelector`` have to stand at
the ``TextPositionSelector``'s place, or, with what stands around them, at exactly one other place.
See https://www.w3.org/TR/annotation-model/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .base import BadRow, Draft, Head, Item, Mark
from .describing import words_of
from .files import FileSet, SourceFile
from .json_files import Record, json_elements
from .options import Options

CONTEXT = "http://www.w3.org/ns/anno.jsonld"


class WebAnnotation:
    name = "w3c"
    suffixes = frozenset({".jsonld", ".json"})
    heeds = frozenset({"annotations", "annotator"})

    def recognises(self, head: Head) -> bool:
        return CONTEXT in head.text or '"oa:Annotation"' in head.text

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        return json_elements(
            file,
            options,
            skip,
            _draft,
            expected="annotations: a list, a page with items, or a collection with its first page",
            places=("items", "first.items"),
            rows_of=_rows,
        )


def _rows(element: Any) -> list[Any]:
    """The annotations of a page, or of a collection's first page, in a list of such."""
    page = element
    if isinstance(page, Mapping) and isinstance(page.get("first"), Mapping):
        page = page["first"]
    items = _listed(page.get("items")) if isinstance(page, Mapping) else []
    return items or [element]


def _draft(record: Record) -> Draft:
    if {"AnnotationCollection", "AnnotationPage"} & set(map(str, _listed(record.get("type")))):
        # Of one that has items, these are what is read.
        raise BadRow("there are no annotations in it: its pages or items are in another file")
    targets = _listed(record.get("target"))
    if not targets:
        raise BadRow("target is missing")
    sources: set[str] = set()
    spans: list[tuple[int, int, str | None]] = []
    around: tuple[str, str] | None = None
    for target in targets:
        if not isinstance(target, Mapping):
            raise BadRow("target: expected an object with source and selector")
        source = target.get("source")
        sources.add(words_of(source.get("id") if isinstance(source, Mapping) else source, "source"))
        selectors = {s.get("type"): s for s in _listed(target.get("selector"))}
        quote = selectors.get("TextQuoteSelector") or {}
        place = selectors.get("TextPositionSelector") or {}
        if not quote and not place:
            raise BadRow("selector: expected a TextPositionSelector or a TextQuoteSelector")
        around = (words_of(quote.get("prefix"), "prefix"), words_of(quote.get("suffix"), "suffix"))
        spans.append((int(place.get("start", -1)), int(place.get("end", -1)), quote.get("exact")))
    if len(sources) != 1:
        raise BadRow("its targets are of several sources")
    creator = record.get("creator")
    if isinstance(creator, Mapping):
        creator = creator.get("name") or creator.get("id")
    said, notes = _body(record)
    mark = Mark(
        spans=spans,
        around=around if len(targets) == 1 else None,
        annotator=words_of(creator, "creator"),
        **said,
    )
    return Draft(target=sources.pop(), marks=[mark], notes=notes)


def _body(record: Record) -> tuple[dict[str, Any], list[str]]:
    labels: list[str] = []
    said: dict[str, Any] = {"labels": labels}
    words: list[str] = []
    notes: list[str] = []
    for body in _listed(record.get("body")) + _listed(record.get("bodyValue")):
        if isinstance(body, str):
            words.append(body)
            continue
        purpose, value = body.get("purpose"), body.get("value")
        if purpose in {"classifying", "tagging"}:
            labels.append(words_of(value, "value"))
        elif purpose == "describing":
            said["normalised"] = words_of(value, "value")
        elif purpose == "assessing":
            said["rating"] = words_of(value, "value")
        elif purpose == "linking":
            # Nothing says whether it supports or refutes.
            notes.append(f"a link says nothing of its stance: {body.get('source')}")
        elif isinstance(value, str):
            words.append(value)
    return {**said, "note": "\n".join(words)}, notes


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
