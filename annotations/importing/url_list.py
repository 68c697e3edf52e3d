"""A list of addresses, one a line; ``#`` begins a comment. Each page is fetched and read."""

from __future__ import annotations

from collections.abc import Iterator

from .base import BadRow, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .pages import page_item
from .reading import lines

_WEB = ("http://", "https://")


class UrlList:
    name = "urls"
    suffixes = frozenset({".txt", ".urls", ".text"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        found = [line.strip() for line in head.text.lstrip("\ufeff").splitlines() if line.strip()]
        said = [line for line in found if not line.startswith("#")]
        return bool(said) and all(line.startswith(_WEB) and " " not in line for line in said[:1000])

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        for number, line in lines(file, options, skip):
            if isinstance(line, BadRow):
                yield Item(reason=str(line), line=number, row=line.row)
                continue
            url = line.strip()
            if url.startswith("#"):
                # Counted like any other, so that a resumed import finds its place.
                yield Item(line=number, passed=True)
            else:
                yield page_item(url, files, line=number, row=url)
