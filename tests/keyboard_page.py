"""Makes ``docs/keyboard.md`` of the keymap: ``python -m tests.keyboard_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from annotations.domain.keymap import (
    ACTIONS,
    DEFAULT_PRESET,
    GROUPS,
    PRESETS,
    Action,
    effective,
    key_shown,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keyboard.md"

HEAD = """# Keys of the workbench

Nothing fires while you type in a field, compose with an input method, or hold Alt; only
<kbd>Esc</kbd>, which leaves the field, and <kbd>Ctrl+Enter</kbd>, which saves the form, work there.
<kbd>Backspace</kbd> does nothing. A decision isn't repeated by a key that is held down. A button or
a row that you reach by <kbd>Tab</kbd> is pressed by <kbd>Enter</kbd> and <kbd>Space</kbd>. What you
press while the page is still loading is done once it listens. On macOS, Command works as Ctrl. On
keyboards of other scripts a letter is found by its place.

Everybody chooses their own keys under *your name → Preferences*: a preset, and any key of it
otherwise. <kbd>?</kbd> shows the keys that hold, *Keys to print* puts them on one sheet. A key that
another action has is refused with that action's name. Alt, <kbd>Tab</kbd>, <kbd>Backspace</kbd> and
what browsers keep for themselves can't be used; <kbd>Esc</kbd> and <kbd>Ctrl+Enter</kbd> always do
what they do here.
"""
NOTES = {
    "choosing": """<kbd>n</kbd> with nothing selected begins at the current claim or suggestion, or
at the top. In right-to-left text the arrows go where they point.
""",
}


def keys_of(action: Action, keys: tuple[str, ...]) -> str:
    shown = [key_shown(key) for key in keys]
    if action.series:
        shown = [shown[0], "…", shown[-1]]
    return " ".join(f"`{key}`" for key in shown)


def page() -> str:
    keymap = effective(DEFAULT_PRESET, {})
    parts = [HEAD]
    for group, title in GROUPS.items():
        rows = [
            f"| {keys_of(action, keymap[name])} | {action.label} |"
            for name, action in ACTIONS.items()
            if action.group == group
        ]
        note = [NOTES[group]] if group in NOTES else []
        parts += [f"## {title}\n", *note, "| key | does |\n| --- | --- |", *rows, ""]
    parts += ["## Presets\n", "What differs from the keys above:\n"]
    parts += ["| preset | action | keys |\n| --- | --- | --- |"]
    for name, preset in PRESETS.items():
        keys = effective(name, {})
        for action in map(ACTIONS.__getitem__, preset.keys):
            shown = keys_of(action, keys[action.name])
            parts.append(f"| {preset.label} | {action.label} | {shown} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
