"""One corpus, small and large: what an import, a page, a search, a write and an export cost in it.

The articles are sentences of the samples, or of the texts in a folder, put together anew; each has
three claims of another tool. They are imported by the importer of doccano's files, some are
extracted, and everything is asked at both sizes by the code that the site runs.

By itself it takes another number of articles, and texts:

    python -m tests.bench.scale --articles 20000 --texts FOLDER
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.imports import Writer, bare, bring_in, in_process
from tests.bench.report import Table, median
from tests.services_needed import missing
from tests.stack import postgres_database

SMALL, LARGE = 1_000, 100_000
EXTRACTED = 200
ROUNDS = 15


def measure(folder: Path, *, tiny: bool = False, articles: int = LARGE, texts: str = "") -> Table:
    small, large = (20, 60) if tiny else (min(SMALL, articles // 2), articles)
    table = Table(
        f"A corpus of {large:,} articles",
        ["", f"at {small:,}", f"at {large:,}", "ratio"],
    )
    databases = ["sqlite"] if tiny or missing("postgres") else ["sqlite", "postgres"]
    for database in databases:
        with ExitStack() as after:
            address = f"sqlite:///{folder / 'scale.sqlite3'}"
            if database == "postgres":
                address = after.enter_context(postgres_database(f"factcheck_scale_{os.getpid()}"))
            found = in_process(
                "tests.bench.scale",
                folder,
                address,
                "--measure",
                str(small),
                str(large),
                texts,
            )
            _add(table, database, found)
    return table


def _add(table: Table, database: str, found: dict[str, Any]) -> None:
    for name, (before, after) in found["costs"].items():
        ratio = after / before if before else 0.0
        table.rows.append([f"{database}, {name}", f"{before:.1f}", f"{after:.1f}", f"{ratio:.2f}"])
        table.figures[f"{database}_{_key(name)}_ratio"] = round(ratio, 2)
    for name, value in found["figures"].items():
        table.rows.append([f"{database}, {name}", "", f"{value:,.6g}", ""])
        table.figures[f"{database}_{_key(name)}"] = round(value, 3)


def _key(name: str) -> str:
    return re.sub("[^a-z0-9]+", "_", name.lower())


# --- In the process that has the database ------------------------------------------------------


def _run(small: int, large: int, texts: str) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from annotations.exporting import FORMATS, export
    from annotations.models import Article, User
    from annotations.services.corpora import corpus_create
    from annotations.services.extraction import extraction_run
    from annotations.services.jobs import extraction_request
    from annotations.services.planner import Planner

    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
    writer = Writer(texts)
    admin = User.objects.create_superuser("admin", "admin@example.org", "x" * 20)
    corpus = corpus_create(actor=None, name="Scale")
    planner = Planner()
    costs: dict[str, list[float]] = {}
    figures: dict[str, float] = {}

    def ask() -> None:
        # As a worker has it done; PostgreSQL's own does in its time.
        if not planner.look():
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        for name, value in _costs(corpus, admin, writer).items():
            costs.setdefault(name, []).append(value)

    bring_in(corpus, writer, small)
    # Some are read by the detector, so that pages have suggestions to count.
    for article in Article.objects.filter(corpus=corpus).order_by("pk")[: min(EXTRACTED, small)]:
        extraction_request(actor=None, article=article)
    settings.EXTRACTION_SLICE_SECONDS = 3600
    begun = time.perf_counter()
    figures["extracted, articles a second"] = extraction_run(first=None) / (
        time.perf_counter() - begun
    )
    ask()
    rest = large - small
    until_in, until_found = (lap[0] for lap in bring_in(corpus, writer, rest))
    figures["imported until in, articles a second"] = rest / until_in
    figures["imported until found, articles a second"] = rest / until_found
    some = min(rest, 3000)
    for name, indexed in (("without", False), ("with", True)):
        rate = some / bare(some, indexed=indexed)[0]
        figures[f"bulk_create {name} the index, articles a second"] = rate
    ask()
    begun = time.perf_counter()
    size = sum(len(piece) for piece in export(corpus, FORMATS["jsonl"]))
    seconds = time.perf_counter() - begun
    figures["exported as JSONL, articles a second"] = large / seconds
    figures["exported as JSONL, MB"] = size / 1e6
    figures["largest resident size of all that, MiB"] = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    )
    return {"costs": costs, "figures": figures}


def _costs(corpus: Any, admin: Any, writer: Writer) -> dict[str, float]:
    """Milliseconds, medians; the number of queries where it has to be the same."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from annotations.models import Article
    from annotations.services.claims import claim_create

    client = Client()
    client.force_login(admin)
    middle = Article.objects.filter(corpus=corpus).order_by("pk").values_list("pk", flat=True)
    count = middle.count()
    pages = {
        "list": f"/corpora/{corpus.pk}/",
        "list by age": f"/corpora/{corpus.pk}/?order=oldest&after={middle[count // 2]}",
        "list, to review": f"/corpora/{corpus.pk}/?show=to-review",
        "list, failed": f"/corpora/{corpus.pk}/?show=failed",
        "list, of a publisher": f"/corpora/{corpus.pk}/?publisher=the+courier",
        "list of corpora": "/",
        "an article": f"/articles/{middle[count // 2]}/",
        "an article to review": f"/articles/{middle[count // 2]}/?show=to-review",
        "API list of 100": f"/api/v1/articles/?corpus={corpus.pk}&page_size=100",
        "search for a rare word": f"/search/?corpus={corpus.pk}&q=%22number+{count // 2}%22",
        "search for a common word": f"/search/?corpus={corpus.pk}&q=president",
        "dashboard": f"/corpora/{corpus.pk}/dashboard/",
    }
    found: dict[str, float] = {}
    for name, address in pages.items():
        assert client.get(address).status_code == 200, address
        found[f"{name}, ms"] = _median(lambda address=address: client.get(address))  # type: ignore[misc]
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        found[f"{name}, queries"] = float(len(seen))
    articles = list(Article.objects.filter(corpus=corpus).order_by("-pk")[:ROUNDS])
    texts = {article.pk: article.text.text for article in articles}
    waiting = iter(articles)

    def write() -> None:
        article = next(waiting)
        span = (0, 6, texts[article.pk][:6])
        claim_create(actor=admin, article=article, fields={"spans": [span]})

    found["a claim, ms"] = _median(write)
    return found


def _median(action: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - begun))
    return median(times)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--articles", type=int, default=LARGE)
    parser.add_argument("--texts", default="", help="a folder of .txt files")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        small, large, texts = options.measure
        print(json.dumps(_run(int(small), int(large), texts)))
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="factcheck-scale-") as folder:
        table = measure(Path(folder), articles=options.articles, texts=options.texts)
    print(table.text())
    print(json.dumps({"bench": "scale", **table.figures}))


if __name__ == "__main__":
    main()
