"""Sentences with a check-worthiness label, as ClaimBuster publishes them.

A JSON list of ``{"text": …, "label": 0 or 1}``; further keys are ignored. ClaimBuster's sentences
come from presidential debates; three people said of each whether the public would want to know if
it is true. See https://doi.org/10.5281/zenodo.3609356.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from annotations.detection.corpora.errors import CorpusError


class LabelledSentence(NamedTuple):
    text: str
    label: int
    """1: check-worthy; 0: not."""


def read_sentences(path: Path) -> list[LabelledSentence]:
    """Read a file, in its order. Raises CorpusError for bytes that are not UTF-8 and for what is
    not JSON (with the line), and for a record without text or a 0/1 label (with its position,
    from 0)."""
    raw = path.read_bytes()
    try:
        records = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CorpusError(path, line, f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise CorpusError(path, error.lineno, f"not JSON: {error.msg}") from None
    except RecursionError:
        raise CorpusError(path, None, "nested too deeply; expected a list of records") from None
    if not isinstance(records, list):
        raise CorpusError(path, None, "expected a list of records with text and label")
    sentences = []
    for place, record in enumerate(records):
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise CorpusError(path, None, f"record {place} has no text")
        label = record.get("label")
        if isinstance(label, bool) or label not in (0, 1):
            raise CorpusError(
                path, None, f"record {place} has the label {label!r:.40}; expected 0 or 1"
            )
        sentences.append(LabelledSentence(record["text"], int(label)))
    if not sentences:
        raise CorpusError(path, None, "no records")
    return sentences
