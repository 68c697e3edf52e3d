"""Every state of the claim card, to axe, in both themes and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.test_looks import violations
from tests.e2e.test_outbox import stop
from tests.e2e.test_saving import accept_first

Open = Callable[[int], Page]


# Colours and widths don't meet: each is tried once.
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 400)])
def test_axe_finds_nothing_on_the_claim_card(
    site: Site,
    page: Page,
    open_page: Open,
    settle: Callable[[], None],
    theme: str,
    width: int,
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    article = site.article()
    open_page(article)
    accept_first(page)
    settle()
    (claim,) = site.claims(article)
    uid = claim["uid"]
    site.api(
        "PATCH",
        f"claims/{uid}/",
        {
            "revision": claim["revision"],
            "normalised": "Unemployment in Exland doubled to 9 percent in 2025.",
            "place": "Exland",
            "tags": ["work", "statistics"],
            "flag": "unclear",
            "flag_note": "Whose figure?",
        },
        who="admin",
    )
    question = site.api("POST", "questions/", {"claim": uid, "text": "How many were out of work?"})
    site.api(
        "POST",
        "answers/",
        {
            "question": question["id"],
            "answer_type": "Boolean",
            "text": "Yes",
            "boolean_explanation": "Table 3 says so.",
        },
    )
    site.api(
        "POST",
        "evidence/",
        {
            "claim": uid,
            "citation": "Yearbook, table 3",
            "stance": "SUPPORTS",
            "published": "2026-01-01",
            "set_number": 1,
        },
    )
    site.api("POST", "threads/", {"claim": uid, "text": "Is it **so**, @reviewer?"}, who="admin")
    found = {}
    page.reload()
    page.locator("#items .item.claim .item-button").click()
    expect(page.locator(".item.current")).to_contain_text("Yearbook")
    page.locator(".why-suggested > summary").click()
    found["full card"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    found["evidence form"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    found["question form"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    found["comment form"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.type("The **table** says so.")
    found["verdict form"] = violations(page)
    page.keyboard.press("Control+Enter")
    settle()
    found["verdict given"] = violations(page)
    page.keyboard.press("/")
    page.keyboard.type("crowns")
    found["search"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("Shift+ArrowRight")
    found["choosing words"] = violations(page)
    page.keyboard.press("Escape")
    page.route("**/api/v1/**", stop)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    found["not saved"] = violations(page)
    page.keyboard.press("g")
    found["guidelines"] = violations(page)
    assert not {state: rules for state, rules in found.items() if rules}
    wide = page.evaluate(
        """(width) => [...document.querySelectorAll("body *")]
          .filter((e) => e.getBoundingClientRect().right > width + 1)
          .map((e) => `${e.tagName} ${e.id} ${e.className}`)""",
        width,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width, wide
    page.unroute("**/api/v1/**")
    page.on("dialog", lambda dialog: dialog.accept())
