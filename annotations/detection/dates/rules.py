"""What a rule for date expressions is: the words it may begin with, a pattern, a reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from annotations.detection.dates.context import Context
from annotations.detection.dates.references import Reference


class Found(NamedTuple):
    """An expression: code points ``[start, end)``."""

    start: int
    end: int
    reference: Reference | None
    """None where the words are read and known to be no date, such as "Monday to Friday"."""


class Rule(NamedTuple):
    first_words: tuple[str, ...]
    """In lower case; ``#`` for every word that begins with a digit."""
    pattern: re.Pattern[str]
    read: Callable[[Context, int, re.Match[str]], Found | None]
    """Gets the context, the number of the first word and the match; None if it is no date."""
