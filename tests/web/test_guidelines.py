"""The guidelines' pages: the version in force, what changed, and two people who edit at once."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from annotations.models import Guideline
from annotations.services.corpora import guideline_add
from tests.factories import Cast

from .conftest import signed_in


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.admin)


def edit(cast: Cast) -> str:
    return reverse("guideline-edit", args=[cast.corpus.pk])


def test_without_any(cast: Cast, admin: Client) -> None:
    url = reverse("guidelines", args=[cast.corpus.pk])
    assert "Write them" in admin.get(url).content.decode()
    page = signed_in(cast.reviewer).get(url).content.decode()
    assert "An admin of the corpus writes them." in page
    assert "Write them" not in page
    assert admin.get(reverse("guideline", args=[cast.corpus.pk, 1])).status_code == 404


def test_writing_and_reading(cast: Cast, admin: Client) -> None:
    text = "# Reading\r\n\r\nRead *twice*. <b>x</b>"
    answer = admin.post(edit(cast), {"text": text, "based_on": "0"}, follow=True)
    page = answer.content.decode()
    assert "Version 1 is in force now." in page
    assert '<h2 dir="auto">Reading</h2>\n<p dir="auto">Read <em>twice</em>. &lt;b&gt;' in page
    assert Guideline.objects.get().text == text.replace("\r\n", "\n")
    again = admin.post(edit(cast), {"text": text, "based_on": "1"}, follow=True)
    assert "Nothing was changed." in again.content.decode()
    assert Guideline.objects.count() == 1


def test_a_version_says_what_it_changed(cast: Cast, admin: Client) -> None:
    for text in ("Read twice.\nBe <fair>.", "Read thrice.\nBe <fair>.", "Read."):
        guideline_add(actor=cast.admin, corpus=cast.corpus, text=text)
    page = admin.get(reverse("guideline", args=[cast.corpus.pk, 2])).content.decode()
    assert "<del>Read <b>twice</b>.</del>" in page
    assert "<ins>Read <b>thrice</b>.</ins>" in page
    assert "Be &lt;fair&gt;." in page
    assert "not in force any more" in page
    first = admin.get(reverse("guideline", args=[cast.corpus.pk, 1])).content.decode()
    assert "<del>" not in first
    last = admin.get(reverse("guideline", args=[cast.corpus.pk, 3])).content.decode()
    assert "not in force any more" not in last


def test_who_comes_second_sees_both_texts(cast: Cast, admin: Client) -> None:
    guideline_add(actor=cast.admin, corpus=cast.corpus, text="Read twice.")
    form = admin.get(edit(cast)).context["form"]
    guideline_add(actor=cast.superuser, corpus=cast.corpus, text="Read thrice.")
    sent = {"text": "Read once, I say.", "based_on": form.initial["based_on"]}
    answer = admin.post(edit(cast), sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<ins>Read <b>thrice</b>.</ins>" in page
    assert re.search(r"<textarea[^>]*>\s*Read once, I say\.</textarea>", page)
    assert Guideline.objects.latest("version").text == "Read thrice."
    # Saving again is a choice made in sight of theirs.
    based_on = re.search(r'name="based_on" value="(\d+)"', page)
    assert based_on
    assert based_on[1] == "2"
    assert admin.post(edit(cast), {**sent, "based_on": "2"}).status_code == 302
    assert Guideline.objects.latest("version").text == "Read once, I say."
    # A third person's late page gets a conflict again.
    assert admin.post(edit(cast), {"text": "x", "based_on": "2"}).status_code == 409


@pytest.mark.parametrize(
    "sent", [{"text": ""}, {"text": "x" * 50_001}, {"text": "x", "based_on": "-1"}]
)
def test_what_cannot_be_saved_is_kept_in_the_form(
    cast: Cast, admin: Client, sent: dict[str, str]
) -> None:
    answer = admin.post(edit(cast), {"based_on": "0", **sent})
    assert answer.status_code == 400
    assert sent["text"] in answer.content.decode()
    assert not Guideline.objects.exists()


def test_many_versions_are_paged(cast: Cast, admin: Client) -> None:
    for number in range(23):
        guideline_add(actor=None, corpus=cast.corpus, text=f"Version {number}")
    url = reverse("guidelines", args=[cast.corpus.pk])
    first = admin.get(url).context["page"]
    assert [row.version for row in first.rows] == list(range(23, 3, -1))
    second = admin.get(url + first.next).context["page"]
    assert ([row.version for row in second.rows], second.next) == ([3, 2, 1], "")
