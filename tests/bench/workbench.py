"""The reviewer's page on a long article: to the first highlight, each key press, and memory.

The long article has 1,000 sentences, 3,000 suggestions and 200 claims. Key presses are real ones,
timed from the event to the frame that shows what they did, twelve a second at the most, which is
quicker than anybody decides.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from tests.bench.live import sign_in
from tests.bench.page_open import ARGUMENTS, MARK, PAINTED
from tests.bench.report import Table, median, percentile
from tests.services_needed import chromium_path
from tests.stack import Stack, running_stack

PAUSE_MS = 80
AIM_OPEN_MS, AIM_KEY_MS, AIM_WORST_MS = 600, 16, 50

# From the key's event to the paint after it: its own work, then what the frame takes.
TIMER = """
() => {
  window.presses = [];
  addEventListener("keydown", (event) => {
    const at = event.timeStamp;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.presses.push([event.key, performance.now() - at]);
      channel.port2.postMessage(0);
    });
  }, { capture: true });
}
"""
# A reviewer's hour in small: going on, accepting, rejecting, edges, taking back.
KEYS = ["j", "j", "k", "j", "a", "]", "[", "}", "j", "x", "j", "u"]


def measure(folder: Path, *, tiny: bool = False) -> Table:
    size = (60, 180, 12) if tiny else (1000, 3000, 200)
    rounds, presses = (2, 24) if tiny else (9, 1008)
    with running_stack(folder, worker=False) as site, sync_playwright() as driver:
        number = _make(site, size)
        browser = driver.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        cookie = sign_in(site)
        context.add_cookies(
            [
                {"name": name, "value": value, "url": site.base_url}
                for name, _, value in (part.partition("=") for part in cookie.split("; "))
            ]
        )
        page = context.new_page()
        opened = []
        for _ in range(rounds):
            page.goto(f"{site.base_url}/articles/{number}/", wait_until="commit")
            opened.append(page.evaluate(PAINTED, MARK))
            page.wait_for_load_state("networkidle")
        page.locator("#items .item").nth(size[1] - 1).wait_for(state="attached")
        memory = context.new_cdp_session(page)
        page.evaluate(TIMER)
        before = _heap(memory)
        times = _press(page, presses)
        after = _heap(memory)
        browser.close()

    marks = [run["mark"] for run in opened]
    table = Table(
        "Reviewer's page, {:,} sentences, {:,} suggestions, {:,} claims".format(*size),
        ["", "median", "worst", "aim"],
    )
    worst = max(times)
    table.rows += [
        ["first highlight, ms", f"{median(marks):.0f}", f"{max(marks):.0f}", AIM_OPEN_MS],
        [
            f"key press to paint, ms, {len(times)} presses",
            f"{median(times):.1f}",
            f"{worst:.1f} (p99 {percentile(times, 0.99):.1f})",
            f"{AIM_KEY_MS} / {AIM_WORST_MS}",
        ],
        [
            "heap before / after, MiB",
            f"{before['heap']:.1f} / {after['heap']:.1f}",
            f"nodes {before['nodes']} / {after['nodes']}",
            "stable",
        ],
    ]
    table.figures = {
        "highlight_ms": round(median(marks), 1),
        "key_ms": round(median(times), 1),
        "key_p99_ms": round(percentile(times, 0.99), 1),
        "key_worst_ms": round(worst, 1),
        "heap_ratio": round(after["heap"] / before["heap"], 2),
        "nodes_ratio": round(after["nodes"] / before["nodes"], 2),
        "listeners_ratio": round(after["listeners"] / before["listeners"], 2),
    }
    return table


def _make(site: Stack, size: tuple[int, int, int]) -> int:
    script = "from tests.bench.long_article import make\nprint(make({}, {}, {}))".format(*size)
    made = site.manage("shell", "-v0", "-c", script)
    return int(made.stdout.split()[-1])


def _press(page: Page, count: int) -> list[float]:
    """Press the keys over and over; the milliseconds of each, the first round left out."""
    for number in range(count):
        page.keyboard.press(KEYS[number % len(KEYS)])
        page.wait_for_timeout(PAUSE_MS)
        if KEYS[number % len(KEYS)] == "u":
            expect(page.locator("#save-state")).to_have_text("All saved", timeout=60_000)
    page.wait_for_timeout(500)
    presses: list[list[Any]] = json.loads(page.evaluate("JSON.stringify(window.presses)"))
    return [milliseconds for _key, milliseconds in presses[len(KEYS) :]]


def _heap(session: CDPSession) -> dict[str, float]:
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return {
        "heap": found["JSHeapUsedSize"] / 2**20,
        "nodes": found["Nodes"],
        "listeners": found["JSEventListeners"],
    }
