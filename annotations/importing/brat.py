"""brat standoff: ``NAME.txt`` and, beside it, the annotations in ``NAME.ann``.

``T1⇥Claim 0 12⇥words`` is a span, in pieces where ``;`` divides its offsets;
``A1⇥Verdict T1 False`` an attribute, ``E1⇥Attribution:T4 Source:T1 Content:T3`` an event,
``#1⇥AnnotatorNotes T1⇥words`` a note. Format: https://brat.nlplab.org/standoff.html.

A text may have several files, one a person, as in PolNeAR: ``NAME_XXXX.ann``, in the same folder
or in another one; XXXX then names the annotator. An event becomes one claim: the words of its
Content role, or else of its trigger, with the Source as the claimant; a Cue repeats the trigger.
All other spans are claims of their own, also those that events name by other roles.
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
# Of an event: what its claim is made of.
_ROLES = frozenset({"content", "source", "cue"})
_RATINGS = frozenset({"verdict", "rating"})
MAX_ANN_BYTES = 20_000_000
MAX_CLAIMANT = 200


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
            if not skip and (reason := _unread(file, files)):
                yield Item(reason=reason)
            return
        if skip:
            return
        text = read_text(file, options)
        marks: list[Mark] = []
        notes: list[str] = []
        for beside in annotations_of(file, files):
            who = _ANNOTATOR.search(beside.stem) if beside.stem != file.stem else None
            try:
                found, odd = _marks(beside, options, who[1] if who else "")
            except BadFile as error:
                yield Item(reason=f"{beside.base}, line {error.line}: {error.reason}")
                return
            marks += [replace(mark, file=beside.base) for mark in found]
            notes += [f"{beside.base}, {note}" for note in odd]
        draft = Draft(text=text, source_name=file.base, marks=marks, notes=notes, header=not marks)
        yield Item(draft=draft)


def _bare(file: SourceFile) -> str:
    return _ANNOTATOR.sub("", file.stem)


def _unread(annotations: SourceFile, files: FileSet) -> str:
    """Why annotations aren't read with any text; empty where they are."""
    found = _index(files).get(_key(annotations, files), [])
    texts = [file for file in found if file.suffix == ".txt"]
    if not texts:
        return f"there is no {_bare(annotations)}.txt for it"
    if any(annotations in annotations_of(text, files) for text in texts):
        return ""
    return f"{texts[0].base} has other annotations in its own folder, so it isn't read"


def annotations_of(text: SourceFile, files: FileSet) -> list[SourceFile]:
    """Those of the same folder, else those of folders that have no such text: a stem may occur in
    several."""
    found = [file for file in _index(files).get(text.stem, ()) if file.suffix == ".ann"]
    here = [file for file in found if _folder(file) == _folder(text)]
    return here or [file for file in found if files.find(_beside(file, f"{text.stem}.txt")) is None]


def _folder(file: SourceFile) -> str:
    return str(PurePosixPath(file.name).parent)


def _beside(file: SourceFile, name: str) -> str:
    return str(PurePosixPath(file.name).with_name(name))


def _index(files: FileSet) -> dict[str, list[SourceFile]]:
    """Stem of a text → the texts of that name and their annotations. Made once for an archive of
    many files."""
    if files.index is None:
        index: dict[str, list[SourceFile]] = {}
        files.index = index
        for file in files.with_suffix(".txt"):
            index.setdefault(file.stem, []).append(file)
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
    # Spans that are a part of what an event says.
    parts: set[str] = set()
    for key, entry in entries.items():
        for number, (role, reference) in enumerate(entry.roles):
            if reference not in entries:
                odd.append(f"line {entry.line}: {key} names {reference}, which isn't there")
            elif reference[0] == "T" and (number == 0 or _bare_role(role) in _ROLES):
                parts.add(reference)
    marks = []
    for key, entry in entries.items():
        if key in parts:
            continue
        mark = _mark(entry, entries, who, odd)
        if mark is None:
            odd.append(f"line {entry.line}: it names no words that are there")
        else:
            marks.append(mark)
    return marks, odd


def _entries(annotations: SourceFile, options: Options) -> tuple[dict[str, _Entry], list[str]]:
    entries: dict[str, _Entry] = {}
    odd: list[str] = []
    # What is said of spans and events, which may stand before them.
    said: list[tuple[int, str, re.Match[str]]] = []
    stray: list[int] = []
    last: _Entry | None = None
    content = read_text(annotations, options, MAX_ANN_BYTES).removeprefix("\ufeff")
    for number, line in enumerate(content.split("\n"), 1):
        line = line.rstrip("\r")
        if not _ENTRY.match(line):
            # Words that hold a line break go on in lines of their own.
            if line.strip() and last is not None:
                last.more.append(line)
            elif line.strip():
                stray.append(number)
            continue
        key, kind, last = line.partition("\t")[0], line[0], None
        if kind in "TE":
            entry = _entry(annotations.name, number, line)
            last = entry if kind == "T" else None
            if (first := entries.setdefault(key, entry)) is not entry:
                odd.append(f"line {number}: there is a {key} in line {first.line} already")
        elif found := (_ATTRIBUTE if kind in "AM" else _NOTE).match(line):
            said.append((number, key, found))
        else:
            odd.append(f"line {number}: a {key} says nothing that is kept")
    for number, key, found in said:
        _say(entries, number, key, found, odd)
    for entry in entries.values():
        entry.words = " ".join([entry.words, *entry.more])
    if stray:
        more = ", …" if stray[10:] else ""
        odd.append(f"line {', '.join(map(str, stray[:10]))}{more}: no annotation")
    return entries, odd


