"""What may be added to the scorer from outside: a part that reads whole sentences.

The scorer is a sum, so a part that can say what it adds, and to which words it owes it, can be
put beside the words and cues without making the score a riddle. The `accurate` size plugs sentence
embeddings in here. A part is trained on its own (``fit``), its logits on sentences that it was not
trained on become one more feature, and the weight of that feature is learnt with the others'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class WordWeight(NamedTuple):
    """What a part owes to one stretch of a sentence."""

    start: int
    end: int
    """Code points in the sentence's own text, half-open."""
    weight: float
    """Share of the part's logit; negative speaks against checking."""


class PartLogit(NamedTuple):
    """One sentence as a part sees it."""

    logit: float
    words: list[WordWeight]
    """May be empty. The weights need not sum to ``logit``: what is left over has no place."""


@runtime_checkable
class SentenceEncoder(Protocol):
    """A part: learns from sentences, and gives a logit to any sentence.

    Its own state is its own affair: whoever puts it into the scorer saves and loads it.
    """

    def fit(
        self,
        texts: Sequence[str],
        labels: NDArray[np.int8],
        weights: NDArray[np.float64],
        *,
        seed: int,
    ) -> SentenceEncoder:
        """Return a part trained on the sentences, and on nothing else that is labelled.

        It is called several times with parts of one data set (to get logits on sentences that
        were not learnt), so the return value must be a new object or hold all its state; what
        doesn't depend on labels (the vectors of a sentence) is best kept between calls.
        ``labels`` is 0 or 1, ``weights`` is positive; both as long as ``texts``.
        Deterministic for a ``seed``.
        """
        ...

    def values(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """``(len(texts),)``: the logits alone, for training, where the same texts come again."""
        ...

    def logits(self, texts: Sequence[str]) -> list[PartLogit]:
        """One answer a text, in order; a text may be empty. No state may change the answer."""
        ...
