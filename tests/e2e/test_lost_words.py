"""What was typed on a claim that can't be made any more is shown to be copied."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.test_looks import violations
from tests.e2e.test_odd_moments import hold, send_evidence, wait_for
from tests.e2e.test_saving import accept_first, type_normalised

Open = Callable[[int], Page]


@pytest.fixture
def corpus(site: Site) -> dict[str, Any]:
    """One that can be archived under the reviewer's hands."""
    name = f"Closing soon {secrets.token_hex(4)}"
    made = site.api("POST", "corpora/", {"name": name}, who="admin")
    member = {"name": "reviewer", "role": "reviewer"}
    site.api("POST", f"corpora/{made['id']}/members/", member, who="admin")
    return made


def test_words_on_a_claim_that_is_refused_can_be_copied(
    corpus: dict[str, Any], site: Site, open_page: Open
) -> None:
    article = site.article(corpus=corpus["id"])
    page = open_page(article)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held = hold(page, "**/api/v1/suggestions/*/accept/")
    accept_first(page)
    wait_for(page, held)
    # Sent after the claim is made; and one form half filled, one field not left.
    type_normalised(page, "Unemployment in Exland doubled.")
    send_evidence(page, "citation", "Yearbook, page 12")
    page.keyboard.press("e")
    page.locator(".item.current .evidence-form [name=citation]").fill("Ask the office")
    site.api("POST", f"corpora/{corpus['id']}/archive/", {}, who="admin")
    held[0].continue_()
    dialog = page.get_by_role("dialog", name="This could not be saved")
    expect(dialog).to_contain_text("archived")
    words = dialog.get_by_role("textbox")
    expect(words).to_have_value(
        "Normalised claim: Unemployment in Exland doubled.\n\n"
        "Citation: Yearbook, page 12\n\nCitation: Ask the office"
    )
    assert violations(page) == []
    # What was meant for the field does nothing to it.
    page.keyboard.type(" first")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == words.input_value()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#items .item.claim")).to_have_count(0)
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.includes('drafts'))")
    assert kept == [], "nothing is put aside for a claim that will never be there"


def test_words_on_a_claim_of_an_earlier_article_can_be_copied(
    corpus: dict[str, Any], site: Site, open_page: Open
) -> None:
    first, second = (site.article(corpus=corpus["id"]) for _ in range(2))
    page = open_page(first)
    held = hold(page, "**/api/v1/suggestions/*/accept/")
    accept_first(page)
    wait_for(page, held)
    type_normalised(page, "Unemployment in Exland doubled.")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/articles/{second}/")
    # Taken along by the outbox, and sent anew.
    wait_for(page, held, 2)
    site.api("POST", f"corpora/{corpus['id']}/archive/", {}, who="admin")
    held[1].continue_()
    dialog = page.get_by_role("dialog", name="This could not be saved")
    expect(dialog.get_by_role("textbox")).to_have_value(
        "Normalised claim: Unemployment in Exland doubled."
    )
