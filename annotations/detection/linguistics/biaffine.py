"""The parser's network: every word scores every word of its sentence as its head.

Deep biaffine attention (Dozat and Manning 2017, https://arxiv.org/abs/1611.01734) over
convolutional vectors, with a learnt bias for the distance between the two words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Linear, Maxout, Model, Relu, chain

Floats = Any
"""float32 array."""
_FAR = 12
_DISTANCES = 2 * _FAR + 2
"""Buckets: -far … far, and one for the root."""


class Arcs(NamedTuple):
    """A batch of sentences of one doc, padded: shapes (B, L, L + 1), (B, L) and (B, L)."""

    rows: list[tuple[int, int]]
    scores: Floats
    """``scores[b, i, j]``: word i's head is word j; column L is the root."""
    mask: Floats


def distance_buckets(length: int) -> Any:
    """Bucket numbers (length, length + 1) for (word, head); the last column is the root."""
    at = np.arange(length)
    table = np.clip(at[None, :] - at[:, None], -_FAR, _FAR) + _FAR
    root = np.full((length, 1), _DISTANCES - 1)
    return np.concatenate([table, root], axis=1)


@registry.architectures("factcheck.Biaffine.v1")  # type: ignore[untyped-decorator]
def build_biaffine(
    tok2vec: Model[list[Doc], list[Floats]], arc_width: int, label_width: int, nO: int | None = None
) -> Model[Any, Any]:
    """``arc_width`` and ``label_width`` are the widths of the projections that heads and labels
    are chosen by; ``nO`` is the number of labels."""
    width = tok2vec.get_dim("nO")
    dependent: Model[Any, Any] = Maxout(nO=arc_width, nI=width, nP=2, normalize=True, dropout=0.2)
    head: Model[Any, Any] = Maxout(nO=arc_width, nI=width, nP=2, normalize=True, dropout=0.2)
    label: Model[Any, Any] = chain(
        Relu(nO=label_width, nI=2 * width, normalize=False, dropout=0.2),
        Linear(nO=nO, nI=label_width),
    )
    return Model(
        "biaffine",
        _forward,
        init=_init,
        layers=[tok2vec, dependent, head, label],
        refs={"tok2vec": tok2vec, "dependent": dependent, "head": head, "label": label},
        params={"bilinear": None, "root": None, "distance": None},
        dims={"nA": arc_width, "nI": width, "nO": nO},
        attrs={"resize_output": _resize},
    )


def _resize(model: Model[Any, Any], labels: int) -> Model[Any, Any]:
    output = model.get_ref("label").layers[-1]
    output.set_dim("nO", labels)
    model.set_dim("nO", labels)
    return model


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    width = model.get_dim("nA")
    ops = model.ops
    generator = np.random.default_rng(int(np.random.randint(2**31)))
    scale = 0.5 / width
    bilinear: Any = generator.normal(0, scale, (width, width)).astype("float32")
    root: Any = generator.normal(0, 0.1, width).astype("float32")
    model.set_param("bilinear", ops.asarray2f(bilinear))
    model.set_param("root", ops.asarray1f(root))
    model.set_param("distance", ops.alloc1f(_DISTANCES))
    model.get_ref("tok2vec").initialize(X=X)
    for name in ("dependent", "head", "label"):
        model.get_ref(name).initialize()


def _forward(
    model: Model[Any, Any], docs: list[Doc], is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    """Vectors of every doc. Scoring goes through ``ArcScorer``, which knows the sentences."""
    return model.get_ref("tok2vec")(docs, is_train)


class ArcScorer:
    """Scores the arcs of one array of word vectors, and carries gradients back to it."""

    def __init__(self, model: Model[Any, Any], vectors: Floats, is_train: bool) -> None:
        self.model = model
        self.vectors = vectors
        self.dependents, self.back_dependents = model.get_ref("dependent")(vectors, is_train)
        self.heads, self.back_heads = model.get_ref("head")(vectors, is_train)
        self.d_heads: Floats = np.zeros_like(self.heads) if is_train else None
        bilinear = model.get_param("bilinear")
        self.projected = self.dependents @ bilinear
        self.root_scores = self.projected @ model.get_param("root")
        self.d_projected: Floats = np.zeros_like(self.projected) if is_train else None
        self.d_root: Floats = np.zeros_like(self.root_scores) if is_train else None

    def score(self, index: Any, mask: Any) -> Floats:
        """Arc scores (B, L, L + 1) of sentences given as token numbers (B, L) and a mask."""
        left, right = self.projected[index], self.heads[index]
        scores = np.matmul(left, right.transpose(0, 2, 1))
        scores = np.concatenate([scores, self.root_scores[index][:, :, None]], axis=2)
        scores += self.model.get_param("distance")[distance_buckets(index.shape[1])]
        scores[:, :, :-1] += np.where(mask, 0, -1e9).astype("float32")[:, None, :]
        length = index.shape[1]
        scores[:, np.arange(length), np.arange(length)] = -1e9
        return scores

    def backprop(self, index: Any, gradient: Floats) -> None:
        """Take the loss's gradient by the scores of the same sentences."""
        length = index.shape[1]
        arcs = gradient[:, :, :-1]
        left, right = self.projected[index], self.heads[index]
        np.add.at(self.d_projected, index, np.matmul(arcs, right))
        np.add.at(self.d_heads, index, np.matmul(arcs.transpose(0, 2, 1), left))
        np.add.at(self.d_root, index, gradient[:, :, -1])
        table: Any = np.zeros(_DISTANCES, dtype="float32")
        np.add.at(table, distance_buckets(length), gradient.sum(axis=0))
        self.model.inc_grad("distance", table)

    def finish(self) -> Floats:
        """The gradient by the vectors, after every ``backprop``."""
        model = self.model
        root: Floats = model.get_param("root")
        d_projected = self.d_projected + self.d_root[:, None] * root[None, :]
        model.inc_grad("root", self.projected.T @ self.d_root)
        model.inc_grad("bilinear", self.dependents.T @ d_projected)
        d_dependents = d_projected @ model.get_param("bilinear").T
        result: Floats = self.back_dependents(d_dependents) + self.back_heads(self.d_heads)
        return result

    def label(self, heads: Any, is_train: bool) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Scores of every label for each word and its head (its own number for the root), and
        the way back from their gradient to that of the vectors."""
        pairs = np.concatenate([self.vectors, self.vectors[heads]], axis=1)
        own = heads == np.arange(len(heads))
        width = self.vectors.shape[1]
        pairs[own, width:] = 0
        scores, back = self.model.get_ref("label")(pairs, is_train)

        def backprop(gradient: Floats) -> Floats:
            d_pairs = back(gradient)
            d_pairs[own, width:] = 0
            result = d_pairs[:, :width].copy()
            np.add.at(result, heads, d_pairs[:, width:])
            return result

        return scores, backprop
