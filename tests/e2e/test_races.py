"""What crosses on its way: late answers, others' changes, keys pressed faster than saved."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.e2e.conftest import Site
from tests.e2e.test_outbox import API, retry, stop
from tests.e2e.test_saving import CLAIMS, accept_first, type_normalised
from tests.stack import wait_until

Open = Callable[[int], Page]
Settle = Callable[[], None]
DATA = re.compile(r"/articles/\d+/data/")


def outcomes(site: Site, article: int) -> list[str | None]:
    found = site.api("GET", f"suggestions/?article={article}")["results"]
    return [row["outcome"] for row in sorted(found, key=lambda row: row["start"])]


def test_a_late_answer_takes_nothing_back(site: Site, open_page: Open, settle: Settle) -> None:
    """The page's data was asked for before a rejection, and arrives after it."""
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    held: list[tuple[Route, APIResponse]] = []
    page.route(DATA, lambda route: held.append((route, route.fetch())), times=1)
    page.keyboard.press("u")
    wait_until(lambda: bool(page.evaluate("1") and held), 10, "the data is asked for")
    page.keyboard.press("j")
    page.keyboard.press("x")
    wait_until(lambda: "rejected" in outcomes(site, article), 10, "the rejection is saved")
    expect(page.locator("#items .rejected summary")).to_have_text("1 rejected")
    route, answer = held[0]
    with page.expect_response(DATA):
        route.fulfill(response=answer)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#items .rejected summary")).to_have_text("1 rejected")
    settle()


def test_undo_takes_back_what_came_before_it(site: Site, open_page: Open, settle: Settle) -> None:
    article = site.article()
    page = open_page(article)
    for key in ("j", "x", "u", "x"):
        page.keyboard.press(key)
    settle()
    # The second rejection came after the undo, so it stands.
    wait_until(lambda: "rejected" in outcomes(site, article), 10, "it is saved")
    settle()
    assert outcomes(site, article)[:2] == [None, "rejected"]


def test_a_page_of_somebody_elses_is_no_answer(site: Site, open_page: Open, settle: Settle) -> None:
    """As a hotel's login page, or a proxy's, comes in the place of every address."""
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    page.route(
        CLAIMS,
        lambda route: route.fulfill(content_type="text/html", body="<h1>Wi-Fi</h1>"),
        times=1,
    )
    type_normalised(page, "Not lost in a hotel.")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    settle()
    assert site.claims(article)[0]["normalised"] == "Not lost in a hotel."


def test_a_field_with_the_focus_overwrites_nobody(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    type_normalised(page, "Mine.")
    settle()
    page.keyboard.press("Enter")
    box = page.locator(".item.current [name=normalised]")
    expect(box).to_be_focused()
    (claim,) = site.claims(article)
    body = {"revision": claim["revision"], "normalised": "Theirs."}
    site.api("PATCH", f"claims/{claim['uid']}/", body, who="admin")
    # Hands off while somebody types; then the other's words come in, by the next look.
    page.wait_for_timeout(3100)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(box).to_have_value("Theirs.")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    settle()
    assert site.claims(article)[0]["normalised"] == "Theirs."


def test_two_conflicts_are_asked_about_one_after_the_other(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    settle()
    page.route(API, stop)
    type_normalised(page, "Mine, the second.")
    page.keyboard.press("k")
    type_normalised(page, "Mine, the first.")
    expect(page.locator("#save-state")).to_contain_text("2 changes are not saved")
    for claim in site.claims(article):
        body = {"revision": claim["revision"], "normalised": "Theirs."}
        site.api("PATCH", f"claims/{claim['uid']}/", body, who="admin")
    page.unroute(API)
    retry(page)
    dialog = page.locator("#conflict")
    asked = []
    for _ in range(2):
        dialog.get_by_label("Theirs.").check()
        asked.append(dialog.get_by_text("Mine, the").inner_text())
        dialog.get_by_role("button", name="Save what is chosen").click()
    assert sorted(asked) == ["Mine, the first.", "Mine, the second."]
    expect(dialog).to_be_hidden()
    settle()
    assert {claim["normalised"] for claim in site.claims(article)} == {"Theirs."}


def test_a_key_comes_before_the_servers_state_is_drawn(
    site: Site, open_page: Open, settle: Settle
) -> None:
    """Reading a long article's state takes a while, and so does drawing it: not both at once."""
    page = open_page(site.article())
    page.keyboard.press("j")
    page.keyboard.press("x")
    settle()
    page.evaluate(
        """() => {
            const { parse } = JSON;
            JSON.parse = (text) => {
                const read = parse(text);
                if (read?.decisions) {
                    // What waits for its turn now has it before anything is drawn.
                    const turn = new MessageChannel();
                    turn.port1.onmessage = () => {
                        window.drawn = !document.querySelector("#items .rejected");
                    };
                    turn.port2.postMessage(0);
                }
                return read;
            };
        }"""
    )
    page.keyboard.press("u")
    expect(page.locator("#items .rejected")).to_have_count(0)
    assert page.evaluate("window.drawn") is False
