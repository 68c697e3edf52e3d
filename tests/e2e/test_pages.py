"""What all pages share, to a person at the keyboard and on a phone; a corpus that is read only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import TEXT, Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_looks import violations
from tests.e2e.test_saving import accept_first
from tests.stack import Stack

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 2


@pytest.fixture(scope="session")
def archive(stack: Stack, tokens: dict[str, str]) -> dict[str, int]:
    """An archived corpus under a long name, with an article that somebody began to review."""
    site = Site(stack, tokens)
    made = site.api("POST", "corpora/", {"name": LONG}, who="admin")
    body = {"corpus": made["id"], "text": TEXT, "title": LONG}
    article = site.api("POST", "articles/", body, who="admin")["id"]
    start = TEXT.index("Unemployment")
    span = {"start": start, "end": start + 12, "quote": TEXT[start : start + 12]}
    claim = {"article": article, "spans": [span], "tags": ["work"]}
    site.api("POST", "claims/", claim, who="admin")
    site.api("POST", f"corpora/{made['id']}/archive/", {}, who="admin")
    return {"corpus": made["id"], "article": article}


def test_an_archived_article_shows_no_tool(page: Page, stack: Stack, archive: dict) -> None:
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    be_signed_in(page, stack, "admin")
    with page.expect_response("**/articles/**"):
        page.goto(f"{stack.base_url}/articles/{archive['article']}/")
    expect(page.get_by_text("so it is read only")).to_be_visible()
    expect(page.get_by_role("link", name="Open it again")).to_be_visible()
    page.keyboard.press("j")
    card = page.locator(".item.current .card")
    expect(card).to_contain_text("Normalised claim")
    tools = page.locator("main button:visible, main form:visible")
    labels = ["Claim", "Questions", "Evidence", "Verdict", "Discussion"]
    shown = [" ".join(words.split()) for words in tools.all_inner_texts()]
    assert [words for words in shown if words in labels] == labels
    assert not [words for words in shown if words in ("Accept", "Undo", "Submit and next")]
    assert not card.locator("input:visible:not([readonly]):not([disabled])").count()
    for key in ("x", "w", "1", "e", "n", "u", "Control+Enter"):
        page.keyboard.press(key)
    expect(page.locator("#save-state")).to_be_empty()
    expect(page.locator(".item.claim")).to_have_count(1)
    assert violations(page) == []
    assert page.url.endswith(f"/articles/{archive['article']}/")
    assert said == []


def test_names_of_any_length_fit_a_phone(page: Page, stack: Stack, archive: dict) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    be_signed_in(page, stack, "admin")
    corpus = archive["corpus"]
    for path in (
        f"corpora/{corpus}/imports/",
        f"corpora/{corpus}/webhooks/",
        f"corpora/{corpus}/settings/",
        f"articles/{archive['article']}/",
        "nothing/",
    ):
        page.goto(f"{stack.base_url}/{path}")
        # The person's own, which a test mustn't change for the others.
        page.locator(".menu bdi").evaluate("(e, name) => { e.textContent = name; }", LONG)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 400, path
        box = page.locator(".menu summary").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 400, path


def test_the_parts_of_a_claim_are_one_press_away(
    site: Site, page: Page, open_page: Callable[[int], Page], settle: Callable[[], None]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    open_page(site.article())
    accept_first(page)
    settle()
    verdict = page.get_by_role("region", name="Verdict", exact=True)
    page.locator("#items").evaluate("(list) => { list.scrollTop = 0; }")
    expect(verdict.get_by_role("button", name="Give the verdict")).not_to_be_in_viewport()
    page.get_by_role("navigation", name="Parts of the claim").get_by_text("Verdict").focus()
    page.keyboard.press("Enter")
    expect(verdict.get_by_role("button", name="Give the verdict")).to_be_in_viewport()
    # Keys go on working there, and Tab goes into it.
    page.keyboard.press("Tab")
    assert verdict.evaluate("(e) => e.contains(document.activeElement)")


def test_the_menu_closes_as_menus_do(page: Page, stack: Stack) -> None:
    be_signed_in(page, stack)
    page.goto(stack.base_url)
    menu, summary = page.locator(".menu"), page.locator(".menu summary")
    summary.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    summary.click()
    page.locator("h1").click()
    expect(menu).not_to_have_attribute("open", "")


def test_a_refused_form_begins_at_what_is_wrong(page: Page, stack: Stack) -> None:
    be_signed_in(page, stack, "admin")
    page.goto(f"{stack.base_url}/corpora/1/publisher/")
    page.locator("form.stacked").evaluate("(form) => { form.noValidate = true; }")
    page.locator("[name=url]").fill("nowhere")
    page.locator("[name=organisation]").fill("")
    page.get_by_role("button", name="Save").click()
    field = page.locator("[name=organisation]")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    error = field.get_attribute("aria-describedby") or ""
    assert page.locator(f"#{error.split()[-1]}").inner_text()


def test_a_text_typed_by_mistake_does_nothing(
    site: Site, page: Page, open_page: Callable[[int], Page]
) -> None:
    """Nor is it taken for a text when somebody presses one wrong key."""
    article = site.article()
    open_page(article)
    page.keyboard.press("j")
    # At once, as a person's fingers are faster than a browser that is told of each key.
    typing = """(text) => { for (const key of text) {
          const press = { key, shiftKey: key === "T", bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new KeyboardEvent("keydown", press));
        } }"""
    for _ in range(2):
        page.evaluate(typing, "That was accepted, rejected and undone")
        # Said once, however often.
        expect(page.locator(".toast")).to_have_count(1)
        expect(page.locator(".toast")).to_contain_text("What you type is ignored")
        page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".item.current.suggestion")).to_have_count(1)
    assert site.claims(article) == []
    # A pause ends it, and so does Escape.
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("b")
    page.keyboard.press("a")
    expect(page.locator(".item.current.claim")).to_have_count(1)


def test_signing_in_needs_no_mouse(page: Page, stack: Stack) -> None:
    password = stack.passwords["reviewer"]
    page.goto(f"{stack.base_url}/accounts/login/")
    expect(page.get_by_label("User name or email address")).to_be_focused()
    page.keyboard.type("reviewer")
    page.keyboard.press("Tab")
    page.keyboard.type("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("Password")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Successfully signed in")).to_be_visible()
