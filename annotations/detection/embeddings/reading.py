"""Running the model: texts to pieces, pieces to vectors, in batches of like length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.detection.embeddings.package import MAX_CHARACTERS, load_tokenizer
from annotations.detection.embeddings.people import without_gender

BATCH = 64

# Half a surrogate pair can stand in a Python string, but in no encoding of it.
_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Pieces:
    """One sentence cut by the tokenizer, its edge marks included."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    """Half-open code points in the text; empty for the marks."""


def cut(texts: Sequence[str]) -> list[Pieces]:
    """One a text, in order. An empty text has its two marks only."""
    tokenizer = load_tokenizer()
    encodings = tokenizer.encode_batch(
        [
            without_gender(_HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", text[:MAX_CHARACTERS]))
            for text in texts
        ]
    )
    return [Pieces(encoding.ids, encoding.offsets) for encoding in encodings]


def length_batches(
    lengths: Sequence[int], size: int, shuffle: np.random.Generator | None = None
) -> Iterator[NDArray[np.intp]]:
    """Positions in groups of at most ``size`` of about the same length, so little is padding.

    In order of length; with ``shuffle``, groups differ from one call to the next and come in
    random order.
    """
    keys = np.asarray(lengths, dtype=np.float64)
    if shuffle is not None:
        keys = keys + shuffle.uniform(-2.0, 2.0, len(keys))
    order = np.argsort(keys, kind="stable")
    groups = [order[first : first + size] for first in range(0, len(order), size)]
    for number in range(len(groups)) if shuffle is None else shuffle.permutation(len(groups)):
        yield groups[number]


def padded(torch: Any, sentences: Sequence[Pieces]) -> tuple[Any, Any]:
    """Piece numbers and a mask (1 for a piece, 0 for padding): tensors of sentences × pieces."""
    width = max(len(sentence.ids) for sentence in sentences)
    ids = torch.zeros((len(sentences), width), dtype=torch.long)
    mask = torch.zeros((len(sentences), width), dtype=torch.float32)
    for row, sentence in enumerate(sentences):
        ids[row, : len(sentence.ids)] = torch.tensor(sentence.ids, dtype=torch.long)
        mask[row, : len(sentence.ids)] = 1.0
    return ids, mask


def vectors(model: Any, ids: Any, mask: Any) -> Any:
    """The last layer's vectors: sentences × pieces × width."""
    return model(input_ids=ids, attention_mask=mask).last_hidden_state


def mean(hidden: Any, mask: Any) -> Any:
    """The mean over a sentence's pieces: sentences × width."""
    return (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
