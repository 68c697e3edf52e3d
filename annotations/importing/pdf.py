"""PDF, one article a file: the text that it holds, its lines joined into paragraphs.

A line that ends in a hyphen before a small letter goes on without it; a blank line divides
paragraphs, and so does a line that is much shorter than those around it and ends a sentence.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator

from annotations.domain.texts import MAX_CHARACTERS
from annotations.errors import BadFile

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .reading import read_bytes

MAX_BYTES = 100_000_000
MAX_PAGES = 2000
_END = re.compile(r"[.!?:…][\"”’')\]]*$")


class Pdf:
    name = "pdf"
    suffixes = frozenset({".pdf"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        # Loaded with the first document.
        import pypdf

        try:
            reader = pypdf.PdfReader(io.BytesIO(read_bytes(file, MAX_BYTES)))
            if reader.is_encrypted and not reader.decrypt(""):
                raise BadFile(file.name, "it can only be read with a password")
            if len(reader.pages) > MAX_PAGES:
                raise BadFile(file.name, f"it has more than {MAX_PAGES:,} pages")
            pages: list[str] = []
            for page in reader.pages:
                pages.append(page.extract_text())
                if sum(map(len, pages)) > 2 * MAX_CHARACTERS:
                    break
            about = reader.metadata
            title = about.title if about else None
            author = about.author if about else None
            created = about.creation_date if about else None
        except BadFile:
            raise
        except Exception as error:
            raise BadFile(file.name, f"not a PDF that can be read: {error}") from error
        text = "\n\n".join(filter(None, map(paragraphs_of, pages)))
        if not text.strip():
            raise BadFile(file.name, "there is no text in it; is it a scan?")
        yield Item(
            draft=Draft(
                text=text,
                title=str(title or ""),
                author=str(author or "")[:300],
                published=created.date() if isinstance(created, dt.datetime) else None,
                source_name=file.base,
            )
        )


def paragraphs_of(page: str) -> str:
    """A page's lines as paragraphs, a blank line between them."""
    lines = [line.strip() for line in page.split("\n")]
    longest = max(map(len, lines), default=0)
    paragraphs: list[str] = []
    current = ""
    for line in lines:
        if not line:
            paragraphs.append(current)
            current = ""
            continue
        if current.endswith("-") and current[-2:-1].isalpha() and line[0].islower():
            current = current[:-1] + line
        else:
            current = f"{current} {line}" if current else line
        if len(line) < 0.7 * longest and _END.search(line):
            paragraphs.append(current)
            current = ""
    paragraphs.append(current)
    return "\n\n".join(filter(None, paragraphs))
