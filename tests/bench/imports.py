"""Articles with three claims each, imported from another tool's file: how fast, beside Django.

Two rates of the same import: until all rows are in the corpus, and until search finds them. Beside
each, the same rows by ``bulk_create`` in transactions of 500, without and with the search index.
Rates are given by the clock and by this process's own processor time, which other work on the
machine disturbs less; on PostgreSQL the database's process comes with its own.

By itself it takes another number of articles, and texts:

    python -m tests.bench.imports --articles 20000 --texts FOLDER
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

from tests.bench.report import Table
from tests.services_needed import missing
from tests.stack import ROOT, clean_environment, postgres_database

ARTICLES, BARE = 20_000, 5_000
SENTENCES, CLAIMS = 8, 3
CHUNK = 500
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def measure(
    folder: Path, *, tiny: bool = False, articles: int = ARTICLES, texts: str = ""
) -> Table:
    articles = 60 if tiny else articles
    table = Table(
        f"Importing {articles:,} articles with {CLAIMS} claims each",
        ["", "articles/s", "by own CPU", "database's CPU, s"],
    )
    databases = ["sqlite"] if tiny or missing("postgres") else ["sqlite", "postgres"]
    for database in databases:
        with ExitStack() as after:
            address = f"sqlite:///{folder / 'imports.sqlite3'}"
            if database == "postgres":
                address = after.enter_context(postgres_database(f"factcheck_imports_{os.getpid()}"))
            found = in_process(
                "tests.bench.imports", folder, address, "--measure", str(articles), texts
            )
        for name, (by_clock, by_cpu, of_database) in found.items():
            table.rows.append(
                [f"{database}, {name}", f"{by_clock:,.0f}", f"{by_cpu:,.0f}", f"{of_database:.1f}"]
            )
            key = f"{database}_{re.sub('[^a-z]+', '_', name)}"
            table.figures |= {key: round(by_clock), f"{key}_by_cpu": round(by_cpu)}
        for ours, bare in (("until in", "bulk_create"), ("until found", "bulk_create, indexed")):
            ratio = found[ours][0] / found[bare][0]
            cpu = found[ours][1] / found[bare][1]
            table.rows.append([f"{database}, {ours} × {bare}", f"{ratio:.2f}", f"{cpu:.2f}", ""])
            table.figures[f"{database}_{ours.replace(' ', '_')}_ratio"] = round(ratio, 2)
    return table


def in_process(module: str, folder: Path, address: str, *arguments: str) -> dict[str, Any]:
    """What a benchmark says in a process of its own, whose settings name the database."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=clean_environment(
            DATABASE_URL=address,
            ALLOWED_HOSTS="testserver",
            HTTPS="false",
            DEBUG="false",
            SECRET_KEY="only-for-this-benchmark-" + "x" * 40,
            DJANGO_SETTINGS_MODULE="factcheck.settings",
            VAR_DIR=str(folder),
            LOG_LEVEL="ERROR",
            # Nobody is to be told: the work is done here.
            CELERY_BROKER_URL="filesystem://",
        ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# --- In the process that has the database ------------------------------------------------------


class Writer:
    """Articles as doccano exports them, no two alike."""

    def __init__(self, folder: str) -> None:
        paths = sorted(Path(folder or ROOT / "seeds").rglob("*.txt"))
        text = " ".join(path.read_text(errors="replace") for path in paths[:400])
        found = (" ".join(sentence.split()) for sentence in _SENTENCE.split(text))
        self.sentences = [sentence for sentence in found if 40 < len(sentence) < 300]
        self.chance = random.Random(5)
        self.made = 0

    def line(self) -> str:
        self.made += 1
        chosen = [self.chance.choice(self.sentences) for _ in range(SENTENCES)]
        chosen[0] = f"Report number {self.made} of the series. {chosen[0]}"
        text, spans, at = " ".join(chosen), [], 0
        for sentence in chosen[:CLAIMS]:
            spans.append([at, at + len(sentence), "CLAIM"])
            at += len(sentence) + 1
        return json.dumps({"text": text, "label": spans})


class Watch:
    """Seconds by the clock, of this process, and of the database's process that serves it."""

    def __init__(self) -> None:
        self.begun = self._now()

    def lap(self) -> tuple[float, ...]:
        return tuple(now - then for now, then in zip(self._now(), self.begun, strict=True))

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), _of_database()


