"""A signed-in page on an article of the test's own, so that tests leave each other alone."""

from __future__ import annotations

import itertools
import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.signing import be_signed_in
from tests.stack import Stack, wait_until

_numbers = itertools.count(1)

TEXT = """Unemployment in Exland doubled to 8 percent in 2025, the statistics office said on Monday.
The government of Exland cut its budget by 40 million crowns last year. "Crime has fallen by
30 percent since 2020," Interior Minister Ana Bell said in Port Ellis on Tuesday.

Exports to Wyland rose by 12 percent in January, the trade ministry reported. Do you like it?
The weather was lovely."""


class Site:
    """The running site as one test uses it: its own article, and the API beside the browser."""

    def __init__(self, stack: Stack, tokens: dict[str, str]) -> None:
        self.stack, self.tokens = stack, tokens

    def api(self, method: str, path: str, body: Any = None, *, who: str = "reviewer") -> Any:
        """Ask the API as a person; raises ``HTTPError`` as urllib does."""
        request = urllib.request.Request(  # noqa: S310  our own server
            f"{self.stack.base_url}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Token {self.tokens[who]}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def add(self, text: str = TEXT, **fields: Any) -> int:
        """Add a text that no other test has; its number."""
        made = self.api(
            "POST",
            "articles/",
            {"corpus": 1, "text": f"{text}\nText number {next(_numbers)}.", **fields},
            who="admin",
        )
        return int(made["id"])

    def article(self, text: str = TEXT, **fields: Any) -> int:
        """Add a text, and wait until it is extracted."""
        return self.wait_for(self.add(text, **fields))

    def wait_for(self, number: int) -> int:
        """Wait until an article is extracted; its number."""
        wait_until(
            lambda: self.api("GET", f"articles/{number}/status/")["state"] == "ready",
            30,
            "the article is extracted",
        )
        return number

    def claims(self, article: int) -> list[dict[str, Any]]:
        return self.api("GET", f"claims/?article={article}")["results"]


@pytest.fixture(scope="session")
def tokens(stack: Stack) -> dict[str, str]:
    """A key to the API for each of the first people."""
    script = """
from annotations.models import User
from annotations.services.tokens import token_create
for user in User.objects.filter(username__in=["admin", "reviewer"]):
    print(user.username, token_create(actor=user, name="tests")[1])
"""
    return dict(line.split() for line in stack.shell(script).splitlines())


@pytest.fixture
def site(stack: Stack, tokens: dict[str, str]) -> Site:
    return Site(stack, tokens)


@pytest.fixture
def open_page(page: Page, stack: Stack) -> Callable[[int], Page]:
    """Sign in and open an article; the page fails the test if a script of it throws."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def opened(article: int) -> Page:
        be_signed_in(page, stack)
        page.goto(f"{stack.base_url}/articles/{article}/")
        expect(page.locator("#items .item").first).to_be_visible()
        return page

    yield opened  # type: ignore[misc]
    assert not errors


@pytest.fixture
def settle(page: Page) -> Callable[[], None]:
    return lambda: expect(page.locator("#save-state")).to_have_text("All saved", timeout=15_000)
