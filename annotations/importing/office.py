"""What the files of office programs share: zip archives of XML, which may be bombs too."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from annotations.errors import BadFile

from .files import MAX_RATIO, RATIO_FROM, SourceFile

MAX_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 1_000_000_000


@contextmanager
def office_file(file: SourceFile, kind: str) -> Iterator[BinaryIO]:
    """The file as a seekable stream, once it is known to unpack to something bounded."""
    if file.size > MAX_BYTES:
        raise BadFile(file.name, f"larger than {MAX_BYTES // 1_000_000} MB")
    with tempfile.TemporaryFile() as copy:
        with file.opened() as stream:
            shutil.copyfileobj(stream, copy)
        try:
            with zipfile.ZipFile(copy) as archive:
                infos = archive.infolist()
        except zipfile.BadZipFile as error:
            raise BadFile(file.name, f"not a {kind} file: {error}") from error
        total = 0
        for info in infos:
            total += info.file_size
            packed = max(info.compress_size, 1)
            if info.file_size > 10 * RATIO_FROM and info.file_size > MAX_RATIO * packed:
                raise BadFile(file.name, "it unpacks to far more than such a file does")
        if total > MAX_UNPACKED_BYTES:
            raise BadFile(
                file.name, f"it unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB"
            )
        copy.seek(0)
        yield cast("BinaryIO", copy)
