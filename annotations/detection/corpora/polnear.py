"""PolNeAR: news articles with every attribution marked, in brat standoff.

A folder has ``text/NAME.txt`` and ``attributions/NAME_XXXX.ann``, where XXXX (four letters or
digits) is the annotator: a text that several people read has a file from each. Lines begin with
``T`` (a span: label, ``start end`` pairs joined by ``;``, the words) or ``E`` (an attribution:
``Attribution:T4 Source:T1 Cue:T2 Content:T3 Content2:T5``). Format:
https://brat.nlplab.org/standoff.html.

Words that hold a line break go on in lines that begin with neither; they are passed over, the
offsets say all there is. Attributions name spans that were deleted later: those roles are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotations.detection.corpora.errors import CorpusError

Pieces = tuple[tuple[int, int], ...]
"""Where words stand: (start, end) in code points, sorted, without overlaps."""

_SPAN = re.compile(r"T\d+\t(?P<label>[\w-]+) (?P<places>\d+ \d+(?:;\d+ \d+)*)(?:\t|$)")
_EVENT = re.compile(r"E\d+\t(?P<roles>[\w-]+:[TE]\d+(?: [\w-]+:[TE]\d+)*)\s*$")
_ANNOTATOR = re.compile(r"_[0-9a-zA-Z]{4}$")
_ROLES = ("source", "cue", "content")


@dataclass(frozen=True, slots=True)
class GoldAttribution:
    """Who (source) says (cue) what (content); an empty tuple where a role is not in the text."""

    source: Pieces = ()
    cue: Pieces = ()
    content: Pieces = ()


@dataclass(slots=True)
class AttributionArticle:
    """An article and, for each annotator that read it, the attributions found."""

    name: str
    text: str
    readings: dict[str, tuple[GoldAttribution, ...]] = field(default_factory=dict)


def read_polnear(folder: Path) -> Iterator[AttributionArticle]:
    """Yield the articles of ``folder`` in the order of their names, each with its readings.

    Raises CorpusError where ``text`` or ``attributions`` is missing, where an annotation file has
    no text, and for a line that is not brat standoff or points outside the text. A text that
    nobody annotated has no readings.
    """
    texts, annotations = folder / "text", folder / "attributions"
    for needed in (texts, annotations):
        if not needed.is_dir():
            raise CorpusError(needed, None, "a folder was expected here")
    readings: dict[str, dict[str, Path]] = {}
    for path in sorted(annotations.glob("*.ann")):
        name = _ANNOTATOR.sub("", path.stem)
        if not (texts / f"{name}.txt").is_file():
            name = path.stem  # a file without the annotator's mark
        if not (texts / f"{name}.txt").is_file():
            raise CorpusError(path, None, f"there is no text {texts / name}.txt")
        readings.setdefault(name, {})[path.stem[len(name) + 1 :]] = path
    for path in sorted(texts.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        article = AttributionArticle(path.stem, text)
        for annotator, file in readings.get(path.stem, {}).items():
            article.readings[annotator] = read_standoff(file, len(text))
        yield article


def read_standoff(path: Path, length: int) -> tuple[GoldAttribution, ...]:
    """The attributions of one file, in its order; ``length`` is that of its text.

    Raises CorpusError naming the line.
    """
    spans: dict[str, Pieces] = {}
    events: list[list[str]] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\r\n")
            if re.match(r"T\d+\t", line):
                found = _SPAN.match(line)
                if found is None:
                    raise CorpusError(path, number, "expected T<n>, a label and offsets")
                spans[line.partition("\t")[0]] = _pieces(path, number, found["places"], length)
            elif re.match(r"E\d+\t", line):
                event = _EVENT.match(line)
                if event is None:
                    raise CorpusError(path, number, "expected E<n> and roles such as Source:T1")
                events.append(event["roles"].split(" "))
    attributions = []
    for event_roles in events:
        roles: dict[str, list[tuple[int, int]]] = {}
        for pair in event_roles:
            label, _, reference = pair.partition(":")
            role = label.rstrip("0123456789").lower()
            if role in _ROLES:
                roles.setdefault(role, []).extend(spans.get(reference, ()))
        if any(roles.values()):
            joined = {role: _joined(pieces) for role, pieces in roles.items()}
            attributions.append(GoldAttribution(**joined))
    return tuple(attributions)


def _pieces(path: Path, number: int, places: str, length: int) -> Pieces:
    pieces = []
    for place in places.split(";"):
        start, end = map(int, place.split(" "))
        if not 0 <= start <= end <= length:
            raise CorpusError(
                path, number, f"{start} {end} is not in a text of {length} characters"
            )
        pieces.append((start, end))
    return tuple(pieces)


def _joined(pieces: list[tuple[int, int]]) -> Pieces:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if start == end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
