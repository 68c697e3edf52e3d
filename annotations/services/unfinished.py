"""The file of an export under way, with which the next worker goes on.

It lies on this machine, and what of it is whole is noted in the database: a worker on another
machine doesn't find it, and begins anew.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings

_PIECE = 1 << 20
_DAY = 24 * 60 * 60


class Unfinished:
    """A file that is written at its end, and its size and SHA-256 so far."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path, self.file = path, file
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, piece: bytes) -> None:
        self.file.write(piece)
        self.digest.update(piece)
        self.size += len(piece)

    def keep(self) -> dict[str, Any]:
        """Have it on the disk; what to note of it, for ``take_over``."""
        self.file.flush()
        os.fsync(self.file.fileno())
        return {"file": self.path.name, "size": self.size}

    def take_over(self, noted: Mapping[str, Any]) -> bool:
        """Begin with what another worker has vouched for; False where that isn't here.

        A copy: that worker may come back, and write into what was its own.
        """
        before = self.path.with_name(noted["file"])
        try:
            with before.open("rb") as source:
                while self.size < noted["size"]:
                    piece = source.read(min(_PIECE, noted["size"] - self.size))
                    if not piece:
                        raise FileNotFoundError(before)
                    self.write(piece)
        except FileNotFoundError:
            self.file.seek(0)
            self.file.truncate()
            self.digest, self.size = hashlib.sha256(), 0
            return False
        before.unlink(missing_ok=True)
        return True


@contextmanager
def unfinished(name: str, *, stays: bool) -> Iterator[Unfinished]:
    """A new file; does it stay where it wasn't finished? ``name`` is no other worker's."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.part"
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b", _PIECE) as file:  # noqa: PTH123
        try:
            yield Unfinished(path, file)
        except BaseException:
            if not stays:
                path.unlink(missing_ok=True)
            raise
    path.unlink(missing_ok=True)


def unfinished_sweep() -> int:
    """Remove what nobody went on with for as long as finished files are kept; how many."""
    long_ago = time.time() - settings.EXPORT_KEEP_DAYS * _DAY
    removed = 0
    for path in _folder().glob("*.part"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < long_ago:
                path.unlink()
                removed += 1
    return removed


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "exports"
