"""Working through a queue: filters in the address, the next article at once, and the way back."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import TEXT, Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_odd_moments import UNDO, hold, wait_for
from tests.stack import Stack, wait_until

_words = itertools.count(1)


class Lot:
    """Articles of a test's own, with a word in their titles that no others have."""

    def __init__(self, site: Site, count: int) -> None:
        self.word = f"Lot{next(_words)}x"
        self.numbers = []
        for number in range(count):
            made = site.api(
                "POST",
                "articles/",
                {
                    "corpus": 1,
                    "title": f"{self.word} number {number}",
                    "text": f"{TEXT}\n{self.word}, {number}.",
                },
                who="admin",
            )
            self.numbers.append(made["id"])
        for article in self.numbers:
            wait_until(
                lambda article=article: site.api("GET", f"articles/{article}/status/")["run"],
                30,
                "the article is extracted",
            )

    @property
    def query(self) -> str:
        return f"?show=to-review&q={self.word}&order=oldest"


@pytest.fixture
def lot(site: Site) -> Callable[[int], Lot]:
    return lambda count: Lot(site, count)


@pytest.fixture
def begin(page: Page, stack: Stack) -> Iterator[Callable[[Lot], Page]]:
    """Sign in and open a lot's first article in its queue; no script may throw."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def opened(lot: Lot) -> Page:
        be_signed_in(page, stack)
        page.goto(f"{stack.base_url}/articles/{lot.numbers[0]}/{lot.query}")
        expect(page.locator("#items .item").first).to_be_visible()
        # A value that only a new document forgets.
        page.evaluate("window.sameDocument = true")
        return page

    yield opened
    assert not errors


def is_at(page: Page, lot: Lot, place: int) -> None:
    expect(page.locator("#article-title")).to_have_text(f"{lot.word} number {place}")
    address = urlsplit(page.url)
    assert address.path == f"/articles/{lot.numbers[place]}/"
    assert f"?{address.query}" == lot.query
    assert page.title() == f"{lot.word} number {place}"


def prefetched(page: Page) -> None:
    """Wait until the next article was fetched."""
    asked = """performance.getEntriesByType("resource").some((entry) =>
        entry.name.includes("/next/?") && entry.startTime > (window.fetchedFrom || 0))"""
    wait_until(lambda: page.evaluate(asked), 10, "the next article is fetched")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.fetchedFrom = performance.now()")


def test_submitting_shows_the_next_of_the_queue_in_the_same_document(
    lot: Callable[[int], Lot], site: Site, begin: Callable[[Lot], Page], settle: Callable[[], None]
) -> None:
    three = lot(3)
    page = begin(three)
    prefetched(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("Control+Enter")
    is_at(page, three, 1)
    # The keys are the new article's at once, and the saves of the one before go on.
    expect(page.locator("#article-title")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    settle()
    assert page.evaluate("window.sameDocument") is True
    first, second, _third = three.numbers
    assert site.api("GET", f"articles/{first}/")["state"] == "reviewed"
    assert len(site.claims(first)) == 1
    assert site.api("GET", f"articles/{second}/")["decided_count"] == 1
    assert site.claims(second) == []
    prefetched(page)
    page.keyboard.press("Control+Enter")
    is_at(page, three, 2)
    page.keyboard.press("Control+Enter")
    # The end of the queue is the list, saved and told.
    expect(page.get_by_text("Nothing is left to review in this queue.")).to_be_visible(
        timeout=15_000
    )
    assert f"q={three.word}" in page.url
    assert site.api("GET", f"articles/{three.numbers[2]}/")["state"] == "reviewed"


def test_back_and_forward_bring_articles_and_places_back(
    lot: Callable[[int], Lot], begin: Callable[[Lot], Page], page: Page
) -> None:
    page.set_viewport_size({"width": 700, "height": 400})
    three = lot(3)
    begin(three)
    page.evaluate("scrollTo(0, 120)")
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowRight")
    is_at(page, three, 1)
    assert page.evaluate("scrollY") == 0
    page.locator("#next-article").click()
    is_at(page, three, 2)
    page.go_back()
    is_at(page, three, 1)
    page.go_back()
    is_at(page, three, 0)
    wait_until(lambda: page.evaluate("scrollY") == 120, 5, "the place is found again")
    page.go_forward()
    is_at(page, three, 1)
    assert page.evaluate("window.sameDocument") is True
    # The skip link's place on the page is no other article.
    page.evaluate("location.hash = 'main'")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#items .item.current.claim")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    is_at(page, three, 0)
    page.reload()
    is_at(page, three, 0)


def test_what_was_prefetched_is_put_right(
    lot: Callable[[int], Lot], site: Site, begin: Callable[[Lot], Page]
) -> None:
    two = lot(2)
    page = begin(two)
    prefetched(page)
    # After the page was fetched and before it is shown.
    found = site.api("GET", f"suggestions/?article={two.numbers[1]}")["results"][0]
    site.api("POST", f"suggestions/{found['id']}/accept/", {}, who="admin")
    page.keyboard.press("Control+Enter")
    is_at(page, two, 1)
    expect(page.locator("#items .item.claim")).to_have_count(1)
    assert page.evaluate("window.sameDocument") is True


@pytest.mark.parametrize("failure", ["error", "offline", "sign-in", "other release"])
def test_what_is_in_the_way_of_a_swap_ends_in_a_plain_page(
    lot: Callable[[int], Lot],
    site: Site,
    begin: Callable[[Lot], Page],
    settle: Callable[[], None],
    failure: str,
) -> None:
    two = lot(2)
    page = begin(two)

    def answer(route: Route) -> None:
        # Fetches fail; what the browser itself goes to is answered.
        if route.request.is_navigation_request():
            route.fallback()
        elif failure == "offline":
            route.abort()
        elif failure == "error":
            route.fulfill(status=500, body="broken")
        elif failure == "sign-in":
            route.fulfill(status=200, content_type="text/html", body="<h1>Sign in</h1>")
        else:
            fetched = route.fetch()
            body = re.sub(r"js/workbench[^\"]*", "js/workbench.new.js", fetched.text())
            route.fulfill(response=fetched, body=body)

    page.route(re.compile(r"/next/\?|/articles/\d+/\?"), answer)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Control+Enter")
    is_at(page, two, 1)
    assert page.evaluate("window.sameDocument") is None
    assert site.api("GET", f"articles/{two.numbers[0]}/")["state"] == "reviewed"
    # What is being fetched now would be answered in the middle of the next test.
    page.unroute_all(behavior="wait")


def test_what_somebody_has_open_is_left_to_them(
    lot: Callable[[int], Lot], site: Site, begin: Callable[[Lot], Page]
) -> None:
    three = lot(3)
    body = {"page": "3d3c1a52-3f7e-4f0e-8b32-8f0d5b5d7d11"}
    site.api("POST", f"articles/{three.numbers[1]}/presence/", body, who="admin")
    page = begin(three)
    page.keyboard.press("Control+Enter")
    is_at(page, three, 2)
    # What is left is somebody's, and better than nothing.
    page.keyboard.press("Control+Enter")
    is_at(page, three, 1)
    expect(page.locator("#also-here")).to_contain_text("Also here")


def test_fifty_swaps_leave_nothing_behind(
    lot: Callable[[int], Lot], begin: Callable[[Lot], Page]
) -> None:
    two = lot(2)
    page = begin(two)
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    tools.send("HeapProfiler.enable")

    def swap(times: int) -> None:
        for _ in range(times // 2):
            page.keyboard.press("ArrowRight")
            is_at(page, two, 1)
            page.keyboard.press("j")
            page.keyboard.press("ArrowLeft")
            is_at(page, two, 0)

    def measured() -> dict[str, float]:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        tools.send("HeapProfiler.collectGarbage")
        figures: Any = tools.send("Performance.getMetrics")["metrics"]
        wanted = {"JSHeapUsedSize", "Nodes", "JSEventListeners", "Documents"}
        return {m["name"]: m["value"] for m in figures if m["name"] in wanted}

    swap(10)
    before = measured()
    swap(50)
    after = measured()
    assert after["Nodes"] < before["Nodes"] * 1.1 + 50, (before, after)
    assert after["JSEventListeners"] < before["JSEventListeners"] * 1.1 + 10, (before, after)
    assert after["Documents"] <= before["Documents"] + 2, (before, after)
    assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + 1_000_000, (before, after)


def test_publishers_are_offered_where_one_is_typed(page: Page, site: Site, stack: Stack) -> None:
    name = "The Courier of Nowhere"
    for number in range(2):
        article = {"corpus": 1, "title": f"{number}", "text": f"{number} boats.", "publisher": name}
        site.api("POST", "articles/", article, who="admin")
    be_signed_in(page, stack)
    page.goto(f"{stack.base_url}/corpora/1/")
    page.get_by_text("Search and order").click()
    offered = page.locator(f"#publishers option[value='{name}']")
    # Nothing waits for the names before somebody wants one.
    expect(offered).to_have_count(0)
    page.get_by_label("Publisher").focus()
    expect(offered).to_have_count(1)
    page.get_by_label("Publisher").fill(name.upper())
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_the_list_is_narrowed_assigned_and_begun_by_keyboard_and_without_scripts(
    lot: Callable[[int], Lot], stack: Stack, browser: Any
) -> None:
    three = lot(3)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    be_signed_in(page, stack, "admin")
    page.goto(f"{stack.base_url}/corpora/1/")
    page.get_by_text("Search and order").click()
    page.get_by_label("Words", exact=True).fill(three.word)
    page.get_by_label("Order").select_option("newest")
    page.get_by_role("button", name="Apply").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("number 2")
    facet = page.get_by_role("navigation", name="Assigned to")
    expect(facet.get_by_role("link", name="Nobody")).to_have_text(re.compile(r"Nobody\s+3"))
    for place in (0, 1):
        rows.nth(place).get_by_role("checkbox").check()
    page.get_by_label("Person").select_option(label="reviewer")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("2 articles are assigned to reviewer.")).to_be_visible()
    expect(rows.first).to_contain_text("reviewer")
    # Where one was: the choice is in the address still.
    expect(facet.get_by_role("link", name="Nobody")).to_have_text(re.compile(r"Nobody\s+1"))
    facet.get_by_role("link", name="Nobody").click()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Review the next article").click()
    expect(page.locator("#article-title")).to_have_text(f"{three.word} number 0")
    assert "assigned=none" in page.url
    context.close()


def test_ones_own_day_is_in_sight_and_grows(
    lot: Callable[[int], Lot], begin: Callable[[Lot], Page], settle: Callable[[], None]
) -> None:
    one = lot(1)
    page = begin(one)
    page.keyboard.press("j")
    page.keyboard.press("a")
    settle()
    page.reload()
    expect(page.locator("#today")).to_contain_text(re.compile(r"Today: .*\d+ decision"))
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert {c["name"]: c["value"] for c in page.context.cookies()}["timezone"] == zone


def test_an_edit_after_an_undo_is_saved_from_the_next_article(
    lot: Callable[[int], Lot], site: Site, begin: Callable[[Lot], Page], settle: Callable[[], None]
) -> None:
    """The undo is answered when its article is no longer shown; the edit builds on what it left."""
    two = lot(2)
    page = begin(two)
    page.keyboard.press("j")
    page.keyboard.press("a")
    settle()
    box = page.locator(".item.current [name=normalised]")
    box.fill("First wording.")
    box.press("Escape")
    settle()
    prefetched(page)
    held = hold(page, UNDO)
    page.keyboard.press("u")
    page.keyboard.press("p")
    page.keyboard.press("Control+a")
    page.keyboard.type("Wyland")
    page.keyboard.press("Control+Enter")
    is_at(page, two, 1)
    wait_for(page, held)
    held[0].continue_()
    settle()
    expect(page.locator("#toasts .error")).to_have_count(0)
    (claim,) = site.claims(two.numbers[0])
    assert (claim["normalised"], claim["claimant"]) == ("", "Wyland")
