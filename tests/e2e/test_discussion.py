"""Two people discuss a claim by keyboard, and read the guidelines without leaving it."""

from __future__ import annotations

import os
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_looks import violations
from tests.stack import Stack, wait_until

Open = Callable[[int], Page]


@pytest.fixture
def admins_page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The admin's own browser."""
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    be_signed_in(page, stack, "admin")
    yield page
    context.close()
    assert not errors


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def talk(page: Page, text: str, open_with: str = "c") -> None:
    page.keyboard.press(open_with)
    expect(page.locator(".comment-form textarea")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")


def threads(site: Site, article: int, who: str = "reviewer") -> list[dict]:
    return site.api("GET", f"threads/?article={article}", who=who)["results"]


def test_two_people_talk(
    site: Site, stack: Stack, open_page: Open, settle: Callable[[], None], admins_page: Page
) -> None:
    article = site.article()
    mine = open_page(article)
    press(mine, "j", "a")
    talk(mine, "Which *year* is meant, @adm")
    # Still in the text: the names are offered there, and Enter takes one.
    settle()
    (thread,) = threads(site, article)
    assert [c["mentions"] for c in thread["comments"]] == [[]]
    mine.locator(".thread").get_by_role("button", name="Reply").focus()
    press(mine, "Enter")
    mine.keyboard.type("I ask you, @adm")
    names = mine.locator(".mention-list")
    expect(names.get_by_role("option")).to_have_count(1)
    box = mine.locator(".comment-form textarea")
    option = names.get_by_role("option").first.get_attribute("id")
    assert box.get_attribute("aria-activedescendant") == option
    press(mine, "Enter")
    expect(names).to_be_hidden()
    expect(box).to_have_value("I ask you, @admin ")
    press(mine, "Control+Enter")
    settle()
    (thread,) = threads(site, article)
    assert [c["mentions"][0]["name"] for c in thread["comments"][1:]] == ["admin"]
    expect(mine.locator(".comment em")).to_have_text("year")

    # The other one finds it without looking for it.
    theirs = admins_page
    theirs.goto(f"{stack.base_url}/discussions/")
    theirs.get_by_role("heading", name="Discussions").wait_for()
    link = theirs.locator(".talks a").first
    expect(theirs.locator(".talks li").first).to_contain_text("2 new")
    link.focus()
    press(theirs, "Enter")
    theirs.wait_for_url(f"**/articles/{article}/#claim-*")
    row = theirs.locator("#items .item.current")
    expect(row.locator(".thread")).to_have_count(1)
    expect(row.locator(".mention.me")).to_have_text("@admin")
    row.locator(".comment").last.scroll_into_view_if_needed()
    # Seen, and so read.
    expect(row.locator(".item-button .count")).to_have_count(0, timeout=10_000)
    expect(row.locator(".item-button")).to_contain_text("1 open discussion")
    # The page says so at once, and tells the server beside the outbox.
    wait_until(
        lambda: [t["unread"] for t in threads(site, article, "admin")] == [0],
        10,
        "the server knows that it was read",
    )
    theirs.locator("#items .item.current .item-button").focus()
    talk(theirs, "The year of the article.")
    expect(theirs.locator("#save-state")).to_have_text("All saved")

    # The first one sees the answer after a refresh, marked as new.
    mine.reload()
    row = mine.locator("#items .item.claim")
    expect(row.locator(".item-button")).to_contain_text("1 new comment")
    assert "(1)" not in mine.title()
    row.locator(".item-button").focus()
    press(mine, "Enter")
    thread_box = mine.locator(".thread")
    expect(thread_box.locator(".comment")).to_have_count(3)
    expect(thread_box.locator(".comment").last).to_contain_text("The year of the article.")
    thread_box.get_by_role("button", name="Resolve").focus()
    press(mine, "Enter")
    settle()
    expect(thread_box).to_contain_text("Resolved by")
    (thread,) = threads(site, article)
    assert thread["resolved_by"]["name"] == "reviewer"
    # Undo opens it again.
    mine.locator("#items .item.current .item-button").focus()
    press(mine, "u")
    expect(thread_box).not_to_contain_text("Resolved by")
    settle()
    assert threads(site, article)[0]["resolved_by"] is None


def test_a_comment_is_changed_and_withdrawn_by_its_author(
    site: Site, stack: Stack, open_page: Open, settle: Callable[[], None], admins_page: Page
) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "j", "a")
    talk(page, "A word too mcuh.")
    settle()
    comment = page.locator(".comment")
    comment.get_by_role("button", name="Edit").focus()
    press(page, "Enter")
    expect(page.locator(".comment-form textarea")).to_have_value("A word too mcuh.")
    press(page, "Control+a")
    page.keyboard.type("A word too much.")
    press(page, "Control+Enter")
    settle()
    expect(comment).to_contain_text("A word too much.")
    expect(comment).to_contain_text("edited")
    (thread,) = threads(site, article)
    assert thread["comments"][0]["text"] == "A word too much."
    # Somebody else can't.
    admins_page.goto(f"{stack.base_url}/articles/{article}/")
    admins_page.locator("#items .item.claim .item-button").click()
    expect(admins_page.locator(".comment")).to_contain_text("A word too much.")
    expect(admins_page.locator(".comment").get_by_role("button")).to_have_count(0)
    comment.get_by_role("button", name="Withdraw").focus()
    press(page, "Enter")
    settle()
    expect(page.locator(".thread")).to_have_count(0)
    assert threads(site, article) == []


