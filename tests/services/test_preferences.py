"""A person's own choices: what is taken, what is refused and with whose name, what is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from annotations.domain.keymap import ACTIONS
from annotations.errors import InvalidInput
from annotations.models import Event
from annotations.services.preferences import keymap_rows, preferences_of, preferences_set

from .cast import Cast, last_event


def chosen(cast: Cast, **fields: Any) -> dict[str, Any]:
    preferences_set(actor=cast.reviewer, fields=fields)  # type: ignore[arg-type]
    cast.reviewer.refresh_from_db()
    return preferences_of(cast.reviewer)


def refused(cast: Cast, **fields: Any) -> dict[str, str]:
    before = preferences_of(cast.reviewer)
    with pytest.raises(InvalidInput) as error:
        preferences_set(actor=cast.reviewer, fields=fields)  # type: ignore[arg-type]
    cast.reviewer.refresh_from_db()
    assert preferences_of(cast.reviewer) == before
    assert not Event.objects.filter(kind="user.preferences").exists()
    return error.value.fields


def test_looks_and_language(cast: Cast) -> None:
    assert chosen(cast)["theme"] == "auto"
    after = chosen(cast, theme="dark", density="compact", interface_language="en")
    assert (after["theme"], after["density"], after["interface_language"]) == (
        "dark", "compact", "en",
    )  # fmt: skip
    event = last_event()
    assert (event.kind, event.actor, event.chain) == ("user.preferences", cast.reviewer, "site")
    assert event.before == {"theme": "auto", "density": "comfortable", "interface_language": ""}
    assert event.after == {"theme": "dark", "density": "compact", "interface_language": "en"}
    # Nobody else's.
    cast.second.refresh_from_db()
    assert cast.second.theme == "auto"


def test_what_changes_nothing_is_no_event(cast: Cast) -> None:
    chosen(cast, theme="dark")
    count = Event.objects.count()
    chosen(cast, theme="dark")
    chosen(cast, keys={"accept": ["a"]})
    assert Event.objects.count() == count


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"), ("theme", ""), ("density", "huge"), ("interface_language", "xx"),
        ("key_preset", "emacs"), ("username", "root"), ("is_superuser", True),
    ],
)  # fmt: skip
def test_values_that_there_are_not(cast: Cast, name: str, value: object) -> None:
    assert set(refused(cast, **{name: value})) == {name}


def test_own_keys(cast: Cast) -> None:
    after = chosen(cast, keys={"accept": ["y", "Ctrl + M"], "help": ["?"], "flag": []})
    # Only what differs, in the keys' own names.
    assert after["keys"] == {"accept": ["y", "Ctrl+m"], "flag": []}
    rows = {row["action"]: row for row in keymap_rows(cast.reviewer)}
    assert list(rows) == list(ACTIONS)
    assert rows["accept"]["keys"] == ["y", "Ctrl+m"]
    assert rows["flag"]["keys"] == []
    assert rows["leave"]["fixed"] == rows["leave"]["keys"] == ["Escape"]
    assert (rows["accept"]["label"], rows["accept"]["group"]) == (
        "Accept the suggestion", "Deciding",
    )  # fmt: skip
    assert chosen(cast, keys={})["keys"] == {}


def test_a_clash_names_the_owner_of_the_key(cast: Cast) -> None:
    assert refused(cast, keys={"accept": ["x"]}) == {
        "keys.accept": "“x” belongs to “Reject the suggestion, or withdraw the claim”."
    }
    assert refused(cast, keys={"accept": ["Ctrl+Z"]}) == {
        "keys.accept": "“Ctrl+Z” belongs to “Undo the last action”."
    }
    # Exchanged in one go they don't clash.
    assert chosen(cast, keys={"accept": ["x"], "reject": ["a"]})["keys"]["reject"] == ["a"]


@pytest.mark.parametrize(
    ("keys", "field", "reason"),
    [
        ({"accept": ["Backspace"]}, "keys.accept", "Backspace stays free"),
        ({"accept": ["Ctrl+W"]}, "keys.accept", "browser keeps"),
        ({"accept": ["Alt+a"]}, "keys.accept", "Alt belongs"),
        ({"accept": ["a b"]}, "keys.accept", "no such key"),
        ({"accept": "a"}, "keys.accept", "list of keys"),
        ({"accept": [1]}, "keys.accept", "list of keys"),
        ({"accept": list("abcdefghij")}, "keys.accept", "At most 9"),
        ({"explode": ["b"]}, "keys.explode", "no such action"),
        (["a"], "keys", "actions"),
        (None, "keys", "actions"),
    ],
)
def test_keys_that_cannot_be(cast: Cast, keys: object, field: str, reason: str) -> None:
    (found,) = refused(cast, keys=keys).items()
    assert found[0] == field
    assert reason in found[1]


def test_a_preset_keeps_own_keys_that_are_not_in_its_way(cast: Cast) -> None:
    chosen(cast, keys={"accept": ["y"]})
    after = chosen(cast, key_preset="prodigy")
    assert (after["key_preset"], after["keys"]) == ("prodigy", {"accept": ["y"]})
    chosen(cast, key_preset="factcheck", keys={"accept": ["h"]})
    with pytest.raises(InvalidInput) as error:
        preferences_set(actor=cast.reviewer, fields={"key_preset": "prodigy"})
    assert error.value.fields == {"keys.accept": "“h” belongs to “Show the keys”."}
    assert chosen(cast, key_preset="prodigy", keys={})["keys"] == {}


def test_keys_stored_by_an_older_release_do_no_harm(cast: Cast) -> None:
    cast.reviewer.keys = {"an action of long ago": ["b"], "accept": ["j"]}
    cast.reviewer.key_preset = "of long ago"
    cast.reviewer.save()
    rows = {row["action"]: row["keys"] for row in keymap_rows(cast.reviewer)}
    assert rows["accept"] == ["j"]
    assert rows["next"] == ["ArrowDown"]
