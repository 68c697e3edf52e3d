"""Reviewing with the keyboard alone: no test here touches the mouse once the page is open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.domain.keymap import ACTIONS, GROUPS
from tests.e2e.conftest import Site

Open = Callable[[int], Page]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_the_whole_review(site: Site, open_page: Open, settle: Callable[[], None]) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "j", "a", "Enter")
    page.keyboard.type(
        "Unemployment in Exland was 8 % at the end of 2025, twice as much as before."
    )
    press(page, "Escape", "e")
    page.keyboard.type("https://stat.example/jobs")
    press(page, "Tab", "Tab")
    page.keyboard.type("8.0 % in December")
    press(page, "Tab")
    page.keyboard.type("supp")
    press(page, "Control+Enter")
    press(page, "1")
    page.keyboard.type("The office's own table says so.")
    press(page, "Control+Enter")
    press(page, "j", "x")
    settle()
    first, *rest = site.claims(article)
    assert not rest
    assert first["normalised"].startswith("Unemployment in Exland was 8 %")
    assert first["evidence"][0]["stance"] == "SUPPORTS"
    assert first["verdicts"][0]["rating"]["label"] == "True"
    assert first["state"] == "verified"
    outcomes = [s["outcome"] for s in site.api("GET", f"suggestions/?article={article}")["results"]]
    assert outcomes[:2] == ["accepted", "rejected"]


def test_a_claim_from_words_chosen_by_keyboard(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    # From the top: the second sentence whole, less its full stop.
    press(page, "n", "ArrowDown", "s", "Shift+ArrowLeft", "Enter")
    settle()
    (claim,) = site.claims(article)
    assert claim["quote"] == (
        "The government of Exland cut its budget by 40 million crowns last year"
    )
    assert claim["suggestion"] is None
    # Esc leaves without one.
    press(page, "n", "ArrowRight", "Escape")
    assert len(site.claims(article)) == 1


def test_moving_the_edges(site: Site, open_page: Open, settle: Callable[[], None]) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "n", "ArrowDown", "s", "Enter")
    settle()
    press(page, "{", "{", "}", "}", "}")
    settle()
    (claim,) = site.claims(article)
    assert claim["quote"] == "of Exland cut its budget by 40 million crowns"
    press(page, "[")
    settle()
    (claim,) = site.claims(article)
    assert claim["quote"].startswith("government of")
    text = site.api("GET", f"articles/{article}/")["text"]
    (span,) = claim["spans"]
    assert text[span["start"] : span["end"]] == span["quote"] == claim["quote"]


def test_undo_takes_back_the_last_action_whichever_it_was(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    proposed = site.api("GET", f"suggestions/?article={article}")["results"][0]
    page = open_page(article)
    press(page, "j", "a", "]")
    settle()
    press(page, "e")
    page.keyboard.type("https://stat.example/undo")
    press(page, "Tab", "Tab", "Tab")
    page.keyboard.type("ref")
    press(page, "Control+Enter", "5")
    page.keyboard.type("It is not so.")
    press(page, "Control+Enter")
    settle()

    def state() -> tuple[object, ...]:
        claims = site.claims(article)
        if not claims:
            return ()
        (claim,) = claims
        moved = claim["spans"][0]["end"] > proposed["end"]
        return (len(claim["verdicts"]), len(claim["evidence"]), moved)

    seen = [state()]
    for _ in range(4):
        page.keyboard.press("u")
        expect(page.locator("#toasts")).to_contain_text("Undone")
        page.evaluate("document.getElementById('toasts').replaceChildren()")
        settle()
        seen.append(state())
    assert seen == [(1, 1, True), (0, 1, True), (0, 0, True), (0, 0, False), ()]
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("nothing in this article")
    suggestion = site.api("GET", f"suggestions/?article={article}")["results"][0]
    assert suggestion["outcome"] is None


def test_keys_rest_in_fields_and_backspace_does_nothing(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "j", "a", "Enter")
    page.keyboard.type("axjkn u? [1]")
    press(page, "Escape")
    settle()
    (claim,) = site.claims(article)
    assert claim["normalised"] == "axjkn u? [1]"
    before = page.url
    press(page, "Backspace", "Alt+a", "Meta+x")
    assert page.url == before
    assert len(site.claims(article)) == 1


def test_nothing_fires_while_composing(site: Site, open_page: Open) -> None:
    article = site.article()
    page = open_page(article)
    page.keyboard.press("j")
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            { key: "a", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    expect(page.locator("#items .item.claim")).to_have_count(0)


def test_submit_goes_to_the_next_article(site: Site, open_page: Open) -> None:
    article = site.article()
    later = site.article()
    page = open_page(article)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/articles/{later}/")
    assert site.api("GET", f"articles/{article}/")["state"] == "reviewed"
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/articles/{article}/")


def test_the_help_lists_every_key(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    page.keyboard.press("?")
    help_box = page.locator("#help")
    expect(help_box).to_be_visible()
    shown = help_box.locator("dd").all_inner_texts()
    assert shown == [action.label for action in ACTIONS.values()]
    for group in GROUPS.values():
        expect(help_box.get_by_role("heading", name=group, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_box).not_to_be_visible()


@pytest.mark.parametrize("key", ["j", "ArrowDown"])
def test_moving_announces_and_shows_the_current_item(site: Site, open_page: Open, key: str) -> None:
    page = open_page(site.article())
    page.keyboard.press(key)
    current = page.locator("#items [aria-current=true]")
    expect(current).to_have_count(1)
    expect(current).to_be_focused()
    assert page.evaluate("CSS.highlights.get('current').size") == 1
