"""Marking a text for translation where Django isn't known: whoever shows it translates it."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """The message itself. ``makemessages`` collects it by this function's name."""
    return message
