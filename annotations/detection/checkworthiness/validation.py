"""Cross-validation of the scorer, on either data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from annotations.detection.checkworthiness.material import (
    Part,
    Progress,
    read_sentence_parts,
)
from annotations.detection.checkworthiness.parts import SentenceEncoder
from annotations.detection.checkworthiness.scoring import score_sheet
from annotations.detection.checkworthiness.training import Learnt, debate_folds, learn
from annotations.detection.corpora.claimbuster import LabelledSentence
from annotations.detection.evaluation.binary import best_threshold, binary_metrics
from annotations.detection.evaluation.ranking import mean_ranking


def part_logits(learnt: Learnt, part: Part, *, debate: bool) -> NDArray[np.float64]:
    """Logits of a part's rows from a model that has just been learnt."""
    sheet = part.sheet
    sheet.words = learnt.model.columns.vocabulary().words(sheet.spelled)
    return score_sheet(
        learnt.model,
        sheet,
        speakers=part.speakers if debate else None,
        texts=part.texts,
        encoders=learnt.encoders,
    ).logits


def cross_validate(
    *,
    nlp: Language,
    sentences: Sequence[LabelledSentence],
    folds: int,
    seed: int,
    progress: Progress = lambda line: None,
    extra: SentenceEncoder | None = None,
) -> dict[str, Any]:
    """Retrain on all folds but one, measure on that one, for each.

    Folds are stratified: each has the share of positives of the whole, as near as can be. Nothing
    labelled is used but ``sentences``. The threshold is what the held-out probabilities of the
    learning side promise most from. Returns the measures of ``binary_metrics`` as means over
    folds, and ``folds``: the same of each with its ``threshold``.
    Raises ValueError for fewer than 2 folds, or fewer positives or negatives than folds.
    """
    labels = np.asarray([sentence.label for sentence in sentences])
    if folds < 2 or min(int(labels.sum()), int((1 - labels).sum())) < folds:
        raise ValueError(f"{len(labels)} sentences do not give {folds} folds with both labels")
    parts = read_sentence_parts(nlp, sentences)
    fold_of = stratified_folds(labels, folds, seed)
    results = []
    for fold in range(folds):
        inner = [part for part, at in zip(parts, fold_of, strict=True) if at != fold]
        learnt = learn([], inner, seed=seed, extra=extra)
        threshold = best_threshold(learnt.held_out.tolist())
        logits, truth = [], []
        vocabulary = learnt.model.columns.vocabulary()
        chosen = np.flatnonzero(fold_of == fold).tolist()
        # A sentence without a word has no row, and no text.
        texts = ["".join(parts[at].texts) for at in chosen]
        added = np.zeros(len(chosen))
        for name, encoder in learnt.encoders.items():
            added += learnt.model.article.parts.get(name, 0.0) * encoder.values(texts)
        for at, more in zip(chosen, added.tolist(), strict=True):
            sheet = parts[at].sheet
            sheet.words = vocabulary.words(sheet.spelled)
            found = score_sheet(learnt.model, sheet).logits
            logits.append(float(found[0]) + more if len(found) else -20.0)
            truth.append(int(labels[at]))
        chances = (1 / (1 + np.exp(-np.asarray(logits)))).tolist()
        measured = binary_metrics(truth, chances, threshold=threshold)
        results.append({**measured, "threshold": threshold})
        progress(f"fold {fold + 1} of {folds}: f1 {measured['f1']:.3f}")
    keys = [key for key in results[0] if key != "threshold"]
    means: dict[str, Any] = {key: sum(result[key] for result in results) / folds for key in keys}
    return {**means, "folds": results}


def cross_validate_debates(
    debates: Sequence[Part],
    sentences: Sequence[Part],
    *,
    folds: int,
    seed: int,
    progress: Progress = lambda line: None,
    extra: SentenceEncoder | None = None,
) -> dict[str, Any]:
    """Measures of ``mean_ranking`` with each debate scored by a model that knows neither it, nor
    another version of it, nor any sentence (of either set) that is also in the fold's debates."""
    owner = debate_folds(debates, seed, folds)
    first = np.cumsum([0, *(len(part.labels) for part in debates[:-1])])
    fold_of = [int(owner[at]) for at in first]
    results = {}
    for fold in range(folds):
        outside = [part for part, at in zip(debates, fold_of, strict=True) if at == fold]
        seen = {key for part in outside for key in part.keys}
        learnt = learn(
            [_without(part, seen) for part, at in zip(debates, fold_of, strict=True) if at != fold],
            [part for part in sentences if not seen.intersection(part.keys)],
            seed=seed,
            extra=extra,
        )
        for part in outside:
            logits = part_logits(learnt, part, debate=True)
            results[part.name] = (part.labels.tolist(), logits.tolist())
        progress(f"fold {fold + 1} of {folds}")
    return mean_ranking(results)


def _without(part: Part, keys: set[str]) -> Part:
    """The part with the labels of known sentences taken away: they are there, but not picked.

    Dropping the lines would tear the debate's neighbours apart.
    """
    hidden = np.asarray([key in keys for key in part.keys])
    if not hidden.any():
        return part
    return Part(
        part.name,
        part.sheet,
        np.where(hidden, -1, part.labels).astype(np.int8),
        part.texts,
        part.keys,
        part.speakers,
    )


def stratified_folds(labels: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """A fold for each label, dealt out within each class in random order."""
    random = np.random.default_rng(seed)
    fold_of = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        fold_of[random.permutation(places)] = np.arange(len(places)) % folds
    return fold_of
