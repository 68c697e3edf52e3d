"""How the scorer learns: two heads from two data sets, then two blends of them.

Every blend is fitted on logits of sentences that the heads did not learn from: ClaimBuster in
folds that keep equal sentences together, debates in folds that keep together the debates that
share sentences, with the sentences that are in both sides left out of the learning side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from annotations.detection.checkworthiness.debates import AROUND, around
from annotations.detection.checkworthiness.material import (
    Part,
    Progress,
    Rows,
    build_columns,
    build_rows,
    dense_scale,
    read_debate_parts,
    read_sentence_parts,
)
from annotations.detection.checkworthiness.model import (
    HEADS,
    Around,
    Blend,
    ScorerModel,
    half,
)
from annotations.detection.checkworthiness.parts import SentenceEncoder
from annotations.detection.corpora.checkthat import Debate
from annotations.detection.corpora.claimbuster import LabelledSentence
from annotations.detection.training.logistic import (
    LogisticModel,
    SparseRows,
    balanced,
    fit_logistic,
)

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

STRUCTURE_WEIGHTS: dict[str, float] = {
    "caption": -6.0,
    "byline": -6.0,
    "heading": -3.5,
    "dateline": -8.0,
    "question": -3.5,
    "self_reference": -2.0,
}
"""In logits. Debates have no captions, bylines, headings or datelines, so nothing can be learnt
about them; these say that no sentence of that kind should be suggested unless all else insists."""

_PENALTY = {"claimbuster": 0.5, "checkthat": 10.0}
_BLEND_PENALTY = 500.0
_FOLDS = 4
_NEGATIVES, _ENCODED_NEGATIVES = 0.5, 0.15
"""Share of the debates' unchecked lines that the head, and its encoder, learn from."""
_SHARED = 0.15
"""Debates that share this much of the shorter one's longer sentences are one debate."""


@dataclass(slots=True)
class Learnt:
    model: ScorerModel
    encoders: dict[str, SentenceEncoder]
    """The part put in from outside, trained for each head; empty where there is none."""
    held_out: Floats
    """Probability of each sentence of ``sentences`` from a model that did not learn from it."""


def train_scorer(
    *,
    nlp: Language,
    debates: Sequence[Debate],
    sentences: Sequence[LabelledSentence],
    seed: int,
    progress: Progress | None = None,
    extra: SentenceEncoder | None = None,
    extra_heads: Sequence[str] = HEADS,
) -> Learnt:
    """Train on all of both sets. ``nlp`` is the pipeline up to and with ``claim_cues``;
    ``progress`` is told a line at each step. ``extra`` is a part to train beside the words, once
    for each of ``extra_heads`` (and some more times to get logits on what it didn't learn from).
    The same result for the same seed.

    Raises ValueError where a class is missing or there are fewer than 20 sentences.
    """
    if len(sentences) < 20:
        raise ValueError(f"{len(sentences)} labelled sentences; at least 20 are needed")
    tell = progress or (lambda line: None)
    debate_parts = read_debate_parts(nlp, debates, progress)
    sentence_parts = read_sentence_parts(nlp, sentences)
    tell(f"read {len(sentences)} labelled sentences")
    return learn(
        debate_parts,
        sentence_parts,
        seed=seed,
        progress=tell,
        extra=extra,
        extra_heads=extra_heads,
    )


def learn(
    debates: Sequence[Part],
    sentences: Sequence[Part],
    *,
    seed: int,
    progress: Progress = lambda line: None,
    extra: SentenceEncoder | None = None,
    extra_heads: Sequence[str] = HEADS,
) -> Learnt:
    """The same from parts that have been read. Without debates the debate blend is the other."""
    everything = [*debates, *sentences]
    columns = build_columns(everything)
    scale = dense_scale(everything)
    rows = build_rows(sentences, columns, scale)
    progress(f"{columns.width} n-grams")
    beside = dict.fromkeys(extra_heads, extra)
    folds = key_folds(rows.keys, seed)
    claim = _Head(rows, _PENALTY[HEADS[0]], folds, beside.get(HEADS[0]), seed)
    progress("learnt from the sentences")
    article = _article_blend(claim, rows)
    weights = np.zeros((rows.matrix.width, len(HEADS)))
    biases = np.zeros(len(HEADS))
    weights[:, 0], biases[0] = claim.model.weights, claim.model.bias
    encoders = {} if claim.encoder is None else {HEADS[0]: claim.encoder}
    debate, near = article, _no_around()
    if debates:
        lines = build_rows(debates, columns, scale)
        folds = debate_folds(debates, seed)
        head = _Head(lines, _PENALTY[HEADS[1]], folds, beside.get(HEADS[1]), seed)
        progress("learnt from the debates")
        weights[:, 1], biases[1] = head.model.weights, head.model.bias
        if head.encoder is not None:
            encoders[HEADS[1]] = head.encoder
        debate, near = _debate_blend(debates, lines, head, claim, rows, article)
    split = columns.width
    model = ScorerModel(
        columns=columns,
        weights=half(weights[:split]),
        dense=weights[split:] * scale[:, None],
        biases=biases,
        article=article,
        debate=debate,
        around=near,
        structure=dict(STRUCTURE_WEIGHTS),
    )
    logits = article.heads[0] * claim.held_out + article.bias
    if claim.encoder is not None:
        logits = logits + article.parts[HEADS[0]] * claim.encoder_held_out
    return Learnt(model, encoders, 1 / (1 + np.exp(-logits)))


