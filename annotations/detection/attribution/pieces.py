"""Attributions in the end: continuous pieces of a doc, each with its form and its speaker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from annotations.detection.attribution.continuation import Sentences
from annotations.detection.attribution.decoding import Found
from annotations.detection.attribution.sheet import Ints, Sheet, code_of
from annotations.detection.attribution.speakers import FIRST_PERSON, Directory, Speaker
from annotations.detection.attribution.view import contains
from annotations.detection.boundaries import transcript_labels

Place = tuple[int, int]
_FINITE = np.array(sorted(code_of(tag) for tag in ("VBD", "VBP", "VBZ", "MD")), dtype=np.uint32)
_CARRIED = 0.5
"""Confidence in a speaker who is only the nearest one, as a share of what there was in him."""


@dataclass(slots=True)
class Piece:
    """``first`` and ``stop`` are tokens of the sheet; ``number`` is that of the attribution."""

    first: int
    stop: int
    number: int
    form: str
    speaker: Speaker | None
    source: Place | None
    cue: Place | None
    confidence: float


def content_runs(found: Found, sentences: Sentences) -> list[tuple[int, int, float]]:
    """Token ranges of what is said, joined where they touch, with the lowest of their
    probabilities; what continues is as probable as all links up to it."""
    runs: list[tuple[int, int, float]] = []
    begin = last = -1
    for at in found.content:
        if at != last + 1 or begin < 0:
            if begin >= 0:
                runs.append((begin, last + 1, found.probability))
            begin = at
        last = at
    if begin >= 0:
        runs.append((begin, last + 1, found.probability))
    sure = {1: found.probability, -1: found.probability}
    home = found.head
    for place, probability in found.links:
        way = 1 if sentences.bounds[place] > home else -1
        sure[way] *= probability
        runs.extend((first, stop, sure[way]) for first, stop in sentences.runs[place])
    runs.sort()
    joined: list[tuple[int, int, float]] = []
    for first, stop, probability in runs:
        if joined and first <= joined[-1][1]:
            begin, end, least = joined[-1]
            joined[-1] = (begin, max(end, stop), min(least, probability))
        else:
            joined.append((first, stop, probability))
    return joined


def said_pieces(
    sheet: Sheet, sentences: Sentences, found: list[Found], speakers: list[Speaker | None]
) -> list[Piece]:
    """The pieces of each attribution, which is numbered from 1."""
    quoted = np.concatenate([[0], np.cumsum((sheet.quote > 0) & (sheet.cased != 3))])
    words = np.concatenate([[0], np.cumsum(sheet.cased != 3)])
    pieces = []
    for number, (one, speaker) in enumerate(zip(found, speakers, strict=True), 1):
        for first, stop, probability in content_runs(one, sentences):
            inside = int(quoted[stop] - quoted[first])
            size = int(words[stop] - words[first])
            if not size:
                continue
            form = "indirect" if not inside else "direct" if inside == size else "mixed"
            pieces.append(
                Piece(
                    first=first,
                    stop=stop,
                    number=number,
                    form=form,
                    speaker=speaker,
                    source=_place(sheet, one.source),
                    cue=_place(sheet, one.cue),
                    confidence=probability,
                )
            )
    return pieces


def _place(sheet: Sheet, tokens: list[int]) -> Place | None:
    if not tokens:
        return None
    return int(sheet.start[tokens[0]]), int(sheet.end[tokens[-1]])


@dataclass(slots=True)
class _Quotation:
    first: int
    stop: int
    paragraph: int
    left_open: bool
    said: bool
    """Whether most of it is attributed already."""
    speaker: Speaker | None
    confidence: float


def carried_pieces(doc: Doc, sheet: Sheet, pieces: list[Piece], quotes_key: str) -> list[Piece]:
    """Quotations that nobody was found to say go on from the one before in their paragraph, or
    lead up to the next; one left open goes on in the next paragraph."""
    quotations = _quotations(doc, sheet, pieces, quotes_key)
    upcoming: list[_Quotation | None] = []
    ahead: _Quotation | None = None
    for quotation in reversed(quotations):
        near = ahead is not None and ahead.paragraph == quotation.paragraph
        upcoming.append(ahead if near else None)
        if quotation.speaker is not None:
            ahead = quotation
    upcoming.reverse()
    carried = []
    number = max((piece.number for piece in pieces), default=0)
    last: _Quotation | None = None
    was_open = False
    for quotation, later in zip(quotations, upcoming, strict=True):
        if not quotation.said:
            reach = 1 if was_open else 0
            near = last is not None and quotation.paragraph - last.paragraph <= reach
            model = last if near else later
            if model is not None:
                number += 1
                quotation.speaker = model.speaker
                quotation.confidence = model.confidence * _CARRIED
                carried.append(
                    Piece(
                        first=quotation.first,
                        stop=quotation.stop,
                        number=number,
                        form="direct",
                        speaker=quotation.speaker,
                        source=None,
                        cue=None,
                        confidence=quotation.confidence,
                    )
                )
        if quotation.speaker is not None:
            last = quotation
        was_open = quotation.left_open
    return carried


def _quotations(doc: Doc, sheet: Sheet, pieces: list[Piece], quotes_key: str) -> list[_Quotation]:
    """Those that hold a sentence, with who was found to say them. The name of a film or a nickname
    is nothing that anybody must be saying here."""
    edges = np.zeros(len(sheet) + 1, dtype=np.int32)
    for piece in pieces:
        edges[piece.first] += 1
        edges[piece.stop] -= 1
    covered = np.concatenate([[0], np.cumsum(np.cumsum(edges)[:-1] > 0)])
    spans = list(doc.spans[quotes_key])
    firsts = np.searchsorted(sheet.place, [span.start for span in spans]).tolist()
    stops = np.searchsorted(sheet.place, [span.end for span in spans]).tolist()
    surest = _surest(sheet, pieces)
    verbs = np.concatenate([[0], np.cumsum(contains(_FINITE, sheet.tag))])
    found = []
    for span, first, stop in zip(spans, firsts, stops, strict=True):
        if stop - first <= 5 or verbs[stop] == verbs[first]:
            continue
        said = int(covered[stop] - covered[first]) * 2 > stop - first
        at = int(surest[(first + stop) // 2]) if said else -1
        found.append(
            _Quotation(
                first=first,
                stop=stop,
                paragraph=int(sheet.paragraph[first]),
                left_open=span.label_ == "open",
                said=said,
                speaker=pieces[at].speaker if at >= 0 else None,
                confidence=pieces[at].confidence if at >= 0 else 0.0,
            )
        )
    return found


def _surest(sheet: Sheet, pieces: list[Piece]) -> Ints:
    """(n,) the position of the surest piece over each token, -1 where there is none."""
    over = np.full(len(sheet) + 1, -1, dtype=np.int32)
    for position in sorted(range(len(pieces)), key=lambda at: pieces[at].confidence):
        if pieces[position].speaker is not None or over[pieces[position].first] < 0:
            over[pieces[position].first : pieces[position].stop] = position
    return over


def transcript_pieces(doc: Doc, sheet: Sheet, number: int, directory: Directory) -> list[Piece]:
    """What follows ``NAME:`` at the beginning of a line, and lines that come with a speaker."""
    turns: list[tuple[int, int, Speaker]] = []
    for start, end, name in doc._.lines:
        if name.strip():
            turns.append((start, end, (directory.labelled(name.strip()), None, None)))
    if not turns:
        turns.extend(_labelled(sheet.text, directory))
    pieces = []
    for start, end, speaker in turns:
        first = int(np.searchsorted(sheet.start, start))
        stop = int(np.searchsorted(sheet.start, end))
        if first < stop:
            number += 1
            pieces.append(Piece(first, stop, number, "transcript", speaker, None, None, 1.0))
    return pieces


def _labelled(text: str, directory: Directory) -> Iterator[tuple[int, int, Speaker]]:
    labels = transcript_labels(text)
    edges = [*(start for start, _ in labels[1:]), len(text)]
    for (start, end), until in zip(labels, edges, strict=False):
        name = text[start : end - 1].split("(")[0].strip()
        if name and text[end:until].strip():
            yield end, until, (directory.labelled(name), start, start + len(name))


def speak_for_themselves(sheet: Sheet, found: list[Found], pieces: list[Piece]) -> None:
    """Give "I think" within what somebody says that somebody as speaker, in place."""
    owns = {
        number
        for number, one in enumerate(found, 1)
        if len(one.source) == 1 and sheet.words[one.source[0]].lower() in FIRST_PERSON
    }
    if not owns:
        return
    outer = [piece for piece in pieces if piece.number not in owns and piece.speaker]
    over = _surest(sheet, outer)
    for piece in pieces:
        if piece.number in owns:
            at = int(over[found[piece.number - 1].head])
            piece.speaker = None
            if at >= 0:
                start, end = piece.source or (None, None)
                speaker = outer[at].speaker
                piece.speaker = None if speaker is None else (speaker[0], start, end)


def in_order(pieces: list[Piece]) -> list[Piece]:
    """Pieces as they are read, the longer first; of two over the same words the surer stays, as a
    doc holds one set of attributes for them."""
    surest: dict[Place, Piece] = {}
    for piece in pieces:
        known = surest.get((piece.first, piece.stop))
        if known is None or piece.confidence > known.confidence:
            surest[piece.first, piece.stop] = piece
    return sorted(surest.values(), key=lambda piece: (piece.first, -piece.stop))
