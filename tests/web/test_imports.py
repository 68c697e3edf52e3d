"""The pages on which files are brought in, without a browser's help."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotations.models import Article, Import, ImportState, Job, SearchGap
from annotations.services.import_rollback import import_rollback_run
from annotations.services.import_runs import import_check_run, import_run
from annotations.services.imports import import_start
from tests.factories import Cast
from tests.services.importing import check, upload, work

from .conftest import signed_in

TABLE = "headline,body,said\nOne,Sales fell by 5 percent.,Ana\nTwo,,Ben\n"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.admin)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_file_is_sent_checked_brought_in_and_taken_back(cast: Cast, admin: Client) -> None:
    page = reverse("imports", args=[cast.corpus.pk])
    assert "Nothing was sent yet." in text(admin.get(page))
    sent = SimpleUploadedFile("table.csv", TABLE.encode())
    answer = admin.post(page, {"file": [sent]})
    source = Import.objects.get()
    here = reverse("import", args=[source.pk])
    assert answer["Location"] == here
    assert source.state == ImportState.CHECKING
    assert 'data-under-way="1"' in text(admin.get(here))

    source = work(source, import_check_run)
    shown = text(admin.get(here))
    assert "Sales fell by 5 percent." in shown
    assert "Nothing is in the corpus yet." in shown
    assert "line 3" in shown
    rejected = reverse("api:import-rejected", args=[source.pk])
    assert f'<a href="{rejected}?form=file">Download the rejected rows</a>' in shown
    assert f'<a href="{rejected}">Download them with their reasons</a>' in shown
    assert not Article.objects.filter(corpus=cast.corpus).exists()

    admin.post(reverse("import-do", args=[source.pk]), {"do": "start"})
    work(source, import_run)
    article = Article.objects.get(corpus=cast.corpus)
    assert article.title == "One"
    # How it was read stays to be seen; while search doesn't find it, that is said.
    assert re.search("How it is read · 1 × <code>csv</code> · 1 × utf-8", text(admin.get(here)))
    SearchGap.objects.create(source=source, kind="articles", first=1, last=3, rows=3)
    Job.objects.filter(imported=source).update(state="cancelled")
    assert "Search does not find 3 of its articles" in text(admin.get(here))
    Job.objects.filter(imported=source).update(state="done")
    SearchGap.objects.all().delete()
    Import.objects.update(file="")
    gone = text(admin.get(here))
    assert "no longer kept" in gone
    assert 'value="rollback"' in gone
    assert 'value="check"' not in gone
    assert "table.csv" in text(admin.get(page))
    assert 'value="rollback"' in text(admin.get(here))
    admin.post(reverse("import-do", args=[source.pk]), {"do": "rollback"})
    work(source, import_rollback_run)
    assert not Article.objects.filter(corpus=cast.corpus).exists()
    assert "Taken back" in text(admin.get(here))


def test_what_the_first_rows_will_be_is_shown(cast: Cast, admin: Client) -> None:
    """Claims of articles that are there too; nothing of a file is taken for markup."""
    table = (
        "headline,body,author,url,language,quote,label,claimant,rating\n"
        "<b>One</b>,Sales fell by 5 percent.,<i>Ana</i>,https://news.example/1,fr,"
        "Sales fell,costly,Ben & Co,False\n"
    )
    source = check(cast.corpus, "table.csv", table)
    here = reverse("import", args=[source.pk])
    shown = text(admin.get(here))
    for words in (
        "&lt;b&gt;One&lt;/b&gt;",
        "&lt;i&gt;Ana&lt;/i&gt;",
        "https://news.example/1",
        "<dd>fr</dd>",
        '<span class="words" dir="auto">Sales fell</span>',
        '<bdi class="preview-label">costly</bdi>',
        "<bdi>Ben &amp; Co</bdi>",
        "<bdi>False</bdi>",
    ):
        assert words in shown, words
    assert "in the corpus already" not in shown
    work(import_start(actor=None, source=source), import_run)
    article = Article.objects.get()
    again = check(cast.corpus, "more.csv", "body,quote\nSales fell by 5 percent.,5 percent\n")
    shown = text(admin.get(reverse("import", args=[again.pk])))
    assert f'<a href="{reverse("article", args=[article.pk])}">&lt;b&gt;One' in shown
    assert "This article is in the corpus already." in shown


def test_a_text_or_addresses_are_pasted(cast: Cast, admin: Client) -> None:
    page = reverse("imports", args=[cast.corpus.pk])
    admin.post(page, {"text": "date 2026-03-01\r\nSales fell.\r\n\r\nThe mayor said so."})
    source = work(Import.objects.get(), import_check_run)
    assert (source.file_name, source.formats) == ("pasted.txt", {"text": 1})
    (row,) = source.preview["rows"]
    assert (row["text"], row["published"]) == ("Sales fell.\n\nThe mayor said so.", "2026-03-01")
    admin.post(page, {"text": "http://127.0.0.1:9/a\r\nhttp://127.0.0.1:9/b"})
    source = work(Import.objects.first(), import_check_run)  # type: ignore[arg-type]
    # By the fetcher, which has its reasons.
    assert (source.formats, source.counts["rejected"]) == ({"urls": 1}, 2)
    empty = admin.post(page, {"text": " \r\n"})
    assert (empty.status_code, Import.objects.count()) == (400, 2)
    assert "send a file" in text(empty)


def test_columns_are_chosen_and_the_file_is_checked_again(cast: Cast, admin: Client) -> None:
    source = check(cast.corpus, "table.csv", TABLE.replace("body", "Words of it"))
    here = reverse("import", args=[source.pk])
    page = text(admin.get(here))
    # Nothing would come in as it is, so what is to be chosen stands open.
    assert 'class="import-options" open' in page
    assert '<label for="id_column-claim_date">Date of the claim</label>' in page
    chosen = {"column-text": "Words of it", "annotations": "none", "misplaced": "drop"}
    assert admin.post(here, chosen)["Location"] == here
    source = work(Import.objects.get(), import_check_run)
    assert source.options == {
        "columns": {"text": "Words of it"},
        "annotations": "none",
        "misplaced": "drop",
        "extract": False,
        "near_duplicates": False,
    }
    assert source.counts["articles"] == 1
    # What can't be chosen is refused beside its field.
    refused = admin.post(here, {"column-text": "No such column"})
    assert refused.status_code == 400
    assert "errorlist" in text(refused)
    refused = admin.post(here, {"encoding": "zip"})
    assert refused.status_code == 400
    assert "not the name of an encoding" in text(refused)


@pytest.mark.parametrize("divider", ["\t", "^"])
def test_what_divides_columns_is_chosen(cast: Cast, admin: Client, divider: str) -> None:
    table = f"text,more{divider}author\nOne, two.{divider}Ann\n"
    source = check(cast.corpus, "table.csv", table, delimiter=divider if divider == "^" else "")
    here = reverse("import", args=[source.pk])
    assert f'<option value="{divider}"' in text(admin.get(here))
    chosen = {"delimiter": divider, "column-text": ""}
    assert admin.post(here, chosen)["Location"] == here
    source = work(source, import_check_run)
    assert source.options["delimiter"] == divider
    assert source.preview["columns"] == ["text,more", "author"]
    assert admin.post(here, {"delimiter": "#"}).status_code == 400


def test_what_came_in_all_or_not_at_all_and_what_is_alike(cast: Cast, admin: Client) -> None:
    words = " ".join(f"word{n}" for n in range(80))
    rows = f"headline,body,said\nOne,{words},Ana\nTwo,{words} more,Ana\nThree,,Ben\n"
    source = check(cast.corpus, "table.csv", rows)
    here = reverse("import", args=[source.pk])
    assert "Fetch the page behind" not in text(admin.get(here))
    admin.post(here, {"all_or_nothing": "on", "near_duplicates": "on"})
    source = work(source, import_check_run)
    assert (source.options["all_or_nothing"], source.counts["rejected"]) == (True, 1)
    refused = admin.post(reverse("import-do", args=[source.pk]), {"do": "start"}, follow=True)
    assert "1 rows would be rejected" in text(refused)
    admin.post(here, {"near_duplicates": "on"})
    work(source, import_check_run)
    assert "nearly the same" in text(admin.get(here))
    admin.post(reverse("import-do", args=[source.pk]), {"do": "start"})
    work(source, import_run)
    first, second = Article.objects.filter(corpus=cast.corpus).order_by("pk")
    shown = text(admin.get(here)).partition("Nearly the same")[2]
    assert shown.index(reverse("article", args=[second.pk])) < shown.index(
        reverse("article", args=[first.pk])
    )


def test_a_check_that_failed_can_be_chosen_otherwise(cast: Cast, admin: Client) -> None:
    """There is nothing to take back, and going on would fail once more."""
    source = check(cast.corpus, "a.zip", b"PK\x03\x04 and no more")
    assert source.state == ImportState.FAILED
    here = reverse("import", args=[source.pk])
    page = text(admin.get(here))
    assert 'class="import-options" open' in page
    assert re.findall('name="do" value="([a-z]+)"', page) == ["start", "check"]
    chosen = {"format": "text", "annotations": "none", "misplaced": "drop"}
    assert admin.post(here, chosen)["Location"] == here
    assert work(Import.objects.get(), import_check_run).state != ImportState.CHECKING


def test_what_the_state_forbids_is_said(cast: Cast, admin: Client) -> None:
    source = upload(cast.corpus, "a.txt", "Sales fell.")
    do = reverse("import-do", args=[source.pk])
    page = admin.post(do, {"do": "cancel"}, follow=True)
    assert "Nothing is under way." in text(page)
    assert admin.post(do, {"do": "explode"}).status_code == 302
    empty = SimpleUploadedFile("a.txt", b"")
    refused = admin.post(reverse("imports", args=[cast.corpus.pk]), {"file": [empty]})
    assert (refused.status_code, Import.objects.count()) == (400, 1)
    assert "the file is empty" in text(refused)


def test_file_names_and_reasons_are_never_markup(cast: Cast, admin: Client) -> None:
    name = "<img src=x onerror=alert(1)>.csv"
    source = check(cast.corpus, name, "title,text,published\n<b>T</b>,,\nU,Words.,<i>noon</i>\n")
    for url in (reverse("imports", args=[cast.corpus.pk]), reverse("import", args=[source.pk])):
        page = text(admin.get(url))
        assert "&lt;img src=x" in page
        assert "<img src=x" not in page
        assert "<i>noon" not in page


def test_only_admins_see_imports(cast: Cast) -> None:
    source = upload(cast.corpus, "a.txt", "Sales fell.")
    pages = [reverse("imports", args=[cast.corpus.pk]), reverse("import", args=[source.pk])]
    for who, user in cast.everybody.items():
        expected = 200 if who in {"admin", "superuser"} else 403
        expected = 404 if who in {"outsider", "stranger"} else expected
        for url in pages:
            assert signed_in(user).get(url).status_code == expected, (who, url)
        do = signed_in(user).post(reverse("import-do", args=[source.pk]), {"do": "nothing"})
        assert do.status_code == (302 if expected == 200 else expected)
        link = pages[0] in text(signed_in(user).get(reverse("corpus", args=[cast.corpus.pk])))
        assert link is (expected == 200)
    assert signed_in(None).get(pages[1]).status_code == 302


def test_a_page_of_problems_costs_a_fixed_number_of_queries(
    cast: Cast, admin: Client, django_assert_max_num_queries: Any
) -> None:
    rows = "".join(f"T{n},\n" for n in range(120))
    source = check(cast.corpus, "table.csv", f"title,text\n{rows}")
    with django_assert_max_num_queries(14):
        page = text(admin.get(reverse("import", args=[source.pk])))
    assert page.count("severity-rejected") == 50
    assert "after=" in page