def test_what_is_said_while_the_server_is_away_is_kept(
    site: Site, stack: Stack, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "j", "a")
    settle()
    page.route("**/api/v1/threads/", lambda route: route.abort())
    talk(page, "Said in a tunnel.")
    expect(page.locator(".comment")).to_contain_text("Said in a tunnel.")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    # A half-written one is kept too.
    page.locator("#items .item.current .item-button").focus()
    press(page, "c")
    page.keyboard.type("And half a")
    page.wait_for_timeout(500)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.unroute("**/api/v1/threads/")
    settle()
    assert [t["comments"][0]["text"] for t in threads(site, article)] == ["Said in a tunnel."]
    row = page.locator("#items .item.claim")
    expect(row).to_contain_text("isn't finished")
    row.locator(".item-button").click()
    expect(page.locator(".comment-form textarea")).to_have_value("And half a")


def test_escape_closes_the_names_first(site: Site, open_page: Open) -> None:
    page = open_page(site.article())
    press(page, "j", "a", "c")
    page.keyboard.type("mail a@re")
    expect(page.locator(".mention-list")).to_be_hidden()
    page.keyboard.type(" @")
    options = page.locator(".mention-list [role=option]")
    # As many as the site has people by now.
    expect(options.nth(1)).to_be_visible()
    press(page, "ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    press(page, "Escape")
    expect(page.locator(".mention-list")).to_be_hidden()
    expect(page.locator(".comment-form textarea")).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#items .item.current .item-button")).to_be_focused()


def test_guidelines_are_one_key_away(
    site: Site, stack: Stack, open_page: Open, admins_page: Page
) -> None:
    article = site.article()
    theirs = admins_page
    theirs.goto(f"{stack.base_url}/corpora/1/guidelines/edit/")
    box = theirs.locator("#id_text")
    box.fill(f"# Reading\n\nRead *article {article}* twice.")
    theirs.get_by_role("button", name="Preview").click()
    expect(theirs.locator(".preview-pane em")).to_have_text(f"article {article}")
    theirs.get_by_role("button", name="Save as a new version").click()
    expect(theirs.locator(".guideline em")).to_have_text(f"article {article}")

    page = open_page(article)
    address = page.url
    press(page, "j", "g")
    dialog = page.locator("#guidelines")
    expect(dialog.locator("em")).to_have_text(f"article {article}")
    assert violations(page) == []
    press(page, "Escape")
    expect(dialog).not_to_be_visible()
    assert page.url == address
    # Once fetched it is there without the server.
    page.route("**/guidelines/**", lambda route: route.abort())
    press(page, "g")
    expect(dialog.locator("em")).to_have_text(f"article {article}")


def test_two_admins_edit_at_once(site: Site, stack: Stack, admins_page: Page) -> None:
    page = admins_page
    page.goto(f"{stack.base_url}/corpora/1/guidelines/edit/")
    try:
        latest = site.api("GET", "corpora/1/guidelines/latest/")["version"]
    except urllib.error.HTTPError:
        latest = 0
    page.locator("#id_text").fill("What I wrote.")
    sent = {"text": f"Version {latest + 1}, theirs.", "based_on": latest}
    site.api("POST", "corpora/1/guidelines/", sent, who="admin")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("[role=alert]")).to_contain_text("Nothing is lost")
    expect(page.locator("#id_text")).to_have_value("What I wrote.")
    expect(page.locator(".diff")).to_contain_text("theirs.")
    assert violations(page) == []
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator(".guideline")).to_contain_text("What I wrote.")


