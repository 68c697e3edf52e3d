"""Bringing files in through the browser: dropped, checked, brought in by the worker, taken back."""

from __future__ import annotations

import io
import itertools
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.stack import Stack

from .conftest import Site
from .signing import be_signed_in
from .test_looks import violations

_numbers = itertools.count(1)
WORDS = "Exports of Fenland rose by {n} percent in May, the customs office said."


def archive(count: int) -> bytes:
    """A zip of texts with brat's annotations, the last of which stands beside its words."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for _ in range(count):
            n = next(_numbers)
            text = WORDS.format(n=n + 10)
            files.writestr(f"text/{n}.txt", text)
            end = text.index(" in May")
            files.writestr(f"marks/{n}_ANNA.ann", f"T1\tContent 0 {end}\t{text[:end]}\n")
        files.writestr(f"marks/{n}_BERT.ann", f"T1\tContent 3 9\t{text[:6]}\n")
    return packed.getvalue()


@pytest.fixture
def imports(page: Page, stack: Stack) -> Page:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    be_signed_in(page, stack, "admin")
    page.goto(f"{stack.base_url}/corpora/1/")
    page.get_by_role("link", name="Imports").click()
    yield page  # type: ignore[misc]
    assert not errors


DROP = """([name, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.getElementById("upload")
      .dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
  }
}"""


def test_from_a_dropped_archive_to_articles_and_back(imports: Page, site: Site) -> None:
    page = imports
    found: dict[str, Any] = {"list": violations(page)}
    page.evaluate(DROP, ["marks.zip", list(archive(3))])
    expect(page.locator("#upload-list")).to_contain_text("marks.zip")
    page.get_by_role("button", name="Send and check").click()
    state = page.locator("#import-label")
    expect(state).to_have_text("Checked", timeout=60_000)
    expect(page.locator("#import-counts")).to_contain_text("articles: 2")
    expect(page.get_by_text("Exports of Fenland rose by").first).to_be_visible()
    # The annotation that doesn't say what stands there is reported with its file and line.
    expect(page.locator(".problems")).to_contain_text("_BERT.ann")
    expect(page.locator(".problems")).to_contain_text("line 1")
    found["checked"] = violations(page)
    page.get_by_text("How it is read").click()
    page.get_by_label("An annotation that can't be placed").select_option("drop")
    found["options"] = violations(page)
    page.get_by_role("button", name="Check again with these").click()
    expect(page.locator("#import-counts")).to_contain_text("articles: 3", timeout=60_000)
    expect(state).to_have_text("Checked", timeout=60_000)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(state).to_have_text("Done", timeout=60_000)
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    told = site.api("GET", f"imports/{number}/", who="admin")
    assert (told["counts"]["articles"], told["counts"]["claims"]) == (3, 3)
    listed = site.api("GET", "claims/?corpus=1", who="admin")["results"]
    assert "Exports of Fenland rose by" in str(listed)

    page.get_by_role("button", name="Take back").click()
    expect(state).to_have_text("Taken back", timeout=60_000)
    assert "Fenland" not in str(site.api("GET", "claims/?corpus=1", who="admin")["results"])
    page.set_viewport_size({"width": 400, "height": 800})
    found["narrow"] = violations(page)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    assert {name: seen for name, seen in found.items() if seen} == {}


def table() -> bytes:
    """A row with all that a row may have, and one with nothing but a text without a break."""
    said = "Exports of Moorland fell by 12 percent in May"
    head = "headline,body,byline,outlet,url,date,lang,quote,label,claimant,rating,claim"
    full = (
        f'"Exports of Moorland","{said}, the customs office said. {"Nobody knew why. " * 40}",'
        f'"Ana Lee","The Moorland Gazette",https://gazette.example/{"moor-" * 30}1,2026-03-01,en,'
        f'"{said}","quantity;exports;a long name of a tag","Customs office of Moorland",False,'
        f'"Moorland exported 12 percent less"'
    )
    return f"{head}\n{full}\n,{'x' * 300} {next(_numbers)},,,,,,,,,,\n".encode()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_rows_are_seen_as_they_will_be(imports: Page, theme: str) -> None:
    page = imports
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    file = {"name": "table.csv", "mimeType": "text/csv", "buffer": table()}
    page.locator("#upload-files").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="Send and check").click()
    expect(page.locator("#import-label")).to_have_text("Checked", timeout=60_000)
    page.get_by_text("How it is read").click()
    page.get_by_label("Author").select_option("byline")
    page.get_by_role("button", name="Check again with these").click()
    expect(page.locator("#import-label")).to_have_text("Checked", timeout=60_000)
    first = page.locator(".preview-rows > li").first
    for words in (
        "Ana Lee",
        "The Moorland Gazette",
        "2026-03-01",
        "https://gazette.example/moor-",
        "Exports of Moorland fell by 12 percent in May",
        "Moorland exported 12 percent less",
        "a long name of a tag",
        "Customs office of Moorland",
        "Rating: False",
    ):
        expect(first).to_contain_text(words)
    found: dict[str, Any] = {}
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        found[str(width)] = violations(page)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0, width
        if shots := os.environ.get("SHOTS"):
            page.screenshot(path=Path(shots) / f"import-{theme}-{width}.png", full_page=True)
    assert {name: seen for name, seen in found.items() if seen} == {}


def test_what_is_refused_is_said_and_can_be_sent_again(imports: Page) -> None:
    page = imports
    empty = {"name": "a.txt", "mimeType": "text/plain", "buffer": b""}
    page.locator("#upload-files").set_input_files([empty])  # type: ignore[list-item]
    page.get_by_role("button", name="Send and check").click()
    expect(page.locator("#upload-error")).to_contain_text("the file is empty")
    # The server is away for a moment: the same files are sent once more, and are there once.
    text = {"name": "b.txt", "mimeType": "text/plain", "buffer": b"Sales in Bogland fell."}
    page.locator("#upload-files").set_input_files([text])  # type: ignore[list-item]
    page.route("**/api/v1/imports/", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Send and check").click()
    expect(page.locator("#upload-error")).to_contain_text("could not be reached")
    page.get_by_role("button", name="Send and check").click()
    expect(page.locator("#import-label")).to_have_text("Checked", timeout=60_000)
    expect(page.get_by_text("Sales in Bogland fell.").first).to_be_visible()


def test_other_files_are_another_import(imports: Page) -> None:
    """The first ones arrive and nobody hears of it; what is chosen next isn't taken for them."""
    page = imports

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    first = {"name": "c.txt", "mimeType": "text/plain", "buffer": b"Sales in Marshland fell."}
    page.locator("#upload-files").set_input_files([first])  # type: ignore[list-item]
    page.route("**/api/v1/imports/", lose, times=1)
    page.get_by_role("button", name="Send and check").click()
    expect(page.locator("#upload-error")).to_contain_text("could not be reached")
    second = {"name": "d.txt", "mimeType": "text/plain", "buffer": b"Sales in Heathland fell."}
    page.locator("#upload-files").set_input_files([second])  # type: ignore[list-item]
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_text("Sales in Heathland fell.").first).to_be_visible(timeout=60_000)