def _entry(name: str, number: int, line: str) -> _Entry:
    if line[0] == "T":
        if not (found := _SPAN.match(line)):
            raise BadFile(name, "expected a span: T, label, offsets and words", number)
        places = [
            (int(start), int(end))
            for start, end in (place.split(" ") for place in found["places"].split(";"))
        ]
        return _Entry(number, found["label"], found["words"] or "", places)
    if not (found := _EVENT.match(line)):
        raise BadFile(name, "expected an event: E and roles", number)
    roles = [
        (role, reference)
        for role, _, reference in (pair.rpartition(":") for pair in found["roles"].split())
    ]
    return _Entry(number, roles[0][0], roles=roles)


def _say(
    entries: dict[str, _Entry], number: int, key: str, found: re.Match[str], odd: list[str]
) -> None:
    """An attribute or a note, put down with what it is about."""
    entry = entries.get(found["about"])
    if entry is None:
        odd.append(f"line {number}: {key} is about {found['about']}, which isn't there")
    elif key[0] == "#":
        entry.notes.append(found["words"])
    elif entry.attributes.setdefault(found["name"], value := found["value"] or "true") != value:
        odd.append(f"line {number}: {found['about']} has another {found['name']} already")


def _mark(entry: _Entry, entries: dict[str, _Entry], who: str, odd: list[str]) -> Mark | None:
    spans, others = [entry], []
    claimant = ""
    if entry.roles:
        content = _of_role(entry, entries, "content")
        source = _of_role(entry, entries, "source")
        trigger = [entries[key] for _, key in entry.roles[:1] if key in entries]
        claimant = " ".join(span.words for span in source)
        spans = _with_words(content, entries) or _with_words(trigger, entries) or source
        parts = [*trigger, *content, *source, *_of_role(entry, entries, "cue")]
        others = [part for part in parts if part.places and part not in spans]
    places = [place for span in spans for place in span.places if place[0] < place[1]]
    if not places:
        return None
    attributes = dict(entry.attributes)
    notes = list(entry.notes)
    for span in spans if entry.roles else ():
        attributes = {**span.attributes, **attributes}
        notes += span.notes
    for other in others:
        notes += other.notes
        if other.attributes:
            named = ", ".join(other.attributes)
            odd.append(f"line {other.line}: nothing is kept of its attributes: {named}")
    rating = next((name for name in attributes if name.lower() in _RATINGS), "")
    labels = [entry.label] + [
        name if value == "true" else f"{name}: {value}"
        for name, value in attributes.items()
        if name != rating
    ]
    if len(claimant) > MAX_CLAIMANT:
        odd.append(f"line {entry.line}: the claimant was cut to {MAX_CLAIMANT} characters")
    quotes, together = _quotes(spans)
    return Mark(
        spans=[(start, end, quotes.get((start, end))) for start, end in places],
        together=together,
        labels=labels,
        claimant=claimant[:MAX_CLAIMANT],
        note=" ".join(dict.fromkeys(notes)),
        rating=attributes.get(rating, ""),
        annotator=who,
        line=entry.line,
        loose=True,
    )


def _bare_role(role: str) -> str:
    """brat numbers roles that occur more than once."""
    return role.rstrip("0123456789").lower()


def _of_role(entry: _Entry, entries: dict[str, _Entry], role: str) -> list[_Entry]:
    return [
        entries[reference]
        for name, reference in entry.roles[1:]
        if _bare_role(name) == role and reference in entries
    ]


def _with_words(found: list[_Entry], entries: dict[str, _Entry]) -> list[_Entry]:
    """Of events the spans that they are triggered by, so that there are only spans."""
    triggers = (entries.get(one.roles[0][1], one) if one.roles else one for one in found)
    return [span for span in triggers if span.places]


def _quotes(
    spans: list[_Entry],
) -> tuple[dict[tuple[int, int], str], list[tuple[list[tuple[int, int]], str]]]:
    """The words of each place; and, where brat writes those of several in one, of all of them."""
    quotes: dict[tuple[int, int], str] = {}
    together = []
    for span in spans:
        places = [place for place in span.places if place[0] < place[1]]
        if len(places) == 1 and span.words:
            quotes[places[0]] = span.words
        elif places and span.words:
            together.append((places, span.words))
    return quotes, together
