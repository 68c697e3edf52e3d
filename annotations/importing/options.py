"""What the person who imports may choose, checked."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from annotations.domain.alignment import Unit
from annotations.errors import InvalidInput

MAX_ANNOTATOR = 100
# Python's codecs of host names; the time that the first takes grows with the square of the text.
_NO_TEXTS = frozenset({"punycode", "idna", "undefined"})
# Fields of an article or a claim that a column of a table can be.
COLUMNS = (
    "text",
    "title",
    "author",
    "publisher",
    "url",
    "published",
    "dateline",
    "language",
    "claim",
    "quote",
    "label",
    "claimant",
    "claim_date",
    "rating",
    "rationale",
)
CHOICES: dict[str, tuple[str, ...]] = {
    "annotations": ("claims", "suggestions", "none"),
    "misplaced": ("reject", "drop"),
    "unit": ("auto", *Unit),
    "people": ("stand-ins", "same"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is read and what becomes of it. Empty strings stand for: find out."""

    format: str = ""
    encoding: str = ""
    # What other tools' annotations become.
    annotations: str = "claims"
    # The name under which they appear.
    annotator: str = ""
    # Of a row with an annotation that can't be placed: the whole row, or the annotation alone.
    misplaced: str = "reject"
    unit: str = "auto"
    # Bring nothing in unless a check has found no row that would be rejected.
    all_or_nothing: bool = False
    # Have the detector read the articles?
    extract: bool = True
    near_duplicates: bool = True
    # Of our own format: accounts of the same names, or stand-ins for them.
    people: str = "stand-ins"
    language: str = ""
    # Of tables: field → the column's heading; and what divides columns.
    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ""
    sheet: str = ""
    # Of feeds: fetch the page behind each entry.
    fetch: bool = False

    @classmethod
    def read(cls, given: Mapping[str, Any], *, formats: frozenset[str]) -> Options:
        """From JSON values. ``InvalidInput`` names each that can't be used."""
        wrong: dict[str, str] = {}
        known = {f.name: f for f in fields(cls)}
        for name, value in given.items():
            if name not in known:
                wrong[f"options.{name}"] = f"expected one of {', '.join(known)}"
            elif reason := _wrong(name, value, formats):
                wrong[f"options.{name}"] = reason
        if given.get("encoding") and "options.encoding" not in wrong:
            # By the one of its names that the readers go by.
            given = {**given, "encoding": codecs.lookup(given["encoding"]).name}
        options = None if wrong else cls(**given)
        if options and options.annotations == "suggestions" and given.get("extract"):
            # The detector's run would take their place.
            wrong["options.extract"] = "suggestions come in the place of the detector's"
        if wrong or options is None:
            raise InvalidInput(wrong)
        return options

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def extracts(self) -> bool:
        return self.extract and self.annotations != "suggestions"


def _wrong(name: str, value: Any, formats: frozenset[str]) -> str:
    if name in {"extract", "near_duplicates", "fetch", "all_or_nothing"}:
        return "" if isinstance(value, bool) else "expected true or false"
    if name == "columns":
        return _wrong_columns(value)
    if not isinstance(value, str):
        return "expected a string"
    if name in CHOICES and value not in CHOICES[name]:
        return f"expected one of {', '.join(CHOICES[name])}"
    if name == "format" and value and value not in formats:
        return f"expected one of {', '.join(sorted(formats))}"
    if name == "encoding" and value and not _is_encoding(value):
        return "not the name of an encoding of text"
    if name == "delimiter" and len(value) > 1:
        return "expected one character"
    if name == "language" and len(value) > 16:
        return "expected a language tag such as en"
    if len(value) > MAX_ANNOTATOR:
        return f"{MAX_ANNOTATOR} characters at most"
    return ""


def _wrong_columns(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "expected an object, field → heading"
    for field_name, heading in value.items():
        if field_name not in COLUMNS:
            return f"{field_name!r} is not one of {', '.join(COLUMNS)}"
        if not isinstance(heading, str) or len(heading) > 200:
            return f"the heading of {field_name} has to be a string of at most 200 characters"
    return ""


def _is_encoding(name: str) -> bool:
    try:
        # Not one of those that turn bytes into bytes, such as zip, or that read host names.
        found = codecs.lookup(name)
        return found._is_text_encoding and found.name not in _NO_TEXTS
    except (LookupError, ValueError):
        return False
