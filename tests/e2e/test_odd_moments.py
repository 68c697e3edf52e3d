"""Keys at odd moments: in a field, while an answer is on its way, on another row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_keymap import dispatch
from tests.e2e.test_saving import accept_first, type_normalised
from tests.stack import Stack, wait_until

Open = Callable[[int], Page]
Settle = Callable[[], None]
UNDO = "**/api/v1/articles/*/undo/"


def hold(page: Page, address: str | re.Pattern[str], method: str = "POST") -> list[Route]:
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


# --- Before the page listens ------------------------------------------------------------------


def test_keys_pressed_while_the_page_still_loads_are_played(
    site: Site, page: Page, stack: Stack, settle: Settle
) -> None:
    article = site.article()
    be_signed_in(page, stack)
    held = hold(page, re.compile(r"/js/workbench[.\w]*\.js"), "GET")
    page.goto(f"{stack.base_url}/articles/{article}/", wait_until="commit")
    wait_for(page, held)
    assert page.evaluate("performance.getEntriesByName('first-highlight').length")
    # Not what is typed in a field, nor what an input method or the browser makes something of.
    page.evaluate("document.body.append(document.createElement('input'))")
    page.locator("body > input").focus()
    page.keyboard.type("jax")
    page.locator("body > input").evaluate("(field) => field.remove()")
    dispatch(page, key="j", isComposing=True)
    assert dispatch(page, key="ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("a")
    held[0].continue_()
    expect(page.locator("#items .item.claim.current")).to_be_visible()
    expect(page.locator("#items .item").nth(1)).to_have_class(re.compile("claim .*current"))
    # Once.
    page.keyboard.press("j")
    expect(page.locator("#items .item").nth(2)).to_have_class(re.compile("suggestion .*current"))
    settle()
    assert len(site.claims(article)) == 1


# --- Where nobody types -----------------------------------------------------------------------


def test_what_is_typed_after_the_card_was_closed_is_said_to_be_ignored(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("Enter")
    page.keyboard.type("Half of it")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    # At one go, since a pause ends a text.
    page.evaluate(
        """() => {
            for (const key of "crime among men") document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#toasts")).to_contain_text("What you type is ignored")
    expect(page.locator("#items .item.current")).to_have_count(0)
    settle()
    assert [claim["normalised"] for claim in site.claims(article)] == ["Half of it"]


def test_a_key_pressed_too_often_is_no_text(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    accept_first(page)
    for key in ("a", "a", "a", "j"):
        page.keyboard.press(key)
    expect(page.locator("#items .item").nth(1).locator(".card")).to_be_visible()
    expect(page.locator("#toasts")).not_to_contain_text("ignored")


# --- A dialog that comes by itself ------------------------------------------------------------


@pytest.mark.parametrize("key", ["Enter", "Space", "ArrowDown"])
def test_a_conflict_is_not_answered_by_a_key_meant_for_a_field(
    site: Site, open_page: Open, settle: Settle, key: str
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    body = {"revision": claim["revision"], "normalised": "Theirs."}
    site.api("PATCH", f"claims/{claim['uid']}/", body, who="admin")
    type_normalised(page, "Mine.")
    dialog = page.locator("#conflict")
    expect(dialog).to_be_visible()
    page.keyboard.press(key)
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Mine.")).to_be_checked()
    expect(dialog.get_by_role("heading")).to_be_focused()


# --- Forms that are half filled ---------------------------------------------------------------


def test_a_half_filled_form_gives_way_to_no_other(
    site: Site, open_page: Open, settle: Settle
) -> None:
    page = open_page(site.article())
    accept_first(page)
    card = page.locator(".item.current .card")
    # Evidence: a new piece, and one to be changed.
    page.keyboard.press("e")
    card.locator("[name=citation]").fill("Yearbook")
    card.locator("[name=stance]").select_option("SUPPORTS")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("e")
    card.locator("[name=citation]").fill("Half a")
    settle()
    card.get_by_role("region", name="Evidence").get_by_role("button", name="Edit").click()
    expect(card.locator("[name=citation]")).to_have_value("Half a")
    expect(card.locator("[name=url]")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Save or cancel")
    card.get_by_role("form", name="Evidence").get_by_role("button", name="Cancel").click()
    # The key adds a piece; it changes none.
    card.get_by_role("region", name="Evidence").get_by_role("button", name="Edit").click()
    expect(card.locator("[name=citation]")).to_have_value("Yearbook")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(card.locator("[name=citation]")).to_have_value("")
    # Questions.
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    page.keyboard.type("How many?")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    page.keyboard.type("Half a question")
    card.get_by_role("button", name="Answer: How many?").click()
    expect(card.locator("[name=question]")).to_have_value("Half a question")
    # Comments.
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.type("Said.")
    page.keyboard.press("Control+Enter")
    settle()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.type("Half a reply")
    talk = card.get_by_role("region", name="Discussion")
    talk.get_by_role("button", name="Edit").click()
    expect(talk.locator("[name=comment]")).to_have_value("Half a reply")
    talk.get_by_role("button", name="Cancel").click()
    talk.get_by_role("button", name="Edit").click()
    page.keyboard.type(" And more.")
    talk.get_by_role("button", name="Edit").click()
    expect(talk.locator("[name=comment]")).to_have_value("Said. And more.")


# --- The focus --------------------------------------------------------------------------------


def test_the_focus_stays_on_a_part_that_nothing_happened_to(
    site: Site, open_page: Open, settle: Settle
) -> None:
    """While an answer, or what somebody else did, draws the card anew."""
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("#")
    page.keyboard.type("budget")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    for key in ("+", "ArrowDown", "s", "+"):
        page.keyboard.press(key)
    settle()
    card = page.locator(".item.current .card")
    for name, claimant in (
        (re.compile("Remove the tag"), "Wyland"),
        (re.compile("Take out"), "Exland"),
    ):
        button = card.get_by_role("button", name=name).last
        held = hold(page, f"**/claims/{site.claims(article)[0]['uid']}/", "PATCH")
        page.keyboard.press("p")
        page.keyboard.press("Control+a")
        page.keyboard.type(claimant)
        button.focus()
        wait_for(page, held)
        held[0].continue_()
        settle()
        expect(button).to_be_focused()
        page.unroute_all()


def test_the_focus_goes_on_when_what_had_it_goes(
    site: Site, open_page: Open, settle: Settle
) -> None:
    page = open_page(site.article())
    accept_first(page)
    row = page.locator(".item.current .item-button")
    # Words that weren't chosen after all.
    page.keyboard.press("n")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    # A comment that was withdrawn, with its discussion.
    page.keyboard.press("c")
    page.keyboard.type("Said.")
    page.keyboard.press("Control+Enter")
    settle()
    talk = page.locator(".item.current .discussion")
    talk.get_by_role("button", name="Withdraw").press("Enter")
    expect(talk.get_by_role("button", name="Start a discussion")).to_be_focused()


# --- What is said -----------------------------------------------------------------------------


def test_a_rating_chosen_by_its_key_is_said(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    accept_first(page)
    page.keyboard.press("2")
    label = page.locator(".item.current .ratings label").nth(1).locator("span").inner_text()
    expect(page.locator("#announcer")).to_have_text(label)


def test_nothing_is_said_twice(site: Site, open_page: Open, settle: Settle) -> None:
    """Both the toasts and the announcer speak."""
    page = open_page(site.article())
    page.keyboard.press("j")
    page.keyboard.press("x")
    settle()
    page.evaluate(
        """() => {
            window.said = [];
            for (const id of ["toasts", "announcer"]) {
                const note = ({ addedNodes }) => {
                    for (const { textContent } of addedNodes) window.said.push(textContent);
                };
                new MutationObserver((changes) => changes.forEach(note))
                    .observe(document.getElementById(id), { childList: true });
            }
        }"""
    )
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("Undone")
    settle()
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("nothing in this article")
    said = page.evaluate("window.said.filter(Boolean)")
    assert sorted(said) == sorted(set(said))


def send_evidence(page: Page, field: str, words: str) -> Locator:
    """Fill the form of evidence on the open claim and save it, by keyboard; the form."""
    form = page.locator(".item.current .evidence-form")
    page.keyboard.press("e")
    form.locator(f"[name={field}]").fill(words)
    form.locator("[name=stance]").select_option("SUPPORTS")
    page.keyboard.press("Control+Enter")
    return form


def test_what_is_refused_waits_for_the_form_that_was_begun_meanwhile(
    site: Site, open_page: Open, settle: Settle
) -> None:
    own = "https://exland.example/the-article"
    page = open_page(site.article(url=own))
    accept_first(page)
    settle()
    held = hold(page, "**/api/v1/evidence/")
    form = send_evidence(page, "url", own)
    wait_for(page, held)
    page.keyboard.press("e")
    form.locator("[name=citation]").fill("Yearbook")
    form.locator("[name=stance]").select_option("REFUTES")
    held[0].continue_()
    expect(page.locator("#toasts .error")).to_have_count(1)
    expect(form.locator("[name=citation]")).to_have_value("Yearbook")
    expect(form.locator("[aria-invalid=true]")).to_have_count(0)
    # It outlives a reload behind the other one, and comes when that is saved.
    page.unroute_all()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator("#items .item.claim .item-button").click()
    expect(form.locator("[name=citation]")).to_have_value("Yearbook")
    form.get_by_role("button", name="Save evidence").click()
    expect(form.locator("[name=url]")).to_have_value(own)
    expect(form.locator("[name=citation]")).to_have_value("")


def test_what_is_refused_waits_on_its_claim_while_another_is_open(
    site: Site, open_page: Open, settle: Settle
) -> None:
    own = "https://exland.example/the-article"
    page = open_page(site.article(url=own))
    accept_first(page)
    settle()
    held = hold(page, "**/api/v1/evidence/")
    form = send_evidence(page, "url", own)
    wait_for(page, held)
    page.keyboard.press("j")
    claim = page.locator("#items .item.claim")
    expect(claim).not_to_have_class(re.compile("current"))
    held[0].continue_()
    expect(page.locator("#toasts .error")).to_contain_text("the article being checked")
    expect(claim.locator(".draft")).to_be_visible()
    page.keyboard.press("k")
    expect(form.locator("[name=url]")).to_have_value(own)
    expect(form.locator("[name=stance]")).to_have_value("SUPPORTS")


def refuse(held: list[Route], field: str) -> None:
    """Let a request go on with more in a field than the server takes."""
    body = {**held[0].request.post_data_json, field: "x" * 20_000}
    held[0].continue_(post_data=json.dumps(body))


def test_a_refused_question_waits_for_the_one_that_was_begun_meanwhile(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    held = hold(page, "**/api/v1/questions/")
    box = page.locator(".item.current [name=question]")
    page.keyboard.press("q")
    page.keyboard.type("The first?")
    page.keyboard.press("Control+Enter")
    wait_for(page, held)
    page.keyboard.press("q")
    page.keyboard.type("The sec")
    refuse(held, "text")
    expect(page.locator("#toasts .error")).to_have_count(1)
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()
    page.keyboard.type("ond?")
    expect(box).to_have_value("The second?")
    page.unroute_all()
    page.keyboard.press("Control+Enter")
    # The first one comes when the second is saved, with the reason.
    expect(box).to_have_value("The first?")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-invalid", "true")
    settle()
    (claim,) = site.claims(article)
    assert [question["text"] for question in claim["questions"]] == ["The second?"]
    page.keyboard.press("Control+Enter")
    expect(page.locator(".item.current .questions > li")).to_have_count(2)
    settle()
    (claim,) = site.claims(article)
    assert [question["text"] for question in claim["questions"]] == ["The second?", "The first?"]


def test_a_refused_rationale_stands_below_the_one_that_was_begun_meanwhile(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    evidence = {"claim": claim["uid"], "url": "https://stat.example/", "stance": "SUPPORTS"}
    piece = site.api("POST", "evidence/", evidence)
    page.reload()
    page.locator("#items .item.claim .item-button").click()
    held = hold(page, "**/api/v1/verdicts/")
    box = page.locator(".item.current [name=rationale]")
    page.keyboard.press("1")
    page.keyboard.type("As the office says.")
    page.keyboard.press("Control+Enter")
    wait_for(page, held)
    page.keyboard.press("2")
    page.keyboard.type("Or not")
    # The only piece of evidence is taken back meanwhile.
    site.api("POST", f"evidence/{piece['uid']}/withdraw/", {"revision": piece["revision"]})
    held[0].continue_()
    expect(page.locator("#toasts .error")).to_have_count(1)
    expect(box).to_be_focused()
    page.keyboard.type(".")
    expect(box).to_have_value("Or not.\n\nAs the office says.")
    expect(page.locator(".item.current .ratings input").nth(1)).to_be_checked()


def test_a_refused_comment_stands_below_the_one_that_was_begun_meanwhile(
    site: Site, open_page: Open, settle: Settle
) -> None:
    page = open_page(site.article())
    accept_first(page)
    settle()
    held = hold(page, "**/api/v1/threads/")
    box = page.locator(".item.current .comment-form textarea")
    page.keyboard.press("c")
    page.keyboard.type("The first.")
    page.keyboard.press("Control+Enter")
    wait_for(page, held)
    page.get_by_role("button", name="Start another discussion").click()
    page.keyboard.type("The sec")
    refuse(held, "text")
    expect(page.locator(".item.current .comment-form .field-error")).to_be_visible()
    page.keyboard.type("ond.")
    expect(box).to_have_value("The second.\n\nThe first.")


def test_a_conflict_shows_both_sides_on_a_phone(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    page.set_viewport_size({"width": 400, "height": 800})
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    words = "Unemployment in Exland doubled within a year, says the office for statistics there."
    body = {"revision": claim["revision"], "normalised": f"{words} Theirs."}
    site.api("PATCH", f"claims/{claim['uid']}/", body, who="admin")
    type_normalised(page, f"{words} Mine.")
    dialog = page.locator("#conflict")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    for label in ("Mine.", "Theirs."):
        expect(dialog.get_by_label(label)).to_be_in_viewport()


# --- What something belongs to is gone --------------------------------------------------------


def question_of(site: Site, article: int) -> dict[str, Any]:
    (claim,) = site.claims(article)
    (question,) = claim["questions"]
    return dict(question)


def answers_of(site: Site, article: int) -> list[tuple[str, list[str]]]:
    (claim,) = site.claims(article)
    return [(q["text"], [a["text"] for a in q["answers"]]) for q in claim["questions"]]


def answer_with_words(page: Page) -> None:
    page.get_by_role("button", name="Answer: Since when?").press("Enter")
    form = page.get_by_role("form", name="Answer: Since when?")
    form.get_by_label("Kind of answer").select_option("Abstractive")
    form.get_by_label("Answer", exact=True).fill("Since 2019.")
    form.get_by_label("Source", exact=True).fill("https://stat.example/")


@pytest.fixture
def asked(site: Site, open_page: Open, settle: Settle) -> tuple[int, Page]:
    """An article with a claim of which one question is asked, and the page on it."""
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("q")
    page.keyboard.type("Since when?")
    page.keyboard.press("Control+Enter")
    settle()
    return article, page


def withdraw(site: Site, question: dict[str, Any]) -> None:
    body = {"revision": question["revision"]}
    site.api("POST", f"questions/{question['uid']}/withdraw/", body, who="admin")


def test_an_answer_to_a_question_that_is_taken_away_asks_it_again(
    asked: tuple[int, Page], site: Site, settle: Settle
) -> None:
    article, page = asked
    answer_with_words(page)
    form = page.get_by_role("form", name="Answer: Since when?")
    withdraw(site, question_of(site, article))
    # Told by the page's own asking, once nobody types.
    expect(form).to_contain_text("This question was taken away.", timeout=30_000)
    expect(page.locator(".questions .question")).to_have_count(0)
    form.get_by_label("Source", exact=True).press("Control+Enter")
    expect(page.locator(".questions .answers li")).to_contain_text("Since 2019.")
    settle()
    assert answers_of(site, article) == [("Since when?", ["Since 2019."])]


def test_an_answer_refused_because_its_question_is_gone_comes_back(
    asked: tuple[int, Page], site: Site, settle: Settle
) -> None:
    article, page = asked
    held = hold(page, "**/api/v1/answers/")
    answer_with_words(page)
    page.keyboard.press("Control+Enter")
    wait_for(page, held)
    withdraw(site, question_of(site, article))
    held[0].continue_()
    form = page.get_by_role("form", name="Answer: Since when?")
    expect(form).to_contain_text("This question was taken away.")
    expect(form.get_by_label("Answer", exact=True)).to_have_value("Since 2019.")
    page.unroute_all()
    form.get_by_label("Answer", exact=True).press("Control+Enter")
    settle()
    assert answers_of(site, article) == [("Since when?", ["Since 2019."])]


def test_evidence_for_a_claim_that_is_gone_waits_for_it(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    held = hold(page, "**/api/v1/evidence/")
    form = send_evidence(page, "citation", "Yearbook, page 12")
    wait_for(page, held)
    (claim,) = site.claims(article)
    site.api("POST", f"claims/{claim['uid']}/withdraw/", {"revision": claim["revision"]})
    held[0].continue_()
    expect(page.locator("#toasts")).to_contain_text("What you wrote on the claim is kept")
    page.unroute_all()
    # The withdrawal is one's own, from elsewhere: it can be undone here.
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("Undone")
    expect(form.locator("[name=citation]")).to_have_value("Yearbook, page 12")


def test_what_was_said_in_a_thread_that_is_refused_comes_back(
    site: Site, open_page: Open, settle: Settle
) -> None:
    page = open_page(site.article())
    accept_first(page)
    settle()
    held = hold(page, "**/api/v1/threads/")
    page.keyboard.press("c")
    page.keyboard.type("The first.")
    page.keyboard.press("Control+Enter")
    wait_for(page, held)
    # It is there to be answered in already.
    page.keyboard.press("c")
    page.keyboard.type("The second.")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("c")
    page.keyboard.type("The th")
    refuse(held, "text")
    box = page.locator(".item.current .comment-form textarea")
    expect(box).to_have_value("The th\n\nThe first.\n\nThe second.")
    expect(box).to_be_focused()
    page.keyboard.type("ird.")
    expect(box).to_have_value("The third.\n\nThe first.\n\nThe second.")


def test_a_reply_begun_in_a_thread_that_goes_becomes_a_discussion(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    thread = site.api("POST", "threads/", {"claim": claim["uid"], "text": "Really?"}, who="admin")
    page.reload()
    page.locator("#items .item.claim .item-button").click()
    expect(page.locator(".item.current .thread")).to_contain_text("Really?")
    page.keyboard.press("c")
    page.keyboard.type("Yes, the office")
    (comment,) = thread["comments"]
    body = {"revision": comment["revision"]}
    site.api("POST", f"comments/{comment['uid']}/withdraw/", body, who="admin")
    expect(page.locator(".item.current .thread")).to_have_count(0, timeout=30_000)
    box = page.locator(".item.current .comment-form textarea")
    expect(box).to_be_focused()
    page.keyboard.type(" says so.")
    expect(box).to_have_value("Yes, the office says so.")
