"""spaCy's word vectors, made faster where nothing is learnt.

Both layers here wrap one of spaCy's, which trains and is stored as ever; they answer in its place
when a pipeline only reads, with the same figures but for rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from spacy.attrs import NORM, ORTH
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_ROWS = 1024
"""Words in the encoder at one time: what they need stays in the processor's cache."""

Answer = tuple[list[Any], Callable[[Any], Any]]


@registry.architectures("factcheck.WordsOnce.v1")  # type: ignore[untyped-decorator]
def build_words_once(embed: Model[list[Doc], list[Any]]) -> Model[list[Doc], list[Any]]:
    """Reads each word once a batch, however often it stands there.

    ``embed`` gives each token a vector that depends on its spelling and its norm alone, such as
    ``spacy.MultiHashEmbed.v2``. In training every token is read, so that each has a gradient.
    """
    return _wrap("words_once", embed, _embed)


@registry.architectures("factcheck.QuickWindows.v1")  # type: ignore[untyped-decorator]
def build_quick_windows(encode: Model[list[Any], list[Any]]) -> Model[list[Any], list[Any]]:
    """``encode`` is ``spacy.MaxoutWindowEncoder.v2`` with a window of one word to each side."""
    return _wrap("quick_windows", encode, _encode)


def _wrap(name: str, inner: Model[Any, Any], predict: Callable[..., list[Any]]) -> Model[Any, Any]:
    return Model(
        name,
        _forward,
        init=_init,
        layers=[inner],
        dims={"nO": inner.maybe_get_dim("nO")},
        attrs={"predict": predict},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    inner = model.layers[0]
    inner.initialize(X=X, Y=Y)
    if model.has_dim("nO") is None and inner.has_dim("nO"):
        model.set_dim("nO", inner.get_dim("nO"))


def _forward(model: Model[Any, Any], items: list[Any], is_train: bool) -> Answer:
    inner = model.layers[0]
    if is_train:
        answer: Answer = inner(items, is_train)
        return answer
    return (model.attrs["predict"](inner, items) if items else []), _no_backprop


def _no_backprop(gradient: Any) -> Any:
    raise ValueError("a layer that has only predicted cannot learn")


def _embed(embed: Model[Any, Any], docs: list[Doc]) -> list[Any]:
    rows = np.concatenate([doc.to_array([ORTH, NORM]) for doc in docs])
    # Both are hashes of 64 bits, and so is a mixture of the two. The norm is a token's own: the
    # tokenizer knows that the "ca" of "can't" is "can".
    mixed = rows[:, 0] ^ (rows[:, 1] * _FACTOR)
    _, firsts, places = np.unique(mixed, return_index=True, return_inverse=True)
    strings = docs[0].vocab.strings
    words = Doc(docs[0].vocab, words=[strings[key] for key in rows[firsts, 0].tolist()])
    norms: Any = rows[firsts, 1:]
    words.from_array([NORM], norms)
    vectors = embed.predict([words])[0]
    return _divided(vectors[places], list(map(len, docs)), gap=0)


def _encode(encode: Model[Any, Any], arrays: list[Any]) -> list[Any]:
    layers = [_Convolution(residual) for residual in encode.layers[0].layers]
    edge = np.zeros((len(layers), arrays[0].shape[1]), dtype="float32")
    # Between two documents stand as many empty words as a word can see, as spaCy has it.
    stacked = np.concatenate([edge, *(piece for array in arrays for piece in (array, edge))])
    reach = len(layers)
    before = stacked[:0]
    for begin in range(0, len(stacked), _ROWS):
        stop = min(begin + _ROWS, len(stacked))
        vectors = np.concatenate([before, stacked[begin : stop + reach]])
        first = len(before)
        # Written over, and what the next block sees of this one is kept: in long texts another
        # array of this size is much.
        before = stacked[max(begin, stop - reach) : stop].copy()
        for layer in layers:
            vectors = layer(vectors)
        stacked[begin:stop] = vectors[first : first + stop - begin]
    return _divided(stacked[reach:], list(map(len, arrays)), gap=reach)


def _divided(stacked: Any, lengths: list[int], *, gap: int) -> list[Any]:
    pieces, at = [], 0
    for length in lengths:
        pieces.append(stacked[at : at + length])
        at += length + gap
    return pieces


class _Convolution:
    """One residual layer: three words beside each other, maxout, normalisation."""

    def __init__(self, residual: Model[Any, Any]) -> None:
        layers = {layer.name: layer for layer in residual.walk()}
        weights: Any = layers["maxout"].get_param("W")
        bias: Any = layers["maxout"].get_param("b")
        outputs, pieces, inputs = weights.shape
        self.outputs, self.pieces = outputs, pieces
        # The pieces one after the other, so that the largest is taken of whole blocks.
        self.weights = weights.transpose(1, 0, 2).reshape(-1, inputs).T
        self.bias = bias.T.reshape(-1)
        self.gain = layers["layernorm"].get_param("G")
        self.shift = layers["layernorm"].get_param("b")

    def __call__(self, vectors: Any) -> Any:
        width = vectors.shape[1]
        windows = np.zeros((len(vectors), 3 * width), dtype="float32")
        windows[1:, :width] = vectors[:-1]
        windows[:, width : 2 * width] = vectors
        windows[:-1, 2 * width :] = vectors[1:]
        sums = windows @ self.weights
        sums += self.bias
        best = sums[:, : self.outputs]
        for piece in range(1, self.pieces):
            at = piece * self.outputs
            np.maximum(best, sums[:, at : at + self.outputs], out=best)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / self.outputs + 1e-8
        best *= (variance**-0.5)[:, None]
        best *= self.gain
        best += self.shift
        best += vectors
        return best
