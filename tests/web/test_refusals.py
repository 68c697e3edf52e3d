"""What a page says where nothing can be done: in an archived corpus, and by the wrong way in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from annotations.models import Article, User
from annotations.services.bulk_actions import articles_change
from annotations.services.corpora import guideline_add
from annotations.services.corpus_states import corpus_archive
from annotations.web.workbench import READING_KEYS
from tests.factories import Cast, make_claim, make_extracted

from .conftest import signed_in

ARCHIVED = "“Elections” is archived, so it is read only."


@pytest.mark.parametrize("page", ["guideline-edit", "publisher"])
def test_a_form_of_a_corpus_that_was_archived_meanwhile_says_so(cast: Cast, page: str) -> None:
    guideline_add(actor=None, corpus=cast.corpus, text="Read twice.")
    corpus_archive(actor=None, corpus=cast.corpus)
    sent = {"text": "Once.", "based_on": "1", "revision": "0", "organisation": "Ex News"}
    sent |= {name: f"https://ex.example/{name}" for name in ("url", "corrections_policy")}
    sent["methodology"] = "https://ex.example/methods"
    answer = signed_in(cast.admin).post(reverse(page, args=[cast.corpus.pk]), sent)
    assert answer.status_code == 409
    assert ARCHIVED in answer.content.decode()
    assert [g.text for g in cast.corpus.guidelines.all()] == ["Read twice."]


def test_who_may_not_write_the_guidelines_reads_what_it_takes(cast: Cast) -> None:
    answer = signed_in(cast.reviewer).get(reverse("guideline-edit", args=[cast.corpus.pk]))
    assert answer.status_code == 403
    assert "it takes at least: admin" in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "back"),
    [
        ("corpus-delete", "corpus-settings"),
        ("corpus-copy", "corpus-settings"),
        ("corpus-archive", "corpus-settings"),
        ("corpus-bulk", "corpus"),
    ],
)
def test_an_address_that_takes_forms_leads_to_the_page_with_the_form(
    cast: Cast, view: str, back: str
) -> None:
    """Signed out when the form was sent, one comes to it by GET after signing in."""
    address = reverse(view, args=[cast.corpus.pk])
    assert "/login/" in Client().post(address)["Location"]
    answer = signed_in(cast.admin).get(address)
    assert answer["Location"] == reverse(back, args=[cast.corpus.pk])
    assert signed_in(cast.admin).put(address).status_code == 405


def page_data(user: User, article: Article) -> dict[str, object]:
    found: dict[str, object] = (
        signed_in(user).get(reverse("article-data", args=[article.pk])).json()
    )
    return found


def test_an_archived_article_is_there_to_be_read(cast: Cast, article: Article) -> None:
    open_one = page_data(cast.reviewer, article)
    assert open_one["read_only"] == ""
    assert len(open_one["keymap"]) > 2 * len(READING_KEYS)  # type: ignore[arg-type]
    corpus_archive(actor=None, corpus=cast.corpus)
    closed = page_data(cast.reviewer, article)
    assert str(closed["read_only"]).startswith(ARCHIVED)
    keys = {row["action"] for row in closed["keymap"]}  # type: ignore[attr-defined]
    assert keys == READING_KEYS
    page = signed_in(cast.admin).get(reverse("article", args=[article.pk])).content.decode()
    assert ARCHIVED in page
    assert f"{reverse('corpus-settings', args=[cast.corpus.pk])}#archive" in page


def test_names_of_deleted_articles_are_not_offered(cast: Cast, article: Article) -> None:
    gone = make_extracted(cast.corpus)
    for place, name in ((article, "Kept"), (gone, "Gone")):
        make_claim(place, cast.reviewer, claimant=f"{name} Speaker", tags=[f"{name} tag"])
    client = signed_in(cast.reviewer)

    def offered() -> tuple[object, ...]:
        data = page_data(cast.reviewer, article)
        lists = (
            client.get(f"/api/v1/{kind}/?corpus={cast.corpus.pk}").json()["results"]
            for kind in ("claimants", "tags")
        )
        return (
            data["claimants"],
            data["tags"],
            *(sorted(row["name"] for row in rows) for rows in lists),
        )

    both = (["Gone Speaker", "Kept Speaker"], ["Gone tag", "Kept tag"])
    assert offered() == (*both, *both)
    change = {"actor": None, "corpus": cast.corpus, "articles": [gone.pk]}
    articles_change(action="delete", confirm=cast.corpus.name, **change)  # type: ignore[arg-type]
    kept = (["Kept Speaker"], ["Kept tag"])
    assert offered() == (*kept, *kept)
    articles_change(action="restore", **change)  # type: ignore[arg-type]
    assert offered() == (*both, *both)
