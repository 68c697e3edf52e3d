"""Gold attributions as what the networks learn: heads of cues, and a role for each pair."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from annotations.detection.attribution.decoding import CONTENT, CUE, SOURCE
from annotations.detection.attribution.sheet import Sheet
from annotations.detection.corpora.polnear import GoldAttribution, Pieces


@dataclass(slots=True)
class Target:
    """One attribution in tokens of a sheet; ``head`` is the cue's word that governs the rest."""

    head: int
    source: set[int] = field(default_factory=set)
    cue: set[int] = field(default_factory=set)
    content: set[int] = field(default_factory=set)


def read_targets(sheet: Sheet, attributions: tuple[GoldAttribution, ...]) -> list[Target]:
    """In the order of their heads; attributions whose cues share a head are joined."""
    found: dict[int, Target] = {}
    for attribution in attributions:
        cue = token_set(sheet, attribution.cue)
        if not cue:
            continue
        head = _head(sheet, sorted(cue))
        target = found.setdefault(head, Target(head))
        target.cue |= cue
        target.source |= token_set(sheet, attribution.source)
        target.content |= token_set(sheet, attribution.content)
    return [found[head] for head in sorted(found)]


def token_set(sheet: Sheet, pieces: Pieces) -> set[int]:
    """Tokens that a role covers at least in part."""
    found: set[int] = set()
    for start, end in pieces:
        first = sheet.first_at(start)
        stop = int(np.searchsorted(sheet.start, end, side="left"))
        found.update(range(first, stop))
    return found


def _head(sheet: Sheet, cue: list[int]) -> int:
    """The least deep token, of equal ones the first; marks only where there is nothing else."""
    words = [at for at in cue if sheet.cased[at] != 3] or cue
    return min(words, key=lambda at: (sheet.depth[at] if sheet.depth[at] >= 0 else 99, at))


def role_labels(
    targets: list[Target], cue: npt.NDArray[np.int32], token: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64]:
    """(pairs,) roles; a pair whose cue is no target's head has none."""
    by_head = {target.head: target for target in targets}
    labels = np.zeros(len(cue), dtype=np.int64)
    for at, (head, word) in enumerate(zip(cue.tolist(), token.tolist(), strict=True)):
        target = by_head.get(head)
        if target is None:
            continue
        if word in target.cue:
            labels[at] = CUE
        elif word in target.source:
            labels[at] = SOURCE
        elif word in target.content:
            labels[at] = CONTENT
    return labels
