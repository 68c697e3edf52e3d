"""Which tokens of a cue's sentence are its source, the rest of the cue, and what is said.

Each pair of a cue and a token has four log probabilities; the best sequence is the one that fits
them best where every change of role costs ``CHANGE``, found for all cues at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from annotations.detection.attribution.network import Floats
from annotations.detection.attribution.sheet import Ints, Sheet

NONE, SOURCE, CUE, CONTENT = range(4)
ROLES = 4
WINDOW = 60
"""Tokens to each side of a cue that are asked for their role."""
CHANGE = 1.5
_RUN_ON = 400
"""Tokens that content may run on beyond the window."""


@dataclass(slots=True)
class Found:
    """An attribution in tokens of a sheet."""

    head: int
    """The word that governs the cue."""
    probability: float
    """That there is a cue here."""
    source: list[int]
    cue: list[int]
    content: list[int]
    source_probability: float = 0.0
    """Mean over the source's tokens that they are the source."""
    links: list[tuple[int, float]] = field(default_factory=list)
    """Sentences that go on with the content, each with its probability."""


def pair_up(sheet: Sheet, heads: Ints) -> tuple[Ints, Ints]:
    """(pairs,) cue and token: each head with the tokens around it in its sentence."""
    if not len(heads):
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    sentence = sheet.sentence[heads]
    first = np.maximum(sheet.firsts[sentence], heads - WINDOW)
    stop = np.minimum(sheet.firsts[sentence + 1], heads + WINDOW + 1)
    sizes = stop - first
    cue = np.repeat(heads, sizes)
    offsets = np.arange(int(sizes.sum()), dtype=np.int32) - np.repeat(
        np.cumsum(sizes, dtype=np.int32) - sizes, sizes
    )
    return cue.astype(np.int32), (np.repeat(first, sizes) + offsets).astype(np.int32)


def best_roles(sizes: npt.NDArray[np.int64], scores: Floats) -> npt.NDArray[np.int8]:
    """(pairs,) roles from (pairs, roles) log probabilities; ``sizes`` pairs a cue, in order."""
    count, longest = len(sizes), int(sizes.max(initial=0))
    if not count:
        return np.zeros(0, dtype=np.int8)
    inside = np.arange(longest)[None, :] < sizes[:, None]
    padded = np.zeros((count, longest, ROLES), dtype=np.float32)
    padded[inside] = scores
    # (tokens, cues, roles): the best that ends in each role. Padding changes nothing any more.
    totals = np.ascontiguousarray(padded.transpose(1, 0, 2))
    change = np.empty((count, 1), dtype=np.float32)
    step_best = np.empty((count, ROLES), dtype=np.float32)
    for step in range(1, longest):
        before = totals[step - 1]
        np.max(before, axis=1, keepdims=True, out=change)
        change -= CHANGE
        np.maximum(before, change, out=step_best)
        totals[step] += step_best
    best = totals.argmax(axis=2)
    stays = totals >= totals.max(axis=2, keepdims=True) - CHANGE
    path = np.empty((longest, count), dtype=np.int8)
    rows = np.arange(count)
    current = best[longest - 1]
    path[longest - 1] = current
    for step in range(longest - 2, -1, -1):
        current = np.where(stays[step, rows, current], current, best[step])
        path[step] = current
    roles = path.T
    found: npt.NDArray[np.int8] = roles[inside]
    return found


def read_roles(
    sheet: Sheet, heads: Ints, probabilities: Floats, token: Ints, scores: Floats
) -> list[Found]:
    """One attribution a head, from the pairs that ``pair_up`` made of the heads."""
    sentence = sheet.sentence[heads]
    first = np.maximum(sheet.firsts[sentence], heads - WINDOW)
    stop = np.minimum(sheet.firsts[sentence + 1], heads + WINDOW + 1)
    sizes = (stop - first).astype(np.int64)
    roles = best_roles(sizes, scores)
    edges = np.append(0, np.cumsum(sizes))
    sources, cues, contents = (_by_head(roles == role, edges) for role in (SOURCE, CUE, CONTENT))
    likely = np.exp(scores[:, SOURCE])
    ends = sheet.firsts[sentence + 1].tolist()
    found = []
    for number, (head, probability, begin, end) in enumerate(
        zip(heads.tolist(), probabilities.tolist(), edges.tolist(), ends, strict=False)
    ):
        shift = int(token[begin]) - begin
        source = _one_run(sources[number], likely, head - shift)
        content = [place + shift for place in contents[number]]
        if content and content[-1] == stop[number] - 1 and content[-1] + 1 < end:
            # What is said runs out of the window: it goes on to the end of the sentence.
            content.extend(range(content[-1] + 1, min(end, content[-1] + _RUN_ON)))
        found.append(
            Found(
                head=head,
                probability=probability,
                source=[place + shift for place in source],
                cue=[place + shift for place in cues[number]] or [head],
                content=content,
                source_probability=float(likely[source].mean()) if source else 0.0,
            )
        )
    return found


def _by_head(chosen: npt.NDArray[np.bool_], edges: npt.NDArray[np.int64]) -> list[list[int]]:
    """Places of the chosen pairs, for each head."""
    places = np.flatnonzero(chosen)
    cuts = np.searchsorted(places, edges).tolist()
    listed = places.tolist()
    return [listed[begin:end] for begin, end in pairwise(cuts)]


def _one_run(places: list[int], likely: Floats, head: int) -> list[int]:
    """The run of neighbouring places that is likeliest to be the source."""
    if not places or places[-1] - places[0] == len(places) - 1:
        return places
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return max(runs, key=lambda run: (float(likely[run].sum()), -abs(run[0] - head)))
