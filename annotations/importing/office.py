"""What the files of office programs share: zip archives of XML, which may be bombs too."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from annotations.errors import BadFile

from .files import MAX_RATIO, RATIO_FROM, SourceFile

MAX_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 1_000_000_000
# How pictures begin, and XML never does: PNG, JPEG, GIF, BMP, TIFF, EMF, WMF.
_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"\1\0\0\0",
    b"\xd7\xcd\xc6\x9a",
)


@contextmanager
def office_file(
    file: SourceFile, kind: str, *, most_xml: int = MAX_UNPACKED_BYTES
) -> Iterator[BinaryIO]:
    """The file as a seekable stream, once it is known to unpack to something bounded.

    ``most_xml``: bytes that it may unpack to beside its pictures.
    """
    if file.size > MAX_BYTES:
        raise BadFile(file.name, f"larger than {MAX_BYTES // 1_000_000} MB")
    with tempfile.TemporaryFile() as copy:
        with file.opened() as stream:
            shutil.copyfileobj(stream, copy)
        try:
            with zipfile.ZipFile(copy) as archive:
                infos = archive.infolist()
                xml = sum(i.file_size for i in infos if not _is_picture(archive, i))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, zlib.error) as error:
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
        if xml > most_xml:
            raise BadFile(file.name, f"its words unpack to more than {most_xml // 1_000_000} MB")
        copy.seek(0)
        yield cast("BinaryIO", copy)


def _is_picture(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """By its place and its beginning: a part of any name may be called the document's words."""
    if "/media/" not in info.filename or info.flag_bits & 0x1:
        return False
    with archive.open(info) as member:
        return member.read(4).startswith(_PICTURES)
