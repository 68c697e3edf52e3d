"""The names of keys: ``j``, ``?``, ``Space``, ``ArrowLeft``, ``Shift+n``, ``Ctrl+Shift+z``.

A name is what the browser calls the key (``KeyboardEvent.key``) with Ctrl and Shift before it.
Letters are small. Shift is written with letters and named keys only: with other characters it
belongs to the keyboard's layout, so ``?`` is ``?`` wherever it is typed. On macOS, Command is
Ctrl. The other side of this is ``nameOf`` in ``static/annotations/js/keymap.js``.
"""

from __future__ import annotations

import unicodedata

from .marking import gettext_noop as _

NAMED = (
    "Enter", "Space", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown",
    "Home", "End", "PageUp", "PageDown", "Insert", "Delete", "F2", "F4", "F8", "F9",
)  # fmt: skip

# Words and signs that people write for a key.
_ALIASES = {
    " ": "Space", "spacebar": "Space", "esc": "Escape", "return": "Enter", "del": "Delete",
    "ins": "Insert", "pgup": "PageUp", "pgdn": "PageDown", "left": "ArrowLeft",
    "right": "ArrowRight", "up": "ArrowUp", "down": "ArrowDown", "←": "ArrowLeft",
    "→": "ArrowRight", "↑": "ArrowUp", "↓": "ArrowDown", "backspace": "Backspace", "tab": "Tab",
} | {name.lower(): name for name in NAMED}  # fmt: skip
_MODIFIERS = {
    "ctrl": "Ctrl", "control": "Ctrl", "strg": "Ctrl", "cmd": "Ctrl", "command": "Ctrl",
    "meta": "Ctrl", "⌘": "Ctrl", "shift": "Shift", "⇧": "Shift", "alt": "Alt", "option": "Alt",
    "altgr": "Alt", "altgraph": "Alt",
}  # fmt: skip
_SIGNS = {
    "ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓", "Escape": "Esc",
    "PageUp": "Page ↑", "PageDown": "Page ↓",
}  # fmt: skip

# With Ctrl these open, close or change tabs and windows, or are what everybody copies, finds,
# prints and reloads with. Some never reach a page, and none is a page's to take.
_BROWSERS = frozenset("acdfghjlnopqrtuvwx0123456789+-=") | {"PageUp", "PageDown", "F4"}
_BROWSERS_SHIFTED = frozenset("abcdijkmnopqrtvw") | {"Delete"}

MAX_LENGTH = 30


def key_parse(written: str) -> str:
    """The name of a key as a person wrote it: order, case and common words are forgiven.

    What is no key comes back as it is; ``key_problem`` says why it can't be used.
    """
    if written == " ":
        return "Space"
    text = unicodedata.normalize("NFC", written.strip())
    # A plus sign at the end is the key itself, not a joint.
    head, tail = (text[:-1], "+") if text.endswith("+") else text.rpartition("+")[::2]
    parts = [part.strip().lower() for part in head.split("+") if part.strip()]
    key = tail.strip()
    key = _ALIASES.get(key.lower()) or (key.upper() if _is_function(key) else key)
    modifiers = {_MODIFIERS.get(part, part) for part in parts}
    if len(key) == 1:
        if not _is_letter(key):
            modifiers.discard("Shift")
        elif key != key.lower() and not modifiers:
            modifiers.add("Shift")
        key = key.lower() if _is_letter(key) else key
    ordered = [m for m in ("Ctrl", "Alt", "Shift") if m in modifiers]
    unknown = sorted(modifiers - {"Ctrl", "Alt", "Shift"})
    return "+".join([*unknown, *ordered, key])[:MAX_LENGTH]


def key_problem(name: str) -> str:
    """Why this key can't be used, for a person to read (to be translated); empty if it can."""
    *modifiers, key = _parts(name)
    if set(modifiers) - {"Ctrl", "Shift", "Alt"}:
        return _("there is no such key")
    if "Alt" in modifiers:
        return _("Alt belongs to the browser's menus and to the keyboard's layout")
    if key == "Backspace":
        return _("Backspace stays free, so that an old habit never costs work")
    if key == "Tab":
        return _("Tab moves between the parts of the page")
    if _is_function(key) and key not in NAMED:
        return _("the browser keeps this key for itself")
    if key not in NAMED and not _is_character(key):
        return _("there is no such key")
    taken = _BROWSERS_SHIFTED if "Shift" in modifiers else _BROWSERS
    if "Ctrl" in modifiers and key in taken:
        return _("the browser keeps this key for itself")
    return ""


def key_shown(name: str) -> str:
    """A key as people read it: ``Ctrl+Z``, ``Shift+←``, ``j``. ``Space`` is to be translated."""
    *modifiers, key = _parts(name)
    if modifiers and len(key) == 1:
        key = key.upper()
    return "+".join([*modifiers, _SIGNS.get(key, key)])


def _parts(name: str) -> list[str]:
    if name == "+" or name.endswith("++"):
        return [*name[:-1].split("+")[:-1], "+"] if name != "+" else ["+"]
    return name.split("+")


def _is_letter(key: str) -> bool:
    return key.lower() != key.upper()


def _is_function(key: str) -> bool:
    return len(key) > 1 and key[0] in "Ff" and key[1:].isdecimal()


def _is_character(key: str) -> bool:
    """One character that can be typed and seen; no white space, no mark alone, no control."""
    return len(key) == 1 and unicodedata.category(key)[0] in "LNPS"
