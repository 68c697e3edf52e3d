"""``manage.py import_corpus PATH… --corpus NAME``"""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.errors import BadFile, FactcheckError
from annotations.importing import FORMATS, Options, importer_of, open_files
from annotations.importing.jsonl import header_of
from annotations.importing.options import CHOICES
from annotations.models import Corpus, Import
from annotations.models.imports import ImportState
from annotations.services.corpus_restoring import corpus_restore
from annotations.services.import_runs import import_check_run, import_run
from annotations.services.imports import (
    import_check,
    import_create,
    import_start,
)

# Names of counts, and what they are called.
SAID = (
    ("articles", "imported"),
    ("duplicates", "already there"),
    ("rejected", "rejected"),
    ("claims", "claims"),
    ("suggestions", "suggestions"),
    ("misplaced", "annotations that couldn't be placed"),
    ("near_duplicates", "nearly the same as another"),
)
# Options that have the same name and value here.
TAKEN_OVER = (
    "format",
    "encoding",
    "annotations",
    "annotator",
    "misplaced",
    "unit",
    "language",
    "delimiter",
    "sheet",
)


class Command(BaseCommand):
    help = (
        "Import files, folders or archives into a corpus, which is made if there is none of that "
        "name. What the corpus has already is skipped; what can't be read is named with its "
        "reason, and hinders nothing else."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--corpus", required=True, metavar="NAME")
        parser.add_argument("--format", default="", choices=["", *sorted(FORMATS)])
        parser.add_argument("--encoding", default="", metavar="NAME")
        parser.add_argument("--annotations", default="claims", choices=CHOICES["annotations"])
        parser.add_argument("--annotator", default="", metavar="NAME")
        parser.add_argument(
            "--misplaced",
            default="reject",
            choices=CHOICES["misplaced"],
            help="Reject a row with an annotation that can't be placed, or drop the annotation.",
        )
        parser.add_argument(
            "--unit", default="auto", choices=CHOICES["unit"], help="What offsets count."
        )
        parser.add_argument(
            "--language", default="", metavar="TAG", help="Of articles that state none."
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="FIELD=HEADING",
            help="Of tables: which column is the text, the title, …",
        )
        parser.add_argument(
            "--delimiter",
            default="",
            # A tab is hard to type in a shell.
            type=lambda given: "\t" if given in {"tab", "\\t"} else given,
            metavar="CHARACTER",
            help="Of tables: what divides columns; “tab” for a tab.",
        )
        parser.add_argument("--sheet", default="", metavar="NAME", help="Of spreadsheets.")
        parser.add_argument(
            "--all-or-nothing",
            action="store_true",
            help="Check first, and bring nothing in if a row would be rejected.",
        )
        parser.add_argument("--no-extract", action="store_true")
        parser.add_argument("--no-near-duplicates", action="store_true")
        parser.add_argument("--fetch", action="store_true", help="Of feeds: fetch each page.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Read and report; bring nothing in."
        )
        parser.add_argument(
            "--background", action="store_true", help="Leave the work to the workers."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        paths, bad = _found(options["paths"])
        for path, reason in bad:
            self.stderr.write(f"{path}: {reason}")
        if not paths:
            raise CommandError("; ".join(f"{path}: {reason}" for path, reason in bad))
        with ExitStack() as stack:
            files = [(name, stack.enter_context(path.open("rb"))) for name, path in paths]
            try:
                chosen = _options(options)
                Options.read(chosen, formats=FORMATS)
                corpus = self._corpus(options["corpus"], files, chosen)
                source = import_create(actor=None, corpus=corpus, files=files, options=chosen)
                checks = options["dry_run"] or options["all_or_nothing"]
                begin = import_check if checks else import_start
                source = begin(actor=None, source=source)
            except FactcheckError as error:
                raise CommandError(error.message) from error
        if options["all_or_nothing"] and not options["dry_run"]:
            self._work(source, dry=True)
            if source.counts.get("rejected") or bad:
                self._report(source, dry=True, unread=len(bad))
            source = import_start(actor=None, source=source)
        if options["background"]:
            self.stdout.write(f"Import {source.pk} is in the workers' queue.")
            return
        self._work(source, dry=options["dry_run"])
        self._report(source, dry=options["dry_run"], unread=len(bad))

    def _corpus(self, name: str, files: list[Any], chosen: dict[str, Any]) -> Corpus:
        found = Corpus.objects.filter(name=name).first()
        if found is not None:
            return found
        described = _described(files, chosen)
        corpus, notes = corpus_restore(name=name, described=described)
        for note in notes:
            self.stderr.write(f"{name}: {note}.")
        self.stdout.write(f"Made the corpus “{corpus.name}”.")
        return corpus

    def _work(self, source: Import, *, dry: bool) -> None:
        """Do the job here, unless a worker is quicker to take it."""
        run = import_check_run if dry else import_run
        with tqdm(total=100, unit="%", file=self.stderr, disable=None) as bar:
            while True:
                done = run(first=source.job_id)
                source.refresh_from_db()
                assert source.job is not None  # noqa: S101  it was given one
                source.job.refresh_from_db()
                bar.update(int(source.progress * 100) - bar.n)
                if not source.job.is_active:
                    return
                if not done:
                    time.sleep(0.2)

    def _report(self, source: Import, *, dry: bool, unread: int) -> None:
        for problem in source.problems.exclude(severity="duplicate").iterator(chunk_size=2000):
            where = problem.file or source.file_name
            line = f", line {problem.line}" if problem.line else ""
            self.stderr.write(f"{where}{line}: {problem.reason}")
        for problem in source.problems.filter(severity="duplicate").iterator(chunk_size=2000):
            self.stdout.write(f"{problem.file or source.file_name}: already there")
        said = ", ".join(
            f"{source.counts.get(name, 0):,} {words}"
            for name, words in SAID
            if source.counts.get(name) or name in {"articles", "duplicates", "rejected"}
        )
        assert source.job is not None  # noqa: S101  it was given one
        if source.state == ImportState.FAILED:
            raise CommandError(source.job.error)
        encodings = ", ".join(
            f"{count} in {name}" for name, count in sorted(source.encodings.items())
        )
        self.stdout.write(f"{'Would be: ' if dry else ''}{said}.")
        if set(source.encodings) - {"utf-8", "utf-8-sig"}:
            self.stdout.write(f"Files: {encodings}.")
        failed = source.counts.get("rejected", 0) + unread
        if failed:
            raise CommandError(f"{failed} could not be imported.")


def _found(paths: list[Path]) -> tuple[list[tuple[str, Path]], list[tuple[Path, str]]]:
    """Name and path of each file, each once, folders walked in order of name; and what is wrong."""
    files: dict[Path, str] = {}
    bad: list[tuple[Path, str]] = []
    for path in paths:
        try:
            if path.is_dir():
                # Asked outright, because rglob passes over a folder that may not be read.
                next(path.iterdir(), None)
                inside = sorted(p for p in path.rglob("*") if p.is_file())
                if not inside:
                    bad.append((path, "a folder without any file"))
                for file in inside:
                    files.setdefault(file, str(file.relative_to(path.parent)))
            elif not path.exists():
                bad.append((path, "no such file or folder"))
            elif not path.stat().st_size:
                bad.append((path, "the file is empty: it holds no text"))
            else:
                with path.open("rb"):
                    files.setdefault(path, path.name)
        except OSError as error:
            bad.append((path, error.strerror or str(error)))
    return [(name, path) for path, name in files.items()], bad


def _options(options: dict[str, Any]) -> dict[str, Any]:
    columns = dict(pair.partition("=")[::2] for pair in options["column"])
    chosen: dict[str, Any] = {name: options[name] for name in TAKEN_OVER if options[name]}
    # Whoever runs commands here can be anybody anyway.
    chosen["people"] = "same"
    if columns:
        chosen["columns"] = columns
    if options["no_extract"]:
        chosen["extract"] = False
    if options["no_near_duplicates"]:
        chosen["near_duplicates"] = False
    if options["fetch"]:
        chosen["fetch"] = True
    if options["all_or_nothing"]:
        chosen["all_or_nothing"] = True
    return chosen


def _described(files: list[Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """What a file of our own says about the corpus that it came from."""
    for name, stream in files:
        size = stream.seek(0, 2)
        try:
            with open_files(stream, name, size, limit=settings.IMPORT_MAX_UNPACKED_BYTES) as found:
                for file in found.files:
                    options = Options(**chosen)
                    importer = importer_of(file, found, options)
                    if importer is not None and importer.name == "jsonl":
                        return dict(header_of(file, options)["corpus"])
        except (BadFile, KeyError, TypeError):
            continue
    return {}
