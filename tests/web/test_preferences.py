"""The preferences without a script, the sheet of keys, and what choices do to every page."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from annotations.models import Article
from annotations.services.preferences import preferences_set
from tests.factories import Cast

from .conftest import signed_in


@pytest.fixture
def reviewer(cast: Cast) -> Client:
    return signed_in(cast.reviewer)


def post(client: Client, **fields: str) -> tuple[int, str]:
    answer = client.post(reverse("preferences"), fields, follow=True)
    return answer.status_code, answer.content.decode()


def test_looks_are_on_every_page(cast: Cast, reviewer: Client) -> None:
    html = reviewer.get(reverse("corpora")).content.decode().partition("<head>")[0]
    assert 'data-theme-chosen="auto"' in html
    assert "data-theme=" not in html
    status, page = post(reviewer, part="looks", theme="dark", density="compact")
    assert status == 200
    assert "Your preferences are saved." in page
    for url in (reverse("corpora"), reverse("preferences"), "/nothing/here/"):
        html = reviewer.get(url).content.decode().partition("<head>")[0]
        assert 'data-theme="dark"' in html
        assert 'data-density="compact"' in html
    # Nobody else's, and nothing of the kind where nobody is signed in.
    other = signed_in(cast.second_reviewer).get(reverse("corpora")).content.decode()
    assert 'data-theme="dark"' not in other
    assert "data-theme" not in signed_in(None).get(reverse("account_login")).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"part": "looks", "theme": "pink", "density": "compact"},
        {"part": "looks"},
        {"part": "preset", "key_preset": "emacs"},
        {"part": "keys", "key-accept": "Backspace"},
        {"part": "keys", "key-accept": "x"},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    cast: Cast, reviewer: Client, fields: dict[str, str]
) -> None:
    _status, page = post(reviewer, **fields)
    assert "Your preferences are saved." not in page
    cast.reviewer.refresh_from_db()
    assert (cast.reviewer.theme, cast.reviewer.key_preset, cast.reviewer.keys) == (
        "auto", "factcheck", {},
    )  # fmt: skip


def test_a_refused_key_is_explained_beside_its_field(reviewer: Client) -> None:
    answer = reviewer.post(reverse("preferences"), {"part": "keys", "key-accept": "a x"})
    assert answer.status_code == 400
    rows = {row["action"]: row for group in answer.context["groups"] for row in group["rows"]}
    assert rows["accept"]["value"] == "a x"
    assert "belongs to “Reject the suggestion" in rows["accept"]["error"]
    assert not [row for row in rows.values() if row["error"] and row["action"] != "accept"]


def test_a_preset_puts_its_keys_in_the_place_of_ones_own(cast: Cast, reviewer: Client) -> None:
    preferences_set(actor=cast.reviewer, fields={"keys": {"accept": ["h"]}})
    post(reviewer, part="preset", key_preset="prodigy")
    cast.reviewer.refresh_from_db()
    assert (cast.reviewer.key_preset, cast.reviewer.keys) == ("prodigy", {})


def test_templates_show_ones_own_keys(cast: Cast, article: Article, reviewer: Client) -> None:
    keys = {"undo": ["Ctrl+z", "y"], "newClaim": [], "addFragment": ["Ctrl+Shift+s", "+"]}
    preferences_set(actor=cast.reviewer, fields={"keys": keys})
    page = reviewer.get(reverse("article", args=[article.pk])).content.decode()
    assert 'id="undo-button" aria-keyshortcuts="Control+z y">Undo <kbd>Ctrl+Z</kbd>' in page
    assert "Make a claim</button>" in page
    sheet = reviewer.get(reverse("key-sheet")).content.decode()
    assert "<kbd>Ctrl+Z</kbd> <kbd>y</kbd>" in sheet
    assert "New claim" not in sheet


def test_the_chosen_language_goes_before_the_browsers(
    cast: Cast, reviewer: Client, settings: LazySettings
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "Arabic")]

    def page(client: Client = reviewer, asked: str = "en") -> str:
        answer = client.get(reverse("key-sheet"), headers={"Accept-Language": asked})
        return answer.content.decode().partition("<head>")[0]

    assert 'lang="en"' in page()
    assert 'lang="de"' in page(asked="de")
    post(reviewer, part="looks", theme="auto", density="comfortable", interface_language="ar")
    assert 'lang="ar" dir="rtl"' in page()
    assert 'lang="ar" dir="rtl"' in page(asked="de")
    assert 'lang="en"' in page(signed_in(cast.second_reviewer))
    # The next request, of somebody who chose nothing, is not in it.
    assert 'lang="en"' in signed_in(None).get(reverse("account_login")).content.decode()
    # What isn't there any more is as good as nothing chosen.
    settings.LANGUAGES = [("en", "English")]
    cast.reviewer.refresh_from_db()
    assert cast.reviewer.interface_language == "ar"
    assert 'lang="en"' in page()
    # Its script of texts has an address of its own, so that no cache gives another language's.
    article_page = reviewer.get(reverse("preferences")).content.decode()
    assert f"{reverse('javascript-catalog')}?en" in article_page
