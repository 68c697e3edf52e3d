"""The documentation names every field of every format, in order, and no other."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import pytest
from django.conf import settings

from annotations.exporting import FORMATS, options, selection
from annotations.exporting.base import PARTS
from annotations.exporting.csv import COLUMNS
from annotations.exporting.label_studio import CONFIG
from annotations.importing import IMPORTERS, Options

from .conftest import Exhibit
from .golden import exported


@pytest.fixture(scope="module")
def page() -> str:
    return (settings.BASE_DIR / "docs" / "formats.md").read_text(encoding="utf-8")


def table(page: str, heading: str) -> list[str]:
    """First cells of the table under a heading."""
    _, _, rest = page.partition(f"\n### {heading}\n")
    return re.findall(r"^\| `([^`]+)` \|", re.split(r"\n##", rest)[0], flags=re.MULTILINE)


def test_every_format(page: str) -> None:
    for name, format_ in FORMATS.items():
        row = f"| `{name}` | `{format_.media_type}` | `.{format_.extension}` | {format_.about} |"
        assert row in page
        assert f"\n## {name}\n" in page


def test_what_every_format_loses(page: str) -> None:
    """The table is what the formats say of themselves; test_formats holds them to it."""
    for name, format_ in FORMATS.items():
        loses = ", ".join(part for part in PARTS if part in format_.loses) or "nothing"
        counted = "; ".join(str(words) for words in format_.reasons.values()) or "–"
        assert f"| `{name}` | {format_.unit} | {loses} | {counted} |\n" in page, name
    for part, words in PARTS.items():
        assert f"| {part} | {words} |\n" in page


def test_every_filter_and_option(page: str) -> None:
    rows = re.findall(r"^\| (`[^|]*`) \|", page, flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named >= set(selection.NAMES) | set(options.NAMES)
    assert CONFIG in page


def test_jsonl(page: str, exhibit: Exhibit) -> None:
    header, article, _ = map(json.loads, exported(exhibit, "jsonl").splitlines())
    claim = article["claims"][0]
    written: dict[str, dict[str, Any]] = {
        "header": header,
        "corpus": header["corpus"],
        "article": article,
        "run": article["run"],
        "suggestion": article["suggestions"][0],
        "claim": claim,
        "span": claim["spans"][0],
        "finding": claim["verdict"],
        "verdict": claim["verdicts"][0],
        "evidence": claim["evidence"][0],
        "thread": claim["threads"][0],
        "comment": claim["threads"][0]["comments"][0],
        "question": claim["questions"][0],
        "answer": claim["questions"][0]["answers"][0],
        "fact-check": claim["fact_check"],
        "version": claim["fact_check"]["versions"][0],
        "correction": claim["fact_check"]["corrections"][0],
    }
    for heading, record in written.items():
        assert table(page, heading) == list(record), heading


def test_csv(page: str) -> None:
    assert table(page, "columns") == list(COLUMNS)


def test_w3c(page: str, exhibit: Exhibit) -> None:
    collection = json.loads(exported(exhibit, "w3c"))
    assert table(page, "annotation") == list(collection["first"]["items"][0])


def test_every_format_that_is_read() -> None:
    page = (settings.BASE_DIR / "docs" / "imports.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w-]+)` \| ([^|]*) \|", page, flags=re.MULTILINE))
    for name, importer in IMPORTERS.items():
        # brat's are the same text files, with others beside them.
        suffixes = set(re.findall(r"`(\.\w+)`", rows[name]))
        assert suffixes == set(importer.suffixes), name
    options = {field.name for field in fields(Options)}
    assert options <= set(rows)
