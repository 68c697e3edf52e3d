"""Whether the highlights of news articles are the right ones, against a hand-labelled sample.

The sample names passages by file, offsets and hash, since the texts aren't ours to publish. It is
never learnt from.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.detection.corpora.errors import CorpusError
from annotations.detection.evaluation.ranking import average_precision, rank_labels

HEADER = ("file", "start", "end", "sha256", "label", "category")
CATEGORIES = (
    "heading",
    "caption",
    "byline",
    "dateline",
    "question",
    "experience",
    "prediction",
    "opinion",
    "trivial",
    "other",
)
"""Why a passage isn't worth checking, in the guideline's order."""
FURNITURE = frozenset({"heading", "caption", "byline", "dateline", "question"})
"""What must never be highlighted."""
TOP = 3


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a text as a detector sees it; offsets in code points, half-open."""

    start: int
    end: int
    score: float
    highlighted: bool
    """Whether a reader would see a highlight on it."""
    highlight: tuple[int, int] | None = None
    """The part that is highlighted, where that is less than the sentence."""


SentenceScorer = Callable[[str], Iterable[ScoredSentence]]
"""From an article's text to its sentences."""


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage of a text and what a person thought of it."""

    file: str
    start: int
    end: int
    worthy: bool
    category: str
    """One of ``CATEGORIES``; empty where it is worth checking."""
    text: str
    line: int
    """Of the label file, from 1."""


@dataclass(frozen=True, slots=True)
class ArticleResult:
    file: str
    passages: int
    worthy: int
    precision: float
    """Among the ``top`` highest."""
    random: float
    """What a random choice of as many would reach on average: the article's base rate."""
    ceiling: float
    """What a perfect ranking would reach."""
    average_precision: float | None
    """None where nothing is worth checking."""


@dataclass(frozen=True, slots=True)
class NewsResult:
    articles: tuple[ArticleResult, ...]
    highlighted_furniture: tuple[LabelledPassage, ...]
    """Captions, datelines, bylines, questions and headings that were highlighted."""
    furniture: int
    """How many there are to be highlighted by mistake."""
    passages: int
    worthy: int
    highlighted: int
    """Labelled passages with a highlight."""
    highlighted_worthy: int
    precision: float
    """At ``top``, mean over articles, as are the next three."""
    random: float
    ceiling: float
    mean_average_precision: float
    """Over the articles in which something is worth checking."""
    average_precision: float
    """Of all passages of all articles ranked together: are scores comparable across articles?"""

    @property
    def base_rate(self) -> float:
        """Share of the passages that are worth checking."""
        return self.worthy / self.passages


def read_news_labels(labels: Path, texts: Path) -> list[LabelledPassage]:
    """The labelled passages, in file order, with their text out of the folder ``texts``.

    Raises CorpusError, naming the line, for a row that is malformed or overlaps the one before
    it, a text that is missing, and a passage that isn't the one that was labelled.
    """
    lines = labels.read_text(encoding="utf-8").splitlines()
    if not lines or tuple(lines[0].split("\t")) != HEADER:
        raise CorpusError(labels, 1, f"expected the columns {', '.join(HEADER)}")
    articles: dict[str, str] = {}
    passages: list[LabelledPassage] = []
    for number, line in enumerate(lines[1:], start=2):
        fields = line.split("\t")
        if len(fields) != len(HEADER):
            raise CorpusError(labels, number, f"expected {len(HEADER)} columns")
        file, start, end, expected, label, category = fields
        if not (start.isdecimal() and end.isdecimal() and int(start) < int(end)):
            raise CorpusError(labels, number, "start and end must be offsets, start before end")
        if label not in {"0", "1"} or (category not in CATEGORIES if label == "0" else category):
            raise CorpusError(labels, number, "expected 1 and no category, or 0 and a category")
        if file not in articles:
            path = texts / file
            if Path(file).name != file or not path.is_file():
                raise CorpusError(labels, number, f"no text named {file!r} in {texts}")
            # Bytes, since line ends must stay as the offsets count them.
            articles[file] = path.read_bytes().decode()
        text = articles[file][int(start) : int(end)]
        if hashlib.sha256(text.encode()).hexdigest()[:16] != expected:
            raise CorpusError(labels, number, f"{file} {start}-{end} isn't what was labelled")
        if passages and passages[-1].file == file and passages[-1].end > int(start):
            raise CorpusError(labels, number, "overlaps the passage before it, or is out of order")
        passages.append(
            LabelledPassage(file, int(start), int(end), label == "1", category, text, number)
        )
    return passages


