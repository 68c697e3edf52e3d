"""The card of a suggestion: who says it, the days that its times mean, and what it repeats."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_looks import violations
from tests.stack import Stack

Open = Callable[[int], Page]
_marks = itertools.count(1)


@pytest.fixture
def make(stack: Stack) -> Callable[..., int]:
    """A new article with the made-up run; ``dated=False`` is one without a publication date."""

    def made(*, dated: bool = True) -> int:
        options = f"mark='number {next(_marks)}'" + ("" if dated else ", published=None")
        return int(stack.shell(f"from tests.e2e.made_up import make; print(make({options}))"))

    return made


def row(page: Page, words: str) -> Locator:
    return page.locator("#items .item").filter(has=page.get_by_text(words, exact=True))


def open_card(page: Page, words: str) -> Locator:
    row(page, words).locator(".item-button").click()
    card = row(page, words).locator(".card")
    expect(card).to_be_visible()
    return card


# The ranges of a highlight, in the order of the text, as ones that know their words and place.
RANGES = """(name) => [...CSS.highlights.get(name)].map((painted) => {
    const range = document.createRange();
    range.setStart(painted.startContainer, painted.startOffset);
    range.setEnd(painted.endContainer, painted.endOffset);
    return range;
}).sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b))"""


def painted(page: Page, name: str) -> list[str]:
    """The words that a highlight is on."""
    found: list[str] = page.evaluate(f"(name) => ({RANGES})(name).map(String)", name)
    return found


def pointed_at(page: Page) -> list[str]:
    return painted(page, "reason")


SAID = "Traffic through the strait has doubled since September"
SHIPS = "Two ships ran aground yesterday"
FISHING = "Fishing will end in the spring"
LAW = "Parliament of Exland forbade night sailing in 2019"
AGAIN = "Traffic through the strait doubled"


def test_who_says_it_points_at_source_cue_and_content(
    make: Callable[..., int], open_page: Open
) -> None:
    page = open_page(make())
    said = open_card(page, SAID).locator(".said")
    expect(said).to_have_text("Said by Jonas Vik “the Secretary-General”")
    button = said.get_by_role("button", name="“the Secretary-General”")
    button.hover()
    assert pointed_at(page) == [SAID, "the Secretary-General", "said"]
    page.mouse.move(0, 0)
    assert pointed_at(page) == []
    # By keyboard: the first thing to tab to inside the card; a screen reader is told the words.
    row(page, SAID).locator(".item-button").focus()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    assert pointed_at(page) == [SAID, "the Secretary-General", "said"]
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_have_text(f"the Secretary-General … said … {SAID}")
    expect(row(page, SAID).locator(".card")).to_be_visible()
    page.keyboard.press("j")
    assert pointed_at(page) == []


def test_a_speaker_without_a_name_and_the_outlets_own_voice(
    make: Callable[..., int], open_page: Open
) -> None:
    page = open_page(make())
    said = open_card(page, FISHING).locator(".said")
    expect(said).to_have_text("Said by “an official” – not sure")
    said.get_by_role("button").hover()
    assert pointed_at(page) == [FISHING, "an official", "warned"]
    assert open_card(page, SHIPS).locator(".said").count() == 0


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_times_are_days_wherever_the_reader_sits(
    make: Callable[..., int], browser: Browser, stack: Stack, zone: str
) -> None:
    article = make()
    context = browser.new_context(timezone_id=zone)
    page = context.new_page()
    be_signed_in(page, stack)
    page.goto(f"{stack.base_url}/articles/{article}/")
    why = "reckoned from the article's date, 1 December 2021"
    for words, shown in {
        SHIPS: f"“yesterday” → means 30 November 2021{why}",
        SAID: f"“September” → means September 2021{why}",
        FISHING: "“the spring” – not resolved",
        # What the words say themselves is not said again.
        LAW: "“2019”",
    }.items():
        times = open_card(page, words).get_by_role("list", name="Dates")
        expect(times.get_by_role("listitem")).to_have_text([shown])
    ships = open_card(page, SHIPS)
    expect(ships.locator("time")).to_have_attribute("datetime", "2021-11-30")
    ships.get_by_role("button", name="“yesterday”").hover()
    assert pointed_at(page) == ["yesterday"]
    context.close()


def test_without_a_date_nothing_is_resolved(make: Callable[..., int], open_page: Open) -> None:
    page = open_page(make(dated=False))
    times = open_card(page, SHIPS).locator(".dates")
    expect(times).to_have_text("“yesterday” – not resolved: no date to reckon from")


def test_intervals_are_as_exact_as_their_words(make: Callable[..., int], open_page: Open) -> None:
    page = open_page(make())
    shown = page.evaluate(
        """async () => {
            const entry = document.querySelector('link[href*="/js/dates."]').href;
            const { interval } = await import(entry);
            return [
                ["2021-11-22", "2021-11-28", "week"], ["2021-11-29", "2021-12-05", "week"],
                ["2021-07-01", "2021-09-30", "quarter"], ["2021-12-01", "2022-02-28", "season"],
                ["2020-01-01", "2020-12-31", "year"], ["2010-01-01", "2019-12-31", "decade"],
                ["1901-01-01", "2000-12-31", "century"], ["0098-01-01", "0098-01-01", "day"],
                ["2021-11-28", "2021-11-30", "day"],
            ].map(([first, last, granularity]) => interval({ first, last, granularity }))
                .map((words) => words.replace(/\\s*–\\s*/, "–"));
        }"""
    )
    assert shown == [
        "22–28 November 2021",
        "29 November–5 December 2021",
        "July–September 2021",
        "December 2021–February 2022",
        "2020",
        "2010–2019",
        "1901–2000",
        "1 January 98",
        "28–30 November 2021",
    ]


def test_how_sure_the_kind_is(make: Callable[..., int], open_page: Open) -> None:
    page = open_page(make())
    for words, shown in {
        SAID: "91 % · strong · quantity, fairly sure",
        SHIPS: "66 % · medium · other, quite sure",
        FISHING: "55 % · medium · prediction, not sure",
    }.items():
        expect(open_card(page, words).locator(".score")).to_have_text(shown)


def test_what_an_older_run_did_not_say(make: Callable[..., int], open_page: Open) -> None:
    page = open_page(make())
    card = open_card(page, "Nobody minded")
    expect(card.locator(".score")).to_have_text("40 % · weak · other")
    expect(card.locator(".said")).to_have_text("Said by Ana Bell")
    assert card.get_by_role("button").all_inner_texts() == ["Accept a", "Reject x", "Skip Space"]
    assert card.locator(".dates, .repeats").count() == 0


def test_a_repeat_leads_to_its_first_mention(
    make: Callable[..., int], open_page: Open, settle: Callable[[], None]
) -> None:
    page = open_page(make())
    # Marked by a word in the list and by a line in the text, not by a colour alone.
    assert page.locator("#items .item .again").all_inner_texts() == ["↻ repeat"] * 2
    assert painted(page, "repeat") == [AGAIN, "It has doubled"]

    open_card(page, AGAIN)
    link = page.get_by_role("button", name="Repeats an earlier claim")
    link.focus()
    assert pointed_at(page) == [SAID]
    page.keyboard.press("Enter")
    expect(row(page, SAID).locator(".item-button")).to_be_focused()
    expect(row(page, SAID)).to_have_class("item suggestion strong current")
    again = row(page, SAID).get_by_role("button", name="Repeated 2 times")
    again.hover()
    assert pointed_at(page) == [AGAIN, "It has doubled"]

    # Once it is a claim, the repeat leads to the claim, which keeps the speaker's name.
    page.keyboard.press("a")
    settle()
    card = open_card(page, AGAIN)
    expect(card.locator(".repeats")).to_have_text("↻ Repeats an earlier claim – accepted")
    link.click()
    claim = page.locator("#items .item.claim.current")
    expect(claim.locator(".words")).to_have_text(SAID)
    expect(claim.locator("[name=claimant]")).to_have_value("Jonas Vik")
    page.reload()
    expect(page.locator("#items .item").first).to_be_visible()
    open_card(page, AGAIN)
    link.click()
    expect(claim.locator(".words")).to_have_text(SAID)


def test_a_repeat_of_what_was_rejected_shows_its_words(
    make: Callable[..., int], open_page: Open, settle: Callable[[], None]
) -> None:
    page = open_page(make())
    open_card(page, SAID)
    page.keyboard.press("x")
    settle()
    card = open_card(page, AGAIN)
    expect(card.locator(".repeats")).to_have_text("↻ Repeats an earlier claim – rejected")
    card.get_by_role("button", name="Repeats an earlier claim").click()
    assert pointed_at(page) == [SAID]
    expect(page.locator("#announcer")).to_have_text(SAID)
    expect(card).to_be_visible()


def test_a_repeat_is_marked_where_the_highlight_api_is_missing(
    make: Callable[..., int], browser: Browser, stack: Stack
) -> None:
    article = make()
    context = browser.new_context()
    context.add_init_script("delete globalThis.Highlight;")
    page = context.new_page()
    be_signed_in(page, stack)
    page.goto(f"{stack.base_url}/articles/{article}/")
    marks = page.locator("#text mark.hl-repeat")
    expect(marks).to_have_text([AGAIN, "It has doubled"])
    expect(marks.first).to_have_css("border-top-style", "dotted")
    # Beside the line of its kind, not in place of it.
    expect(marks.first).to_have_css("text-decoration-line", "underline")
    context.close()


# Colours and widths don't meet: each is tried once.
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 400)])
def test_the_card_is_for_everybody(
    make: Callable[..., int], page: Page, open_page: Open, theme: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_page(make())
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = {}
    for words in (SAID, SHIPS, FISHING, LAW, AGAIN, "Nobody minded"):
        card = open_card(page, words)
        card.get_by_role("button").first.focus()
        found[words] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, words
        inside = "e => e.scrollWidth <= e.clientWidth"
        assert page.locator("#items").evaluate(inside), words
        for button in card.get_by_role("button").all():
            box = button.bounding_box()
            # WCAG 2.2, 2.5.8: 24 CSS pixels at least.
            assert box, words
            assert min(box["width"], box["height"]) >= 24, button.inner_text()
    assert {words: seen for words, seen in found.items() if seen} == {}


def test_on_a_narrow_screen_a_tap_brings_the_words_into_view(
    make: Callable[..., int], page: Page, open_page: Open
) -> None:
    page.set_viewport_size({"width": 400, "height": 700})
    open_page(make())
    card = open_card(page, "It has doubled")
    card.get_by_role("button", name="Repeats an earlier claim").hover()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    open_card(page, SAID).get_by_role("button", name="“the Secretary-General”").click()
    box = page.evaluate(
        f"() => {{ const b = ({RANGES})('reason')[0].getBoundingClientRect();"
        " return [b.top, b.bottom]; }"
    )
    panel = page.locator(".panel").bounding_box()
    assert panel
    assert 50 <= box[0] < box[1] <= panel["y"]


def test_the_strongest_reasons_are_shown_and_the_rest_on_request(
    make: Callable[..., int], open_page: Open
) -> None:
    page = open_page(make())
    card = open_card(page, LAW)
    names = [f"+ made-up reason {n}" for n in range(1, 9)] + ["+ smaller reasons together"]
    expect(card.locator(".reasons .reason:visible")).to_have_text(names[:5])
    more = card.locator("summary")
    expect(more).to_have_text("4 more reasons")
    more.focus()
    page.keyboard.press("Space")  # which elsewhere skips the suggestion
    expect(card.locator(".reasons .reason:visible")).to_have_text(names)
    card.get_by_role("button", name=names[7]).focus()
    assert pointed_at(page) == ["2019"]
    # Few enough are all shown.
    card = open_card(page, SAID)
    expect(card.locator(".reasons .reason:visible")).to_have_count(3)
    expect(card.locator("summary")).to_have_count(0)


def test_a_name_is_never_markup(site: Site, stack: Stack, open_page: Open) -> None:
    """A detector reads hostile texts; what it found stays words."""
    evil = '<img src=x onerror="document.title=1"> “<b>אבג</b>”'
    script = f"""
from django.db import transaction
from annotations.detection.interface import Claimant
from annotations.models import Corpus
from tests.factories import detected, make_article, place, run_detector
text = {evil + " said that it rains.{}"!r}.format({next(_marks)}) + chr(10) + "End."
with transaction.atomic():
    article = make_article(Corpus.objects.order_by("pk")[0], text)
    name = Claimant("<i>" + {evil!r}, *place(text, {evil!r}))
    run_detector(article, [detected(text, "it rains", claimant=name)])
print(article.pk)
"""
    article = int(stack.shell(script))
    page = open_page(article)
    said = open_card(page, "it rains").locator(".said")
    expect(said).to_have_text(f"Said by <i>{evil} “{evil}”")
    assert said.locator("img, b, i").count() == 0
