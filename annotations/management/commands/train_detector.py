"""``manage.py train_detector --data DIR --output DIR``: the detector's whole recipe."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.detection import DetectionError
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.training.recipe import EPOCHS, SIZES, train_detector


class Command(BaseCommand):
    help = (
        "Train a detector from the unpacked archives and write it to a folder, with its figures, "
        "the versions used and the data's checksums. The same seed gives the same detector."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--data", required=True, type=Path, metavar="DIR")
        parser.add_argument("--output", required=True, type=Path, metavar="DIR")
        parser.add_argument("--size", choices=SIZES, default=SIZES[0])
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--epochs", type=int, default=EPOCHS, help="Of the linguistic components."
        )
        parser.add_argument(
            "--linguistics",
            type=Path,
            metavar="DETECTOR",
            help="A trained detector whose tagger, parser and the like are taken as they are.",
        )

        parser.add_argument(
            "--base",
            metavar="DETECTOR",
            help="A shipped detector from which everything is taken but the scorer.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bar = tqdm(total=100, unit="%", file=self.stderr, disable=None, bar_format="{l_bar}{bar}")
        last = ""

        def report(message: str, done: float) -> None:
            nonlocal last
            bar.set_description(message)
            bar.update(round(done * 100) - bar.n)
            # Where nobody watches a bar, as in a log, a line a step.
            if bar.disable and message != last:
                self.stderr.write(message)
            last = message

        try:
            with bar:
                metrics = train_detector(
                    data=options["data"],
                    output=options["output"],
                    size=options["size"],
                    seed=options["seed"],
                    epochs=options["epochs"],
                    linguistics=options["linguistics"],
                    base=options["base"],
                    report=report,
                )
        except (CorpusError, DetectionError, FileExistsError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Wrote {options['output']} after {metrics['training_seconds']} s of training; "
            "its figures are in metrics.json."
        )