class _Head:
    """A head fitted on all rows, and its logits on each row from a fit without that row's fold.

    Rows with the label -1 get logits and are never learnt from.
    """

    def __init__(
        self,
        rows: Rows,
        penalty: float,
        folds: Places,
        extra: SentenceEncoder | None,
        seed: int,
    ) -> None:
        self.penalty = penalty
        self.held_out = np.zeros(len(rows.matrix))
        self.encoder_held_out = np.zeros(len(rows.matrix))
        self.encoder: SentenceEncoder | None = None
        random = np.random.default_rng(seed)
        for fold in range(int(folds.max()) + 1):
            inside = np.flatnonzero(folds == fold)
            apart = (folds != fold) & (rows.labels >= 0) & ~np.isin(rows.keys, rows.keys[inside])
            outside = np.flatnonzero(apart)
            model = self._fit(rows, outside, random)
            self.held_out[inside] = model.logits(rows.matrix.take(inside))
            if extra is not None:
                encoder = self._encode(extra, rows, outside, seed)
                self.encoder_held_out[inside] = encoder.values([rows.texts[at] for at in inside])
        everything = np.flatnonzero(rows.labels >= 0)
        self.model = self._fit(rows, everything, random)
        if extra is not None:
            self.encoder = self._encode(extra, rows, everything, seed)

    def _fit(self, rows: Rows, places: Places, random: np.random.Generator) -> LogisticModel:
        kept = _fewer(rows.labels, places, _NEGATIVES, random)
        labels = rows.labels[kept]
        costs = balanced(labels) * (len(places) / len(kept))
        return fit_logistic(
            rows.matrix.take(kept), labels, penalty=self.penalty, sample_weights=costs
        )

    def _encode(
        self, extra: SentenceEncoder, rows: Rows, places: Places, seed: int
    ) -> SentenceEncoder:
        kept = _fewer(rows.labels, places, _ENCODED_NEGATIVES, np.random.default_rng(seed))
        labels = rows.labels[kept]
        texts = [rows.texts[at] for at in kept]
        return extra.fit(texts, labels, balanced(labels), seed=seed)


def _fewer(
    labels: NDArray[np.int8], places: Places, share: float, random: np.random.Generator
) -> Places:
    """The places, or where positives are rare these and a ``share`` of the others: most of the
    time would go into lines that are nothing special."""
    there = labels[places]
    if there.mean() >= 0.1:
        return places
    kept: Places = places[(there == 1) | (random.random(len(there)) < share)]
    return kept


def _article_blend(head: _Head, rows: Rows) -> Blend:
    """Platt's scaling of held-out logits: a probability in ClaimBuster's sense."""
    parts = [head.held_out]
    if head.encoder is not None:
        parts.append(head.encoder_held_out)
    fitted = fit_dense(np.stack(parts, axis=1), rows.labels, penalty=1e-3)
    shares = np.zeros(len(HEADS))
    shares[0] = fitted.weights[0]
    blend = Blend(shares, fitted.bias)
    if head.encoder is not None:
        blend.parts[HEADS[0]] = float(fitted.weights[1])
    return blend


