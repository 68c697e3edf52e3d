"""How well attributions are found, against a folder in PolNeAR's form.

Everything is counted in tokens of the text, which any annotation can be laid over: a token is a
run of letters, digits and inner ``'``, ``’``, ``-``, ``.`` or ``,``, or one other mark
(``TOKEN``). A token belongs to a span that covers any of it. Counts are summed over articles
(micro-average); where several annotators read one text, it is scored against each reading and
each counts an equal part of the article.

For ``source``, ``cue`` and ``content``:

- ``token``: the article's set of tokens in that role, of whichever attribution (attributions lie
  inside each other, a token counts once);
- ``exact``: the role's tokens of one attribution, all and no others; empty roles don't count.

``attribution`` links the three. Predicted and gold attributions that share a token of their cues
or of their contents are paired one to one, those with the most (role, token) in common first;
``token`` counts (role, token) in common within pairs, ``exact`` pairs alike in all three roles.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from annotations.detection.corpora.polnear import (
    AttributionArticle,
    GoldAttribution,
    Pieces,
    read_polnear,
)

TOKEN = re.compile(r"\w+(?:['’.,-]\w+)*|[^\w\s]")
ROLES = ("source", "cue", "content")

Predict = Callable[[Iterable[str]], Iterable[Sequence[GoldAttribution]]]
"""Texts to the attributions found in each."""

Measures = dict[str, float]
Offsets = npt.NDArray[np.int64]
TokenSets = tuple[frozenset[int], frozenset[int], frozenset[int]]


@dataclass(slots=True)
class Count:
    common: float = 0.0
    predicted: float = 0.0
    gold: float = 0.0

    def add(self, common: float, predicted: float, gold: float, weight: float) -> None:
        self.common += common * weight
        self.predicted += predicted * weight
        self.gold += gold * weight

    def measures(self) -> Measures:
        precision = self.common / self.predicted if self.predicted else 0.0
        recall = self.common / self.gold if self.gold else 0.0
        total = self.predicted + self.gold
        f1 = 2 * self.common / total if total else 0.0
        return {"precision": precision, "recall": recall, "f1": f1}


@dataclass(slots=True)
class Counts:
    token: Count = field(default_factory=Count)
    exact: Count = field(default_factory=Count)


def evaluate_attribution(folder: Path, predict: Predict) -> dict[str, dict[str, Measures]]:
    """Figures for ``source``, ``cue``, ``content`` and ``attribution``, each ``token`` and
    ``exact`` with ``precision``, ``recall`` and ``f1``.

    Raises CorpusError for a folder that is not in PolNeAR's form. Texts without a reading are
    left out.
    """
    articles = [article for article in read_polnear(folder) if article.readings]
    found = predict(article.text for article in articles)
    return score_attributions(zip(articles, found, strict=True))


def score_attributions(
    pairs: Iterable[tuple[AttributionArticle, Sequence[GoldAttribution]]],
) -> dict[str, dict[str, Measures]]:
    """The same for articles that were already read."""
    counts: dict[str, Counts] = {key: Counts() for key in (*ROLES, "attribution")}
    for article, predicted in pairs:
        bounds = [match.span() for match in TOKEN.finditer(article.text)]
        starts = np.array([start for start, _ in bounds], dtype=np.int64)
        ends = np.array([end for _, end in bounds], dtype=np.int64)
        ours = [_token_sets(one, starts, ends) for one in predicted]
        for reading in article.readings.values():
            gold = [_token_sets(one, starts, ends) for one in reading]
            _count(counts, ours, gold, 1.0 / len(article.readings))
    return {
        key: {"token": count.token.measures(), "exact": count.exact.measures()}
        for key, count in counts.items()
    }


def doc_attributions(doc: Doc, spans_key: str = "attributions") -> list[GoldAttribution]:
    """What a pipeline wrote, in the form of the gold: spans with one ``id`` are one attribution.

    Spans without source or cue (a transcript's lines) are left out: they attribute nothing in
    their own words.
    """
    sources: dict[int, set[tuple[int, int]]] = defaultdict(set)
    cues: dict[int, set[tuple[int, int]]] = defaultdict(set)
    contents: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for span in doc.spans.get(spans_key, ()):
        if span._.cue is None:
            continue
        key = span.id
        cues[key].add(span._.cue)
        contents[key].add((span.start_char, span.end_char))
        if span._.source is not None:
            sources[key].add(span._.source)
    return [
        GoldAttribution(
            source=tuple(sorted(sources[key])),
            cue=tuple(sorted(cues[key])),
            content=tuple(sorted(contents[key])),
        )
        for key in cues
    ]


def _token_sets(attribution: GoldAttribution, starts: Offsets, ends: Offsets) -> TokenSets:
    return (
        _tokens(attribution.source, starts, ends),
        _tokens(attribution.cue, starts, ends),
        _tokens(attribution.content, starts, ends),
    )


def _tokens(pieces: Pieces, starts: Offsets, ends: Offsets) -> frozenset[int]:
    found: set[int] = set()
    for start, end in pieces:
        first = int(np.searchsorted(ends, start, side="right"))
        stop = int(np.searchsorted(starts, end, side="left"))
        found.update(range(first, stop))
    return frozenset(found)


def _count(
    counts: dict[str, Counts], ours: list[TokenSets], gold: list[TokenSets], weight: float
) -> None:
    for role, key in enumerate(ROLES):
        mine = frozenset().union(*(one[role] for one in ours))
        theirs = frozenset().union(*(one[role] for one in gold))
        counts[key].token.add(len(mine & theirs), len(mine), len(theirs), weight)
        mine_all = Counter(one[role] for one in ours if one[role])
        theirs_all = Counter(one[role] for one in gold if one[role])
        counts[key].exact.add(
            (mine_all & theirs_all).total(), mine_all.total(), theirs_all.total(), weight
        )
    linked = counts["attribution"]
    common, alike = _paired(ours, gold)
    sizes = [sum(sum(map(len, one)) for one in side) for side in (ours, gold)]
    linked.token.add(common, sizes[0], sizes[1], weight)
    linked.exact.add(alike, len(ours), len(gold), weight)


def _paired(ours: list[TokenSets], gold: list[TokenSets]) -> tuple[int, int]:
    """(Role, token) in common and number of pairs alike, over the best pairs."""
    holders: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, one in enumerate(gold):
        for role in (1, 2):
            for token in one[role]:
                holders[role, token].append(number)
    options = []
    for number, one in enumerate(ours):
        rivals = {
            rival
            for role in (1, 2)
            for token in one[role]
            for rival in holders.get((role, token), ())
        }
        for rival in rivals:
            overlap = sum(len(a & b) for a, b in zip(one, gold[rival], strict=True))
            options.append((-overlap, number, rival))
    taken_ours: set[int] = set()
    taken_gold: set[int] = set()
    common = alike = 0
    for overlap, number, rival in sorted(options):
        if number in taken_ours or rival in taken_gold:
            continue
        taken_ours.add(number)
        taken_gold.add(rival)
        common -= overlap
        alike += ours[number] == gold[rival]
    return common, alike
