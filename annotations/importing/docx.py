"""Word documents, one article a file: paragraphs and the cells of tables, in their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from annotations.errors import BadFile

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .office import office_file
from .options import Options

# Python objects of a parsed document take many times as much.
MAX_XML_BYTES = 100_000_000


class Docx:
    name = "docx"
    suffixes = frozenset({".docx"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        # Loaded with the first document.
        import docx
        from docx.table import Table, _Cell

        with office_file(file, "Word", most_xml=MAX_XML_BYTES) as stream:
            try:
                document = docx.Document(stream)
                blocks: list[str] = []
                for block in document.iter_inner_content():
                    if isinstance(block, Table):
                        # Not ``row.cells``, which has a merged cell once for each place it takes.
                        blocks += [
                            "\t".join(_Cell(tc, block).text.strip() for tc in row._tr.tc_lst)
                            for row in block.rows
                        ]
                    else:
                        blocks.append(block.text)
                about = document.core_properties
                title, author, created = about.title, about.author, about.created
            except Exception as error:
                raise BadFile(file.name, f"not a Word file that can be read: {error}") from error
        text = "\n".join(block for block in blocks if block.strip())
        if not text:
            raise BadFile(file.name, "there is no text in it")
        yield Item(
            draft=Draft(
                text=text,
                title=title or "",
                # What the program writes where nobody said who.
                author="" if author == "python-docx" else (author or "")[:300],
                published=created.date() if isinstance(created, dt.datetime) else None,
                source_name=file.base,
            )
        )
