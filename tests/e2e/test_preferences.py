"""One's own keys and looks: changed as a person does, and found again on another machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from annotations.domain.keymap import ACTIONS, effective
from tests.e2e.conftest import Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_looks import violations
from tests.stack import Stack

USUAL = {
    "theme": "auto", "density": "comfortable", "interface_language": "",
    "key_preset": "factcheck", "keys": {},
}  # fmt: skip
Open = Callable[[int], Page]


@pytest.fixture(autouse=True)
def _as_before(site: Site) -> Iterator[None]:
    """The reviewer is the same person in every test."""
    yield
    site.api("PATCH", "me/preferences/", USUAL)


@pytest.fixture
def preferences(page: Page, stack: Stack) -> Iterator[Page]:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    be_signed_in(page, stack)
    page.goto(f"{stack.base_url}/accounts/preferences/")
    expect(page.get_by_role("button", name="Add a key").first).to_be_visible()
    yield page
    assert not errors


def row(page: Page, action: str) -> Locator:
    return page.locator(f"li[data-action={action}]")


def press_new_key(page: Page, action: str, key: str) -> None:
    row(page, action).get_by_role("button", name="Add a key").press("Enter")
    expect(row(page, action).locator(".recording")).to_be_focused()
    page.keyboard.press(key)


def own(site: Site) -> dict[str, list[str]]:
    return site.api("GET", "me/preferences/")["keys"]


def test_a_key_is_changed_by_pressing_it_and_then_works(
    site: Site, preferences: Page, stack: Stack, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = preferences
    press_new_key(page, "accept", "y")
    expect(row(page, "accept").locator(".chip kbd")).to_have_text(["a", "y"])
    remove = row(page, "accept").get_by_role("button", name="Remove a from “Accept the suggestion”")
    remove.press("Enter")
    expect(row(page, "accept").locator(".chip kbd")).to_have_text(["y"])
    assert own(site) == {"accept": ["y"]}
    page.goto(f"{stack.base_url}/articles/{article}/")
    page.keyboard.press("j")
    # The button, its accessible shortcut and the help say the same.
    button = page.locator(".card").get_by_role("button", name="Accept")
    expect(button.locator("kbd")).to_have_text("y")
    expect(button).to_have_attribute("aria-keyshortcuts", "y")
    page.keyboard.press("?")
    line = page.locator("#help dt").filter(
        has=page.locator("xpath=following-sibling::dd[1][.='Accept the suggestion']")
    )
    expect(line).to_have_text("y")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#items .item.claim")).to_have_count(0)
    page.keyboard.press("y")
    expect(page.locator("#items .item.claim")).to_have_count(1)
    settle()
    assert len(site.claims(article)) == 1
    # Back to the preset.
    page.goto(f"{stack.base_url}/accounts/preferences/")
    row(page, "accept").get_by_role("button", name="Back to the preset").press("Enter")
    expect(row(page, "accept").locator(".chip kbd")).to_have_text(["a"])
    assert own(site) == {}


def test_a_key_that_is_taken_is_refused_with_its_owners_name(site: Site, preferences: Page) -> None:
    page = preferences
    press_new_key(page, "accept", "x")
    alert = row(page, "accept").get_by_role("alert")
    expect(alert).to_have_text("“x” belongs to “Reject the suggestion, or withdraw the claim”.")
    expect(row(page, "accept").locator(".chip kbd")).to_have_text(["a"])
    press_new_key(page, "accept", "Control+Enter")
    expect(alert).to_contain_text("belongs to “Submit the article")
    for key, reason in (
        ("Backspace", "Backspace stays free"), ("Alt+b", "Alt belongs"), ("Tab", "Tab moves"),
        ("F5", "the browser keeps"), ("Control+Shift+I", "the browser keeps"),
    ):  # fmt: skip
        press_new_key(page, "accept", key)
        expect(alert).to_contain_text(reason)
        # Refused is over: the keyboard is the page's again, on the button it came from.
        expect(row(page, "accept").get_by_role("button", name="Add a key")).to_be_focused()
    press_new_key(page, "accept", "Escape")
    expect(page.locator("#keys-state")).to_have_text("Nothing changed.")
    assert own(site) == {}
    press_new_key(page, "accept", "Control+Shift+Y")
    expect(row(page, "accept").locator(".chip kbd")).to_have_text(["a", "Ctrl+Shift+Y"])
    expect(alert).to_be_hidden()


def test_a_preset_brings_its_keys(site: Site, preferences: Page, stack: Stack) -> None:
    site.api("PATCH", "me/preferences/", {"keys": {"accept": ["h"]}})
    article, later = site.article(), site.article()
    page = preferences
    page.reload()
    expect(page.get_by_text("You have changed the keys of 1 action.")).to_be_visible()
    page.get_by_label("Preset", exact=True).select_option("Label Studio")
    page.get_by_role("button", name="Use this preset").press("Enter")
    expect(row(page, "nextArticle").locator(".chip kbd")).to_have_text(["Ctrl+→"])
    assert site.api("GET", "me/preferences/")["key_preset"] == "label_studio"
    assert own(site) == {}
    page.goto(f"{stack.base_url}/articles/{article}/")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    assert page.url.endswith(f"/articles/{article}/")
    page.keyboard.press("Control+ArrowRight")
    page.wait_for_url(f"**/articles/{later}/")


def test_without_scripts_keys_are_written(site: Site, browser: Browser, stack: Stack) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    be_signed_in(page, stack)
    page.goto(f"{stack.base_url}/accounts/preferences/")
    field = page.get_by_label("Accept the suggestion", exact=True)
    expect(field).to_have_value("a")
    field.fill("a x")
    field.press("Enter")
    expect(page.locator("#key-accept-error")).to_have_text(
        "“x” belongs to “Reject the suggestion, or withdraw the claim”."
    )
    expect(field).to_have_value("a x")
    assert own(site) == {}
    field.fill("ctrl+m Y")
    field.press("Enter")
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    expect(field).to_have_value("Ctrl+m Shift+y")
    assert own(site) == {"accept": ["Ctrl+m", "Shift+y"]}
    context.close()


def test_both_sides_write_keys_the_same(preferences: Page) -> None:
    """What a press is called in the browser is what the server calls it, for every key there is."""
    names = sorted({key for keys in effective("factcheck", {}).values() for key in keys})
    seen = preferences.evaluate(
        """async () => {
            const { nameOf } = await import(document.querySelector("script[type=module]").src
                .replace(/preferences[^/]*$/, "keymap.js")).catch(() => ({}));
            window.pressed = [];
            addEventListener("keydown", (event) => {
                if (["Control", "Shift"].includes(event.key)) return;
                event.preventDefault();
                window.pressed.push(nameOf(event));
            }, true);
            return Boolean(nameOf);
        }"""
    )
    assert seen
    for name in names:
        key = name.replace("Ctrl+", "Control+")
        preferences.keyboard.press(
            re.sub(r"Shift\+([a-z])$", lambda m: f"Shift+{m[1].upper()}", key)
        )
    assert preferences.evaluate("window.pressed") == names


def test_theme_and_density_are_found_on_another_machine(
    site: Site, preferences: Page, browser: Browser, stack: Stack
) -> None:
    article = site.article()
    page = preferences
    page.get_by_label("dark", exact=True).check()
    page.get_by_label("compact", exact=True).check()
    page.get_by_role("button", name="Save the looks").press("Enter")
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    stored = site.api("GET", "me/preferences/")
    assert (stored["theme"], stored["density"]) == ("dark", "compact")

    context = browser.new_context(color_scheme="light")
    other = context.new_page()
    be_signed_in(other, stack)
    other.goto(f"{stack.base_url}/articles/{article}/")
    html = other.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")
    expect(html).to_have_attribute("data-density", "compact")
    expect(other.locator("#items .item").first).to_be_visible()
    paper = "getComputedStyle(document.body).backgroundColor"
    assert other.evaluate(paper) == "rgb(21, 24, 26)"
    height = "document.querySelector('#items .item').getBoundingClientRect().height"
    compact = other.evaluate(height)
    # The switch of one machine is the other's, too.
    with other.expect_response("**/me/preferences/") as answer:
        other.locator("#theme-switch").click()
    assert answer.value.ok
    expect(other.locator("#theme-switch")).to_have_text("Theme: auto")
    site.api("PATCH", "me/preferences/", {"density": "comfortable"})
    other.reload()
    assert other.evaluate(paper) == "rgb(251, 250, 247)"
    assert other.evaluate(height) > compact * 1.25
    page.reload()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    context.close()


def test_who_is_signed_out_chooses_for_the_browser(page: Page, stack: Stack) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(stack.base_url)
    page.locator("#theme-switch").click()
    page.locator("#theme-switch").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert not [url for url in asked if "preferences" in url]


def test_a_theme_that_could_not_be_saved_says_so(preferences: Page) -> None:
    preferences.route("**/me/preferences/", lambda route: route.abort())
    preferences.locator("#theme-switch").click()
    expect(preferences.locator("#theme-switch")).to_have_text("Theme: light (not saved)")


def test_the_sheet_has_ones_own_keys_and_prints_on_one_page(
    site: Site, preferences: Page, stack: Stack
) -> None:
    site.api("PATCH", "me/preferences/", {"keys": {"accept": ["y"], "flag": []}})
    page = preferences
    page.goto(f"{stack.base_url}/accounts/keys/")
    shown = dict(
        zip(
            page.locator("dd").all_inner_texts(),
            page.locator("dt").all_inner_texts(),
            strict=True,
        )
    )
    assert set(shown) == {a.label for a in ACTIONS.values()} - {ACTIONS["flag"].label}
    assert shown["Accept the suggestion"] == "y"
    assert shown["Choose a rating for the verdict"] == "1 … 9"
    # On white paper, also for who reads in the dark.
    site.api("PATCH", "me/preferences/", {"theme": "dark"})
    page.reload()
    page.emulate_media(media="print")
    colours = page.evaluate(
        "[document.body, document.querySelector('.muted')].map((e) => getComputedStyle(e).color)"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(68, 68, 68)"]
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(pages) == 1


# The colours of the other theme are tried on the other pages.
@pytest.mark.parametrize("theme", ["dark"])
def test_axe_finds_nothing(preferences: Page, stack: Stack, theme: str) -> None:
    page = preferences

    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = {"page": violations(page)}
    press_new_key(page, "accept", "x")
    expect(row(page, "accept").get_by_role("alert")).to_be_visible()
    row(page, "edit").get_by_role("button", name="Add a key").press("Enter")
    found["recording"] = violations(page)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 400, "height": 800})
    # Under the header that stays, a button would count as too small.
    page.evaluate("scrollTo(0, 0)")
    found["narrow"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.goto(f"{stack.base_url}/accounts/keys/")
    found["sheet"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert {name: seen for name, seen in found.items() if seen} == {}
