"""From the command to the first answered page: the first start, and later ones.

The baseline is an interpreter that imports Django and the models, which every start has to.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.bench.live import Client
from tests.bench.report import Table, median
from tests.stack import Stack, clean_environment


def measure(folder: Path, *, tiny: bool = False) -> Table:
    rounds = 1 if tiny else 5
    firsts = [_first(folder / f"first-{n}") for n in range(1 if tiny else 3)]
    # On what the last first start left.
    site = Stack(folder / f"first-{len(firsts) - 1}")
    later: list[float] = []
    try:
        site.start()
        for _ in range(rounds):
            site.stop()
            logged = site.worker_log.stat().st_size
            begun = time.monotonic()
            site.start(worker=False)
            later.append(_answered(site, begun))
            # Its start is over before the next round begins.
            site.wait_for_worker(after=logged)
    finally:
        site.destroy()
    django = [_django(folder) for _ in range(rounds)]
    base = median(django)
    table = Table("Start, seconds (median)", ["", "first page", "ratio"])
    for name, seconds in (
        ("first start", median(firsts)),
        ("later start", median(later)),
        ("importing Django and the models", base),
    ):
        table.rows.append([name, f"{seconds:.2f}", f"{seconds / base:.1f}"])
    table.figures = {
        "first_seconds": round(median(firsts), 2),
        "later_seconds": round(median(later), 2),
        "django_seconds": round(base, 2),
        "later_ratio": round(median(later) / base, 2),
    }
    return table


def _first(var: Path) -> float:
    site = Stack(var)
    try:
        begun = time.monotonic()
        site.start(worker=False)
        return _answered(site, begun)
    finally:
        site.destroy()


def _answered(site: Stack, begun: float) -> float:
    with Client(site.base_url) as visitor:
        visitor.get("/accounts/login/").ok()
    return time.monotonic() - begun


def _django(folder: Path) -> float:
    env = clean_environment(
        DEBUG="true", VAR_DIR=str(folder), DJANGO_SETTINGS_MODULE="factcheck.settings"
    )
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", "import django; django.setup()"], env=env, check=True)
    return time.monotonic() - begun
