"""``manage.py evaluate_detector TASK PATH…``: a detector's figures on labelled data."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.detection import DEFAULT_DETECTOR, DetectionError
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.evaluation import tasks


class Command(BaseCommand):
    help = (
        "Measure a detector. checkworthiness: CheckThat! debates (.tsv, or folders of them); "
        "binary: a JSON list of {text, label}; sentences: CoNLL-U; attribution: a folder with "
        "text/ and attributions/; speed: text files. The last line is one JSON object."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("task", choices=sorted(TASKS))
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--model",
            default=DEFAULT_DETECTOR,
            help="A shipped detector's name, or the folder of a trained one.",
        )
        parser.add_argument("--json", action="store_true", help="Print the JSON object alone.")
        parser.add_argument(
            "--cross-validate",
            type=int,
            metavar="FOLDS",
            help="binary: retrain the scorer in stratified folds of the given sentences.",
        )
        parser.add_argument("--seed", type=int, default=0, help="Of the folds and the training.")
        parser.add_argument(
            "--texts", type=Path, metavar="DIR", help="sentences: where offsets point into."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        task = options["task"]
        if options["cross_validate"] is not None and task != "binary":
            raise CommandError("--cross-validate: only with the task binary")
        if options["texts"] is not None and task != "sentences":
            raise CommandError("--texts: only with the task sentences")
        missing = [str(path) for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"no such file or folder: {', '.join(missing)}")
        named = options["model"]
        model = Path(named) if os.sep in named or named == "." else named
        try:
            figures = TASKS[task](model, options)
        except (CorpusError, DetectionError, ValueError) as error:
            raise CommandError(str(error)) from error
        if not options["json"]:
            for key, value in _flat(figures):
                self.stdout.write(f"{key:<44} {value}")
        self.stdout.write(json.dumps(figures))


Task = Callable[[str | Path, dict[str, Any]], dict[str, Any]]

TASKS: dict[str, Task] = {
    "checkworthiness": lambda model, options: tasks.checkworthiness(model, options["paths"]),
    "binary": lambda model, options: tasks.binary(
        model, options["paths"], folds=options["cross_validate"], seed=options["seed"]
    ),
    "sentences": lambda model, options: tasks.sentences(
        model, options["paths"], texts=options["texts"]
    ),
    "attribution": lambda model, options: tasks.attribution(model, options["paths"]),
    "speed": lambda model, options: tasks.speed(model, options["paths"]),
}


def _flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in figures.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            rows += _flat(value, f"{name} · ")
        elif isinstance(value, list):
            for number, item in enumerate(value, 1):
                rows += _flat(item, f"{name} {number} · ") if isinstance(item, dict) else []
        else:
            rows.append((name, f"{value:.4f}" if isinstance(value, float) else str(value)))
    return rows
