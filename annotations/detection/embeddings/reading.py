"""Running the model: texts to pieces, pieces to vectors, in batches of like length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.detection.checkworthiness.texts import without_gender
from annotations.detection.embeddings.package import MAX_CHARACTERS, load_tokenizer

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


def vectors(
    torch: Any, model: Any, sentences: Sequence[Pieces], layers: Sequence[int]
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Each sentence's place and the vectors of its pieces, ``(pieces, len(layers) * width)``.

    In batches of about the same length, so that little is padding; in no particular order.
    """
    order = np.argsort([len(one.ids) for one in sentences], kind="stable")
    for first in range(0, len(order), BATCH):
        places = order[first : first + BATCH].tolist()
        ids, mask = _padded(torch, [sentences[place] for place in places])
        states = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        beside = torch.cat([states[layer] for layer in layers], dim=2).numpy()
        for row, place in enumerate(places):
            yield place, beside[row, : len(sentences[place].ids)]


def _padded(torch: Any, sentences: Sequence[Pieces]) -> tuple[Any, Any]:
    """Piece numbers and a mask (1 for a piece, 0 for padding): tensors of sentences × pieces."""
    width = max(len(sentence.ids) for sentence in sentences)
    ids = torch.zeros((len(sentences), width), dtype=torch.long)
    mask = torch.zeros((len(sentences), width), dtype=torch.float32)
    for row, sentence in enumerate(sentences):
        ids[row, : len(sentence.ids)] = torch.tensor(sentence.ids, dtype=torch.long)
        mask[row, : len(sentence.ids)] = 1.0
    return ids, mask
