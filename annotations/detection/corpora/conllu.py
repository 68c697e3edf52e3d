"""CoNLL-U, as Universal Dependencies and PolNeAR's machine annotation write it.

Format: https://universaldependencies.org/format.html. The text is rebuilt with its spacing:
``SpaceAfter=No`` joins, ``newpar`` and ``newdoc`` begin a paragraph, which a blank line sets off.
Where the tokens carry ``start`` and ``end`` in MISC, they point into a text kept beside the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotations.detection.corpora.errors import CorpusError

_COLUMNS = 10


@dataclass(slots=True)
class ConlluToken:
    """One syntactic word. ``start`` and ``end`` are code points in the document's text."""

    form: str
    lemma: str
    tag: str
    """The language's own tag (XPOS)."""
    head: int
    """Position of its head in the sentence, from 0; its own position for the root, -1 unknown."""
    dep: str
    entity: str
    """Entity type, ``O`` for none, empty where entities are not annotated."""
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class ConlluDocument:
    """One document: its text and its sentences, each a list of tokens."""

    name: str
    text: str = ""
    sentences: list[list[ConlluToken]] = field(default_factory=list)


def read_conllu(path: Path, texts: Path | None = None) -> Iterator[ConlluDocument]:
    """Yield the documents of a file.

    ``texts`` is a folder of ``NAME.txt`` that token offsets point into; without it the text is
    rebuilt, from the offsets where there are any (a gap of two or more is a line's end). Raises
    CorpusError, naming the line, for a row that is not CoNLL-U, and for a missing text.
    """
    if not path.is_file():
        raise CorpusError(path, None, "no such file")
    for name, sentences in _documents(path):
        document = ConlluDocument(name)
        if texts is not None:
            source = texts / f"{name}.txt"
            if not source.is_file():
                raise CorpusError(path, None, f"document {name!r} has no {source}")
            document.text = source.read_text(encoding="utf-8")
        elif any(row.token.end for sentence in sentences[:1] for row in sentence.rows):
            document.text = _from_offsets(sentences)
        else:
            document.text = _from_spacing(sentences)
        document.sentences = [[row.token for row in sentence.rows] for sentence in sentences]
        yield document


def _from_spacing(sentences: list[_Sentence]) -> str:
    """The text as ``SpaceAfter`` and ``newpar`` give it; sets the tokens' offsets."""
    pieces: list[str] = []
    length = 0
    for sentence in sentences:
        if sentence.new_paragraph and pieces:
            bare = pieces[-1].rstrip(" ")
            length += 2 - (len(pieces[-1]) - len(bare))
            pieces[-1] = bare + "\n\n"
        for row in sentence.rows:
            if row.surface:
                row.token.start = length
                pieces.append(row.surface + " " * row.space)
                length += len(pieces[-1])
        _place(sentence)
    return "".join(pieces).rstrip()


def _from_offsets(sentences: list[_Sentence]) -> str:
    """A text in which every token stands at its offsets."""
    pieces: list[str] = []
    length = 0
    for sentence in sentences:
        for row in sentence.rows:
            token = row.token
            gap = max(0, token.start - length)
            pieces.append(" " if gap == 1 else "\n" * gap)
            size = token.end - token.start
            plain = _ESCAPES.get(token.form, token.form)
            if len(plain) != size:
                plain = _SHORT.get(token.form, plain).ljust(size)[:size]
            pieces.append(plain)
            length = token.end
    return "".join(pieces)


# How the Penn treebank, and tools that follow it, write what stood in the text.
_ESCAPES = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_SHORT = {"``": "\u201c", "''": "\u201d", "--": "\u2014", "...": "\u2026"}


@dataclass(slots=True)
class _Row:
    token: ConlluToken
    surface: str
    """What the text shows: the form, the whole of a multiword token for its first word, or
    nothing for its others."""
    space: bool


@dataclass(slots=True)
class _Sentence:
    rows: list[_Row] = field(default_factory=list)
    new_paragraph: bool = False


def _place(sentence: _Sentence) -> None:
    """Give each word its offsets; words of one multiword token share out its characters."""
    at = 0
    rows = sentence.rows
    while at < len(rows):
        stop = at + 1
        while stop < len(rows) and not rows[stop].surface:
            stop += 1
        begin, surface = rows[at].token.start, rows[at].surface
        place = 0
        for row in rows[at:stop]:
            last = row is rows[stop - 1]
            found = surface.find(row.token.form, place)
            left = found if found >= 0 else place
            right = len(surface) if last else min(left + len(row.token.form), len(surface))
            row.token.start, row.token.end = begin + left, begin + right
            place = right
        at = stop


def _documents(path: Path) -> Iterator[tuple[str, list[_Sentence]]]:
    name = path.stem
    sentences: list[_Sentence] = []
    sentence = _Sentence(new_paragraph=True)
    words_left = 0
    surface, space_after = "", True
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\r\n")
            if not line:
                if sentence.rows:
                    sentences.append(sentence)
                    sentence = _Sentence()
                words_left = 0
                continue
            if line.startswith("#"):
                if line.startswith("# newdoc"):
                    if sentences:
                        yield name, sentences
                    sentences = []
                    name = line.partition("=")[2].strip() or name
                    sentence.new_paragraph = True
                elif line.startswith("# newpar"):
                    sentence.new_paragraph = True
                continue
            columns = line.split("\t")
            if len(columns) != _COLUMNS:
                raise CorpusError(path, number, f"{len(columns)} columns; CoNLL-U has {_COLUMNS}")
            if "." in columns[0]:
                continue  # an empty node of the enhanced representation: not in the text
            misc = dict(part.partition("=")[::2] for part in columns[9].split("|"))
            spaced = misc.get("SpaceAfter") != "No"
            if "-" in columns[0]:
                first, _, last = columns[0].partition("-")
                words_left = int(last) - int(first) + 1
                surface, space_after = columns[1], spaced
                continue
            token = _token(path, number, columns, misc, len(sentence.rows))
            if words_left:
                words_left -= 1
                sentence.rows.append(_Row(token, surface, space_after))
                surface, space_after = "", True
            else:
                sentence.rows.append(_Row(token, token.form, spaced))
    if sentence.rows:
        sentences.append(sentence)
    if sentences:
        yield name, sentences


def _token(
    path: Path, number: int, columns: list[str], misc: dict[str, str], position: int
) -> ConlluToken:
    try:
        head = int(columns[6]) - 1 if columns[6] != "_" else -2
        start, end = int(misc.get("start", 0)), int(misc.get("end", 0))
    except ValueError as error:
        raise CorpusError(path, number, f"a number was expected: {error}") from None
    return ConlluToken(
        form=columns[1],
        lemma=columns[2],
        tag=columns[4],
        head=position if head == -1 else max(head, -1),
        dep=columns[7],
        entity=misc.get("NER", ""),
        start=start,
        end=end,
    )
