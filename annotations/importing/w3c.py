"""W3C Web Annotation (JSON-LD): annotations of articles that the corpus has already.

A collection, a page, a list or a single annotation. ``target.source`` is the address of an article,
or ``urn:factcheck:article:`` and its number. The words of a ``TextQuoteSelector`` have to stand at
the ``TextPositionSelector``'s place, or, with what stands around them, at exactly one other place.
Each ``assessing`` body is a verdict of its creator, or of the annotation's.
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
from .selectors import selection_of

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
        found = selection_of(_listed(target.get("selector")))
        around = (found.prefix, found.suffix)
        spans.append((found.start, found.end, found.exact))
    if len(sources) != 1:
        raise BadRow("its targets are of several sources")
    creator = _creator(record)
    said, notes = _body(record, creator)
    mark = Mark(
        spans=spans,
        around=around if len(targets) == 1 else None,
        annotator=creator,
        **said,
    )
    return Draft(target=sources.pop(), marks=[mark], notes=notes)


def _creator(record: Record) -> str:
    creator = record.get("creator")
    if isinstance(creator, Mapping):
        creator = creator.get("name") or creator.get("id")
    return words_of(creator, "creator")


def _body(record: Record, creator: str) -> tuple[dict[str, Any], list[str]]:
    labels: list[str] = []
    said: dict[str, Any] = {"labels": labels}
    # Who → what they found last.
    ratings: dict[str, str] = {}
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
            if said.get("normalised"):
                notes.append(f"of several descriptions one was left out: {said['normalised']}")
            said["normalised"] = words_of(value, "value")
        elif purpose == "assessing":
            who = _creator(body) or creator
            if earlier := ratings.pop(who, ""):
                notes.append(f"of several ratings by one person one was left out: {earlier}")
            said["rating"] = ratings[who] = words_of(value, "value")
        elif purpose == "linking":
            # Nothing says whether it supports or refutes.
            notes.append(f"a link says nothing of its stance: {body.get('source')}")
        elif isinstance(value, str):
            words.append(value)
        else:
            notes.append(f"a body without words was left out: {body.get('type')}")
    if ratings.keys() - {creator}:
        said["ratings"] = [(rating, who) for who, rating in ratings.items() if rating]
    return {**said, "note": "\n".join(words)}, notes


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
