"""``manage.py import_articles PATH… --corpus NAME``"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.errors import InvalidInput
from annotations.importing import find_files, import_files
from annotations.models import Corpus
from annotations.services.corpora import corpus_create


class Command(BaseCommand):
    help = (
        "Import .txt files, or folders of them, into a corpus, which is made if there is none "
        "of that name. A text that the corpus has already is skipped."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--corpus", required=True, metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        files, bad = find_files(options["paths"])
        if not files and bad:
            raise CommandError("; ".join(f"{o.path}: {o.reason}" for o in bad))
        corpus = Corpus.objects.filter(name=options["corpus"]).first()
        if corpus is None:
            try:
                corpus = corpus_create(actor=None, name=options["corpus"])
            except InvalidInput as error:
                raise CommandError(f"--corpus: {error.message}") from error
            self.stdout.write(f"Made the corpus “{corpus.name}”.")
        counts = {"imported": 0, "already there": 0, "bad": len(bad)}
        bar = tqdm(total=len(files), unit="file", file=self.stderr, disable=None)
        with bar:
            for outcome in import_files(files, corpus=corpus, actor=None):
                counts[outcome.status] += 1
                if outcome.status == "bad":
                    bad.append(outcome)
                elif outcome.status == "already there":
                    with bar.external_write_mode(file=self.stderr):
                        self.stdout.write(f"{outcome.path}: already there")
                bar.update()
        for outcome in bad:
            self.stderr.write(f"{outcome.path}: {outcome.reason}")
        self.stdout.write(
            f"{counts['imported']} imported, {counts['already there']} already there, "
            f"{counts['bad']} bad."
        )
        if bad:
            raise CommandError(f"{len(bad)} could not be imported.")
