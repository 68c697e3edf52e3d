"""Reading files into corpora: a registry, and one file a format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from annotations.domain.texts import SourceText
from annotations.errors import BadFile
from annotations.models import Corpus, User
from annotations.services.articles import AlreadyThere, article_create

from .base import Reader
from .plain_text import PlainText

READERS: tuple[Reader, ...] = (PlainText(),)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one article of one file."""

    path: Path
    status: Literal["imported", "already there", "bad"]
    reason: str = ""
    article_id: int | None = None


def known_suffixes() -> frozenset[str]:
    return frozenset().union(*(reader.suffixes for reader in READERS))


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[Outcome]]:
    """Files to read, each once, folders walked in order of name; and which paths can't be used.

    Inside a folder, files of unknown kinds are passed over; one named outright is bad.
    """
    files: list[Path] = []
    bad: list[Outcome] = []
    known = ", ".join(sorted(known_suffixes()))
    for path in paths:
        try:
            if path.is_dir():
                # Asked outright, because rglob passes over a folder that may not be read.
                next(path.iterdir(), None)
                inside = sorted(p for p in path.rglob("*") if p.is_file())
                inside = [p for p in inside if p.suffix.lower() in known_suffixes()]
                files += inside
                if not inside:
                    bad.append(Outcome(path, "bad", f"a folder without any file of {known}"))
            elif not path.exists():
                bad.append(Outcome(path, "bad", "no such file or folder"))
            elif path.suffix.lower() not in known_suffixes():
                bad.append(Outcome(path, "bad", f"not a kind of file that is read here ({known})"))
            else:
                files.append(path)
        except OSError as error:
            bad.append(Outcome(path, "bad", error.strerror or str(error)))
    return list(dict.fromkeys(files)), bad


def import_files(files: Iterable[Path], *, corpus: Corpus, actor: User | None) -> Iterator[Outcome]:
    """Import each file; one that is bad is reported and hinders no other."""
    for path in files:
        reader = next(r for r in READERS if path.suffix.lower() in r.suffixes)
        try:
            for source in reader.read(path):
                yield _import_one(source_path=path, source=source, corpus=corpus, actor=actor)
        except BadFile as error:
            line = f"line {error.line}: " if error.line else ""
            yield Outcome(path, "bad", f"{line}{error.reason}")


def _import_one(
    *, source_path: Path, source: SourceText, corpus: Corpus, actor: User | None
) -> Outcome:
    try:
        article = article_create(
            actor=actor,
            corpus=corpus,
            text=source.text,
            title=source.title,
            published=source.published,
            source_name=source_path.name,
        )
    except AlreadyThere as error:
        return Outcome(source_path, "already there", article_id=error.article_id)
    return Outcome(source_path, "imported", article_id=article.pk)
