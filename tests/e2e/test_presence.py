"""Two people on one article: seen, told apart, never in each other's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_looks import violations
from tests.stack import Stack, wait_until

Open = Callable[[str, int], Page]


@pytest.fixture
def people(browser: Browser, stack: Stack) -> Iterator[Open]:
    """A function that opens an article as somebody in a browser of their own."""
    contexts, errors = [], []

    def opened(name: str, article: int) -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        be_signed_in(page, stack, name)
        page.goto(f"{stack.base_url}/articles/{article}/")
        expect(page.locator("#items .item").first).to_be_visible()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors


def beat(page: Page) -> None:
    """What 15 seconds bring about by themselves: a page that comes into sight asks at once."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def said(page: Page) -> None:
    """Keep what a screen reader is told."""
    page.evaluate("""() => {
      window.told = [];
      const box = document.getElementById("announcer");
      new MutationObserver(() => box.textContent && window.told.push(box.textContent))
        .observe(box, { childList: true });
    }""")


def test_who_else_is_here_is_shown_and_said_once(site: Site, people: Open) -> None:
    article = site.article()
    mine = people("reviewer", article)
    expect(mine.locator("#also-here")).to_be_hidden()
    said(mine)
    theirs = people("admin", article)
    expect(theirs.locator("#also-here")).to_have_text("Also here: reviewer")
    for _ in range(3):
        beat(mine)
        expect(mine.locator("#also-here")).to_have_text("Also here: admin")
        mine.wait_for_timeout(600)
    assert mine.evaluate("window.told") == ["Also here: admin"]
    # Closing the page says goodbye.
    theirs.goto("about:blank")
    mine.wait_for_timeout(300)
    beat(mine)
    expect(mine.locator("#also-here")).to_be_hidden()


def test_who_edits_a_claim_is_shown_and_can_be_relieved(site: Site, people: Open) -> None:
    article = site.article()
    found = site.api("GET", f"suggestions/?article={article}")["results"][0]
    claim = site.api("POST", f"suggestions/{found['id']}/accept/", {})
    mine, theirs = people("reviewer", article), people("admin", article)
    for page in (mine, theirs):
        page.locator("#items .item.claim .item-button").click()
    field = theirs.locator("textarea[name=normalised]")
    field.press_sequentially("Unemployment in Exland")
    theirs.wait_for_timeout(900)
    beat(mine)
    note = mine.locator("#items .item.current .lease")
    expect(note).to_contain_text("admin is editing this claim.")
    expect(mine.locator("#items .item.current .others")).to_have_text("admin is editing this claim")
    assert violations(mine) == []
    # What they saved comes by itself.
    expect(theirs.locator("#save-state")).to_have_text("All saved")
    beat(mine)
    expect(mine.locator("textarea[name=normalised]")).to_have_value("Unemployment in Exland")
    # Not a lock: what is typed all the same is saved.
    mine.locator("input[name=claimant]").fill("The office")
    mine.locator("input[name=claimant]").press("Tab")
    expect(mine.locator("#save-state")).to_have_text("All saved")
    assert site.api("GET", f"claims/{claim['id']}/")["claimant"] == "The office"
    note.get_by_role("button", name="Take over").click()
    expect(note).to_have_count(0)
    theirs.wait_for_timeout(600)
    beat(theirs)
    expect(theirs.get_by_text("reviewer has taken over this claim.")).to_be_visible()
    expect(theirs.locator("#items .item.current .lease")).to_contain_text(
        "reviewer is editing this claim."
    )


def test_what_others_change_comes_in_but_never_under_ones_hands(site: Site, people: Open) -> None:
    article = site.article()
    first, second, *_ = site.api("GET", f"suggestions/?article={article}")["results"]
    claim = site.api("POST", f"suggestions/{first['id']}/accept/", {})
    mine = people("reviewer", article)
    mine.wait_for_timeout(600)
    mine.locator("#items .item.claim .item-button").click()
    field = mine.locator("textarea[name=normalised]")
    field.press_sequentially("Half a sen")
    # Somebody rejects another suggestion meanwhile.
    site.api("POST", f"suggestions/{second['id']}/reject/", {}, who="admin")
    beat(mine)
    field.press_sequentially("tence")
    mine.wait_for_timeout(500)
    expect(field).to_have_value("Half a sentence")
    expect(field).to_be_focused()
    expect(mine.locator(f"[data-item=s{second['id']}]")).to_have_count(1)
    # The hands rest.
    mine.wait_for_timeout(3000)
    beat(mine)
    expect(mine.locator(f"[data-item=s{second['id']}]")).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("Half a sentence")
    assert site.api("GET", f"claims/{claim['id']}/")["normalised"] == "Half a sentence"
    # What one is at may be decided by somebody else: one is led on, and told.
    third = mine.locator("#items .item.suggestion .item-button").first
    third.click()
    number = third.get_attribute("data-item")[1:]  # type: ignore[index]
    site.api("POST", f"suggestions/{number}/reject/", {}, who="admin")
    mine.wait_for_timeout(600)
    beat(mine)
    expect(mine.get_by_text("Somebody else has just decided this one.")).to_be_visible()
    expect(mine.locator(f"[data-item=s{number}]")).to_have_count(0)


def test_a_claim_is_taken_over_although_a_question_is_under_way(site: Site, people: Open) -> None:
    article = site.article()
    found = site.api("GET", f"suggestions/?article={article}")["results"][0]
    site.api("POST", f"suggestions/{found['id']}/accept/", {})
    mine, theirs = people("reviewer", article), people("admin", article)
    for page in (mine, theirs):
        page.locator("#items .item.claim .item-button").click()
    theirs.locator("textarea[name=normalised]").press_sequentially("Unemployment")
    theirs.wait_for_timeout(900)
    beat(mine)
    note = mine.locator("#items .item.current .lease")
    expect(note).to_be_visible()
    # The server thinks about the next question for a while.
    held: list[Route] = []
    mine.route("**/presence/", lambda route: route.continue_() if held else held.append(route))
    beat(mine)
    wait_until(lambda: mine.wait_for_timeout(50) or held, 10, "the page asks")
    note.get_by_role("button", name="Take over").click()
    held[0].continue_()
    expect(note).to_have_count(0)
    beat(theirs)
    expect(theirs.get_by_text("reviewer has taken over this claim.")).to_be_visible()
