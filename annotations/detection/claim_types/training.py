"""Learning the claim types from hand labels, and saying how well that works."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from annotations.detection.claim_types.features import Features, Featurizer, read_word_lists
from annotations.detection.claim_types.fitting import (
    Array,
    Labels,
    fit,
    join,
    matrix,
    temperature,
    to_model,
)
from annotations.detection.claim_types.labels import LabelledText
from annotations.detection.claim_types.model import KINDS, TypeModel, softmax
from annotations.detection.components import extensions as _registered  # noqa: F401
from annotations.detection.features import FEATURES

PENALTY = 4.0
FOLDS = 5
CUES = tuple(sorted(set(FEATURES) - {"bias", "limit"}))


@dataclass(frozen=True)
class Learnt:
    """A trained model and the featurizer that it belongs to."""

    model: TypeModel
    featurizer: Featurizer
    validation: CrossValidation


@dataclass(frozen=True)
class CrossValidation:
    """How well sentences are told that were not learnt from, each in [0, 1]."""

    accuracy: float
    macro_f1: float
    majority: float
    """Accuracy of always answering the commonest type."""
    kappa: float
    """Agreement beyond chance (Cohen), in [-1, 1]."""
    ece: float
    """Expected calibration error of the confidence, ten bins of equal width."""
    temperature: float
    f1: dict[str, float]
    confusion: tuple[tuple[int, ...], ...]
    """Rows are labels, columns answers, both in the order of ``CLAIM_KINDS``."""


def train_claim_types(
    *, nlp: Language, rows: Sequence[LabelledText], seed: int = 0, penalty: float = PENALTY
) -> Learnt:
    """Learn from ``rows``. ``nlp`` is the pipeline that runs before the component, up to and
    including the cues. ``seed`` only decides the folds, which set the temperature and the
    validation's figures: the weights are the same for every seed.

    Raises ValueError where a claim type has fewer examples than there are folds.
    """
    featurizer = Featurizer(make_doc=nlp.make_doc, cues=CUES, word_lists=read_word_lists())
    x, labels = _examples(nlp, featurizer, rows)
    validation = _cross_validate(x, labels, _folds(rows, labels, seed), penalty)
    weights = fit(x, labels, penalty=penalty)
    model = to_model(weights, featurizer.names, heat=validation.temperature)
    return Learnt(model, featurizer, validation)


def cross_validate(
    *, nlp: Language, rows: Sequence[LabelledText], seed: int = 0, penalty: float = PENALTY
) -> CrossValidation:
    """The figures of ``train_claim_types`` alone, for a pipeline like its."""
    featurizer = Featurizer(make_doc=nlp.make_doc, cues=CUES, word_lists=read_word_lists())
    x, labels = _examples(nlp, featurizer, rows)
    return _cross_validate(x, labels, _folds(rows, labels, seed), penalty)


def _examples(
    nlp: Language, featurizer: Featurizer, rows: Sequence[LabelledText]
) -> tuple[Array, Labels]:
    docs = []
    for row in rows:
        doc = nlp.make_doc(row.text)
        # What was labelled is one sentence, whatever its punctuation looks like.
        doc._.lines = ((0, len(row.text), ""),)
        docs.append(doc)
    parts: list[Features] = [featurizer(doc, [(0, len(doc))]) for doc in nlp.pipe(docs)]
    labels = np.array([KINDS.index(row.kind) for row in rows], np.intp)
    return matrix(join(parts)), labels


def _folds(rows: Sequence[LabelledText], labels: Labels, seed: int) -> NDArray[np.intp]:
    """The fold of each row: as many of each type in each; an article, or sentences that read the
    same, are never divided."""
    groups: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        article = row.id.partition(":")[0] if row.source == "polnear" else ""
        key = article or " ".join(row.text.lower().split())
        groups.setdefault(key, []).append(at)
    counts = np.bincount(labels, minlength=len(KINDS))
    if counts.min() < FOLDS:
        few = KINDS[int(counts.argmin())]
        raise ValueError(f"{few} has {counts.min()} examples; {FOLDS} are needed")

    def shuffled(key: str) -> str:
        return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()

    folds = np.zeros(len(rows), np.intp)
    held = np.zeros((FOLDS, len(KINDS)))
    # Large groups first, as they are hard to place; then whichever fold has the least of it.
    for key in sorted(groups, key=lambda key: (-len(groups[key]), shuffled(key))):
        of_group = np.bincount(labels[groups[key]], minlength=len(KINDS))
        load = ((held * of_group) / counts).sum(axis=1)
        fold = int(np.lexsort((held.sum(axis=1), load))[0])
        folds[groups[key]] = fold
        held[fold] += of_group
    return folds


def _cross_validate(
    x: Array, labels: Labels, folds: NDArray[np.intp], penalty: float
) -> CrossValidation:
    logits = np.zeros((len(labels), len(KINDS)))
    for fold in range(FOLDS):
        out = folds == fold
        logits[out] = x[out] @ fit(x[~out], labels[~out], penalty=penalty)
    heat = temperature(logits, labels)
    return measure(softmax(logits / heat), labels, heat=heat)


def measure(probabilities: Array, labels: Labels, *, heat: float = 1.0) -> CrossValidation:
    """Figures of answers of shape ``(n, len(KINDS))`` against the labels."""
    n, width = len(labels), len(KINDS)
    answers = probabilities.argmax(axis=1)
    confusion = np.zeros((width, width), np.intp)
    np.add.at(confusion, (labels, answers), 1)
    right = confusion.diagonal()
    total = confusion.sum(axis=1) + confusion.sum(axis=0)
    f1 = np.divide(2.0 * right, total, out=np.zeros(width), where=total > 0)
    accuracy = float(right.sum() / n)
    chance = float((confusion.sum(axis=1) * confusion.sum(axis=0)).sum() / n**2)
    sure = probabilities.max(axis=1)
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [
        abs(float((answers == labels)[bins == b].mean() - sure[bins == b].mean())) * (bins == b)
        for b in range(10)
        if (bins == b).any()
    ]
    return CrossValidation(
        accuracy=accuracy,
        macro_f1=float(f1.mean()),
        majority=float(np.bincount(labels).max() / n),
        kappa=(accuracy - chance) / (1.0 - chance) if chance < 1.0 else 1.0,
        ece=float(sum(gap.sum() for gap in gaps) / n),
        temperature=heat,
        f1={kind: float(value) for kind, value in zip(KINDS, f1, strict=True)},
        confusion=tuple(tuple(int(cell) for cell in line) for line in confusion),
    )
