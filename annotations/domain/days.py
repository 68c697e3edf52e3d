"""Days as people write them."""

from __future__ import annotations

import datetime as dt
import re

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def day_written(value: object) -> dt.date:
    """``YYYY-MM-DD``; ``ValueError`` for anything else.

    The ISO parser of Python also takes 20260302 and week dates, which mean nothing to people.
    """
    if not isinstance(value, str) or not _WRITTEN.fullmatch(value):
        raise ValueError(value)
    return dt.date.fromisoformat(value)
