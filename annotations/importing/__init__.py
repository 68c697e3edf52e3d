"""Reading files into corpora: a registry, and one file a format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError

from annotations.errors import BadFile

from .averitec import Averitec
from .base import BadRow, Draft, Head, Importer, Item, Mark
from .brat import Brat, annotations_of
from .claim_review import ClaimReview
from .csv import Csv
from .debates import Debates
from .doccano import Doccano
from .docx import Docx
from .feed import Feed
from .fever import Fever
from .files import FileSet, SourceFile, is_archive, open_files
from .html import Html
from .jsonl import JsonLines
from .label_studio import LabelStudio
from .markdown import Markdown
from .options import Options
from .pdf import Pdf
from .placing import Placed, Prepared, prepare
from .plain_text import PlainText
from .prodigy import Prodigy
from .reading import HEAD_BYTES, encoding_of
from .url_list import UrlList
from .w3c import WebAnnotation
from .xlsx import Xlsx

__all__ = [
    "FORMATS",
    "IMPORTERS",
    "BadRow",
    "Draft",
    "FileSet",
    "Importer",
    "Item",
    "Mark",
    "Options",
    "Placed",
    "Position",
    "Prepared",
    "Read",
    "SourceFile",
    "importer_of",
    "items_of",
    "open_files",
    "prepare",
]

# In the order in which they are asked whether a file is theirs.
IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in (
        JsonLines(),
        Fever(),
        Prodigy(),
        LabelStudio(),
        Averitec(),
        WebAnnotation(),
        ClaimReview(),
        Doccano(),
        Brat(),
        Debates(),
        Csv(),
        Xlsx(),
        UrlList(),
        PlainText(),
        Markdown(),
        Html(),
        Feed(),
        Pdf(),
        Docx(),
    )
}
FORMATS = frozenset(IMPORTERS)
# What office programs offer instead of files that aren't read.
_SAVE_AS = {
    ".xls": ".xlsx",
    ".xlsb": ".xlsx",
    ".ods": ".xlsx",
    ".doc": ".docx",
    ".odt": ".docx",
    ".rtf": ".docx",
}


@dataclass(frozen=True, slots=True)
class Position:
    """How far an import has come: files done, and items of the file that is under way."""

    file: int = 0
    item: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """An item, the file that it is from, and the position behind it."""

    item: Item
    file: SourceFile
    after: Position


def importer_of(file: SourceFile, files: FileSet, options: Options) -> Importer | None:
    """The importer for a file: the chosen one, or the first that recognises it."""
    if options.format:
        chosen = IMPORTERS[options.format]
        # In an archive, what lies beside the files that were meant is passed over.
        return chosen if not files.archive or file.suffix in chosen.suffixes else None
    fitting = [i for i in IMPORTERS.values() if file.suffix in i.suffixes]
    if not fitting:
        return None
    if file.suffix == ".ann" or (file.suffix == ".txt" and _is_annotated(file, files)):
        return IMPORTERS["brat"]
    head = _head(file)
    return next((importer for importer in fitting if importer.recognises(head)), None)


def _is_annotated(file: SourceFile, files: FileSet) -> bool:
    return ".ann" in files.suffixes and bool(annotations_of(file, files))


def _head(file: SourceFile) -> Head:
    with file.opened() as stream:
        raw = stream.read(HEAD_BYTES)
    try:
        encoding, _ = encoding_of(raw, file.name, whole=len(raw) >= file.size)
        text = raw.decode(encoding, "replace")
    except (BadFile, LookupError):
        text = ""
    return Head(file.name, text, raw)


def known_suffixes() -> str:
    return ", ".join(sorted(frozenset().union(*(i.suffixes for i in IMPORTERS.values()))))


def items_of(files: FileSet, options: Options, start: Position) -> Iterator[Read]:
    """Every item behind a position. A file that can't be read is one item, with the reason.

    The position behind such an item is the next file's beginning: nothing behind what can't be
    read is ever read, so what comes in doesn't depend on where an import paused.
    """
    for number, file in enumerate(files.files):
        if number < start.file:
            continue
        done = start.item if number == start.file else 0
        try:
            importer = importer_of(file, files, options)
            if importer is None:
                file.format = "" if files.archive and options.format else "unknown"
                if not done and not (files.archive and options.format):
                    file.share = 1.0
                    yield Read(_unknown(file), file, Position(number, 1))
                continue
            file.format = importer.name
            for item in importer.read(file, files, options, done):
                done += 1
                yield Read(item, file, Position(number, done))
        except BadFile as error:
            file.share = 1.0
            item = Item(reason=error.reason, line=error.line)
            yield Read(item, file, Position(number + 1))
        except (OSError, DatabaseError):
            # The disk's fault, or the database's, and not the file's.
            raise
        except Exception as error:  # noqa: BLE001  whatever a file holds, it fails alone
            file.share = 1.0
            item = Item(reason=f"it can't be read: {type(error).__name__}: {error}"[:2000])
            yield Read(item, file, Position(number + 1))


def _unknown(file: SourceFile) -> Item:
    if is_archive(file.name):
        return Item(reason="it is an archive inside of an archive")
    fitting = [name for name, i in IMPORTERS.items() if file.suffix in i.suffixes]
    if fitting:
        return Item(reason=f"not recognised as any of {', '.join(fitting)}; name its format")
    reason = f"not a kind of file that is read here ({known_suffixes()})"
    if better := _SAVE_AS.get(file.suffix):
        reason = f"{file.suffix} is not read here: save it as {better} and import that"
    return Item(reason=reason)
