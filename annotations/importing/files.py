"""The files of an import: one, or the members of an archive that somebody else packed.

Nothing is ever written under a name that an archive gives. A zip is read in place; a tar, which
can only be read from end to end, is unpacked into numbered temporary files. What is refused and
why is listed in ``FileSet.refused``; an archive that is refused whole raises ``BadFile``.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, NoReturn, Self, cast

from annotations.errors import BadFile

TAR_SUFFIXES = (".tar.gz", ".tgz", ".tar")
ARCHIVE_SUFFIXES = (".zip", *TAR_SUFFIXES)
MAX_MEMBERS = 1_000_000
# Text is packed to a tenth, tables to a fiftieth; what unpacks to more than this was made to.
MAX_RATIO = 200
# Below this a ratio says nothing, and no harm can come of it.
RATIO_FROM = 1_000_000
_BOMB = f"it unpacks to more than {MAX_RATIO} times its size"
# Of a member, what gzip may have read with the one before.
_READ_AHEAD: int = getattr(gzip, "READ_BUFFER_SIZE", io.DEFAULT_BUFFER_SIZE)
MAX_NAME = 500
# Of a tar's headers that hold a name or other particulars: they are read whole, before anything
# of them can be looked at, and taken apart in a time that grows with their square.
MAX_HEADER = 16_000
_LONG_HEADERS = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)
_DRIVE = re.compile(r"[A-Za-z]:")
# What file managers put into archives by themselves.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")


@dataclass(slots=True)
class SourceFile:
    """One file. ``encoding`` is filled in by the first who reads it as text."""

    name: str
    size: int
    opened: Callable[[], IO[bytes]]
    encoding: str = ""
    # That of the importer that read it.
    format: str = ""
    # Was the encoding guessed?
    guessed: bool = False
    # How much of it is behind its reader, in [0, 1].
    share: float = 1.0

    # Its name without folders, and of that what is before and behind the last point.
    base: str = field(init=False)
    stem: str = field(init=False)
    suffix: str = field(init=False)

    def __post_init__(self) -> None:
        # Read again and again in an archive of many files.
        path = PurePosixPath(self.name)
        self.base, self.stem, self.suffix = path.name, path.stem, path.suffix.lower()


@dataclass(slots=True)
class FileSet:
    """The files of one import, in their order."""

    files: list[SourceFile] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    archive: bool = False
    # Why an address may not be fetched, or "": what the importers of pages ask beforehand.
    forbidden: Callable[[str], str] | None = None
    # For a format that has to find files by a part of their names: made once, and kept here.
    index: dict[str, list[SourceFile]] | None = None
    _named: dict[str, SourceFile] = field(default_factory=dict)

    # Those that occur: asked for each file of an archive.
    suffixes: set[str] = field(default_factory=set)
    # Bytes before each file, and of all of them.
    offsets: list[int] = field(default_factory=list)
    total: int = 0

    def add(self, file: SourceFile) -> None:
        self.files.append(file)
        self.offsets.append(self.total)
        self.total += file.size
        self.suffixes.add(file.suffix)
        self._named.setdefault(file.name, file)

    def find(self, name: str) -> SourceFile | None:
        return self._named.get(name)

    def with_suffix(self, suffix: str) -> Iterator[SourceFile]:
        return (file for file in self.files if file.suffix == suffix)


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVE_SUFFIXES)


@contextmanager
def open_files(stream: BinaryIO, name: str, size: int, *, limit: int) -> Iterator[FileSet]:
    """The files in a seekable stream. ``limit``: bytes that an archive may unpack to."""
    lower = name.lower()
    if lower.endswith(".zip"):
        try:
            archive = zipfile.ZipFile(stream)
            files = _zip(archive, name, limit)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            zlib.error,
            struct.error,
            EOFError,
            # Among them names that aren't in the encoding that they are said to be in.
            ValueError,
        ) as error:
            raise BadFile(name, f"not a zip archive that can be read: {error}") from error
        with archive:
            yield files
    elif lower.endswith(TAR_SUFFIXES):
        with tempfile.TemporaryDirectory(prefix="import-") as folder:
            yield _tar(stream, name, Path(folder), limit)
    else:
        files = FileSet()
        files.add(SourceFile(name, size, _Turns(stream).opened))
        yield files


class _Turns:
    """A stream that is opened several times: each reader goes on where it was, whoever read it
    meanwhile."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self._current: _Unclosed | None = None

    def opened(self) -> IO[bytes]:
        return cast("IO[bytes]", _Unclosed(self))

    def of(self, reader: _Unclosed) -> BinaryIO:
        """The stream, at the reader's place."""
        if self._current is not reader:
            if self._current is not None:
                self._current.place = self.stream.tell()
            self.stream.seek(reader.place)
            self._current = reader
        return self.stream


class _Unclosed:
    """One of several readers of a stream, none of whom closes it."""

    def __init__(self, turns: _Turns) -> None:
        self._turns, self.place = turns, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._turns.of(self), name)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._turns.of(self))

    def __enter__(self) -> _Unclosed:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def close(self) -> None:
        return None


