"""The article page, cold: from the beginning of the navigation to the first painted highlight.

The baseline is the same words as a bare static page of the same server, which costs what the
browser and the connection cost.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench.live import Client, rows, sign_in, wait_until_extracted
from tests.bench.report import Table, median, percentile
from tests.services_needed import chromium_path
from tests.stack import Stack, running_stack

MARK = "first-highlight"
AIM_MS, AIM_KIB = 300, 150
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Resolves once the browser has painted after the mark, or after the load of a page without it.
PAINTED = """
name => new Promise(resolve => {
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() =>
    resolve({ painted: performance.now(), mark: mark(),
              response: performance.getEntriesByType("navigation")[0].responseEnd })));
  const mark = () => name ? performance.getEntriesByName(name)[0]?.startTime || 0 : 0;
  const wait = () => (!name || mark()) ? painted() : setTimeout(wait, 1);
  wait();
})
"""


def measure(folder: Path, *, tiny: bool = False) -> Table:
    rounds = 2 if tiny else 15
    with running_stack(folder) as site, sync_playwright() as driver:
        wait_until_extracted(site)
        browser = driver.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        number, text = rows(
            site,
            "SELECT a.id, t.text FROM annotations_article a"
            " JOIN annotations_articletext t ON t.article_id = a.id"
            " WHERE a.source_name LIKE 'nato-%'",
        )[0]
        cookie = sign_in(site)
        page, bare = f"/articles/{number}/", _bare_page(site, text)
        with Client(site.base_url, cookie=cookie) as warm:
            for _ in range(3):
                warm.get(page).ok()
            compressed = warm.get(page).size
        opened = [_open(browser, site, page, cookie, MARK) for _ in range(rounds)]
        plain = [_open(browser, site, bare, cookie, "") for _ in range(rounds)]
        browser.close()

    table = Table(
        f"Article page, cold, median of {rounds} (p90)",
        ["", "highlight ms", "painted ms", "response ms", "KiB", "requests"],
    )
    for name, runs in (("article page", opened), ("bare page, same words", plain)):
        table.rows.append(
            [
                name,
                _both(runs, "mark") if name == "article page" else "-",
                _both(runs, "painted"),
                _both(runs, "response"),
                f"{median([run['bytes'] for run in runs]) / 1024:.1f}",
                round(median([run["requests"] for run in runs])),
            ]
        )
    mark = _median(opened, "mark")
    painted, bare_painted = _median(opened, "painted"), _median(plain, "painted")
    size = median([run["bytes"] for run in opened]) / 1024
    table.rows.append(["aim", f"<= {AIM_MS}", "", "", f"<= {AIM_KIB}", ""])
    table.figures = {
        "highlight_ms": round(mark, 1),
        "highlight_p90_ms": round(percentile([run["mark"] for run in opened], 0.9), 1),
        "painted_ms": round(painted, 1),
        "bare_painted_ms": round(bare_painted, 1),
        "ratio": round(painted / bare_painted, 2),
        "kib": round(size, 1),
        "html_kib": round(compressed / 1024, 1),
    }
    return table


def _median(runs: list[dict[str, float]], name: str) -> float:
    return median([run[name] for run in runs])


def _both(runs: list[dict[str, float]], name: str) -> str:
    return f"{_median(runs, name):.0f} ({percentile([r[name] for r in runs], 0.9):.0f})"


def _bare_page(site: Stack, text: str) -> str:
    """Among the page assets, so that the same server sends it by its quickest way."""
    page = site.var / "static" / "bare.html"
    body = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    page.write_text(f"<!doctype html><meta charset=utf-8><title>Bare</title>{body}")
    # The server knows the assets that were there when it started.
    site.restart(worker=False)
    return "/static/bare.html"


def _open(browser: Browser, site: Stack, path: str, cookie: str, mark: str) -> dict[str, float]:
    """One opening in a context of its own: nothing is cached, and no connection is open."""
    context = browser.new_context()
    try:
        context.add_cookies(
            [
                {"name": name, "value": value, "url": site.base_url}
                for name, _, value in (part.partition("=") for part in cookie.split("; "))
            ]
        )
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        sizes: list[float] = []
        network.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
        page.goto(f"{site.base_url}{path}", wait_until="commit")
        figures: dict[str, Any] = page.evaluate(PAINTED, mark)
        page.wait_for_load_state("networkidle")
        return {**figures, "bytes": sum(sizes), "requests": len(sizes)}
    finally:
        context.close()
