"""The memory of a whole site at rest, with the model loaded and pages seen.

PSS counts what processes share once, divided among them, so the sum is what the site takes
from the machine. The baseline is as many bare interpreters.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.live import Client, make_keys, rows, sign_in, wait_until_extracted
from tests.bench.report import Table
from tests.stack import Stack, group_members, running_stack

AIM_MIB = 270
REST_SECONDS = 5.0


def measure(folder: Path, *, tiny: bool = False) -> Table:
    with running_stack(folder) as site:
        wait_until_extracted(site)
        _use(site)
        time.sleep(0.5 if tiny else REST_SECONDS)
        processes = processes_of(site)
        table = Table("Memory at rest", ["process", "PSS MiB", "own MiB"])
        total = 0.0
        for name, pid in processes:
            pss, own = memory_of(pid)
            total += pss
            table.rows.append([name, f"{pss:.1f}", f"{own:.1f}"])
            table.figures[f"{name.replace(' ', '_')}_mib"] = round(pss, 1)
        bare = _bare(len(processes))
    table.rows.append(["all", f"{total:.1f}", ""])
    table.rows.append([f"{len(processes)} bare interpreters", f"{bare:.1f}", ""])
    table.rows.append(["aim", f"<= {AIM_MIB}", ""])
    table.figures |= {
        "total_mib": round(total, 1),
        "bare_mib": round(bare, 1),
        "ratio": round(total / bare, 2),
    }
    return table


def processes_of(site: Stack) -> list[tuple[str, int]]:
    """Every process of the site, by what it does."""
    found = [("supervisor", site.supervisor_pid)]
    for name, leader in (("web", site.web_pid()), ("worker", site.worker_pid())):
        assert leader
        others = [pid for pid in group_members(leader) if pid != leader]
        found.append((f"{name} parent" if others else name, leader))
        found += [(f"{name} child {n}" if n else f"{name} child", p) for n, p in enumerate(others)]
    return found


def memory_of(pid: int) -> tuple[float, float]:
    """PSS, and what the process shares with nobody, in MiB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {name: int(kib) for name, kib in re.findall(r"^(\w+): +(\d+) kB", rollup, re.M)}
    return sizes["Pss"] / 1024, (sizes["Private_Dirty"] + sizes["Private_Clean"]) / 1024


def _use(site: Stack) -> None:
    """What a person does first: a list, articles, a claim; and one more extraction."""
    cookie = sign_in(site)
    (key,) = make_keys(site, "reviewer")
    articles = [number for (number,) in rows(site, "SELECT id FROM annotations_article")]
    with Client(site.base_url, key, cookie) as reader:
        corpus = reader.get("/api/v1/corpora/").ok()["results"][0]["id"]
        for _ in range(3):
            reader.get(f"/corpora/{corpus}/").ok()
            for number in articles:
                reader.get(f"/articles/{number}/").ok()
        text = reader.get(f"/api/v1/articles/{articles[0]}/").ok()["text"]
        span = {"start": 0, "end": 10, "quote": text[:10]}
        reader.post("/api/v1/claims/", {"article": articles[0], "spans": [span]}).ok()
        for number in articles:
            reader.post(f"/api/v1/articles/{number}/extract/").ok()
    wait_until_extracted(site)


def _bare(count: int) -> float:
    """PSS of that many interpreters that only wait."""
    waiting = "import sys; print(flush=True); sys.stdin.read()"
    interpreters = [
        subprocess.Popen(
            [sys.executable, "-I", "-c", waiting], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(count)
    ]
    try:
        for one in interpreters:
            assert one.stdout
            one.stdout.readline()
        return sum(memory_of(one.pid)[0] for one in interpreters)
    finally:
        for one in interpreters:
            one.communicate()
