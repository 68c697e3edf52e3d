"""From scores to trees: the best head for each word, then no cycle and one root."""

from __future__ import annotations

from typing import Any

import numpy as np


def best_heads(scores: Any, lengths: Any) -> Any:
    """Heads (B, L) of padded arc scores (B, L, L + 1): positions in the sentence, a word's own
    for the root. Each sentence of ``lengths[b]`` words becomes one tree.

    Greedy arcs are kept where they already form a tree, as nearly all do; a cycle is broken at
    the arc that costs least to move, which is not always the best tree but always one.
    """
    length = scores.shape[1]
    chosen = scores.argmax(axis=2)
    own = np.arange(length)[None, :]
    heads = np.where(chosen == length, own, chosen)
    inside = own < np.asarray(lengths)[:, None]
    roots = ((heads == own) & inside).sum(axis=1)
    # Pointer jumping: after log2(L) doublings everything points at its root, unless in a cycle.
    top = np.where(inside, heads, own)
    for _ in range(max(1, int(length).bit_length())):
        top = np.take_along_axis(top, top, axis=1)
    settled = np.take_along_axis(heads, top, axis=1) == top
    good = (settled | ~inside).all(axis=1) & (roots == 1)
    for row in np.flatnonzero(~good):
        size = int(lengths[row])
        if size:
            heads[row, :size] = _repair(scores[row, :size], heads[row, :size].tolist(), size)
    return heads


def _repair(scores: Any, heads: list[int], size: int) -> list[int]:
    width = scores.shape[1]
    root_scores = scores[:, width - 1]
    roots = [at for at in range(size) if heads[at] == at] or list(range(size))
    root = max(roots, key=lambda at: float(root_scores[at]))
    heads[root] = root
    for at in range(size):
        if at != root and heads[at] == at:
            options = scores[at, :size].copy()
            heads[at] = int(options.argmax()) if size > 1 else at
    parts = _parts(heads, root, size)
    while len(parts) > 1:
        cycle = next(part for part in parts if part is not parts[0])
        members = np.asarray(cycle)
        outside = np.setdiff1d(np.arange(size), members)
        loops = _loop(heads, cycle)
        table = scores[np.ix_(np.asarray(loops), outside)]
        kept = np.asarray([float(scores[at, heads[at]]) for at in loops])
        best = table.max(axis=1) - kept
        place = int(best.argmax())
        heads[loops[place]] = int(outside[int(table[place].argmax())])
        parts = _parts(heads, root, size)
    return heads


def _loop(heads: list[int], part: list[int]) -> list[int]:
    """The words of a part that go round in its cycle, in order; the others hang from those."""
    at, seen = part[0], set()
    while at not in seen:
        seen.add(at)
        at = heads[at]
    loop = {at}
    while (at := heads[at]) not in loop:
        loop.add(at)
    return sorted(loop)


def _parts(heads: list[int], root: int, size: int) -> list[list[int]]:
    """Words by what they hang from: the tree of the root first, then each cycle with its own."""
    mark = [0] * size
    mark[root] = 1
    count = 1
    for begin in range(size):
        path = []
        at = begin
        while mark[at] == 0:
            mark[at] = -1
            path.append(at)
            at = heads[at]
        if mark[at] == -1:
            count += 1
            number = count
        else:
            number = mark[at]
        for step in path:
            mark[step] = number
    parts: list[list[int]] = [[] for _ in range(count)]
    for at, number in enumerate(mark):
        parts[number - 1].append(at)
    return parts
