"""Word documents, one article a file: paragraphs and the cells of tables, in their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from annotations.errors import BadFile

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .office import office_file
from .options import Options


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
        from docx.table import Table

        with office_file(file, "Word") as stream:
            try:
                document = docx.Document(stream)
                blocks: list[str] = []
                for block in document.iter_inner_content():
                    if isinstance(block, Table):
                        blocks += [
                            "\t".join(cell.text.strip() for cell in row.cells) for row in block.rows
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
