"""A zip written as a stream: the same bytes for the same members, whenever and wherever."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

# The earliest that a zip knows: the moment of writing would make every file another one.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class _Pipe(io.RawIOBase):
    """Takes what the archive writes, until it is fetched. Can't be sought in, as a socket can't."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._written += view
        return len(view)

    def taken(self) -> bytes:
        piece = bytes(self._written)
        self._written.clear()
        return piece


def zipped(members: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """Name and content of each member, written one after the other as they come."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            # ZipInfo says on which system it was made.
            info.create_system = 3
            with archive.open(info, "w") as member:
                for piece in content:
                    member.write(piece)
                    if written := pipe.taken():
                        yield written
            yield pipe.taken()
    yield pipe.taken()
