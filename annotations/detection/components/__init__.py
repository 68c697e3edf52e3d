"""The pipeline's components, one a file. Importing this package registers all of them."""

from annotations.detection import scorer, tokenizer
from annotations.detection.attribution import component as attributions
from annotations.detection.checkworthiness import component as checkworthiness
from annotations.detection.claim_types import component as claim_types
from annotations.detection.components import (
    claim_spans,
    cues,
    extensions,
    names,
    quotes,
    repeats,
    sentences,
)
from annotations.detection.dates import component as dates
from annotations.detection.embeddings import loading as embeddings
from annotations.detection.linguistics import biaffine, entities, installed, lexemes, parser, quick

__all__ = [
    "attributions",
    "biaffine",
    "checkworthiness",
    "claim_spans",
    "claim_types",
    "cues",
    "dates",
    "embeddings",
    "entities",
    "extensions",
    "installed",
    "lexemes",
    "names",
    "parser",
    "quick",
    "quotes",
    "repeats",
    "scorer",
    "sentences",
    "tokenizer",
]
