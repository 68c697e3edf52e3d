"""Evidence through the real stack: a page of a real server, fetched by the real worker."""

from __future__ import annotations

import hashlib
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.stack import Stack, running_stack, wait_until
from tests.web_server import WebServer, web_server

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]

Open = Callable[[int], Page]
PAGE = """<!doctype html><html><head><title>Jobs in Exland</title>
<meta property="og:site_name" content="Statistics Exland">
<meta property="article:published_time" content="2026-01-15T10:00:00Z"></head><body><article>
<p>At the end of the year eight percent of the workforce of Exland had no work.</p>
<p>A year before it was four percent, the office says in its yearly report.</p>
</article></body></html>"""


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, server: WebServer) -> Iterator[Stack]:
    """A site whose worker may ask the tests' server, and nothing else of this machine."""
    folder = tmp_path_factory.mktemp("sources")
    with running_stack(folder, FETCH_ALLOWED_PRIVATE_HOSTS=server.place) as site:
        yield site


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> dict[str, str]:
    script = """
from annotations.models import User
from annotations.services.tokens import token_create
for user in User.objects.filter(username__in=["admin", "reviewer"]):
    print(user.username, token_create(actor=user, name="tests")[1])
"""
    return dict(line.split() for line in stack.shell(script).splitlines())


def open_form(page: Page) -> Any:
    """Accept the first suggestion and open the form, by keyboard."""
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("e")
    form = page.get_by_role("form", name="Evidence")
    expect(form.get_by_label("Address")).to_be_focused()
    # Which way it points is the reviewer's to say.
    expect(form.get_by_label("Stance")).to_have_value("")
    return form


def pieces(site: Site, article: int) -> list[dict[str, Any]]:
    return [piece for claim in site.claims(article) for piece in claim["evidence"]]


def test_a_page_is_fetched_by_itself_and_offered(
    site: Site, server: WebServer, open_page: Open, settle: Callable[[], None]
) -> None:
    url = server.page("/jobs", PAGE)
    article = site.article()
    page = open_page(article)
    form = open_form(page)
    page.keyboard.type(url)
    form.get_by_label("Title").fill("My own title")
    status = form.get_by_role("status")
    expect(status).to_contain_text("Copy saved", timeout=20_000)
    expect(form.get_by_label("Title")).to_have_value("My own title")
    expect(form.get_by_label("Publisher")).to_have_value("Statistics Exland")
    expect(form.get_by_label("Published")).to_have_value("2026-01-15")
    expect(form.locator(".found")).to_have_count(2)
    # What is changed is no longer the page's word.
    form.get_by_label("Publisher").fill("Exland's office")
    expect(form.locator(".found")).to_have_count(1)
    form.get_by_label("Stance").select_option("SUPPORTS")
    form.get_by_text("More", exact=True).click()
    form.get_by_label("Evidence set").fill("2")
    form.get_by_label("Note").fill("Table 1")
    form.get_by_label("Note").press("Control+Enter")
    settle()
    (piece,) = pieces(site, article)
    assert (piece["title"], piece["publisher"], piece["published"]) == (
        "My own title",
        "Exland's office",
        "2026-01-15",
    )
    assert (piece["set_number"], piece["note"], piece["stance"]) == (2, "Table 1", "SUPPORTS")
    digest = hashlib.sha256(PAGE.encode()).hexdigest()
    assert piece["saved_copy"]["sha256"] == digest
    shown = page.locator(".evidence li")
    expect(shown).to_contain_text("set 2")
    expect(shown).to_contain_text(f"SHA-256 {digest[:8]}")
    with page.expect_download() as download:
        shown.get_by_role("link", name="saved copy of").click()
    assert download.value.path().read_bytes() == PAGE.encode()


def test_an_answer_keeps_a_copy_of_its_source(
    site: Site, server: WebServer, open_page: Open, settle: Callable[[], None]
) -> None:
    url = server.page("/rates", PAGE)
    article = site.article()
    page = open_page(article)
    for key in ("j", "a", "q"):
        page.keyboard.press(key)
    page.keyboard.type("What was the rate?")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name="Answer")
    form.get_by_label("Kind of answer").select_option("Extractive")
    form.get_by_label("Answer", exact=True).fill("eight percent")
    expect(form.get_by_role("button", name="Fetch the page")).to_be_disabled()
    form.get_by_label("Source", exact=True).fill(url)
    form.get_by_label("Source", exact=True).press("Tab")
    expect(form.get_by_role("status")).to_contain_text("Copy saved", timeout=20_000)
    form.get_by_label("Kind of source").press("Control+Enter")
    settle()
    (claim,) = site.claims(article)
    (answer,) = claim["questions"][0]["answers"]
    digest = hashlib.sha256(PAGE.encode()).hexdigest()
    assert answer["saved_copy"]["sha256"] == digest
    # It stands there now, and after the page was loaded again.
    for shown in (page, open_page(article)):
        if shown.locator(".item.current").count() == 0:
            shown.keyboard.press("j")
        expect(shown.locator(".answers li")).to_contain_text(f"SHA-256 {digest[:8]}")
    # The copy was of that address: with another one it goes, and the answer stays.
    page = open_page(article)
    page.keyboard.press("j")
    page.get_by_role("button", name="Edit: eight percent").click()
    form = page.get_by_role("form", name="Answer")
    form.get_by_label("Source", exact=True).fill("https://stat.example/2024")
    form.get_by_label("Source", exact=True).press("Control+Enter")
    settle()
    (claim,) = site.claims(article)
    (answer,) = claim["questions"][0]["answers"]
    assert (answer["text"], answer["snapshot"]) == ("eight percent", None)


