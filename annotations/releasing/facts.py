"""What a release says of itself in each of its files."""

from __future__ import annotations

import datetime as dt
import platform
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from annotations.exporting import FORMATS, Format, Options

from .plan import Plan

# Libraries on which the bytes of a format, or the parts of a split, depend.
_LIBRARIES = {
    "parquet": ("pyarrow",),
    "spacy": ("spacy", "srsly"),
    "conll": ("spacy",),
    "prodigy": ("spacy",),
}
_OF_SPLITS = ("datasketch", "numpy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``state`` is that of the frozen records."""

    uid: str
    number: int
    title: str
    motivation: str
    creators: str
    licence: str
    licence_text: str
    formats: Sequence[Format]
    selection: Mapping[str, Any]
    options: Options
    plan: Plan
    discussions: bool
    previous: int | None
    source_sha256: str
    software: Mapping[str, str]
    frozen_at: dt.datetime
    state: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "uid": self.uid,
            "number": self.number,
            "title": self.title,
            "motivation": self.motivation,
            "creators": self.creators,
            "licence": self.licence,
            "frozen_at": self.frozen_at.isoformat(),
            "discussions": self.discussions,
            "previous": self.previous,
            "selection": dict(sorted(self.selection.items())),
            "options": dict(sorted(self.options.as_json().items())),
            "labels": self.options.labels,
            "split": self.plan.as_json(),
            "records_sha256": self.source_sha256,
        }


def software_of(formats: Sequence[str], site_version: str) -> dict[str, str]:
    """What the same bytes need: names and versions, in order."""
    libraries = {library for name in formats for library in _LIBRARIES.get(name, ())}
    return {
        "factcheck": site_version,
        "python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{name: version(name) for name in sorted({*libraries, *_OF_SPLITS})},
        **{f"format {name}": str(FORMATS[name].version) for name in sorted(formats)},
    }
