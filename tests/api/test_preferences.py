"""The caller's own choices over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from annotations.domain.keymap import ACTIONS
from tests.api.conftest import Client
from tests.factories import Cast


def test_what_is_chosen_is_what_is_answered(
    api: Client, as_: Callable[..., Client], cast: Cast
) -> None:
    first = api.get("me/preferences/").json()
    assert {k: v for k, v in first.items() if k != "keymap"} == {
        "theme": "auto",
        "density": "comfortable",
        "interface_language": "",
        "key_preset": "factcheck",
        "keys": {},
    }
    assert [row["action"] for row in first["keymap"]] == list(ACTIONS)
    changed = api.patch(
        "me/preferences/", {"theme": "dark", "keys": {"accept": ["y", "Shift+Y"]}}
    ).json()
    assert changed == api.get("me/preferences/").json()
    assert (changed["theme"], changed["density"]) == ("dark", "comfortable")
    assert changed["keys"] == {"accept": ["y", "Shift+y"]}
    (accept,) = (row for row in changed["keymap"] if row["action"] == "accept")
    assert accept["keys"] == ["y", "Shift+y"]
    # Everybody has their own.
    assert as_(cast.second_reviewer).get("me/preferences/").json() == first


def test_a_clash_is_refused_with_the_name_of_the_owner(api: Client) -> None:
    answer = api.patch("me/preferences/", {"theme": "dark", "keys": {"accept": ["x"]}})
    assert answer.status_code == 400
    assert answer.json()["fields"] == {
        "keys.accept": "“x” belongs to “Reject the suggestion, or withdraw the claim”."
    }
    assert api.get("me/preferences/").json()["theme"] == "auto"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"theme": None}, "theme"),
        ({"theme": ["dark"]}, "theme"),
        ({"density": 1}, "density"),
        ({"interface_language": "tlh"}, "interface_language"),
        ({"key_preset": "emacs"}, "key_preset"),
        ({"keys": ["a"]}, "keys"),
        ({"keys": None}, "keys"),
        ({"keys": {"accept": "a"}}, "keys.accept"),
        ({"keys": {"accept": [1]}}, "keys.accept.0"),
        ({"keys": {"accept": ["a\0"]}}, "keys.accept.0"),
        ({"keys": {"accept": ["Backspace"]}}, "keys.accept"),
        ({"keys": {"explode": ["b"]}}, "keys.explode"),
        ({"keymap": []}, "keymap"),
        ({"username": "root"}, "username"),
    ],
)
def test_bad_values(api: Client, body: dict, field: str) -> None:
    before = api.get("me/preferences/").json()
    answer = api.patch("me/preferences/", body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert api.get("me/preferences/").json() == before