def evaluate_news(
    score: SentenceScorer, *, labels: Path, texts: Path, top: int = TOP
) -> NewsResult:
    """Score every labelled article whole, and compare with its labels.

    A labelled passage takes the score of the sentence that shares most with it, provided that it
    is the passage that shares most with that sentence: a headline run into a lead does not get the
    lead's score. Passages that no sentence stands for rank last, in reading order, as do ties.

    Raises CorpusError as ``read_news_labels`` does; ValueError where there are no labels, or a
    score is no number.
    """
    passages = read_news_labels(labels, texts)
    if not passages:
        raise ValueError(f"no labels in {labels}")
    by_file: dict[str, list[LabelledPassage]] = {}
    for passage in passages:
        by_file.setdefault(passage.file, []).append(passage)
    results: list[ArticleResult] = []
    all_scores: list[float] = []
    highlighted: list[LabelledPassage] = []
    for file, here in by_file.items():
        sentences = list(score((texts / file).read_bytes().decode()))
        scores = passage_scores(here, sentences)
        highlighted.extend(_highlighted(here, sentences))
        all_scores.extend(scores)
        ranked = rank_labels([int(passage.worthy) for passage in here], scores)
        results.append(_article(file, ranked, top))
    in_order = [int(passage.worthy) for here in by_file.values() for passage in here]
    rated = [r.average_precision for r in results if r.average_precision is not None]
    return NewsResult(
        articles=tuple(results),
        highlighted_furniture=tuple(p for p in highlighted if p.category in FURNITURE),
        furniture=sum(passage.category in FURNITURE for passage in passages),
        passages=len(passages),
        worthy=sum(passage.worthy for passage in passages),
        highlighted=len(highlighted),
        highlighted_worthy=sum(passage.worthy for passage in highlighted),
        precision=_mean([result.precision for result in results]),
        random=_mean([result.random for result in results]),
        ceiling=_mean([result.ceiling for result in results]),
        mean_average_precision=_mean(rated),
        average_precision=average_precision(rank_labels(in_order, all_scores)),
    )


def passage_scores(
    passages: Sequence[LabelledPassage], sentences: Iterable[ScoredSentence]
) -> list[float]:
    """The score of each passage of one article; minus infinity where no sentence stands for it."""
    best: list[tuple[int, float]] = [(0, -math.inf)] * len(passages)
    for sentence, found in _overlaps(passages, [(s.start, s.end, s) for s in sentences]):
        if found:
            shared, at = max(found, key=lambda pair: (pair[0], -pair[1]))
            best[at] = max(best[at], (shared, sentence.score))
    return [score for _, score in best]


def _highlighted(
    passages: Sequence[LabelledPassage], sentences: Iterable[ScoredSentence]
) -> list[LabelledPassage]:
    """Passages at least half of whose characters lie under highlights."""
    marks = [
        (*(sentence.highlight or (sentence.start, sentence.end)), sentence)
        for sentence in sentences
        if sentence.highlighted
    ]
    covered = [0] * len(passages)
    for _, found in _overlaps(passages, marks):
        for shared, at in found:
            covered[at] += shared
    return [
        passage
        for passage, shared in zip(passages, covered, strict=True)
        if shared * 2 >= passage.end - passage.start
    ]


def _overlaps(
    passages: Sequence[LabelledPassage], spans: Iterable[tuple[int, int, ScoredSentence]]
) -> Iterable[tuple[ScoredSentence, list[tuple[int, int]]]]:
    """For each span the characters it shares with passages, and their index."""
    for start, end, sentence in spans:
        yield (
            sentence,
            [
                (min(end, passage.end) - max(start, passage.start), at)
                for at, passage in enumerate(passages)
                if start < passage.end and passage.start < end
            ],
        )


def _article(file: str, ranked: Sequence[int], top: int) -> ArticleResult:
    worthy = sum(ranked)
    places = min(top, len(ranked))
    return ArticleResult(
        file=file,
        passages=len(ranked),
        worthy=worthy,
        precision=sum(ranked[:places]) / places,
        random=worthy / len(ranked),
        ceiling=min(worthy, places) / places,
        average_precision=average_precision(ranked) if worthy else None,
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
