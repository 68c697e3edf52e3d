"""The pipeline's components, one a file. Importing this package registers all of them."""

from annotations.detection import scorer, tokenizer
from annotations.detection.components import (
    attribution,
    claims,
    cues,
    extensions,
    names,
    quotes,
    sentences,
)

__all__ = [
    "attribution",
    "claims",
    "cues",
    "extensions",
    "names",
    "quotes",
    "scorer",
    "sentences",
    "tokenizer",
]
