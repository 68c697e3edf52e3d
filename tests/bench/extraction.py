"""Extraction through Celery beside the bare pipeline: the same articles, on PostgreSQL, with Redis
and with RabbitMQ, by one worker and by two.

The bare pipeline and the one worker have one core of their own; two workers share all of them
with the database and the broker. A machine that others share is now quicker, now slower, so the
bare pipeline is timed before and after each, and compared by the mean of both. One message tells of
the work, as when somebody asks for it: whoever gets it passes it on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.live import execute, rows, wait_until_extracted, write_articles
from tests.bench.report import Table
from tests.fleet import ONE_THREAD, Fleet, fleet
from tests.services_needed import missing
from tests.stack import ROOT, wait_until

ARTICLES, SENTENCES = 800, 40
AIM_ONE, AIM_TWO = 0.9, 1.8

_WAITING = (
    "SELECT count(*) FROM annotations_job WHERE state IN ('queued', 'running') AND due_at <= now()"
)
_BEGIN = """
from django.utils import timezone
from annotations.models import Job
from annotations.services.leases import jobs_go_on
Job.objects.filter(state="queued").update(due_at=timezone.now())
assert jobs_go_on(kind="extraction")
"""
_BARE = """
import json, os, sys, time
from pathlib import Path
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from annotations.detection import ArticleInput, load_detector
texts = [Path(path).read_text().partition("\\n\\n")[2].strip() for path in sys.argv[1:]]
detector = load_detector()
for _ in detector.stream(map(ArticleInput, texts[:8])): pass
began = time.perf_counter()
words = sum(found.words for found in detector.stream(map(ArticleInput, texts)))
print(json.dumps({"seconds": time.perf_counter() - began, "words": words}))
"""


def measure(folder: Path, *, tiny: bool = False) -> Table:
    count = 12 if tiny else ARTICLES
    texts = write_articles(folder / "texts", count, seed=5, sentences=SENTENCES)
    before = _bare(texts)
    words, rates = before["words"], [before["words"] / before["seconds"]]
    table = Table(
        f"Extraction of {count} articles, {words:,} words",
        ["by", "words a second", "x the bare pipeline", "aim"],
    )
    runs = ((2, AIM_TWO),) if tiny else ((1, AIM_ONE), (2, AIM_TWO))
    for broker in ("redis",) if tiny else ("redis", "rabbitmq"):
        if missing("postgres") or missing(broker):
            table.rows.append([f"{broker}: left out, it isn't here", "", "", ""])
            continue
        alone = None
        for workers, aim in runs:
            # As often as by default: tests have the workers look each second, which costs a tenth.
            with fleet(folder, broker=broker, JOB_SWEEP_SECONDS="5") as site:
                seconds = _through_celery(site, folder / "texts", workers)
            after = before if tiny else _bare(texts)
            ratio = (before["seconds"] + after["seconds"]) / 2 / seconds
            before = after
            rates.append(words / after["seconds"])
            alone = alone or seconds
            by_one = "" if workers == 1 else f" ({alone / seconds:.2f} x one worker)"
            table.rows.append(
                [
                    f"{broker}, {workers} worker{'s' if workers > 1 else ''}",
                    f"{words / seconds:.0f}",
                    f"{ratio:.2f}{by_one}",
                    f">= {aim}",
                ]
            )
            table.figures[f"{broker}_{workers}_ratio"] = round(ratio, 3)
            if workers == 2:
                table.figures[f"{broker}_2_to_1"] = round(alone / seconds, 3)
    table.rows.insert(
        0, ["the bare pipeline, one core", f"{min(rates):.0f} to {max(rates):.0f}", "", ""]
    )
    table.figures["bare_words_per_s"] = round(sum(rates) / len(rates), 1)
    return table


def _bare(texts: list[Path]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _BARE, *map(str, texts)],
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _through_celery(site: Fleet, texts: Path, workers: int) -> float:
    """Seconds from the first article's being taken to the last one's end."""
    stack = site.stack()
    site.manage("import_corpus", str(texts), "--corpus", "Bench", "--no-near-duplicates")
    # They wait until the workers are there and have read something.
    execute(stack, "UPDATE annotations_job SET due_at = now() + interval '1 day'")
    for number in range(workers):
        site.worker(f"worker{number}", core=0 if workers == 1 else None)
    warm = texts.parent / f"warm-{site.name}"
    write_articles(warm, 2 * workers, seed=6, sentences=5)
    site.manage("import_corpus", str(warm), "--corpus", "Warm", "--no-near-duplicates")
    wait_until(lambda: not rows(stack, _WAITING)[0][0], 120, "the first few are extracted")
    site.shell(_BEGIN)
    # The database itself notes the times; looking takes from the cores that are measured.
    wait_until_extracted(stack, 1200, every=2)
    span = (
        "SELECT min(j.started_at), max(j.finished_at), count(*) FROM annotations_job j"
        " JOIN annotations_corpus c ON c.id = j.corpus_id"
        " WHERE j.kind = 'extraction' AND c.name = 'Bench' AND j.state = 'done'"
    )
    begun, ended, done = rows(stack, span)[0]
    assert done == len(list(texts.iterdir())), done
    return float((ended - begun).total_seconds())
