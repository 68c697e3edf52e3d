"""Names of keys, presets, clashes: what holds for every map that a person can come to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.keymap import (
    ACTIONS,
    GROUPS,
    PRESETS,
    clash,
    effective,
    key_parse,
    key_problem,
    key_shown,
    own_keys,
    preset_keys,
)
from annotations.domain.keynames import NAMED

KEYS = sorted({key for p in PRESETS for keys in effective(p, {}).values() for key in keys})
keys = st.one_of(
    st.sampled_from(KEYS),
    st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["", "Ctrl+", "Shift+", "Ctrl+Shift+", "Alt+"]),
            st.one_of(st.sampled_from(NAMED), st.characters()),
        ),
    ),
)
own = st.dictionaries(st.sampled_from(sorted(ACTIONS)), st.lists(keys, max_size=4), max_size=8)
presets = st.sampled_from(sorted(PRESETS))


@pytest.mark.parametrize("preset", PRESETS)
def test_in_every_preset_every_action_has_a_key_that_is_its_own(preset: str) -> None:
    assert clash(preset, {}) is None
    for name, chosen in effective(preset, {}).items():
        assert chosen, name
        assert len(set(chosen)) == len(chosen)
        for key in chosen:
            assert key_problem(key) == "", (name, key)
            assert key_parse(key) == key


def test_the_hands_of_other_tools_find_their_keys() -> None:
    prodigy = effective("prodigy", {})
    for action, key in {
        "accept": "a", "reject": "x", "skip": "Space", "flag": "f", "help": "h",
    }.items():  # fmt: skip
        assert key in prodigy[action]
    studio = effective("label_studio", {})
    for action, key in {
        "submit": "Ctrl+Enter", "undo": "Ctrl+z", "redo": "Ctrl+Shift+z",
        "previousArticle": "Ctrl+ArrowLeft", "nextArticle": "Ctrl+ArrowRight",
    }.items():  # fmt: skip
        assert key in studio[action]
    for preset in PRESETS:
        assert effective(preset, {})["rate"] == tuple("123456789")


def test_every_action_has_a_known_group_and_name() -> None:
    for name, action in ACTIONS.items():
        assert action.group in GROUPS
        assert re.fullmatch(r"[a-z][A-Za-z]+", name)
    assert set(GROUPS) == {action.group for action in ACTIONS.values()}
    labels = [action.label for action in ACTIONS.values()]
    assert len(set(labels)) == len(labels)
    for preset in PRESETS.values():
        assert set(preset.keys) <= set(ACTIONS)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ctrl + shift + Z", "Ctrl+Shift+z"),
        ("Shift+Ctrl+z", "Ctrl+Shift+z"),
        ("Control+Enter", "Ctrl+Enter"),
        ("⌘+z", "Ctrl+z"),
        ("N", "Shift+n"),
        ("Shift+?", "?"),
        ("+", "+"),
        ("Ctrl++", "Ctrl++"),
        (" ", "Space"),
        ("esc", "Escape"),
        ("←", "ArrowLeft"),
        ("shift+up", "Shift+ArrowUp"),
        ("f2", "F2"),
        ("É", "Shift+é"),
        ("e\u0301", "é"),
    ],
)
def test_keys_as_people_write_them(written: str, name: str) -> None:
    assert key_parse(written) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Backspace", "old habit"),
        ("Shift+Backspace", "old habit"),
        ("Tab", "parts of the page"),
        ("Shift+Tab", "parts of the page"),
        ("Alt+a", "Alt belongs"),
        ("Ctrl+w", "browser keeps"),
        ("Ctrl+t", "browser keeps"),
        ("Ctrl+Shift+n", "browser keeps"),
        ("Ctrl+c", "browser keeps"),
        ("Ctrl+1", "browser keeps"),
        ("F5", "browser keeps"),
        ("F11", "browser keeps"),
        ("foo", "no such key"),
        ("Ctrl+foo", "no such key"),
        ("Hyper+a", "no such key"),
        ("Shift", "no such key"),
        ("", "no such key"),
        ("ab", "no such key"),
        ("\u0301", "no such key"),
        ("\u00a0", "no such key"),
        ("\x00", "no such key"),
    ],
)
def test_keys_that_nobody_can_have(name: str, reason: str) -> None:
    assert reason in key_problem(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ctrl+z", "Ctrl+Z"), ("j", "j"), ("Shift+n", "Shift+N"), ("Shift+ArrowLeft", "Shift+←"),
        ("Escape", "Esc"), ("+", "+"), ("Ctrl++", "Ctrl++"), ("?", "?"),
    ],
)  # fmt: skip
def test_keys_as_people_read_them(name: str, shown: str) -> None:
    assert key_shown(name) == shown


@given(st.text(max_size=20))
def test_a_name_stays_itself(written: str) -> None:
    name = key_parse(written)
    key_shown(name)
    if not key_problem(name):
        assert key_parse(name) == name
        assert key_parse(key_shown(name).replace("Page ↑", "PageUp").replace("Page ↓", "PageDown"))


@given(presets, own)
def test_what_is_stored_never_clashes_and_says_all(preset: str, wanted: dict) -> None:
    stored = own_keys(preset, wanted)
    assert own_keys(preset, stored) == stored
    found = clash(preset, stored)
    if found is None:
        held = effective(preset, stored)
        for name, chosen in wanted.items():
            assert set(map(key_parse, chosen)) <= set(held[name])
        places = [
            (context, key)
            for name, chosen in held.items()
            for key in chosen
            for context in (
                ("browse", "cursor")
                if ACTIONS[name].context == "always"
                else (ACTIONS[name].context,)
            )
        ]
        assert len(set(places)) == len(places)
    else:
        usual = preset_keys(preset)
        assert found.action != found.owner
        assert found.key in stored.get(found.action, usual[found.action])
        assert found.key in (
            *stored.get(found.owner, usual[found.owner]),
            *ACTIONS[found.owner].fixed,
        )


@given(presets, own)
def test_whatever_was_stored_a_page_can_be_drawn(preset: str, stored: dict) -> None:
    held = effective(preset, {**stored, "an action of long ago": ["j"]})
    assert set(held) == set(ACTIONS)
    for name, action in ACTIONS.items():
        assert set(action.fixed) <= set(held[name])


def test_the_owner_of_a_key_is_named() -> None:
    found = clash("factcheck", {"accept": ("x",)})
    assert found is not None
    assert (found.key, found.action, found.owner) == ("x", "accept", "reject")
    # Fixed keys and those that hold everywhere are owned too.
    for wanted, key, owner in (
        ("accept", "Escape", "leave"), ("accept", "Ctrl+Enter", "submit"), ("take", "?", "help"),
        ("help", "s", "split"), ("help", "PageUp", "paragraphUp"),
    ):  # fmt: skip
        found = clash("factcheck", {wanted: (key,)})
        assert found is not None
        assert found.owner == owner
    # What is done while reading and what is done while choosing words never meet.
    assert clash("factcheck", {"take": ("x",)}) is None
    # A key that was given up is free.
    assert clash("factcheck", {"reject": ("y",), "accept": ("x",)}) is None


def test_own_keys_win_over_a_preset_that_changed_later() -> None:
    held = effective("prodigy", {"accept": ("h",)})
    assert held["accept"] == ("h",)
    assert held["help"] == ("?",)


def test_fixed_keys_cannot_be_lost() -> None:
    assert effective("factcheck", {"leave": (), "submit": ("y",)})["leave"] == ("Escape",)
    assert effective("factcheck", {"submit": ("y",)})["submit"] == ("Ctrl+Enter", "y")
    assert own_keys("factcheck", {"submit": ["Ctrl+Enter"]}) == {}


def test_labels_are_collected_for_translation() -> None:
    """``makemessages`` finds a label by the function around it, so each has to have one."""
    source = (Path(__file__).parents[2] / "annotations" / "domain" / "actions.py").read_text()
    joined = re.sub(r"\s+", " ", source)
    for label in [a.label for a in ACTIONS.values()] + list(GROUPS.values()):
        assert re.search(rf'\b_\( ?"{re.escape(label)}"', joined), label