def _debate_blend(
    debates: Sequence[Part],
    lines: Rows,
    head: _Head,
    claim: _Head,
    sentences: Rows,
    article: Blend,
) -> tuple[Blend, Around]:
    """Weights of the heads, the parts, the speaker and the neighbours, for ranking lines.

    The sum is then stretched so that over the debates learnt from it has the mean and the spread
    of the article blend: a line's score keeps its meaning, its order comes from the debates.
    """
    heads = np.stack([_unseen(claim, sentences, lines), head.held_out], axis=1)
    means, scales = heads.mean(axis=0), heads.std(axis=0)
    mixed = ((heads - means) / scales).sum(axis=1)
    near = np.concatenate(
        [
            around(part.sheet, part.speakers, mixed[lines.owner == number])
            for number, part in enumerate(debates)
        ]
    )
    beside: dict[str, Floats] = {}
    if claim.encoder is not None:
        beside[HEADS[0]] = _unseen(claim, sentences, lines, encoder=True)
    if head.encoder is not None:
        beside[HEADS[1]] = head.encoder_held_out
    features = np.column_stack([heads, *beside.values(), near])
    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread < 1e-9] = np.inf
    kept = np.flatnonzero(lines.labels >= 0)
    fitted = fit_dense(
        ((features - centre) / spread)[kept],
        lines.labels[kept],
        penalty=_BLEND_PENALTY,
        sample_weights=balanced(lines.labels[kept]),
    )
    weights = fitted.weights / spread
    ranks = (features - centre) @ weights
    usual = heads @ article.heads + article.bias
    for name, share in article.parts.items():
        usual = usual + share * beside[name]
    stretch = usual.std() / max(float(ranks.std()), 1e-9)
    weights = weights * stretch
    count, more = len(HEADS), len(beside)
    # What is typical of the surroundings counts nothing: only the difference is a reason.
    bias = float(usual.mean() - centre[: count + more] @ weights[: count + more])
    parts = dict(zip(beside, weights[count : count + more].tolist(), strict=True))
    blend = Blend(weights[:count], bias, parts)
    return blend, Around(weights[count + more :], centre[count + more :], means, scales)


def _unseen(claim: _Head, sentences: Rows, lines: Rows, *, encoder: bool = False) -> Floats:
    """ClaimBuster's logit of each line; for one that is in ClaimBuster, the held-out one."""
    if encoder and claim.encoder is not None:
        logits = claim.encoder.values(lines.texts)
        held_out = claim.encoder_held_out
    else:
        logits, held_out = claim.model.logits(lines.matrix), claim.held_out
    known = dict(zip(sentences.keys.tolist(), held_out.tolist(), strict=True))
    for place, key in enumerate(lines.keys.tolist()):
        if key in known:
            logits[place] = known[key]
    return logits


def _no_around() -> Around:
    nothing = np.zeros(len(AROUND))
    return Around(nothing, nothing, np.zeros(len(HEADS)), np.ones(len(HEADS)))


def fit_dense(
    features: Floats,
    labels: NDArray[np.int8],
    *,
    penalty: float,
    sample_weights: Floats | None = None,
) -> LogisticModel:
    """Logistic regression on a dense matrix ``(rows, columns)``."""
    count, width = features.shape
    matrix = SparseRows(
        np.arange(count + 1) * width,
        np.tile(np.arange(width, dtype=np.int32), count),
        features.ravel().astype(np.float32),
        width,
    )
    return fit_logistic(
        matrix, labels, penalty=penalty, sample_weights=sample_weights, tolerance=1e-6
    )


def key_folds(keys: NDArray[np.str_], seed: int, count: int = _FOLDS) -> Places:
    """A fold for each row; equal keys share it."""
    _, inverse = np.unique(keys, return_inverse=True)
    draw = np.random.default_rng(seed).permutation(int(inverse.max()) + 1) % count
    return np.asarray(draw[inverse], dtype=np.int64)


def debate_folds(debates: Sequence[Part], seed: int, count: int = _FOLDS) -> Places:
    """A fold for each row of the debates: that of its group, which are dealt out by size.

    Raises ValueError where all are one group: nothing could be held out.
    """
    groups = debate_groups(debates)
    if len(groups) < 2:
        raise ValueError("at least two debates that share few sentences are needed")
    count = min(count, len(groups))
    order = np.random.default_rng(seed).permutation(len(groups)).tolist()
    order.sort(key=lambda number: -sum(len(debates[at].labels) for at in groups[number]))
    fold = np.zeros(len(debates), dtype=np.int64)
    size = [0] * count
    for number in order:
        least = size.index(min(size))
        for at in groups[number]:
            fold[at] = least
            size[least] += len(debates[at].labels)
    return np.repeat(fold, [len(part.labels) for part in debates])


def debate_groups(debates: Sequence[Part]) -> list[list[int]]:
    """Debates by number, those that are the same event (or contain one another) together."""
    sets = [{key for key in part.keys if key.count(" ") >= 5} for part in debates]
    parent = list(range(len(debates)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    for one in range(len(debates)):
        for other in range(one):
            shared = len(sets[one] & sets[other])
            if shared > _SHARED * min(len(sets[one]), len(sets[other])):
                parent[root(one)] = root(other)
    groups: dict[int, list[int]] = {}
    for at in range(len(debates)):
        groups.setdefault(root(at), []).append(at)
    return list(groups.values())
