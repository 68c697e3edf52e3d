"""Labelled sentences on the way to the scorer: read once, learnt from in parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection.checkworthiness.debates import lines_text, speakers_of
from annotations.detection.checkworthiness.dense import COLUMNS
from annotations.detection.checkworthiness.model import Columns, half
from annotations.detection.checkworthiness.sheet import Sheet, read_sheet
from annotations.detection.checkworthiness.texts import unit_texts
from annotations.detection.checkworthiness.vocabulary import Vocabulary, normalise, pieces_of
from annotations.detection.corpora.checkthat import Debate
from annotations.detection.corpora.claimbuster import LabelledSentence
from annotations.detection.training.logistic import SparseRows

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Progress = Callable[[str], None]

_LEAST_SENTENCES = 2
"""A word n-gram counts when it is in that many sentences, a character n-gram in one more."""
DENSE_SHARE = 0.03
"""Length of a dense column beside the n-grams' (which have length 1 a sentence): the smaller, the
less its weight is held back... in the units of the penalty, by its square."""
_NOT_TEXT = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Part:
    """A debate, or a single sentence: its sheet, and what is known of each of its rows."""

    name: str
    sheet: Sheet
    labels: NDArray[np.int8]
    """1 check-worthy, 0 not, -1 not to be learnt from."""
    texts: list[str]
    """As an encoder reads them, see ``unit_texts``."""
    keys: list[str]
    """Normalised texts: equal ones must not be on both sides of a split."""
    speakers: list[str]


def text_key(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return _NOT_TEXT.sub(" ", text.lower().replace("\u2019", "").replace("'", "")).strip()


def divided_doc(nlp: Language, lines: Sequence[tuple[str, str]]) -> Doc:
    """A doc of (speaker, text) lines, each a sentence, not yet read by the pipeline."""
    text, places = lines_text(lines)
    doc = nlp.make_doc(text)
    doc._.lines = places
    return doc


def read_debate_parts(
    nlp: Language, debates: Sequence[Debate], progress: Progress | None = None
) -> list[Part]:
    """A part a debate. Lines without a word have no row."""
    vocabulary = Vocabulary({})
    parts = []
    for debate in debates:
        doc = nlp(divided_doc(nlp, [(line.speaker, line.text) for line in debate.lines]))
        sheet = read_sheet(doc, vocabulary)
        rows = rows_of(doc, sheet)
        parts.append(
            Part(
                debate.name,
                sheet,
                np.asarray([debate.lines[at].label for at in rows], dtype=np.int8),
                unit_texts(doc, sheet),
                [text_key(debate.lines[at].text) for at in rows],
                speakers_of(doc, sheet),
            )
        )
        if progress is not None:
            progress(f"read {debate.name}")
    return parts


def rows_of(doc: Doc, sheet: Sheet) -> list[int]:
    """The line that each row of the sheet is."""
    starts = np.asarray([start for start, _, _ in doc._.lines])
    begin = [sheet.starts[at] for at in sheet.bounds[:-1]]
    places = np.maximum(np.searchsorted(starts, begin, side="right") - 1, 0)
    return [int(place) for place in places]


def read_sentence_parts(nlp: Language, sentences: Sequence[LabelledSentence]) -> list[Part]:
    """A part a sentence, in order. A sentence without a word has no row."""
    vocabulary = Vocabulary({})
    docs = (divided_doc(nlp, [("", sentence.text)]) for sentence in sentences)
    parts = []
    for sentence, doc in zip(sentences, nlp.pipe(docs, batch_size=64), strict=True):
        sheet = read_sheet(doc, vocabulary)
        rows = len(sheet)
        parts.append(
            Part(
                "",
                sheet,
                np.full(rows, sentence.label, dtype=np.int8),
                unit_texts(doc, sheet),
                [text_key(sentence.text)] * rows,
                [""] * rows,
            )
        )
    return parts


def build_columns(parts: Iterable[Part]) -> Columns:
    """The n-grams that are in enough sentences, with their inverse document frequency."""
    keys: list[NDArray[np.uint32]] = []
    pieces: Counter[str] = Counter()
    known: dict[str, list[str]] = {}
    rows = 0
    for part in parts:
        sheet = part.sheet
        rows += len(sheet)
        for grams in sheet.grams:
            pairs = (grams.sentences.astype(np.uint64) << np.uint64(32)) | grams.keys
            keys.append(np.unique(pairs).astype(np.uint32))
        bounds = sheet.bounds.tolist()
        for row in range(len(sheet)):
            inside: set[str] = set()
            for word in sheet.spelled[bounds[row] : bounds[row + 1]]:
                if word not in known:
                    known[word] = pieces_of(normalise(word))
                inside.update(known[word])
            pieces.update(inside)
    unique, counts = np.unique(np.concatenate(keys), return_counts=True)
    kept = counts >= _LEAST_SENTENCES
    chosen = sorted(piece for piece, count in pieces.items() if count > _LEAST_SENTENCES)
    found = np.concatenate([counts[kept], np.asarray([pieces[p] for p in chosen], dtype=np.int64)])
    idf = np.log((1 + rows) / (1 + found)) + 1
    return Columns(unique[kept], tuple(chosen), half(idf))


@dataclass(slots=True)
class Rows:
    """The design matrix of some parts: sparse columns, then the dense ones, scaled."""

    matrix: SparseRows
    labels: NDArray[np.int8]
    texts: list[str]
    keys: NDArray[np.str_]
    owner: Places
    """The part of each row."""


def dense_scale(parts: Sequence[Part]) -> Floats:
    """``(len(COLUMNS),)``: what to multiply each dense column with; 0 for one that never varies."""
    spread = np.std(np.concatenate([part.sheet.dense for part in parts]), axis=0)
    usable = spread > 1e-9
    return np.where(usable, DENSE_SHARE / np.where(usable, spread, 1.0), 0.0)


def build_rows(parts: Sequence[Part], columns: Columns, scale: Floats) -> Rows:
    vocabulary = columns.vocabulary()
    counts: list[NDArray[np.int64]] = []
    cells: list[NDArray[np.int32]] = []
    values: list[NDArray[np.float32]] = []
    for part in parts:
        sheet = part.sheet
        sheet.words = vocabulary.words(sheet.spelled)
        entries = columns.entries(sheet)
        row, column = np.nonzero(sheet.dense)
        filled = sheet.dense[row, column] * scale[column]
        sentences = np.concatenate([entries.sentences, row])
        order = np.argsort(sentences, kind="stable")
        cells.append(
            np.concatenate([entries.columns, column + columns.width])[order].astype(np.int32)
        )
        values.append(np.concatenate([entries.values, filled])[order].astype(np.float32))
        counts.append(np.bincount(sentences, minlength=len(sheet)))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return Rows(
        SparseRows(
            starts, np.concatenate(cells), np.concatenate(values), columns.width + len(COLUMNS)
        ),
        np.concatenate([part.labels for part in parts]),
        [text for part in parts for text in part.texts],
        np.asarray([key for part in parts for key in part.keys]),
        np.repeat(np.arange(len(parts)), [len(part.sheet) for part in parts]),
    )
