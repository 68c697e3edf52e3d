"""A person's own choices: looks, language, keys. They hold on every machine they sign in on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from annotations.domain import keymap
from annotations.errors import InvalidInput
from annotations.models import User

from .events import event_record


class Preferences(TypedDict, total=False):
    """What can be chosen. ``keys`` is all that differs from the preset, ``{action: [key, …]}``."""

    theme: str
    density: str
    interface_language: str
    key_preset: str
    keys: Mapping[str, Any]


class KeyRow(TypedDict):
    """An action as the pages know it; ``label`` and ``group`` are in the reader's language."""

    action: str
    context: str
    keys: list[str]
    label: str
    group: str
    fixed: list[str]
    series: bool
    repeats: bool


def preferences_of(user: User) -> dict[str, Any]:
    """Every choice as it stands."""
    return {name: getattr(user, name) for name in Preferences.__annotations__}


@transaction.atomic
def preferences_set(*, actor: User, fields: Preferences) -> User:
    """Change one's own choices; those that aren't named stay.

    A key that another action has is refused with that action's name (``keys.<action>``). What
    changes nothing leaves no event. Raises ``InvalidInput`` naming each field.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    before = preferences_of(user)
    after = {**before, **_checked(user, fields)}
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return user
    for name in changed:
        setattr(user, name, after[name])
    user.save(update_fields=changed)
    event_record(
        kind="user.preferences",
        actor=actor,
        target=user,
        corpus=None,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return user


def keymap_rows(user: User) -> list[KeyRow]:
    """Every action with the person's keys, in the order of the help."""
    keys = keymap.effective(user.key_preset, _stored(user))
    return [
        {
            "action": name,
            "context": action.context,
            "keys": list(keys[name]),
            "label": _(action.label),
            "group": _(keymap.GROUPS[action.group]),
            "fixed": list(action.fixed),
            "series": action.series,
            "repeats": action.repeats,
        }
        for name, action in keymap.ACTIONS.items()
    ]


def key_shown(name: str) -> str:
    """A key as people read it, in the reader's language."""
    words = {
        "Space": _("Space"),
        "Ctrl": _("Ctrl"),
        "Shift": _("Shift"),
        "Delete": _("Delete"),
        "Home": _("Home"),
        "End": _("End"),
        "Page ↑": _("Page ↑"),
        "Page ↓": _("Page ↓"),
    }
    return "+".join(words.get(part, part) for part in keymap.key_shown(name).split("+"))


def _stored(user: User) -> dict[str, list[str]]:
    return user.keys if isinstance(user.keys, dict) else {}


def _checked(user: User, fields: Preferences) -> dict[str, Any]:
    choices: dict[str, list[str]] = {
        "theme": [key for key, _label in User.THEMES],
        "density": [key for key, _label in User.DENSITIES],
        # Empty: what the browser asks for.
        "interface_language": ["", *(code for code, _label in settings.LANGUAGES)],
        "key_preset": list(keymap.PRESETS),
    }
    given: dict[str, Any] = dict(fields)
    wrong = {}
    for name, value in given.items():
        if name in choices and value not in choices[name]:
            expected = ", ".join(choice or '""' for choice in choices[name])
            wrong[name] = _("Expected one of %(choices)s.") % {"choices": expected}
        elif name not in Preferences.__annotations__:
            wrong[name] = _("There is no such preference.")
    if wrong:
        raise InvalidInput(wrong)
    preset = given.get("key_preset", user.key_preset)
    if "keys" in given:
        given["keys"] = _checked_keys(preset, given["keys"])
    elif "key_preset" in given:
        # Chosen for another preset, they may stand in the way of this one.
        given["keys"] = _checked_keys(preset, _stored(user))
    return given


def _checked_keys(preset: str, wanted: Any) -> dict[str, list[str]]:
    """The keys to store. Raises ``InvalidInput`` with ``keys`` or ``keys.<action>``."""
    if not isinstance(wanted, Mapping):
        raise InvalidInput({"keys": _("Expected actions, each with a list of keys.")})
    wrong = {}
    for name, written in wanted.items():
        if name not in keymap.ACTIONS:
            wrong[f"keys.{name}"] = _("There is no such action.")
        elif not isinstance(written, list | tuple) or not all(isinstance(k, str) for k in written):
            wrong[f"keys.{name}"] = _("Expected a list of keys.")
        elif len(written) > keymap.MOST_KEYS:
            wrong[f"keys.{name}"] = _("At most %(most)s keys.") % {"most": keymap.MOST_KEYS}
        else:
            for key in map(keymap.key_parse, written):
                if problem := keymap.key_problem(key):
                    reason = {"key": key_shown(key), "reason": _(problem)}
                    wrong[f"keys.{name}"] = _("“%(key)s”: %(reason)s.") % reason
    if wrong:
        raise InvalidInput(wrong)
    own = keymap.own_keys(preset, wanted)
    if found := keymap.clash(preset, own):
        owner = _(keymap.ACTIONS[found.owner].label)
        raise InvalidInput(
            {
                f"keys.{found.action}": _("“%(key)s” belongs to “%(owner)s”.")
                % {"key": key_shown(found.key), "owner": owner}
            }
        )
    return {name: list(keys) for name, keys in own.items()}
