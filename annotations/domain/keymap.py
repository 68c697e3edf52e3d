"""Which key does what for whom: what the page, the help, the cheat sheet, the page to change keys
and the documentation are all made of. Pure functions over the table in ``actions.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .actions import ACTIONS, ALWAYS, DEFAULT_PRESET, GROUPS, PRESETS, Action, Keys
from .keynames import key_parse, key_problem, key_shown

Keymap = dict[str, Keys]

# Of one action; as many as there are digits for ratings.
MOST_KEYS = 9


@dataclass(frozen=True)
class Clash:
    """A key that two actions would have: the one that asks for it, and the one that owns it."""

    key: str
    action: str
    owner: str


def preset_keys(preset: str) -> Keymap:
    """``{action: keys}`` of a preset, less the fixed ones. One that isn't known is the default."""
    changed = PRESETS.get(preset, PRESETS[DEFAULT_PRESET]).keys
    return {name: changed.get(name, action.keys) for name, action in ACTIONS.items()}


def effective(preset: str, own: Mapping[str, Sequence[str]]) -> Keymap:
    """The keys that hold, of every action: the fixed ones first, then one's own or the preset's.

    A key of one's own wins over a preset that came to use it in a later release, and actions
    that are no longer there are left out, so that stored keys never break a page.
    """
    mine = {name: tuple(keys) for name, keys in own.items() if name in ACTIONS}
    result: Keymap = {}
    for name, usual in preset_keys(preset).items():
        keys = mine.get(name) if name in mine else (k for k in usual if not _owner(k, name, mine))
        result[name] = tuple(dict.fromkeys((*ACTIONS[name].fixed, *(keys or ()))))
    return result


def clash(preset: str, own: Mapping[str, Sequence[str]]) -> Clash | None:
    """The first of one's own keys that another action has in the same context, or None."""
    wanted = {**preset_keys(preset), **{n: tuple(k) for n, k in own.items() if n in ACTIONS}}
    for name in (*own, *wanted):
        for key in wanted.get(name, ()):
            if owner := _owner(key, name, wanted):
                return Clash(key, name, owner)
    return None


def own_keys(preset: str, wanted: Mapping[str, Sequence[str]]) -> Keymap:
    """What of ``wanted`` differs from the preset; canonical names, none twice, no fixed ones."""
    usual = preset_keys(preset)
    result: Keymap = {}
    for name, written in wanted.items():
        named = dict.fromkeys(map(key_parse, written))
        keys = tuple(key for key in named if key not in ACTIONS[name].fixed)
        if keys != usual[name]:
            result[name] = keys
    return result


def _owner(key: str, action: str, keymap: Mapping[str, Sequence[str]]) -> str:
    """The other action that has this key wherever ``action`` would; empty if none has."""
    mine = ACTIONS[action]
    for name, keys in keymap.items():
        other = ACTIONS[name]
        meet = mine.context == other.context or ALWAYS in (mine.context, other.context)
        if name != action and meet and (key in keys or key in other.fixed):
            return name
    return ""


__all__ = [
    "ACTIONS", "DEFAULT_PRESET", "GROUPS", "MOST_KEYS", "PRESETS", "Action", "Clash", "Keymap",
    "clash", "effective", "key_parse", "key_problem", "key_shown", "own_keys", "preset_keys",
]  # fmt: skip
