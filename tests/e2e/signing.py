"""Signing in as a person does, for the browser tests."""

from __future__ import annotations

import urllib.error
import urllib.request

from playwright.sync_api import Page, expect

from tests.bench import live
from tests.stack import Stack

# (address, name) → the cookies of a session, for as long as it lasts.
_sessions: dict[tuple[str, str], str] = {}


def sign_in(page: Page, stack: Stack, name: str = "reviewer") -> None:
    """From the address that ``make run`` prints to the list of corpora."""
    # Scrolling at once, so that a position read now holds for the click that follows.
    page.emulate_media(reduced_motion="reduce")
    page.goto(stack.base_url)
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(stack.passwords[name])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Corpora")).to_be_visible()


def be_signed_in(page: Page, stack: Stack, name: str = "reviewer") -> None:
    """Signed in already, as one mostly is: with the cookies of a session that others use too."""
    page.emulate_media(reduced_motion="reduce")
    key = (stack.base_url, name)
    if not _lasts(stack, _sessions.get(key, "")):
        _sessions[key] = live.sign_in(stack, name)
    page.context.add_cookies(
        [
            {"name": cookie, "value": value, "url": stack.base_url}
            for cookie, _, value in (part.partition("=") for part in _sessions[key].split("; "))
        ]
    )


def _lasts(stack: Stack, cookies: str) -> bool:
    """Tests sign out, and their site's database may be another one."""
    request = urllib.request.Request(  # noqa: S310  our own server
        f"{stack.base_url}/api/v1/me/", headers={"Cookie": cookies}
    )
    try:
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310
            return bool(cookies)
    except urllib.error.HTTPError:
        return False


def open_article(page: Page, title: str, corpus: str = "Sample") -> None:
    """From the list of corpora to an article whose title begins so."""
    page.get_by_role("link", name=corpus, exact=True).click()
    page.locator("table").get_by_role("link", name=title).click()
    expect(page.locator("#text")).to_be_visible()
