"""What an importer is, and what comes out of it. Each format is one file here, registered in
the package.

An importer reads; it writes nothing and knows no corpus. It yields items in the order of its file
and one at a time, so that memory doesn't grow with the file. Offsets are those of the text as it
stands in the file: ``placing`` normalises the text and takes them along.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .files import FileSet, SourceFile
from .options import Options

# What a row of a file may be, in characters; a longer one is rejected without being read.
MAX_ROW = 20_000_000


class BadRow(ValueError):
    """A row that can't become an article; the message says why, for the person who sent it.

    ``row`` is what could be read of it, and ``cells`` the same of a table.
    """

    def __init__(self, reason: str, *, row: str = "", cells: Sequence[Any] = ()) -> None:
        super().__init__(reason)
        self.row, self.cells = row, cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A piece of evidence, as a file gives it. Fields as in ``models.Evidence``."""

    stance: str
    url: str = ""
    citation: str = ""
    title: str = ""
    quote: str = ""
    medium: str = "Web text"
    set_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer to a question. Fields as in ``models.Answer``."""

    kind: str
    text: str = ""
    explanation: str = ""
    url: str = ""
    medium: str = "Web text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An earlier fact-check: who published it, where and when. One claim may have several."""

    publisher: str = ""
    url: str = ""
    published: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What somebody, or another tool, said about a place in a text."""

    # (start, end, words or None) of each fragment; none at all stands for the whole text.
    spans: Sequence[tuple[int, int, str | None]] = ()
    # (start, end) of fragments whose words are stated together, and those words; white space
    # counts for nothing in them.
    together: Sequence[tuple[Sequence[tuple[int, int]], str]] = ()
    # Types where the corpus's scheme has one of that name, tags where it hasn't.
    labels: Sequence[str] = ()
    normalised: str = ""
    claimant: str = ""
    # Said of a claimant whom the corpus hasn't got yet.
    claimant_role: str = ""
    claimant_wikidata_id: str = ""
    claim_date: dt.date | None = None
    place: str = ""
    note: str = ""
    # In [0, 1], where a tool gave one.
    score: float | None = None
    # A label of the corpus's scale.
    rating: str = ""
    # Of several people, or somebody else: label, and who gave it. ``rating`` is the last of them.
    ratings: Sequence[tuple[str, str]] = ()
    # From 1 (false) to 5 (true): for a scale that hasn't got the label.
    rating_number: int | None = None
    rationale: str = ""
    strategies: Sequence[str] = ()
    sources: Sequence[Source] = ()
    questions: Sequence[tuple[str, Sequence[Reply]]] = ()
    # The fact-check that it is from: those of different addresses are different claims.
    review: Review | None = None
    # Who said it, where the file tells people apart.
    annotator: str = ""
    line: int | None = None
    # Where it stands, if that isn't the file with the text.
    file: str = ""
    # brat writes the words in one line, whatever white space stands between them.
    loose: bool = False
    # Why nobody can tell where it stands; it is misplaced then.
    unplaced: str = ""
    # What stands around a single span that has words; it is looked for where the offsets fail.
    around: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article as a file gives it; or, with ``target``, marks for one that is there."""

    text: str = ""
    title: str = ""
    author: str = ""
    publisher: str = ""
    url: str = ""
    published: dt.date | None = None
    dateline: str = ""
    language: str = ""
    source_name: str = ""
    marks: Sequence[Mark] = ()
    # May the text begin with ``date YYYY-MM-DD``?
    header: bool = False
    # The address of an article of the corpus, or ``urn:factcheck:article:`` and its number.
    target: str = ""
    # The whole record of our own format, which is put back as it was.
    record: Mapping[str, Any] | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row of a file: a draft, or the reason why there is none."""

    draft: Draft | None = None
    reason: str = ""
    # From 1: the line, row or element, as a person would count it.
    line: int | None = None
    # The row as it stood, for the download of what was rejected; behind what has to stand before
    # it for it to be read, such as a table's heading.
    row: str = ""
    # Is it nothing, and only counted?
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file, by which its format is recognised."""

    name: str
    text: str
    raw: bytes


class Importer(Protocol):
    """Reads one format.

    ``read`` raises ``annotations.errors.BadFile`` for a file that can't be read at all; a row
    that can't is an item with its reason. ``skip`` items were taken from this file before: they
    are passed over, cheaply where the format allows.
    """

    name: str
    suffixes: frozenset[str]
    # The fields of ``Options`` that it heeds beside those that all do.
    heeds: frozenset[str]

    def recognises(self, head: Head) -> bool:
        """Is this its format? Asked of files with one of its suffixes."""
        ...

    def read(
        self, file: SourceFile, files: FileSet, options: Options, skip: int
    ) -> Iterator[Item]: ...
