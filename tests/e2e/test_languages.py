"""The pages in German, written from the right, and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.stack import Stack, wait_until

Open = Callable[[int], Page]

HEBREW = "שלום עולם, הממשלה קיצצה 40 מיליון כתרים בשנה שעברה. המשפט השני קצר."


@pytest.fixture
def german(site: Site) -> Iterator[Callable[[], None]]:
    """To call when signed in: the reviewer chooses German, until the test is over."""
    yield lambda: site.api("PATCH", "me/preferences/", {"interface_language": "de"})
    site.api("PATCH", "me/preferences/", {"interface_language": ""})


def sideways(page: Page) -> int:
    """How many pixels of the page are out of sight at a side."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def write_from_the_right(page: Page) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")


def test_who_chose_german_works_in_german(
    site: Site, page: Page, open_page: Open, german: Callable[[], None]
) -> None:
    article = site.article(published="2025-03-02")
    open_page(article)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    german()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    # By the server: words, and a day.
    expect(page.get_by_role("button", name="Abschließen und weiter")).to_be_visible()
    expect(page.locator(".byline time")).to_have_text("2. März 2025")
    # By the page's scripts: a sentence with numbers, a decision, the words on keys.
    expect(page.locator("#progress-line")).to_contain_text("0 von")
    expect(page.locator("#progress-line")).to_contain_text("Vorschlägen entschieden")
    page.keyboard.press("j")
    card = page.locator("#items .item.current")
    expect(card.get_by_role("button", name="Annehmen")).to_be_visible()
    expect(card.locator("kbd", has_text="Leertaste")).to_be_visible()
    # The detector's reasons, the days that the text names, and the types of claims.
    expect(card.get_by_role("list", name="Gründe für die Bewertung")).to_contain_text("Ziffern")
    page.keyboard.press("a")
    expect(page.locator("#save-state")).to_have_text("Alles gespeichert", timeout=15_000)
    types = card.get_by_label("Art der Behauptung").locator("option")
    expect(types.filter(has_text="Geltende Gesetze oder Regeln")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help kbd", has_text="Strg+Umschalt+Z")).to_be_visible()


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_breaks_where_pages_are_written_from_the_right(
    site: Site, page: Page, stack: Stack, open_page: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_page(site.article())
    write_from_the_right(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    card = page.locator("#items .item.current")
    expect(card.get_by_role("group", name="Edges of the span")).to_be_visible()
    assert sideways(page) <= 0
    box, text = page.locator(".panel").bounding_box(), page.locator("#reader").bounding_box()
    assert box
    assert text
    if width > 1000:
        assert box["x"] + box["width"] <= text["x"] + 1
    # An arrow stands at the side that it means.
    for what in ("Start", "End"):
        left = card.get_by_role("button", name=f"{what} one word left").bounding_box()
        right = card.get_by_role("button", name=f"{what} one word right").bounding_box()
        assert left
        assert right
        assert left["x"] + left["width"] <= right["x"]
    # The name beside the tag doesn't touch it.
    gap = page.evaluate(
        """() => { const [a, b] = [".tag", ".who"].map((s) =>
          document.querySelector(`.item.current ${s}`)?.getBoundingClientRect());
          return b ? Math.max(a.left - b.right, b.left - a.right) : 9; }"""
    )
    assert gap >= 4
    for path in ("", "corpora/1/", "accounts/preferences/", "discussions/"):
        page.goto(f"{stack.base_url}/{path}")
        write_from_the_right(page)
        assert sideways(page) <= 0, path


def test_left_is_left_in_right_to_left_text(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    """The sides of keys and buttons are those of the page, whichever way the text runs."""
    article = site.article(HEBREW + "\nCrime has fallen by 30 percent since 2020.")
    page = open_page(article)
    for key in ("n", "ArrowLeft", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#items .item.current.claim")).to_have_count(1)
    settle()

    def span() -> tuple[int, int]:
        (claim,) = site.claims(article)
        return claim["spans"][0]["start"], claim["spans"][0]["end"]

    start, end = span()
    # To the left the text goes on.
    page.keyboard.press("}")
    wait_until(lambda: span()[1] > end, 10, "the end has moved to the left")
    assert span()[0] == start
    page.keyboard.press("]")
    wait_until(lambda: span()[1] == end, 10, "the end has moved back to the right")


def test_paper_has_the_text_and_what_became_of_it(
    site: Site, page: Page, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    open_page(article)
    page.keyboard.press("j")
    page.keyboard.press("a")
    settle()
    (claim,) = site.claims(article)
    for piece in (
        {"url": "https://statistics.example/1", "title": "Labour market", "stance": "REFUTES"},
        {
            "citation": "A clerk who fears for her job", "stance": "SUPPORTS",
            "protected": True, "protection_reason": "Her job is at stake.",
        },
    ):  # fmt: skip
        site.api("POST", "evidence/", {"claim": claim["id"], **piece})
    rating = page.evaluate(
        "JSON.parse(document.getElementById('workbench-data').textContent).corpus.ratings[4].id"
    )
    verdict = {
        "claim": claim["id"], "claim_revision": site.claims(article)[0]["revision"],
        "rating": rating, "rationale": "It **fell**.",
    }  # fmt: skip
    site.api("POST", "verdicts/", verdict)
    page.reload()
    expect(page.locator("#items .item.claim")).to_have_count(1)
    paper = page.locator("#paper")
    expect(paper).to_be_hidden()
    page.emulate_media(media="print")
    expect(paper.get_by_role("heading", name="Claims and verdicts")).to_be_visible()
    item = paper.locator("ol > li")
    expect(item).to_have_count(1)
    expect(item).to_contain_text(claim["quote"])
    expect(item.locator(".paper-verdict")).to_contain_text("False")
    expect(item.locator(".paper-verdict strong", has_text="fell")).to_be_visible()
    expect(item.locator("ul li")).to_have_text(
        ["refutes Labour market · https://statistics.example/1", "supports protected source"]
    )
    # It stands after the text, and nothing to press is printed.
    text, after = page.locator("#text").bounding_box(), paper.bounding_box()
    assert text
    assert after
    assert text["y"] + text["height"] <= after["y"]
    assert page.locator("button:visible").count() == 0
    expect(page.locator("#items")).to_be_hidden()
    # What changed since is on the next sheet.
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    for key in ("n", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    settle()
    page.emulate_media(media="print")
    expect(item).to_have_count(2)
