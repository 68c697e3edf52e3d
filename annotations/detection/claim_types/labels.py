"""The hand labels: ids and hashes in the repository, sentences in the unpacked data folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotations.detection.corpora.errors import CorpusError
from annotations.detection.interface import CLAIM_KINDS

LABELS = Path(__file__).parents[1] / "training" / "claim_types.tsv"
HEADER = ("source", "id", "sha256", "type")
CLAIMBUSTER = Path("claimbuster", "kfold_25ncs.json")
POLNEAR = Path("polnear", "data", "train", "text")


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A sentence, where it is from, and its claim type."""

    source: str
    """``claimbuster`` or ``polnear``."""
    id: str
    text: str
    kind: str
    """One of ``CLAIM_KINDS``."""


def digest(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_labels(data: Path, *, labels: Path = LABELS) -> list[LabelledText]:
    """The labelled sentences, in file order. ``data`` is the folder that holds ``claimbuster`` and
    ``polnear``.

    Raises CorpusError, naming the line, for a row that is malformed, whose sentence is not in the
    data, or whose sentence is not the one that was labelled.
    """
    lines = labels.read_text(encoding="utf-8").splitlines()
    if not lines or tuple(lines[0].split("\t")) != HEADER:
        raise CorpusError(labels, 1, f"expected the columns {', '.join(HEADER)}")
    resolve = {"claimbuster": _claimbuster(data), "polnear": _polnear(data)}
    rows: list[LabelledText] = []
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines[1:], start=2):
        fields = line.split("\t")
        if len(fields) != len(HEADER):
            raise CorpusError(labels, number, f"expected 4 columns, found {len(fields)}")
        source, key, expected, kind = fields
        if source not in resolve:
            raise CorpusError(labels, number, f"unknown source {source!r}")
        if kind not in CLAIM_KINDS:
            raise CorpusError(labels, number, f"unknown claim type {kind!r}")
        if (source, key) in seen:
            raise CorpusError(labels, number, f"{source} {key} is labelled twice")
        seen.add((source, key))
        text = resolve[source](key)
        if text is None:
            raise CorpusError(labels, number, f"{source} {key} is not in {data}")
        if digest(text) != expected:
            raise CorpusError(labels, number, f"{source} {key} is not the text that was labelled")
        rows.append(LabelledText(source, key, text, kind))
    return rows


def _claimbuster(data: Path) -> Callable[[str], str | None]:
    texts: dict[str, str] | None = None

    def find(key: str) -> str | None:
        nonlocal texts
        if texts is None:
            path = data / CLAIMBUSTER
            try:
                rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
                texts = {str(row["sentence_id"]): row["text"] for row in rows}
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise CorpusError(path, None, f"not ClaimBuster's sentences: {error}") from error
        return texts.get(key)

    return find


def _polnear(data: Path) -> Callable[[str], str | None]:
    articles: dict[str, str | None] = {}

    def find(key: str) -> str | None:
        name, _, place = key.partition(":")
        start, _, end = place.partition(":")
        # The name becomes part of a path, and must stay inside the folder.
        if not (start.isdecimal() and end.isdecimal()) or Path(name).name != name:
            return None
        if name not in articles:
            path = data / POLNEAR / f"{name}.txt"
            # Bytes, since line ends must stay as the offsets count them.
            articles[name] = path.read_bytes().decode() if path.is_file() else None
        text = articles[name]
        return None if text is None else text[int(start) : int(end)]

    return find
