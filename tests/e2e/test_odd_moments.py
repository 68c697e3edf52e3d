"""Keys at odd moments: in a field, while an answer is on its way, on another row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Site
from tests.e2e.test_saving import accept_first, type_normalised
from tests.stack import wait_until

Open = Callable[[int], Page]
Settle = Callable[[], None]
UNDO = "**/api/v1/articles/*/undo/"


def hold(page: Page, address: str, method: str = "POST") -> list[Route]:
    """Keep the next requests there waiting; each is let go by ``continue_``."""
    held: list[Route] = []
    page.route(
        address,
        lambda route: held.append(route) if route.request.method == method else route.continue_(),
    )
    return held


def wait_for(page: Page, held: list[Route], count: int = 1) -> None:
    # Playwright tells of requests while it is asked something.
    wait_until(lambda: bool(page.evaluate("1")) and len(held) >= count, 10, "the page asks")


# --- Typed and not left -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name"), [("p", "claimant"), ("l", "place"), ("d", "claim_date"), ("#", "tag")]
)
def test_submitting_from_a_field_saves_what_is_typed_in_it(
    site: Site, open_page: Open, key: str, name: str
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press(key)
    box = page.locator(f".item.current [name={name}]")
    expect(box).to_be_focused()
    if name == "claim_date":
        page.keyboard.type("03042025")
    else:
        page.keyboard.press("Control+a")
        page.keyboard.type("Wyland")
    page.keyboard.press("Control+Enter")
    wait_until(
        lambda: site.api("GET", f"articles/{article}/")["state"] == "reviewed", 10, "submitted"
    )
    (claim,) = site.claims(article)
    saved = {"tag": claim["tags"], "claim_date": claim["claim_date"]}.get(name, claim.get(name))
    assert saved in ("Wyland", ["Wyland"], "2025-03-04", "2025-04-03")


def test_a_reload_saves_what_is_typed_in_a_field(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    page.keyboard.press("p")
    page.keyboard.press("Control+a")
    page.keyboard.type("Wyland")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    wait_until(lambda: site.claims(article)[0]["claimant"] == "Wyland", 10, "it is saved")


# --- While an answer is on its way ------------------------------------------------------------


def test_an_undo_that_is_answered_late_leaves_the_field_alone(
    site: Site, open_page: Open, settle: Settle
) -> None:
    """Letters that go on would be keys: an x withdraws the claim."""
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    settle()
    held = hold(page, UNDO)
    page.keyboard.press("u")
    wait_for(page, held)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    box = page.locator(".item.current [name=normalised]")
    expect(box).to_be_focused()
    page.keyboard.type("An e")
    held[0].continue_()
    expect(page.locator("#toasts")).to_contain_text("Undone")
    page.keyboard.type("xample.")
    expect(box).to_be_focused()
    expect(box).to_have_value("An example.")
    page.keyboard.press("Escape")
    settle()
    assert [claim["normalised"] for claim in site.claims(article)] == ["An example."]


def test_an_undo_that_is_answered_late_leaves_the_reviewer_where_they_went(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    page.keyboard.press("j")
    page.keyboard.press("x")
    settle()
    held = hold(page, UNDO)
    page.keyboard.press("u")
    wait_for(page, held)
    page.keyboard.press("j")
    here = page.locator(".item.current .words").inner_text()
    held[0].continue_()
    expect(page.locator("#toasts")).to_contain_text("Undone")
    expect(page.locator("#items .rejected")).to_have_count(0)
    expect(page.locator(".item.current .words")).to_have_text(here)


def test_an_edit_after_an_undo_is_not_taken_back_with_what_came_before(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("j")
    page.keyboard.press("k")
    settle()
    held = hold(page, "**/reject/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    wait_for(page, held)
    page.locator("#items .item.claim .item-button").click()
    type_normalised(page, "First.")
    page.keyboard.press("u")
    page.keyboard.press("p")
    page.keyboard.press("Control+a")
    page.keyboard.type("Wyland")
    page.keyboard.press("Escape")
    held[0].continue_()
    settle()
    (claim,) = site.claims(article)
    assert (claim["normalised"], claim["claimant"]) == ("", "Wyland")
    expect(page.locator("#conflict")).to_be_hidden()


def test_ones_own_undo_is_no_conflict(site: Site, open_page: Open, settle: Settle) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    type_normalised(page, "First.")
    settle()
    held = hold(page, UNDO)
    page.keyboard.press("u")
    wait_for(page, held)
    page.keyboard.press("p")
    page.keyboard.press("Control+a")
    page.keyboard.type("Wyland")
    page.keyboard.press("Escape")
    held[0].continue_()
    settle()
    expect(page.locator("#conflict")).to_be_hidden()
    (claim,) = site.claims(article)
    assert (claim["normalised"], claim["claimant"]) == ("", "Wyland")


# --- On another row ---------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_row_that_was_gone_to_by_tab_is_opened(site: Site, open_page: Open, key: str) -> None:
    page = open_page(site.article())
    page.keyboard.press("j")
    page.locator("#items .item-button").nth(2).focus()
    page.keyboard.press(key)
    expect(page.locator("#items .item").nth(2)).to_have_class("item suggestion strong current")


def test_going_on_after_a_card_was_closed(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    for key in ("j", "j", "Escape", "j"):
        page.keyboard.press(key)
    expect(page.locator("#items .item").nth(2).locator(".card")).to_be_visible()
