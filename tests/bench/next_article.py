"""The next article: from the key that submits to the first painted highlight of the next one.

With the next article fetched ahead, as it is for whoever reads for a moment; and by going to its
address in the same browser, as it would be without.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.live import import_folder, sign_in, wait_until_extracted, write_articles
from tests.bench.page_open import ARGUMENTS, MARK, PAINTED
from tests.bench.report import Table, median, percentile
from tests.services_needed import chromium_path
from tests.stack import Stack, running_stack, wait_until

AIM_MS = 200

# Begins to count with the key, and ends when the browser has painted after the next mark.
SWAPPED = """
mark => {
  window.swapped = new Promise(resolve => {
    document.addEventListener("keydown", event => {
      const pressed = event.timeStamp;
      const article = document.getElementById("article-title");
      const wait = () => {
        const found = performance.getEntriesByName(mark)[0];
        if (document.getElementById("article-title") === article || !found) {
          setTimeout(wait, 1);
          return;
        }
        requestAnimationFrame(() => requestAnimationFrame(() => resolve({
          mark: found.startTime - pressed, painted: performance.now() - pressed })));
      };
      wait();
    }, { once: true, capture: true });
  });
}
"""
AHEAD = """
() => performance.getEntriesByType("resource").some(entry =>
  entry.name.includes("/next/?") && entry.responseEnd && entry.startTime > (window.since || 0))
"""


def measure(folder: Path, *, tiny: bool = False) -> Table:
    rounds = 2 if tiny else 20
    with running_stack(folder) as site, sync_playwright() as driver:
        write_articles(folder / "articles", rounds + 2, seed=7, sentences=40)
        import_folder(site, folder / "articles")
        wait_until_extracted(site, 300)
        browser = driver.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = _signed_in(browser.new_page(), site)
        page.goto(f"{site.base_url}/corpora/1/next/?show=to-review&order=newest")
        swapped = [_submit(page) for _ in range(rounds)]
        plain = [_open(page) for _ in range(rounds)]
        browser.close()

    table = Table(
        f"The next article of 40 sentences, median of {rounds} (p90)",
        ["", "highlight ms", "painted ms"],
    )
    for name, runs in (("fetched ahead, from the key", swapped), ("by its address", plain)):
        table.rows.append([name, _both(runs, "mark"), _both(runs, "painted")])
    table.rows.append(["aim", f"<= {AIM_MS}", ""])
    table.figures = {
        "highlight_ms": round(median([run["mark"] for run in swapped]), 1),
        "highlight_p90_ms": round(percentile([run["mark"] for run in swapped], 0.9), 1),
        "painted_ms": round(median([run["painted"] for run in swapped]), 1),
        "address_highlight_ms": round(median([run["mark"] for run in plain]), 1),
    }
    return table


def _both(runs: list[dict[str, float]], name: str) -> str:
    values = [run[name] for run in runs]
    return f"{median(values):.0f} ({percentile(values, 0.9):.0f})"


def _signed_in(page: Page, site: Stack) -> Page:
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": site.base_url}
            for name, _, value in (part.partition("=") for part in sign_in(site).split("; "))
        ]
    )
    return page


def _submit(page: Page) -> dict[str, float]:
    """Submit an article once the next one was fetched."""
    wait_until(lambda: page.evaluate(AHEAD), 30, "the next article is fetched")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.since = performance.now()")
    page.evaluate(SWAPPED, MARK)
    page.keyboard.press("Control+Enter")
    figures: dict[str, float] = page.evaluate("window.swapped")
    return figures


def _open(page: Page) -> dict[str, Any]:
    """The same article anew, everything but itself in the browser's cache."""
    page.goto(page.url, wait_until="commit")
    figures: dict[str, Any] = page.evaluate(PAINTED, MARK)
    page.wait_for_load_state("networkidle")
    return figures
