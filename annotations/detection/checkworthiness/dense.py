"""What is seen in a sentence besides its words: cues, length, pronouns, signs, grammar.

Every column has a name and belongs to a reason; the columns of one reason are added up before a
person sees them. A column is a number of at least 0, and 0 where there is nothing to see.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from annotations.detection.checkworthiness.vocabulary import MARKS
from annotations.detection.features import FEATURES

Floats = NDArray[np.float64]

STRUCTURE = ("caption", "byline", "heading", "dateline", "self_reference")
"""Cues of newspaper furniture: debates hold none, so their weights are set and not learnt."""
CUES: tuple[str, ...] = tuple(
    key for key in FEATURES if key not in {"bias", "limit", "attributed", *STRUCTURE}
)
_LENGTHS = ((0, 5), (5, 8), (8, 10), (10, 18), (18, 30), (30, 10**9))
TAGS: tuple[str, ...] = tuple(
    tag
    for line in (
        "CC CD DT EX IN JJ JJR JJS MD NN NNS NNP NNPS PRP PRP$ RB RBR RBS RP TO UH",
        "VB VBD VBG VBN VBP VBZ WDT WP WRB",
    )
    for tag in line.split()
)
DEPENDENCIES: tuple[str, ...] = (
    *("nsubj", "nsubj:pass", "aux:pass", "obj", "obl", "nummod"),
    *("ccomp", "xcomp", "advcl", "acl:relcl", "appos", "parataxis"),
)
ENTITIES: tuple[str, ...] = (
    *("PERSON", "ORG", "LOC", "MISC", "DATE", "TIME"),
    *("MONEY", "PERCENT", "QUANTITY"),
)
ROOTS: tuple[str, ...] = ("VBD", "VBN", "VBP", "VBZ", "VB", "VBG", "NN", "JJ")

_MARK_REASON = {
    "i": "first_person",
    "we": "first_person",
    "you": "second_person",
    "he": "third_person",
    "they": "third_person",
    "it": "pointing",
    "this": "pointing",
    "opener": "opener",
    "capital": "capitals",
    "digit": "digits",
    "past": "event",
}
_TAG_REASON = {
    "CD": "digits",
    "JJR": "comparison",
    "JJS": "comparison",
    "RBR": "comparison",
    "RBS": "comparison",
    "MD": "modal",
    "NNP": "capitals",
    "NNPS": "capitals",
    "VBD": "event",
}
_ENTITY_REASON = {
    "PERSON": "actor",
    "ORG": "actor",
    "LOC": "place",
    "DATE": "date",
    "TIME": "date",
    "MONEY": "money",
    "PERCENT": "percent",
    "QUANTITY": "number",
}


def _columns() -> tuple[tuple[str, str], ...]:
    found = []
    for cue in CUES:
        found += [(f"cue {cue}", cue), (f"cue {cue} more", cue)]
    found += [("length", "length"), ("length squared", "length")]
    found += [(f"length {low}", "length") for low, _ in _LENGTHS]
    for mark in MARKS:
        reason = _MARK_REASON.get(mark, "signs")
        found += [(f"mark {mark}", reason), (f"mark {mark} share", reason)]
    found += [("first word I", "first_person"), ("first word opens", "opener")]
    for tag in TAGS:
        reason = _TAG_REASON.get(tag, "grammar")
        found += [(f"tag {tag}", reason), (f"tag {tag} share", reason)]
    found += [(f"root {tag}", "event" if tag == "VBD" else "grammar") for tag in ROOTS]
    found += [(f"dependency {name}", "grammar") for name in DEPENDENCIES]
    for entity in ENTITIES:
        reason = _ENTITY_REASON.get(entity, "capitals")
        found += [(f"entity {entity}", reason), (f"entity {entity} more", reason)]
    return tuple(found)


COLUMNS: tuple[tuple[str, str], ...] = _columns()
"""(name, reason) of each column."""
REASON_OF: tuple[str, ...] = tuple(reason for _, reason in COLUMNS)


def dense_columns(
    *,
    lengths: Floats,
    cues: Floats,
    marks: Floats,
    openers: Floats,
    tags: Floats,
    roots: Floats,
    dependencies: Floats,
    entities: Floats,
) -> Floats:
    """``(sentences, len(COLUMNS))`` from counts by sentence.

    ``lengths`` in words ``(sentences,)``; ``cues`` by CUES, ``marks`` by MARKS, ``tags`` by TAGS,
    ``roots`` by ROOTS, ``dependencies`` by DEPENDENCIES and ``entities`` by ENTITIES; ``openers``
    has two columns of 0 or 1: begins with "I", begins with a word that only opens.
    """
    size = np.log1p(lengths)
    share = 1 / (lengths + 3)[:, None]
    parts = [
        _pairs(np.minimum(cues, 1), np.log1p(cues)),
        size[:, None],
        size[:, None] ** 2 / 5,
        *(((lengths >= low) & (lengths < high))[:, None].astype(float) for low, high in _LENGTHS),
        _pairs(np.minimum(marks, 1), marks * share),
        openers,
        _pairs(np.minimum(tags, 1), tags * share),
        roots,
        np.minimum(dependencies, 1),
        _pairs(np.minimum(entities, 1), np.log1p(entities)),
    ]
    return np.hstack(parts)


def _pairs(one: Floats, other: Floats) -> Floats:
    """Columns of two matrices in turns."""
    return np.stack([one, other], axis=2).reshape(len(one), 2 * one.shape[1])