# Colours and widths don't meet: each is tried once.
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 400)])
def test_looks(
    site: Site,
    stack: Stack,
    page: Page,
    open_page: Open,
    settle: Callable[[], None],
    width: int,
    theme: str,
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    article = site.article()
    open_page(article)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    press(page, "j", "a")
    settle()
    (claim,) = site.claims(article)
    sent = {
        "claim": claim["id"],
        "text": "Which *year*, @reviewer? See `table 3`:\n\n> It doubled.",
    }
    thread = site.api("POST", "threads/", sent, who="admin")
    done = {"claim": claim["id"], "text": "Donaudampfschifffahrtsgesellschaft" * 3}
    settled = site.api("POST", "threads/", done, who="admin")
    site.api("POST", f"threads/{settled['id']}/resolve/", {"revision": 1}, who="admin")
    answer = {"thread": thread["id"], "text": "2025, says the **office**."}
    site.api("POST", "comments/", answer)
    latest = site.api("GET", "corpora/1/guidelines/")["results"]
    for text in ("# Reading\n\nRead twice.\nBe fair.", "# Reading\n\nRead thrice.\nBe fair."):
        based_on = site.api("GET", "corpora/1/guidelines/")["results"]
        version = based_on[0]["version"] if based_on else 0
        site.api("POST", "corpora/1/guidelines/", {"text": text, "based_on": version}, who="admin")
    version = site.api("GET", "corpora/1/guidelines/latest/")["version"]
    assert version > (latest[0]["version"] if latest else 0)
    page.goto(f"{stack.base_url}/discussions/")
    shots = os.environ.get("SHOTS")

    def look(name: str) -> None:
        found[name] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if shots:
            page.screenshot(path=Path(shots) / f"{name}-{theme}-{width}.png")

    found: dict[str, list[str]] = {}
    look("discussions")
    page.goto(f"{stack.base_url}/articles/{article}/")
    look("row")
    page.locator("#items .item.claim .item-button").click()
    page.locator(".discussion").scroll_into_view_if_needed()
    look("threads")
    page.locator("#items .item.current .item-button").focus()
    press(page, "c")
    page.keyboard.type("Ask @")
    page.locator(".mention-list").scroll_into_view_if_needed()
    look("writing")
    press(page, "Escape")
    page.evaluate("document.querySelector('.comment-form textarea').value = ''")
    for path in ("guidelines/", f"guidelines/{version}/"):
        page.goto(f"{stack.base_url}/corpora/1/{path}")
        look(path.strip("/").replace("/", "-"))
    assert {name: seen for name, seen in found.items() if seen} == {}
