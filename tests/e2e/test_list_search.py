"""The search above the list: found, walked through, and left again."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

Open = Callable[[int], Page]


def test_the_list_is_narrowed_and_walked_through(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    rows = page.locator("#items .item")
    everything = rows.count()
    assert everything > 1
    page.keyboard.press("/")
    expect(page.locator("#list-search")).to_be_focused()
    page.keyboard.type("EXPORTS")
    expect(rows).to_have_count(1)
    expect(page.locator("#list-found")).to_have_text("1 found")
    page.keyboard.press("Enter")
    expect(page.locator("#items .item.current .words")).to_contain_text("Exports to Wyland")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator("#list-search-box")).to_be_hidden()
    expect(rows).to_have_count(everything)
