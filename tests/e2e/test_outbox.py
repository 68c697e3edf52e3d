"""What isn't sent outlives the page: reloads, closed tabs, lost answers, lost sessions."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.conftest import Site
from tests.e2e.signing import sign_in
from tests.e2e.test_saving import accept_first, type_normalised
from tests.stack import wait_until

Open = Callable[[int], Page]
API = "**/api/v1/**"


def stop(route: Route) -> None:
    """Reading goes on; no change gets through."""
    if route.request.method == "GET" or "/presence/" in route.request.url:
        route.continue_()
    else:
        route.abort()


def retry(page: Page) -> None:
    """As when the connection is back: the button may just be gone, as a pause has ended."""
    page.evaluate("dispatchEvent(new Event('online'))")


def let_leave(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())


def test_what_was_done_offline_survives_a_reload(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    let_leave(page)
    page.route(API, stop)
    accept_first(page)
    type_normalised(page, "Typed without a connection.")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#save-state")).to_contain_text("3 changes are not saved")
    page.reload()
    # All of it is shown as it was left, though the server knows nothing of it.
    claim = page.locator("#items .item.claim")
    expect(claim).to_contain_text("Typed without a connection.")
    expect(page.locator("#items .rejected summary")).to_have_text("1 rejected")
    assert site.claims(article) == []
    page.unroute(API)
    retry(page)
    settle()
    (saved,) = site.claims(article)
    assert saved["normalised"] == "Typed without a connection."
    rejected = site.api("GET", f"suggestions/?article={article}&outcome=rejected")["results"]
    assert len(rejected) == 1
    page.reload()
    expect(claim).to_have_count(1)
    expect(page.locator("#save-state")).to_be_empty()


def test_a_closed_page_leaves_its_work_to_the_next(
    site: Site, open_page: Open, context: BrowserContext
) -> None:
    article, other = site.article(), site.article()
    page = open_page(article)
    page.route(API, stop)
    accept_first(page)
    type_normalised(page, "Left behind.")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    page.close()
    # Any page of the same person sends it, once.
    heirs = [context.new_page(), context.new_page()]
    for heir in heirs:
        heir.goto(f"{site.stack.base_url}/articles/{other}/")
    wait_until(
        lambda: [c["normalised"] for c in site.claims(article)] == ["Left behind."],
        15,
        "the change of the closed page is saved",
    )
    kinds = [
        event["kind"]
        for event in site.api("GET", f"events/?article={article}", who="admin")["results"]
        if event["kind"].startswith(("suggestion.", "claim."))
    ]
    assert sorted(kinds) == ["claim.updated", "suggestion.accepted"]


def test_a_lost_answer_to_an_edit_is_no_conflict(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    lost = []

    def lose_first(route: Route) -> None:
        if route.request.method == "PATCH" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route(API, lose_first)
    type_normalised(page, "Saved, but nobody said so.")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    assert lost == [200]
    settle()
    expect(page.locator("#conflict")).to_be_hidden()
    (claim,) = site.claims(article)
    assert (claim["normalised"], claim["revision"]) == ("Saved, but nobody said so.", 2)


def test_undo_asked_twice_takes_back_one_action(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    settle()
    lost = []

    def lose_first(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/undo/", lose_first)
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("Undone", timeout=15_000)
    assert lost == [200]
    assert len(site.claims(article)) == 1
    page.keyboard.press("Shift+U")
    expect(page.locator("#toasts")).to_contain_text("Done again")
    settle()
    assert len(site.claims(article)) == 2


def test_signed_out_in_the_middle(
    site: Site, open_page: Open, context: BrowserContext, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    context.clear_cookies()
    type_normalised(page, "Typed while signed out.")
    notice = page.locator("#signed-out")
    expect(notice).to_contain_text("You are signed out")
    # Somebody else signs in on the machine: it isn't sent in their name.
    second = context.new_page()
    sign_in(second, site.stack, "admin")
    retry(page)
    expect(notice).to_be_visible()
    assert site.claims(article)[0]["normalised"] == ""
    context.clear_cookies()
    sign_in(second, site.stack)
    retry(page)
    settle()
    expect(notice).to_be_hidden()
    (claim,) = site.claims(article)
    assert claim["normalised"] == "Typed while signed out."
    assert claim["revision"] == 2


def test_a_conflict_is_asked_about_again_after_a_reload(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    let_leave(page)
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    site.api(
        "PATCH",
        f"claims/{claim['uid']}/",
        {"revision": 1, "normalised": "Theirs."},
        who="admin",
    )
    type_normalised(page, "Mine.")
    dialog = page.locator("#conflict")
    expect(dialog).to_contain_text("Theirs.")
    page.reload()
    expect(dialog).to_contain_text("Mine.")
    expect(dialog).to_contain_text("Theirs.")
    dialog.get_by_role("button", name="Save what is chosen").click()
    settle()
    (claim,) = site.claims(article)
    assert (claim["normalised"], claim["revision"]) == ("Mine.", 3)


def test_a_half_written_form_survives_a_reload(site: Site, open_page: Open) -> None:
    article = site.article()
    page = open_page(article)
    let_leave(page)
    accept_first(page)
    page.keyboard.press("e")
    page.locator(".item.current [name=quote]").fill("The table says so.")
    page.wait_for_timeout(500)
    page.reload()
    expect(page.locator("#items .item.claim .draft")).to_have_text("A form here isn't finished.")
    page.locator("#items .item.claim .item-button").click()
    expect(page.locator(".item.current [name=quote]")).to_have_value("The table says so.")


def test_two_windows_keep_their_half_written_forms(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    accept_first(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#save-state")).to_have_text("All saved")
    other = page.context.new_page()
    other.goto(page.url)
    for window, number in ((page, 0), (other, 1)):
        window.locator("#items .item.claim .item-button").nth(number).click()
        window.locator(".item.current [name=rationale]").fill(f"Half of {number}")
        window.keyboard.press("Escape")
        # Left, which keeps it at once.
        window.keyboard.press("Escape")
    third = page.context.new_page()
    third.goto(page.url)
    for number in (0, 1):
        third.locator("#items .item.claim .item-button").nth(number).click()
        expect(third.locator(".item.current [name=rationale]")).to_have_value(f"Half of {number}")


def test_a_refused_change_stays_until_it_is_put_right_or_dropped(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    let_leave(page)
    accept_first(page)
    settle()
    refused = {"code": "invalid", "detail": "place: too far", "fields": {"place": "too far"}}

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=400, json=refused)
        else:
            route.continue_()

    page.route(API, refuse)
    page.keyboard.press("l")
    page.locator(".item.current [name=place]").fill("Atlantis")
    page.keyboard.press("Escape")
    expect(page.locator("#save-state")).to_contain_text("1 change was not accepted")
    page.reload()
    page.locator("#items .item.claim .item-button").click()
    expect(page.locator(".item.current [name=place]")).to_have_value("Atlantis")
    page.unroute(API)
    page.locator(".item.current .save").get_by_role("button", name="Discard my change").click()
    expect(page.locator(".item.current [name=place]")).to_have_value("")
    expect(page.locator("#save-state")).not_to_contain_text("not accepted")
    assert site.claims(article)[0]["place"] == ""
