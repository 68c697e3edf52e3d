"""The words of a claim in the browser: whole words, fragments, edges, two of one and one of two."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import TEXT, Site
from tests.e2e.test_saving import accept_first

Open = Callable[[int], Page]
OFFSETS = json.loads((Path(__file__).parents[1] / "data" / "offsets.json").read_text())
SELECT = """
([start, end]) => {
  const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
  const whole = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.matches(".s")) whole.push(node);
  }
  const place = (words, atEnd) => {
    const node = whole.find((n) => n.data.includes(words));
    return [node, node.data.indexOf(words) + (atEnd ? words.length : 0)];
  };
  const range = document.createRange();
  range.setStart(...place(start, false));
  range.setEnd(...place(end, true));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
"""


def select(page: Page, first: str, last: str = "") -> None:
    page.evaluate(SELECT, [first, last or first])


def quotes(site: Site, article: int) -> list[list[str]]:
    """The fragments of each claim, in the order of the text."""
    claims = [[s["quote"] for s in c["spans"]] for c in site.claims(article)]
    return sorted(claims, key=lambda spans: TEXT.replace("\n", " ").find(spans[0]))


def test_both_sides_count_the_same(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    found = page.evaluate(
        """async (cases) => {
          const link = document.querySelector('link[href*="/offsets."]');
          const { codePoints, toUnits, toCodePoints } = await import(link.href);
          return cases.map(({ text, start, end }) => {
            const units = [toUnits(text, start), toUnits(text, end)];
            return {
              units,
              words: text.slice(...units),
              back: units.map((unit) => toCodePoints(text, unit)),
              length: codePoints(text),
            };
          });
        }""",
        OFFSETS,
    )
    for case, answer in zip(OFFSETS, found, strict=True):
        assert answer == {
            "units": case["units"],
            "words": case["words"],
            "back": [case["start"], case["end"]],
            "length": len(case["text"]),
        }, case["name"]


def test_a_selection_takes_whole_words(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    select(page, "ernment of Ex")
    page.keyboard.press("n")
    settle()
    assert quotes(site, article) == [["government of Exland"]]


def test_fragments_are_added_joined_and_taken_out(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    select(page, "Exports to Wyland")
    page.keyboard.press("n")
    select(page, "rose by 12 percent")
    page.keyboard.press("+")
    settle()
    assert quotes(site, article) == [["Exports to Wyland", "rose by 12 percent"]]
    # What overlaps a fragment makes it longer.
    select(page, "12 percent in January")
    page.keyboard.press("+")
    settle()
    assert quotes(site, article) == [["Exports to Wyland", "rose by 12 percent in January"]]
    page.get_by_role("button", name="Take out “Exports to Wyland”").click()
    settle()
    assert quotes(site, article) == [["rose by 12 percent in January"]]


def test_a_fragment_chosen_by_keyboard(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    select(page, "Exports to Wyland")
    page.keyboard.press("n")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("+")
    settle()
    ((first, second),) = quotes(site, article)
    assert first == "Exports to Wyland"
    assert len(second.split()) == 2


def test_splitting_and_merging_are_one_action_each(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    whole = "The government of Exland cut its budget by 40 million crowns last year"
    select(page, "The government", "last year")
    page.keyboard.press("n")
    page.keyboard.press("#")
    page.keyboard.type("budget,")
    page.keyboard.press("Escape")
    # By keyboard: the second claim begins at the word that is chosen.
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    settle()
    halves = quotes(site, article)
    assert len(halves) == 2
    assert " ".join(half for (half,) in halves) == whole
    assert [c["tags"] for c in site.claims(article)] == [["budget"], ["budget"]]
    page.keyboard.press("u")
    expect(page.locator("#items .item.claim")).to_have_count(1)
    assert quotes(site, article) == [[whole]]
    page.keyboard.press("Shift+U")
    expect(page.locator("#items .item.claim")).to_have_count(2)
    # What was done again comes into sight.
    expect(page.locator("#items .item.claim").first).to_have_class(re.compile(r"\bcurrent\b"))
    page.keyboard.press("m")
    settle()
    assert quotes(site, article) == [[halves[0][0], halves[1][0]]]
    page.keyboard.press("u")
    expect(page.locator("#items .item.claim")).to_have_count(2)
    assert quotes(site, article) == halves


def test_selected_words_become_a_claim_of_their_own(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    select(page, "The government", "last year")
    page.keyboard.press("n")
    select(page, "cut its budget")
    page.keyboard.press("s")
    settle()
    assert quotes(site, article) == [
        ["The government of Exland", "by 40 million crowns last year"],
        ["cut its budget"],
    ]


def test_an_edge_is_dragged_to_a_word(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    select(page, "Exports to Wyland")
    page.keyboard.press("n")
    settle()
    target: Any = page.evaluate(
        """() => {
          const node = [...document.querySelectorAll("#text .s")]
            .map((s) => s.firstChild).find((n) => n.data.includes("Exports to Wyland"));
          const range = document.createRange();
          const at = node.data.indexOf("12 percent");
          range.setStart(node, at);
          range.setEnd(node, at + 10);
          const box = range.getBoundingClientRect();
          return [box.right - 3, box.top + box.height / 2];
        }"""
    )
    handle = page.locator(".edge-handle.at-end")
    box = handle.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*target, steps=4)
    page.mouse.up()
    settle()
    assert quotes(site, article) == [["Exports to Wyland rose by 12 percent"]]


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [("l", "place", "Port Ellis"), ("p", "claimant", "Ana Bell"), ("d", "claim_date", None)],
)
def test_fields_have_keys(
    site: Site,
    open_page: Open,
    settle: Callable[[], None],
    key: str,
    name: str,
    value: str | None,
) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press(key)
    expect(page.locator(f".item.current [name={name}]")).to_be_focused()
    if value is None:
        return
    page.locator(f".item.current [name={name}]").fill(value)
    page.keyboard.press("Escape")
    settle()
    assert site.claims(article)[0][name] == value


def test_flag_with_its_reason(site: Site, open_page: Open, settle: Callable[[], None]) -> None:
    article = site.article()
    page = open_page(article)
    accept_first(page)
    page.keyboard.press("f")
    page.locator(".item.current [name=flag]").select_option("needs_expert")
    expect(page.locator(".item.current [name=flag_note]")).to_be_focused()
    page.keyboard.type("An economist.")
    page.keyboard.press("Escape")
    settle()
    (claim,) = site.claims(article)
    assert (claim["flag"], claim["flag_note"]) == ("needs_expert", "An economist.")
    expect(page.locator(".item.current .item-button")).to_contain_text("flagged")


def test_the_card_shows_what_the_normalised_claim_changes(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    accept_first(page)
    page.keyboard.press("w")
    field = page.locator(".item.current [name=normalised]")
    wording = field.input_value()
    assert wording
    expect(page.locator(".changes")).to_be_hidden()
    field.fill(wording.replace("2025", "2024"))
    expect(page.locator(".changes del")).to_have_text("2025")
    expect(page.locator(".changes ins")).to_have_text("2024")


def test_the_dates_of_the_text_are_offered_and_not_filled_in(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    made = site.api(
        "POST",
        "articles/",
        {
            "corpus": 1,
            "published": "2021-12-01",
            "text": "Unemployment in Exland rose to 8 percent yesterday, the office said.",
        },
        who="admin",
    )["id"]
    page = open_page(site.wait_for(made))
    accept_first(page)
    date = page.locator(".item.current [name=claim_date]")
    expect(date).to_have_value("")
    offer = page.locator(".days li").filter(has_text="yesterday")
    expect(offer).to_contain_text("reckoned from the article's date, 1 December 2021")
    offer.get_by_role("button").click()
    expect(date).to_have_value("2021-11-30")
    settle()
    assert site.claims(made)[0]["claim_date"] == "2021-11-30"
