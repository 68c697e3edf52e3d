"""brat standoff: ``NAME.txt`` and, beside it, the annotations in ``NAME.ann``.

``T1⇥Claim 0 12⇥words`` is a span, in pieces where ``;`` divides its offsets;
``A1⇥Verdict T1 False`` an attribute, ``E1⇥Attribution:T4 Source:T1 Content:T3`` an event,
``#1⇥AnnotatorNotes T1⇥words`` a note. Format: https://brat.nlplab.org/standoff.html.

A text may have several files, one a person, as in PolNeAR: ``NAME_XXXX.ann``, in the same folder
or in another one; XXXX then names the annotator. An event becomes one claim: the words of its
Content role, with the Source as the claimant; spans that no event names are claims of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from annotations.errors import BadFile

from .base import Draft, Head, Item, Mark
from .files import FileSet, SourceFile
from .options import Options
from .reading import read_text

_SPAN = re.compile(r"T\d+\t(?P<label>\S+) (?P<places>\d+ \d+(?:;\d+ \d+)*)(?:\t(?P<words>.*))?$")
_EVENT = re.compile(r"E\d+\t(?P<roles>\S+:[TE]\d+(?: \S+:[TE]\d+)*)\s*$")
_ATTRIBUTE = re.compile(r"[AM]\d+\t(?P<name>\S+) (?P<about>[TE]\d+)(?: (?P<value>.+))?$")
_NOTE = re.compile(r"#\d*\t\S+ (?P<about>[TE]\d+)\t(?P<words>.*)$")
_ENTRY = re.compile(r"([TEAM#R*N]\d*)\t")
_ANNOTATOR = re.compile(r"_([0-9a-zA-Z]{4})$")
MAX_ANN_BYTES = 20_000_000


@dataclass(slots=True)
class _Entry:
    """A span or an event, with what is said of it."""

    line: int
    label: str
    words: str = ""
    places: list[tuple[int, int]] = field(default_factory=list)
    roles: list[tuple[str, str]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    # The lines that its words go on in.
    more: list[str] = field(default_factory=list)


class Brat:
    name = "brat"
    suffixes = frozenset({".txt", ".ann"})
    heeds = frozenset({"annotations", "annotator", "misplaced", "unit"})

    def recognises(self, head: Head) -> bool:
        # By what stands beside a file, which the package looks at.
        return False

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if file.suffix == ".ann":
            if not skip and not _has_text(file, files):
                yield Item(reason=f"there is no {_bare(file)}.txt for it")
            return
        if skip:
            return
        text = read_text(file, options)
        marks: list[Mark] = []
        notes: list[str] = []
        for beside in _annotations_of(file, files):
            who = _ANNOTATOR.search(beside.stem) if beside.stem != file.stem else None
            try:
                found, odd = _marks(beside, options, who[1] if who else "")
            except BadFile as error:
                yield Item(reason=f"{beside.base}, line {error.line}: {error.reason}")
                return
            marks += [replace(mark, file=beside.base) for mark in found]
            notes += [f"{beside.base}, {note}" for note in odd]
        draft = Draft(text=text, source_name=file.base, marks=marks, notes=notes, header=not marks)
        yield Item(draft=draft, row=file.name)


def _bare(file: SourceFile) -> str:
    return _ANNOTATOR.sub("", file.stem)


def _has_text(annotations: SourceFile, files: FileSet) -> bool:
    return any(file is annotations for file in _index(files).get(_key(annotations, files), ()))


def _annotations_of(text: SourceFile, files: FileSet) -> list[SourceFile]:
    """Those of the same folder, else those of all folders: a stem may occur in several."""
    beside = files.find(str(PurePosixPath(text.name).with_suffix(".ann")))
    if beside is not None:
        return [beside]
    index = _index(files)
    found = index.get(text.stem, [])
    here = [file for file in found if _folder(file) == _folder(text)]
    return here or found


def _folder(file: SourceFile) -> str:
    return str(PurePosixPath(file.name).parent)


def _index(files: FileSet) -> dict[str, list[SourceFile]]:
    """Stem of a text → its annotations. Made once for an archive of many files."""
    if files.index is None:
        index: dict[str, list[SourceFile]] = {t.stem: [] for t in files.with_suffix(".txt")}
        files.index = index
        for file in files.with_suffix(".ann"):
            if (key := _key(file, files)) in index:
                index[key].append(file)
    return files.index


def _key(annotations: SourceFile, files: FileSet) -> str:
    stem = annotations.stem
    return stem if stem in _index(files) else _ANNOTATOR.sub("", stem)


def _marks(annotations: SourceFile, options: Options, who: str) -> tuple[list[Mark], list[str]]:
    """The claims of one file, and what in it says nothing that is kept."""
    entries, odd = _entries(annotations, options)
    named = {
        reference
        for entry in entries.values()
        for _, reference in entry.roles
        if reference in entries
    }
    marks = []
    for key, entry in entries.items():
        if key in named:
            continue
        mark = _mark(entry, entries, who)
        if mark is None:
            odd.append(f"line {entry.line}: it names no words that are there")
        else:
            marks.append(mark)
    return marks, odd


def _entries(annotations: SourceFile, options: Options) -> tuple[dict[str, _Entry], list[str]]:
    entries: dict[str, _Entry] = {}
    odd: list[str] = []
    last: _Entry | None = None
    content = read_text(annotations, options, MAX_ANN_BYTES)
    for number, line in enumerate(content.split("\n"), 1):
        line = line.rstrip("\r")
        if not _ENTRY.match(line):
            # Words that hold a line break go on in lines of their own.
            if last is not None and line.strip():
                last.more.append(line)
            continue
        key, kind, last = line.partition("\t")[0], line[0], None
        if kind == "T":
            found = _SPAN.match(line)
            if not found:
                raise BadFile(
                    annotations.name, "expected a span: T, label, offsets and words", number
                )
            places = [
                (int(start), int(end))
                for start, end in (place.split(" ") for place in found["places"].split(";"))
            ]
            last = entries[key] = _Entry(number, found["label"], found["words"] or "", places)
        elif kind == "E":
            found = _EVENT.match(line)
            if not found:
                raise BadFile(annotations.name, "expected an event: E and roles", number)
            roles = [
                (role, reference)
                for role, _, reference in (pair.rpartition(":") for pair in found["roles"].split())
            ]
            entries[key] = _Entry(number, roles[0][0], roles=roles)
        elif kind in "AM" and (found := _ATTRIBUTE.match(line)):
            if found["about"] in entries:
                entries[found["about"]].attributes[found["name"]] = found["value"] or "true"
        elif kind == "#" and (found := _NOTE.match(line)):
            if found["about"] in entries:
                entries[found["about"]].notes.append(found["words"])
        else:
            odd.append(f"line {number}: a {key} says nothing that is kept")
    for entry in entries.values():
        entry.words = " ".join([entry.words, *entry.more])
    return entries, odd


def _mark(entry: _Entry, entries: dict[str, _Entry], who: str) -> Mark | None:
    spans = [entry]
    claimant = ""
    if entry.roles:
        content = _of_role(entry, entries, "content")
        source = _of_role(entry, entries, "source")
        trigger = [entries[key] for _, key in entry.roles[:1] if key in entries]
        claimant = " ".join(span.words for span in source)
        spans = content or trigger or source
    places = [place for span in spans for place in span.places if place[0] < place[1]]
    if not places:
        return None
    quotes = _quotes(spans)
    attributes = dict(entry.attributes)
    for span in spans if entry.roles else ():
        attributes = {**span.attributes, **attributes}
    rating = next((v for k, v in attributes.items() if k.lower() in {"verdict", "rating"}), "")
    labels = [entry.label] + [
        name if value == "true" else f"{name}: {value}"
        for name, value in attributes.items()
        if value != rating
    ]
    return Mark(
        spans=[(start, end, quotes.get((start, end))) for start, end in places],
        labels=labels,
        claimant=claimant[:200],
        note=" ".join(entry.notes),
        rating=rating,
        annotator=who,
        line=entry.line,
        loose=True,
    )


def _of_role(entry: _Entry, entries: dict[str, _Entry], role: str) -> list[_Entry]:
    return [
        entries[reference]
        for name, reference in entry.roles
        if name.rstrip("0123456789").lower() == role and reference in entries
    ]


def _quotes(spans: list[_Entry]) -> dict[tuple[int, int], str]:
    """The words of each piece. Those of a span in pieces stand joined by a space, and are cut
    by the pieces' lengths; where the lengths don't add up they can't be told apart."""
    quotes: dict[tuple[int, int], str] = {}
    for span in spans:
        lengths = [end - start for start, end in span.places]
        if not span.words or len(span.words) != sum(lengths) + len(lengths) - 1:
            if len(span.places) == 1 and span.words:
                quotes[span.places[0]] = span.words
            continue
        position = 0
        for place, length in zip(span.places, lengths, strict=True):
            quotes[place] = span.words[position : position + length]
            position += length + 1
    return quotes