def name_problem(name: str) -> str:
    """Why a member's name is refused; empty where it isn't."""
    if not name or len(name) > MAX_NAME or "\0" in name:
        return "its name is empty or too long"
    if "\\" in name or name.startswith("/") or _DRIVE.match(name):
        return "its name is an absolute or foreign path"
    if ".." in name.split("/"):
        return "its name leads out of the archive"
    return ""


def _zip(archive: zipfile.ZipFile, name: str, limit: int) -> FileSet:
    files = FileSet(archive=True)
    infos = archive.infolist()
    _check_count(name, len(infos))
    total = 0
    for info in infos:
        if info.is_dir() or _LITTER.search(info.filename):
            continue
        total += info.file_size
        if total > limit:
            raise _too_large(name, limit)
        reason = name_problem(info.orig_filename) or name_problem(info.filename)
        if stat.S_ISLNK(info.external_attr >> 16):
            reason = "it is a link"
        elif info.flag_bits & 0x1:
            reason = "it is encrypted"
        elif _is_bomb(info.file_size, info.compress_size):
            reason = _BOMB
        elif is_archive(info.filename):
            reason = "it is an archive inside of an archive"
        if reason:
            files.refused.append((info.filename[:MAX_NAME], reason))
            continue
        # zipfile itself reads no more than the size that the member states.
        files.add(SourceFile(info.filename, info.file_size, _opener(archive, info)))
    return files


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        try:
            return archive.open(info)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise BadFile(info.filename, f"can't be unpacked: {error}") from error

    return opened


def _tar(stream: BinaryIO, name: str, folder: Path, limit: int) -> FileSet:
    files = FileSet(archive=True)
    stream.seek(0)
    packed = name.lower().endswith(("gz",))
    source = cast("IO[bytes]", gzip.GzipFile(fileobj=stream) if packed else stream)
    bounded = _Bounded(source, limit, name)
    total, count = 0, 0
    try:
        with tarfile.open(
            fileobj=cast("BinaryIO", bounded),
            mode="r|",
            tarinfo=_Member,
            encoding="utf-8",
            errors="replace",
        ) as archive:
            for member in archive:
                count += 1
                _check_count(name, count)
                if member.isdir() or _LITTER.search(member.name):
                    continue
                reason = name_problem(member.name)
                if member.issparse() or not member.isreg():
                    reason = reason or "it is no plain file"
                elif is_archive(member.name):
                    reason = "it is an archive inside of an archive"
                if reason:
                    files.refused.append((member.name[:MAX_NAME], reason))
                    continue
                total += member.size
                if total > limit:
                    raise _too_large(name, limit)
                path = folder / str(count)
                content = archive.extractfile(member)
                if content is None:
                    continue
                if not _unpacked(content, path, stream):
                    path.unlink()
                    files.refused.append((member.name[:MAX_NAME], _BOMB))
                    continue
                files.add(SourceFile(member.name, member.size, _path_opener(path)))
    except (
        tarfile.TarError,
        zlib.error,
        EOFError,
        gzip.BadGzipFile,
        ValueError,
        # Headers about headers about headers.
        RecursionError,
    ) as error:
        raise BadFile(name, f"not a tar archive that can be read: {error}") from error
    return files


def _unpacked(content: IO[bytes], path: Path, stream: BinaryIO) -> bool:
    """Write a member to a file, or as much of it as is no bomb; was that all?"""
    # A tar doesn't say how long its members are when packed.
    begun = stream.tell() - _READ_AHEAD
    with path.open("wb") as target:
        while data := content.read(RATIO_FROM):
            target.write(data)
            if _is_bomb(target.tell(), stream.tell() - begun):
                return False
    return True


def _path_opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


class _Member(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.type in _LONG_HEADERS and member.size > MAX_HEADER:
            raise tarfile.ReadError(f"a header of more than {MAX_HEADER:,} bytes")
        return member

    def _proc_gnusparse_10(self, *_: object) -> NoReturn:
        # Its map is read until a line ends, in a time that grows with the square of that.
        raise tarfile.ReadError("a sparse file, which is no plain one")


class _Bounded:
    """Stops a stream that gives more than it may: a bomb, whatever its headers say."""

    def __init__(self, inner: IO[bytes], limit: int, name: str) -> None:
        self._inner, self._name, self._limit = inner, name, limit
        # Headers and padding of small files are a part of what is read.
        self._left = limit + limit // 2 + 100_000_000

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._name, self._limit)
        return data


def _is_bomb(size: int, packed: int) -> bool:
    return size > RATIO_FROM and size > MAX_RATIO * max(packed, 1)


def _check_count(name: str, count: int) -> None:
    if count > MAX_MEMBERS:
        raise BadFile(name, f"an archive of more than {MAX_MEMBERS:,} files")


def _too_large(name: str, limit: int) -> BadFile:
    return BadFile(name, f"it unpacks to more than {limit / 1e6:,.0f} MB, the most that is read")
