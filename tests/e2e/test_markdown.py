"""The preview below a text area, as a browser shows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Site

Open = Callable[[int], Page]
# The page's own module, which knows where the API is.
BUILD = """async () => {
    const { preview } = await import(document.querySelector('link[href*="/js/markdown."]').href);
    const area = document.createElement("textarea");
    area.setAttribute("aria-label", "Words");
    document.querySelector("main").prepend(area, preview(area));
    area.focus();
}"""


@pytest.fixture
def page_with_preview(site: Site, open_page: Open) -> Page:
    page = open_page(site.article())
    page.evaluate(BUILD)
    return page


def test_the_preview_follows_what_is_typed(page_with_preview: Page) -> None:
    page = page_with_preview
    page.keyboard.type("It is **not** so.")
    button = page.get_by_role("button", name="Preview")
    expect(button).to_have_attribute("aria-pressed", "false")
    pane = page.get_by_role("region", name="Preview")
    expect(pane).to_have_count(0)
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(pane.locator("strong")).to_have_text("not")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    page.keyboard.type(" See [the table](https://stat.example/t).")
    link = pane.get_by_role("link", name="the table")
    expect(link).to_have_attribute("href", "https://stat.example/t")
    expect(link).to_have_attribute("rel", "noreferrer noopener nofollow")
    # The keys that judge rest while one types, and the words are still there.
    expect(page.get_by_label("Words")).to_have_value(
        "It is **not** so. See [the table](https://stat.example/t)."
    )
    page.get_by_label("Words").fill("")
    expect(pane).to_have_text("Nothing to preview yet.")
    button.press("Space")
    expect(pane).to_have_count(0)


def test_nothing_that_is_typed_runs(page_with_preview: Page) -> None:
    page = page_with_preview
    page.evaluate("window.ran = 0")
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("Words").fill(
        "<img src=x onerror='ran = 1'><script>ran = 1</script> [a](javascript:ran=1) **end**"
    )
    pane = page.get_by_role("region", name="Preview")
    expect(pane.locator("strong")).to_have_text("end")
    expect(pane.locator("img, script, a")).to_have_count(0)
    assert page.evaluate("window.ran") == 0


def test_a_late_answer_never_replaces_a_later_one(page_with_preview: Page) -> None:
    page = page_with_preview
    held: list[Route] = []

    def slow(route: Route) -> None:
        if "first" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/v1/markdown/", slow)
    page.get_by_label("Words").fill("first")
    page.get_by_role("button", name="Preview").click()
    pane = page.get_by_role("region", name="Preview")
    expect(pane).to_have_attribute("aria-busy", "true")
    page.get_by_label("Words").fill("second")
    expect(pane).to_have_text("second")
    with page.expect_response("**/api/v1/markdown/"):
        held[0].continue_()
    page.wait_for_timeout(100)
    expect(pane).to_have_text("second")


def test_a_failure_is_shown_and_can_be_tried_again(page_with_preview: Page) -> None:
    page = page_with_preview
    page.route("**/api/v1/markdown/", lambda route: route.abort())
    page.get_by_label("Words").fill("*once more*")
    page.get_by_role("button", name="Preview").click()
    pane = page.get_by_role("region", name="Preview")
    expect(pane.get_by_role("alert")).to_contain_text("There is no preview")
    page.unroute("**/api/v1/markdown/")
    pane.get_by_role("button", name="Try again").click()
    expect(pane.locator("em")).to_have_text("once more")