def test_a_failing_fetch_says_why_and_all_can_be_typed(
    site: Site, server: WebServer, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    form = open_form(page)
    page.keyboard.type(server.url("/missing"))
    page.keyboard.press("Tab")
    status = form.get_by_role("status")
    expect(status).to_contain_text("There is no such page (404).", timeout=20_000)
    expect(status).to_contain_text("by hand")
    form.get_by_label("Title").fill("Typed by hand")
    # It is there now, and asked for once more.
    server.page("/missing", PAGE)
    form.get_by_role("button", name="Try again").click()
    expect(status).to_contain_text("Copy saved", timeout=20_000)
    expect(form.get_by_label("Title")).to_have_value("Typed by hand")
    # An address inside: refused, and no reason not to save the piece.
    form.get_by_label("Address").fill(f"http://127.0.0.1:{site.stack.base_url.rpartition(':')[2]}/")
    form.get_by_label("Address").press("Tab")
    form.get_by_label("Stance").select_option("REFUTES")
    expect(status).to_contain_text("Not fetched:", timeout=20_000)
    form.get_by_label("Stance").press("Control+Enter")
    settle()
    (piece,) = pieces(site, article)
    assert (piece["title"], piece["saved_copy"]) == ("Typed by hand", None)


def test_a_protected_source_is_not_asked(
    site: Site, server: WebServer, open_page: Open, settle: Callable[[], None]
) -> None:
    url = server.page("/leak", PAGE)
    article = site.article()
    page = open_page(article)
    form = open_form(page)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(form.get_by_label("Why it is protected")).to_be_visible()
    form.get_by_label("Address").fill(url)
    form.get_by_label("Stance").select_option("SUPPORTS")
    expect(form.get_by_role("status")).to_have_text("A protected source is never fetched.")
    expect(form.get_by_role("button", name="Fetch the page")).to_be_disabled()
    form.get_by_label("Stance").press("Control+Enter")
    reason = form.get_by_label("Why it is protected")
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(reason).to_be_focused()
    page.keyboard.type("Their job is at stake.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".evidence li")).to_contain_text("protected source")
    settle()
    (piece,) = pieces(site, article)
    assert (piece["protected"], piece["protection_reason"]) == (True, "Their job is at stake.")
    time.sleep(1.5)
    assert "/leak" not in [path for path, _ in server.asked]
    logs = site.stack.web_log.read_text() + site.stack.worker_log.read_text()
    assert "/leak" not in logs
    request = urllib.request.Request(  # noqa: S310  our own server
        f"{site.stack.base_url}/api/v1/corpora/1/export/?format=jsonl",
        headers={"Authorization": f"Token {site.tokens['reviewer']}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        exported = answer.read().decode()
    assert '"protected":true' in exported
    assert "/leak" not in exported
    assert "at stake" not in exported


def test_what_came_after_the_claim_is_marked(
    site: Site, open_page: Open, settle: Callable[[], None]
) -> None:
    article = site.article()
    page = open_page(article)
    form = open_form(page)
    form.get_by_label("or citation").fill("Yearbook, p. 3")
    form.get_by_label("Published").fill("2026-03-01")
    form.get_by_label("Stance").select_option("REFUTES")
    form.get_by_label("Stance").press("Control+Enter")
    listed = page.locator(".evidence li")
    expect(listed).to_contain_text("Yearbook")
    expect(listed).not_to_contain_text("post-claim")
    page.get_by_label("Date of the claim").fill("2026-02-28")
    page.get_by_label("Date of the claim").press("Tab")
    expect(listed).to_contain_text("post-claim published after the claim of 28 February 2026")
    settle()
    (piece,) = pieces(site, article)
    assert piece["is_post_claim"] is True


def test_a_piece_saved_before_its_copy_gets_it_later(
    site: Site, server: WebServer, open_page: Open, settle: Callable[[], None]
) -> None:
    go_on = threading.Event()

    def slow(send: Any) -> None:
        go_on.wait(20)
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nwords")

    article = site.article()
    page = open_page(article)
    form = open_form(page)
    page.keyboard.type(server.raw("/slow", slow))
    page.keyboard.press("Tab")
    form.get_by_label("Stance").select_option("SUPPORTS")
    expect(form.get_by_role("status")).to_contain_text("Fetching the page", timeout=20_000)
    form.get_by_label("Stance").press("Control+Enter")
    expect(page.locator(".evidence li")).to_contain_text("a copy is being saved", timeout=10_000)
    settle()
    go_on.set()
    expect(page.locator(".evidence li")).to_contain_text(
        re.compile("SHA-256 [0-9a-f]{8}"), timeout=20_000
    )


def test_a_worker_that_is_killed_loses_no_fetch(site: Site, server: WebServer) -> None:
    begun = threading.Event()
    article = site.article()
    start = site.api("GET", f"articles/{article}/")["text"].index("Unemployment")
    claim = site.api(
        "POST", "claims/", {"article": article, "spans": [{"start": start, "end": start + 12}]}
    )

    def slow(send: Any) -> None:
        begun.set()
        time.sleep(20 if len(server.asked) == asked + 1 else 0)
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nwords of the page")

    asked = len(server.asked)
    url = server.raw("/deadly", slow)
    snapshot = site.api("POST", "snapshots/", {"claim": claim["id"], "url": url})
    assert begun.wait(20)
    site.stack.kill_worker()

    def done() -> bool:
        return bool(site.api("GET", f"snapshots/{snapshot['id']}/")["state"] == "done")

    wait_until(done, 60, "the page is fetched by the next worker")
    found = site.api("GET", f"snapshots/{snapshot['id']}/")
    assert (found["attempts"], found["excerpt"]) == (2, "words of the page")
