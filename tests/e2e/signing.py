"""Signing in as a person does, for the browser tests."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.stack import Stack


def sign_in(page: Page, stack: Stack, name: str = "reviewer") -> None:
    """From the address that ``make run`` prints to the list of corpora."""
    # Scrolling at once, so that a position read now holds for the click that follows.
    page.emulate_media(reduced_motion="reduce")
    page.goto(stack.base_url)
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(stack.passwords[name])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Corpora")).to_be_visible()


def open_article(page: Page, title: str, corpus: str = "Sample") -> None:
    """From the list of corpora to an article whose title begins so."""
    page.get_by_role("link", name=corpus, exact=True).click()
    page.locator("table").get_by_role("link", name=title).click()
    expect(page.locator("#text")).to_be_visible()