def _of_database() -> float:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    try:
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bring_in(corpus: Any, writer: Writer, count: int) -> tuple[tuple[float, ...], ...]:
    """Import so many; the watch's laps when all rows were in, and when search found them."""
    from annotations.models import Import
    from annotations.services.import_runs import import_run
    from annotations.services.imports import import_create, import_start
    from annotations.tasks import spare_the_collector

    spare_the_collector()
    laps: list[tuple[float, ...]] = []
    with tempfile.TemporaryFile() as file:
        for _ in range(count):
            file.write(writer.line().encode() + b"\n")
        file.seek(0)
        options = {"format": "doccano", "annotations": "claims", "near_duplicates": False}
        source = import_create(
            actor=None, corpus=corpus, files=[("doccano.jsonl", file)], options=options
        )
        source = import_start(actor=None, source=source)
        watch = Watch()

        def saved(instance: Any, **kwargs: Any) -> None:
            if instance.read_at and not laps:
                laps.append(watch.lap())

        from django.db.models.signals import post_save

        post_save.connect(saved, sender=Import)
        while True:
            import_run(first=source.job_id)
            source.refresh_from_db()
            if not source.job.is_active:  # type: ignore[union-attr]
                break
        laps.append(watch.lap())
        post_save.disconnect(saved, sender=Import)
        assert source.counts["articles"] == count, source.counts
    return tuple(laps)


def bare(count: int, *, indexed: bool) -> tuple[float, ...]:
    """The watch's lap of ``bulk_create`` for the newest so many articles, which are removed."""
    from django.db import transaction

    from annotations.models import Article, ArticleText, Claim, ClaimSpan, Job
    from annotations.search.schema import put_off

    articles = list(Article.objects.order_by("-pk")[:count])
    models = (ArticleText, Job, Claim, ClaimSpan, Claim.tags.through)
    by_article: dict[Any, dict[int, list[Any]]] = {model: {} for model in models}
    claims = {claim.pk: claim.article_id for claim in Claim.objects.filter(article__in=articles)}
    for model in models:
        of_claim = model in {ClaimSpan, Claim.tags.through}
        field = "claim__in" if of_claim else "article__in"
        for row in model.objects.filter(**{field: list(claims) if of_claim else articles}):  # type: ignore[attr-defined]
            key = claims[row.claim_id] if of_claim else row.article_id
            by_article[model].setdefault(key, []).append(row)
    Article.objects.filter(pk__in=[a.pk for a in articles]).delete()
    watch = Watch()
    for start in range(0, count, CHUNK):
        some = articles[start : start + CHUNK]
        with transaction.atomic(), nullcontext() if indexed else put_off():
            Article.objects.bulk_create(some)
            for model in models:
                rows = [row for a in some for row in by_article[model].get(a.pk, ())]
                model.objects.bulk_create(rows)  # type: ignore[attr-defined]
    return watch.lap()


def _run(articles: int, texts: str) -> dict[str, tuple[float, ...]]:
    import django

    django.setup()
    from django.core.management import call_command

    from annotations.services.corpora import corpus_create

    call_command("migrate", verbosity=0, skip_checks=True)
    corpus = corpus_create(actor=None, name="Imports")

    def rates(count: int, lap: tuple[float, ...]) -> tuple[float, ...]:
        return count / lap[0], count / lap[1], lap[2]

    until_in, until_found = bring_in(corpus, Writer(texts), articles)
    some = min(articles, BARE)
    return {
        "until in": rates(articles, until_in),
        "until found": rates(articles, until_found),
        "bulk_create": rates(some, bare(some, indexed=False)),
        "bulk_create, indexed": rates(some, bare(some, indexed=True)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.imports", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--texts", default="", help="a folder of .txt files")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        articles, texts = options.measure
        print(json.dumps(_run(int(articles), texts)))
        return
    with tempfile.TemporaryDirectory(prefix="factcheck-imports-") as folder:
        table = measure(Path(folder), articles=options.articles, texts=options.texts)
    print(table.text())
    print(json.dumps({"bench": "imports", **table.figures}))


if __name__ == "__main__":
    main()
