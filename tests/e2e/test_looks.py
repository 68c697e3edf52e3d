"""Accessibility, narrow windows, both themes, scripts of the world, and the states of a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.signing import be_signed_in
from tests.stack import Stack

Open = Callable[[int], Page]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Of what passes it would describe every element; nobody reads that, and it takes as long.
    "resultTypes": ["violations"],
}

MIXED = """🌍🇪🇺 The 👩🏽‍🚀 agency of Exland said costs rose by 40 percent in 2025 🚀.
The mayor of Port Ellis said the word سلام (salam) was added to 300 signs in 2024.
According to Dina Roth, שלום appeared on 12 percent of the city's posters last year.
The cafe\u0301 Zoe\u0308 served 5,000 guests in January, its owner reported."""


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {[node['html'][:160] for node in v['nodes'][:3]]}" for v in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(
    site: Site, page: Page, stack: Stack, open_page: Open, theme: str
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(stack.base_url)
    found = {"login": violations(page)}
    article = site.article()
    open_page(article)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    found["article"] = violations(page)
    page.keyboard.press("j")
    found["suggestion"] = violations(page)
    page.keyboard.press("a")
    page.keyboard.press("e")
    found["claim with evidence form"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    found["help"] = violations(page)
    for path in (
        "",
        "corpora/1/",
        "corpora/1/?show=failed&q=after:soon",
        "search/?q=percent",
        "accounts/tokens/",
        "nothing/",
    ):
        page.goto(f"{stack.base_url}/{path}")
        found[path] = violations(page)
    assert {name: seen for name, seen in found.items() if seen} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_where_admins_work(
    site: Site, page: Page, stack: Stack, theme: str
) -> None:
    """Nor does the policy of the site stop a plot or a style on these pages."""
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    site.article()
    be_signed_in(page, stack, "admin")
    found = {}
    for path in ("dashboard/", "members/", "settings/", "deleted/"):
        page.goto(f"{stack.base_url}/corpora/1/{path}")
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        found[path] = violations(page)
        page.set_viewport_size({"width": 400, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, path
        page.set_viewport_size({"width": 1280, "height": 720})
        if path == "dashboard/":
            assert page.evaluate(
                "Chart.getChart(document.querySelector('canvas')).data.labels.length"
            )
    assert {name: seen for name, seen in found.items() if seen} == {}
    assert said == []


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_cut_off_sideways(
    site: Site, page: Page, stack: Stack, open_page: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    article = site.article(MIXED + "\n" + "Donaudampfschifffahrtsgesellschaft" * 6 + " said so.")
    open_page(article)
    page.keyboard.press("j")
    page.keyboard.press("a")
    for path in (None, "", "corpora/1/", "search/?q=Donau*", "accounts/tokens/"):
        if path is not None:
            page.goto(f"{stack.base_url}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_offsets_agree_on_both_sides(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    """Each sentence is made a claim by keyboard; the server checks every quote against its text."""
    article = site.article(MIXED)
    page = open_page(article)
    for _ in range(4):
        page.keyboard.press("n")
        for _ in range(len(site.claims(article))):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("s")
        page.keyboard.press("Enter")
        settle()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    text = site.api("GET", f"articles/{article}/")["text"]
    claims = sorted(site.claims(article), key=lambda c: c["spans"][0]["start"])
    assert len(claims) >= 3
    for claim in claims:
        (span,) = claim["spans"]
        assert text[span["start"] : span["end"]] == span["quote"]
    assert any("👩🏽‍🚀" in c["quote"] for c in claims)
    assert any("سلام" in c["quote"] for c in claims)
    # What the browser would show for the server's offsets is the server's quote.
    page.reload()
    expect(page.locator("#items .item.claim")).to_have_count(len(claims))
    shown = page.locator("#items .item.claim .words").all_inner_texts()
    assert shown == [claim["quote"] for claim in claims]


def test_marks_stand_in_where_the_highlight_api_is_missing(
    site: Site, browser: Browser, stack: Stack
) -> None:
    article = site.article()
    context = browser.new_context()
    context.add_init_script("delete globalThis.Highlight;")
    page = context.new_page()
    be_signed_in(page, stack)
    page.goto(f"{stack.base_url}/articles/{article}/")
    expect(page.locator("#text mark").first).to_be_visible()
    before = page.locator("#text").inner_text()
    page.keyboard.press("j")
    expect(page.locator("#text mark.hl-current").first).to_be_visible()
    page.locator("#text mark.hl-current").first.click()
    page.keyboard.press("a")
    expect(page.locator("#text mark.hl-claim").first).to_be_visible()
    assert page.locator("#text").inner_text() == before
    context.close()


def test_a_click_on_a_highlight_selects_it(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    page.locator("#text .s").first.click(position={"x": 60, "y": 12})
    expect(page.locator("#items .item.current")).to_have_count(1)


def test_a_chosen_theme_stays(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    button = page.locator("#theme-switch")
    try:
        button.click()
        with page.expect_response(lambda r: r.ok and '"theme":"dark"' in r.text()):
            button.click()
        expect(button).to_have_text("Theme: dark")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    finally:
        # It is the person's, and would be every later test's.
        site.api("PATCH", "me/preferences/", {"theme": "auto"})


def test_an_extraction_fills_in_by_itself(site: Site, page: Page, stack: Stack) -> None:
    """Opened while the only worker is stopped: the page says so, and fills in when it goes on."""
    with stack.worker_asleep():
        stack.shell(
            "from annotations.models import WorkerHeartbeat;WorkerHeartbeat.objects.all().delete()"
        )
        article = site.add()
        be_signed_in(page, stack)
        page.goto(f"{stack.base_url}/articles/{article}/")
        expect(page.locator("#extraction")).to_contain_text("No worker is running")
        expect(page.locator("#no-items")).to_contain_text("when the extraction is done")
        # What can be done without suggestions is done meanwhile.
        for key in ("n", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        expect(page.locator("#items .item.claim")).to_have_count(1)
    expect(page.locator("#items .item.suggestion").first).to_be_visible(timeout=20_000)
    expect(page.locator("#extraction")).not_to_be_visible()
    expect(page.locator("#items .item.claim")).to_have_count(1)


def test_a_failed_extraction_says_why_and_can_be_tried_again(
    site: Site, page: Page, stack: Stack, open_page: Open
) -> None:
    article = site.article()
    # In one transaction, so that no worker is told before the job is cancelled.
    script = f"""
from django.db import transaction
from annotations.models import Article
from annotations.services.jobs import extraction_request, job_cancel
with transaction.atomic():
    job = extraction_request(actor=None, article=Article.objects.get(pk={article}))
    job_cancel(actor=None, job=job)
"""
    stack.shell(script)
    open_page(article)
    box = page.locator("#extraction")
    expect(box).to_contain_text("The extraction failed. Cancelled.")
    box.get_by_role("button", name="Extract again").click()
    expect(box).not_to_be_visible(timeout=20_000)
    expect(page.locator("#items .item.suggestion").first).to_be_visible()
