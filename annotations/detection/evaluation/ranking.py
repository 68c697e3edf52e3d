"""How well a debate's lines are ranked: the measures of CheckThat!'s check-worthiness tasks.

As in the organisers' scorer: lines are ordered by falling score, equal scores in the file's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CUTS = (5, 10, 20)


def average_precision(labels: Sequence[int]) -> float:
    """Mean over the positives of the precision at their rank; 0 where there is none.

    ``labels`` are in ranked order, best first.
    """
    found, total = 0, 0.0
    for rank, label in enumerate(labels, 1):
        if label:
            found += 1
            total += found / rank
    return total / found if found else 0.0


def r_precision(labels: Sequence[int]) -> float:
    """Precision among the first R, where R is the number of positives; 0 where there is none."""
    positives = sum(labels)
    return sum(labels[:positives]) / positives if positives else 0.0


def precision_at(labels: Sequence[int], cut: int) -> float:
    """Share of positives among the first ``cut``; a list that is shorter is divided by ``cut``."""
    return sum(labels[:cut]) / cut


def rank_labels(labels: Sequence[int], scores: Sequence[float]) -> list[int]:
    """Labels by falling score. Raises ValueError for other lengths or a score that is no number."""
    if len(labels) != len(scores):
        raise ValueError(f"{len(labels)} labels and {len(scores)} scores")
    if any(score != score for score in scores):
        raise ValueError("a score is not a number")
    order = sorted(range(len(labels)), key=lambda place: -scores[place])
    return [labels[place] for place in order]


def ranking_metrics(labels: Sequence[int], scores: Sequence[float]) -> dict[str, float]:
    """``map`` (average precision of this one list), ``rprec``, ``p@5``, ``p@10``, ``p@20``."""
    ranked = rank_labels(labels, scores)
    return {
        "map": average_precision(ranked),
        "rprec": r_precision(ranked),
        **{f"p@{cut}": precision_at(ranked, cut) for cut in CUTS},
    }


def mean_ranking(files: Mapping[str, tuple[Sequence[int], Sequence[float]]]) -> dict[str, object]:
    """The mean over files of each measure, and ``files``: the measures of each file by its name.

    ``files`` maps a name to labels and scores in the file's order. A file without positives
    counts as 0, as in the organisers' scorer. Raises ValueError where there is no file.
    """
    if not files:
        raise ValueError("no files to measure")
    single = {name: ranking_metrics(*pair) for name, pair in files.items()}
    keys = next(iter(single.values()))
    means = {key: sum(one[key] for one in single.values()) / len(single) for key in keys}
    return {**means, "files": single}
