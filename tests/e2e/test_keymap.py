"""What a key press means on other keyboards, what never means anything, and choosing any words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

Open = Callable[[int], Page]
Settle = Callable[[], None]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def dispatch(page: Page, **event: Any) -> bool:
    """A key press that this keyboard can't make; whether the page used it."""
    return bool(
        page.evaluate(
            """(init) => !document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }))""",
            event,
        )
    )


NOTHING: list[dict[str, Any]] = [
    {"key": "a", "isComposing": True},
    {"key": "a", "keyCode": 229},
    {"key": "Process", "code": "KeyA"},
    {"key": "Dead", "code": "KeyA"},
    {"key": "a", "altKey": True},
    {"key": "a", "altKey": True, "ctrlKey": True},
    {"key": "a", "ctrlKey": True},
    {"key": "a", "metaKey": True},
    {"key": "A", "shiftKey": True},
    {"key": "a", "repeat": True},
    {"key": "Backspace"},
    {"key": "Backspace", "shiftKey": True},
    {"key": "Delete"},
]


def test_what_means_nothing(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    press(page, "j")
    url = page.url
    for event in NOTHING:
        dispatch(page, **event)
        expect(page.locator("#items .item.suggestion.current"), str(event)).to_have_count(1)
        expect(page.locator("#items .item.claim"), str(event)).to_have_count(0)
        assert page.url == url, event
    # The same key without all that does.
    assert dispatch(page, key="a")
    expect(page.locator("#items .item.claim.current")).to_have_count(1)


def test_every_field_keeps_its_keys(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    press(page, "j", "a")
    for field in ("normalised", "claimant", "types", "claim_date"):
        control = page.locator(f"#items .current [name={field}]")
        control.focus()
        for key in ("x", "j", "k", "n", "u", "?", "[", "Backspace", "Ctrl+z", "ArrowDown", "1"):
            dispatch(page, key=key.removeprefix("Ctrl+"), ctrlKey=key.startswith("Ctrl+"))
            expect(control, field).to_be_focused()
        expect(page.locator("#items .item.claim.current"), field).to_have_count(1)
        expect(page.locator("#help"), field).not_to_be_visible()
        press(page, "Escape")
        expect(page.locator("#items .current .item-button"), field).to_be_focused()


def test_a_dialog_keeps_the_keys(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    press(page, "j", "?", "a", "x")
    expect(page.locator("#help")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#items .item.suggestion.current")).to_have_count(1)


def test_keyboards_of_other_scripts_and_countries(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    # Russian: the letters are found by their places.
    assert dispatch(page, key="о", code="KeyJ")
    assert dispatch(page, key="ф", code="KeyA")
    expect(page.locator("#items .item.claim.current")).to_have_count(1)
    settle()
    (claim,) = site.claims(article)
    # German: brackets are typed with AltGr, which some systems also call Ctrl and Alt.
    assert dispatch(page, key="]", code="Digit9", modifierAltGraph=True, ctrlKey=True, altKey=True)
    settle()
    (moved,) = site.claims(article)
    assert moved["spans"][0]["end"] > claim["spans"][0]["end"]
    # Caps Lock makes a letter large, and no other key of it.
    assert dispatch(page, key="J", code="KeyJ")
    assert dispatch(page, key="K", code="KeyK")
    # Russian again, with Ctrl.
    assert dispatch(page, key="я", code="KeyZ", ctrlKey=True)
    expect(page.locator("#toasts")).to_contain_text("Undone")
    settle()
    (back,) = site.claims(article)
    assert back["spans"] == claim["spans"]
    # French: the digits are behind Shift.
    assert dispatch(page, key="é", code="Digit2")
    expect(page.locator("#items .current [type=radio]").nth(1)).to_be_checked()


def test_holding_a_key_moves_but_never_decides(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    press(page, "j")
    assert dispatch(page, key="j", repeat=True)
    assert dispatch(page, key="j", repeat=True)
    expect(page.locator("#items .item").nth(2)).to_have_class("item suggestion strong current")
    before = page.locator("#items .item").count()
    for _ in range(5):
        dispatch(page, key="x", repeat=True)
    expect(page.locator("#items .item.suggestion")).to_have_count(before)


def test_keys_lead_into_the_fields_of_the_claim(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    # Without a claim they are nobody's.
    assert not dispatch(page, key="t")
    press(page, "j", "a")
    for key, name in (("t", "types"), ("p", "claimant"), ("d", "claim_date"), ("r", "rationale")):
        press(page, key)
        expect(page.locator(f"#items .current [name={name}]")).to_be_focused()
        press(page, "Escape")
    press(page, "w")
    wording = page.locator("#items .current [name=normalised]")
    expect(wording).to_have_value("Unemployment in Exland doubled to 8 percent in 2025")
    page.keyboard.type(", roughly")
    press(page, "Escape", "w")
    expect(wording).to_have_value("Unemployment in Exland doubled to 8 percent in 2025, roughly")


# --- Choosing words -------------------------------------------------------------------------------

TEXT = """Exports rose by 12 percent in January. Imports fell by 3 percent in May, they said.
Crime has fallen since 2020. The government cut its budget last year. It was a good year for all.
The weather was lovely."""


# The ranges painted as chosen, as ones that can be asked for their words and place.
CHOSEN = """() => [...CSS.highlights.get("cursor")].map((painted) => {
    const range = document.createRange();
    range.setStart(painted.startContainer, painted.startOffset);
    range.setEnd(painted.endContainer, painted.endOffset);
    return { words: range.toString(), left: Math.round(range.getBoundingClientRect().left) };
})"""


def chosen(page: Page) -> str:
    return "".join(part["words"] for part in page.evaluate(CHOSEN))


def test_any_words_can_be_chosen(site: Site, open_page: Open, settle: Settle) -> None:
    article = site.article(TEXT)
    page = open_page(article)
    press(page, "n")
    assert chosen(page) == "Exports"
    press(page, "ArrowRight", "ArrowRight", "Shift+ArrowRight", "]")
    assert chosen(page) == "by 12 percent"
    press(page, "[", "Shift+ArrowLeft")
    assert chosen(page) == "rose by 12"
    press(page, "{", "}")
    assert chosen(page) == "by"
    # Never less than a word.
    press(page, "}", "{", "Shift+ArrowLeft")
    assert chosen(page) == "by"
    # By sentence, at both ends.
    press(page, "Shift+ArrowDown")
    assert chosen(page) == "by 12 percent in January."
    press(page, "End")
    assert chosen(page).endswith("in January. Imports fell by 3 percent in May, they said.")
    press(page, "Home")
    assert chosen(page).startswith("Exports rose by")
    press(page, "Shift+ArrowUp")
    assert chosen(page) == "Exports rose by 12 percent in January."
    press(page, "Shift+ArrowDown", "Shift+Home")
    assert chosen(page) == "Imports fell by 3 percent in May, they said."
    # Sentences and paragraphs.
    press(page, "ArrowDown")
    assert chosen(page) == "Crime"
    press(page, "s")
    assert chosen(page) == "Crime has fallen since 2020."
    press(page, "PageDown")
    assert chosen(page) == "The"
    press(page, "Control+ArrowUp", "p")
    assert chosen(page).startswith("Crime has fallen")
    assert chosen(page).endswith("good year for all.")
    press(page, "Enter")
    settle()
    (claim,) = site.claims(article)
    assert claim["quote"] == TEXT.split("\n")[1]


def test_what_is_chosen_is_said_shortly_and_once(site: Site, open_page: Open) -> None:
    page = open_page(site.article(TEXT))
    page.evaluate(
        """() => {
            window.said = [];
            new MutationObserver(() => {
                const text = document.getElementById("announcer").textContent;
                if (text) window.said.push(text);
            }).observe(document.getElementById("announcer"), { childList: true });
        }"""
    )
    press(page, "n", "ArrowRight", "ArrowRight", "Shift+ArrowRight")
    expect(page.locator("#announcer")).to_have_text("by 12")
    press(page, "p")
    expect(page.locator("#announcer")).to_contain_text("Exports rose by … ")
    said = page.evaluate("window.said")
    assert said[-1].startswith("Exports rose by … ")
    assert said[-1].endswith(" words")
    assert len(said[-1]) < 60
    # Four presses in a row, said once.
    assert said.count("by 12") == 1
    assert len(said) <= 3


def test_the_mode_is_in_sight_with_the_keys_that_leave_it(site: Site, open_page: Open) -> None:
    page = open_page(site.article(TEXT))
    hint = page.locator(".cursor-hint")
    press(page, "n")
    expect(hint).to_contain_text("Choosing words")
    expect(hint.locator("kbd", has_text="Esc")).to_be_visible()
    # What else is bound elsewhere rests.
    press(page, "j", "x", "a")
    assert chosen(page) == "Exports"
    press(page, "?")
    expect(page.locator("#help")).to_be_visible()
    press(page, "Escape")
    expect(hint).to_be_visible()
    press(page, "Escape")
    expect(hint).to_be_hidden()
    assert chosen(page) == ""
    expect(page.locator("#items .item.claim")).to_have_count(0)


def test_the_open_claim_moves_to_the_chosen_words(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article(TEXT)
    page = open_page(article)
    # With no claim open there is nothing to move, and nothing is lost.
    press(page, "n", "s", "=")
    assert chosen(page) == "Exports rose by 12 percent in January."
    press(page, "Enter")
    settle()
    press(page, "n", "ArrowDown", "s", "=")
    settle()
    (claim,) = site.claims(article)
    assert claim["quote"] == "Imports fell by 3 percent in May, they said."
    expect(page.locator(".cursor-hint")).to_be_hidden()


def test_arrows_go_where_they_point_in_right_to_left_text(site: Site, open_page: Open) -> None:
    page = open_page(
        site.article("שלום עולם הממשלה קיצצה 40 מיליון.\nExports rose by 12 percent in January.")
    )
    press(page, "n")
    first = page.evaluate(CHOSEN)[0]["left"]
    press(page, "ArrowLeft")
    assert chosen(page) == "עולם"
    assert page.evaluate(CHOSEN)[0]["left"] < first
    press(page, "Shift+ArrowLeft")
    assert chosen(page) == "עולם הממשלה"
    press(page, "Shift+ArrowRight", "ArrowRight")
    assert chosen(page) == "שלום"
    # The same keys go the other way in the other paragraph.
    press(page, "PageDown", "ArrowRight")
    assert chosen(page) == "rose"
    press(page, "ArrowLeft")
    assert chosen(page) == "Exports"


def luminance(colour: str) -> float:
    """Of ``rgb(r, g, b)``, as WCAG reckons it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_chosen_stands_out(site: Site, open_page: Open, theme: str) -> None:
    page = open_page(site.article(TEXT))
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    press(page, "n", "s")
    colours = page.evaluate(
        """() => {
            const words = document.querySelector("#text .s");
            const style = getComputedStyle(words, "::highlight(cursor)");
            const paper = getComputedStyle(document.body);
            return [style.backgroundColor, style.color, paper.backgroundColor];
        }"""
    )
    back, ink, paper = (luminance(colour) for colour in colours)
    assert contrast(back, ink) >= 4.5
    assert contrast(back, paper) >= 3
