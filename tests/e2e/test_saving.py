"""Nothing typed is lost: servers that are away, refuse, or have a newer version."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Site

Open = Callable[[int], Page]
CLAIMS = "**/api/v1/claims/**"


def accept_first(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#items .item.claim.current")).to_be_visible()


def type_normalised(page: Page, words: str) -> None:
    page.locator(".item.current [name=normalised]").fill(words)
    page.keyboard.press("Escape")


def test_a_server_that_is_away_is_asked_again(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    page.route(CLAIMS, lambda route: route.abort())
    type_normalised(page, "Typed while the server was away.")
    expect(page.locator("#save-state")).to_contain_text("1 change is not saved")
    expect(page.locator(".item.current .save")).to_contain_text("Not saved")
    expect(page.locator(".item.current [name=normalised]")).to_have_value(
        "Typed while the server was away."
    )
    page.unroute(CLAIMS)
    page.locator(".item.current .save").get_by_role("button", name="Retry").click()
    settle()
    (claim,) = site.claims(article)
    assert claim["normalised"] == "Typed while the server was away."


def test_an_answer_of_500_loses_nothing_and_retries_by_itself(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    left = [2]

    def fail_twice(route: Route) -> None:
        if left[0]:
            left[0] -= 1
            route.fulfill(status=500, body="{}")
        else:
            route.continue_()

    page.route(CLAIMS, fail_twice)
    type_normalised(page, "Survived two errors.")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    settle()
    assert site.claims(article)[0]["normalised"] == "Survived two errors."


def test_a_lost_answer_makes_no_second_claim(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    """The server did the work, the answer got lost, the browser asks again."""
    article = site.article()
    page = open_page(article)
    lost = [1]

    def lose_answer(route: Route) -> None:
        if lost[0]:
            lost[0] -= 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/claims/", lose_answer)
    for key in ("n", "ArrowDown", "s", "Enter"):
        page.keyboard.press(key)
    settle()
    assert len(site.claims(article)) == 1


def test_a_stale_save_shows_both_versions(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    site.api(
        "PATCH",
        f"claims/{claim['id']}/",
        {"revision": claim["revision"], "normalised": "Theirs.", "claimant": "Ana Bell"},
    )
    type_normalised(page, "Mine.")
    dialog = page.locator("#conflict")
    expect(dialog).to_contain_text("Mine.")
    expect(dialog).to_contain_text("Theirs.")
    dialog.get_by_role("button", name="Save what is chosen").click()
    settle()
    (claim,) = site.claims(article)
    # My field over theirs; what I didn't touch stays theirs.
    assert (claim["normalised"], claim["claimant"]) == ("Mine.", "Ana Bell")
    events = site.api("GET", f"events/?claim={claim['id']}")["results"]
    assert [e["kind"] for e in events] == ["claim.updated", "claim.updated", "suggestion.accepted"]


def test_choosing_theirs_keeps_theirs(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    site.api(
        "PATCH",
        f"claims/{claim['id']}/",
        {"revision": claim["revision"], "normalised": "Theirs."},
    )
    type_normalised(page, "Mine.")
    dialog = page.locator("#conflict")
    dialog.get_by_label("Theirs.").check()
    dialog.get_by_role("button", name="Save what is chosen").click()
    expect(page.locator(".item.current [name=normalised]")).to_have_value("Theirs.")
    settle()
    assert site.claims(article)[0]["normalised"] == "Theirs."


def test_what_the_server_refuses_comes_back_into_the_form(site: Site, open_page: Open) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("e")
    page.get_by_label("Address").fill("ftp://files.example/table")
    page.get_by_label("Stance").select_option("REFUTES")
    page.get_by_role("button", name="Save evidence").click()
    address = page.get_by_label("Address")
    expect(address).to_have_value("ftp://files.example/table")
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field-error").filter(has_text="http")).to_be_visible()
    assert site.claims(article)[0]["evidence"] == []


def test_a_verdict_without_evidence_is_refused_with_the_reason(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("5")
    page.keyboard.type("No evidence yet.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("at least one piece of evidence")
    expect(page.locator("[name=rationale]")).to_have_value("No evidence yet.")
    settle()
    assert site.claims(article)[0]["verdicts"] == []


def test_somebody_else_decided_first(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    first = site.api("GET", f"suggestions/?article={article}")["results"][0]
    site.api("POST", f"suggestions/{first['id']}/reject/", {})
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("rejected this suggestion already")
    expect(page.locator("#items .item.claim")).to_have_count(0)
    expect(page.get_by_text("1 rejected")).to_be_visible()
    assert site.claims(article) == []


def test_leaving_with_unsaved_work_warns(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    accept_first(page)
    page.route(CLAIMS, lambda route: route.abort())
    type_normalised(page, "Not yet saved.")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    warned: list[str] = []

    def answer(dialog: object) -> None:
        warned.append(dialog.type)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    page.goto(f"{site.stack.base_url}/")
    assert warned == ["beforeunload"]


def test_a_half_written_form_is_there_when_its_claim_is_opened_again(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    page = open_page(site.article())
    accept_first(page)
    settle()
    page.keyboard.press("4")
    page.keyboard.type("Half a thought")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.keyboard.type("https://stat.example/half")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[name=rationale]")).to_have_count(0)
    page.keyboard.press("k")
    expect(page.locator("[name=rationale]")).to_have_value("Half a thought")
    expect(page.get_by_label("Mostly False")).to_be_checked()
    expect(page.get_by_label("Address")).to_have_value("https://stat.example/half")
    expect(page.locator("#items [aria-current=true]")).to_be_focused()


def test_a_slow_answer_takes_nothing_back(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    """Evidence added while the claim is saved is not in that answer, and stays all the same."""
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    held: list[Route] = []
    page.route(CLAIMS, lambda route: held.append(route))
    type_normalised(page, "Saved slowly.")
    expect(page.locator("#save-state")).to_have_text("Saving…")
    page.keyboard.press("e")
    page.get_by_label("Address").fill("https://stat.example/meanwhile")
    page.get_by_label("Stance").select_option("SUPPORTS")
    page.keyboard.press("Control+Enter")
    link = page.get_by_role("link", name="stat.example/meanwhile")
    expect(link).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.type("Given before anything was saved.")
    page.keyboard.press("Control+Enter")
    # Seen, and then held up on its way back: the evidence is queued behind it.
    assert len(held) == 1
    page.evaluate(
        """() => {
            window.lost = 0;
            new MutationObserver(() => {
                if (!document.querySelector('.evidence a, .verdicts strong')) window.lost += 1;
            }).observe(document.getElementById("items"), { childList: true, subtree: true });
        }"""
    )
    held[0].continue_()
    page.unroute(CLAIMS)
    settle()
    expect(link).to_be_visible()
    expect(page.locator(".verdicts")).to_contain_text("Mostly True")
    assert page.evaluate("window.lost") == 0
    (claim,) = site.claims(article)
    assert (len(claim["evidence"]), len(claim["verdicts"])) == (1, 1)
    assert claim["normalised"] == "Saved slowly."
