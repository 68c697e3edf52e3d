"""The documentation says what the code does: every setting, command, key and role is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotations import search
from annotations.domain.search_query import (
    FLAGS,
    MAX_PARTS,
    MAX_QUERY,
    OTHER_NAMES,
    STATES,
    Field,
    QueryError,
    parse,
)
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Role
from annotations.models import Article
from annotations.policies import ACTIONS
from annotations.search.excerpts import MAX_READ
from annotations.search.schema.postgres import POSITIONED
from tests import keyboard_page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OWN = ROOT / "annotations"


def read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text()


def first_column(page: str) -> set[str]:
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.MULTILINE))


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    source = read("factcheck", "settings.py") + read("factcheck", "environment.py")
    readers = "address|broker|cache|database|flag|level|listed|number|origins|sender|text"
    read_there = set(re.findall(rf'\b(?:{readers})\(\s*"([A-Z][A-Z0-9_]+)"', source))
    made_by_run = {"HOST", "PORT", "PYTHON"}
    assert first_column(read("docs", "settings.md")) - made_by_run == read_there
    outside = read("Makefile") + read("factcheck", "supervisor.py")
    for name in made_by_run:
        assert name in outside


def test_every_command_is_documented() -> None:
    commands = {p.stem for p in (OWN / "management" / "commands").glob("*.py")} - {"__init__"}
    documented = set(re.findall(r"^\| `(\w+)", read("docs", "commands.md"), re.MULTILINE))
    assert documented == commands


def test_the_page_of_keys_is_the_keymaps() -> None:
    """``python -m tests.keyboard_page`` writes it anew."""
    assert read("docs", "keyboard.md") == keyboard_page.page()


def test_states_and_roles_are_documented() -> None:
    page = read("docs", "reviewing.md")
    for role in Role:
        assert f"| {role.value} |" in page
    for state in ClaimState:
        assert f"| {state.value} |" in page
    first_cells = " ".join(re.findall(r"^\| (.*?) \|", page, re.MULTILINE))
    for label in (str(label).removesuffix(" for extraction") for _state, label in Article.STATES):
        assert label in first_cells
    assert set(ACTIONS.values()) == set(Role)


@pytest.mark.parametrize("document", ["README.md", *(f"docs/{p.name}" for p in DOCS.glob("*.md"))])
def test_links_lead_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    for target in re.findall(r"\]\(([^)#]+)", read(document)):
        if not target.startswith("http"):
            assert (folder / target).exists(), f"{document} links to {target}"


def test_the_readme_names_the_two_commands() -> None:
    readme, makefile = read("README.md"), read("Makefile")
    for command in ("run", "test", "manage"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_the_language_of_the_search_is_documented_as_it_is_read() -> None:
    page = read("docs", "search.md")
    examples, fields = page.split("## Fields")
    rows = re.findall(r"^\| `(.+?)` \|", examples, re.MULTILINE)
    assert len(rows) >= 10
    parts = {example: parse(example) for example in rows}
    assert parts["harbour -ferry"] == parse("harbour NOT ferry")
    assert all(parts.values())
    named = re.findall(r"^\| `(\w+):` \|", fields, re.MULTILINE)
    assert named == list(map(str, Field))
    assert [name for name in OTHER_NAMES if f"`{name}:`" in page] == list(OTHER_NAMES)
    for choice in {*STATES, *FLAGS} - {"any"}:
        assert f"`{choice}`" in fields
    assert f"{MAX_QUERY} characters and {MAX_PARTS} parts" in page
    assert f"{search.RANKED:,}" in page
    assert f"{MAX_READ:,} characters" in page
    assert f"first {POSITIONED:,} characters" in page
    # What the page says of words that can't be read.
    for refused in ("after:soon", "after: 2026", "harbour OR -ferry"):
        assert f"`{refused}`" in page
        with pytest.raises(QueryError):
            parse(refused)
