"""Keys as the templates show them: the reader's own."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.models import User
from annotations.services.preferences import KeyRow, key_shown, keymap_rows

# Of a series of keys only the ends are shown.
SHOWN_WHOLE = 2


@dataclass(frozen=True)
class ShownKeys:
    """``first`` and ``all`` are for people, ``aria`` for the attribute ``aria-keyshortcuts``."""

    first: str
    all: list[str]
    aria: str


def shown_keys(row: KeyRow) -> ShownKeys:
    keys = [key_shown(key) for key in row["keys"]]
    if row["series"] and len(keys) > SHOWN_WHOLE:
        keys = [keys[0], "…", keys[-1]]
    aria = " ".join(
        f"{key[:-1]}Plus" if key.endswith("+") else key
        for key in (key.replace("Ctrl+", "Control+") for key in row["keys"])
    )
    return ShownKeys(keys[0] if keys else "", keys, aria)


def keys_of(user: User) -> dict[str, ShownKeys]:
    """``{action: its keys}``, for ``{{ keys.undo.first }}``."""
    return {row["action"]: shown_keys(row) for row in keymap_rows(user)}
