"""The one error a detector raises on purpose."""

from __future__ import annotations


class DetectionError(Exception):
    """An article, or a detector's name, that cannot be worked with.

    ``permanent`` tells the caller what to do: True means trying again cannot help.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent
