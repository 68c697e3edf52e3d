"""``manage.py explain ARTICLE_OR_FILE``: every sentence with its score and the reasons for it."""

from __future__ import annotations

import argparse
import os
import re
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.detection import DEFAULT_DETECTOR, ArticleInput, DetectionError
from annotations.detection.detector import Detector, build_detector
from annotations.models import Article

_HEADER = re.compile(r"\s*date\s+(\d{4}-\d{2}-\d{2})\s", re.IGNORECASE)


class Command(BaseCommand):
    help = "Show an article's sentences with their scores and reasons, as a table."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("source", metavar="ARTICLE_OR_FILE", help="A number, or a text file.")
        parser.add_argument(
            "--model", default="", help="A detector's name or folder; else the corpus's own."
        )
        parser.add_argument(
            "--all", action="store_true", help="Every reason, instead of the strongest five."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        article, name = self._read(options["source"])
        named = options["model"] or name
        try:
            detector = build_detector(Path(named) if os.sep in named else named)
            rows = self._rows(detector, article, limit=None if options["all"] else 5)
        except DetectionError as error:
            raise CommandError(str(error)) from error
        for row in rows:
            self.stdout.write(row)

    def _read(self, source: str) -> tuple[ArticleInput, str]:
        path = Path(source)
        if path.is_file():
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise CommandError(f"{path}: not UTF-8 at byte {error.start}") from error
            header = _HEADER.match(text)
            published = date.fromisoformat(header.group(1)) if header else None
            return ArticleInput(text, published=published), DEFAULT_DETECTOR
        if not source.isdigit():
            raise CommandError(f"{source}: no such file, and no article's number")
        article = Article.objects.select_related("corpus").filter(pk=int(source)).first()
        if article is None:
            raise CommandError(f"there is no article {source}")
        text = article.texts.order_by("-number")[0].text
        given = ArticleInput(
            text,
            title=article.title,
            published=article.published,
            dateline=article.dateline,
            language=article.language,
        )
        return given, article.corpus.detector or DEFAULT_DETECTOR

    def _rows(self, detector: Detector, article: ArticleInput, limit: int | None) -> list[str]:
        rows = [
            f"{detector.name} {detector.version}, suggests from {detector.threshold:.2f} on",
            "",
        ]
        for sentence in detector.explain(article):
            mark = "●" if sentence.claim else " "
            quote = " ".join(article.text[sentence.start : sentence.end].split())
            kind = f"{sentence.kind} {sentence.kind_confidence:.0%}"
            lines = textwrap.wrap(quote, 74) or [""]
            rows.append(f"{mark} {sentence.score:5.1%}  {lines[0]}")
            rows += [f"          {line}" for line in lines[1:]]
            rows.append(f"          {kind}")
            strongest = sorted(sentence.reasons[1:], key=lambda reason: -abs(reason.weight))
            for reason in [sentence.reasons[0], *strongest[:limit]]:
                words = ", ".join(article.text[a:b] for a, b in reason.spans)
                shown = textwrap.shorten(" ".join(words.split()), 40, placeholder="…")
                rows.append(f"          {reason.weight:+6.2f}  {reason.label:<34} {shown}")
            rows.append("")
        return rows
