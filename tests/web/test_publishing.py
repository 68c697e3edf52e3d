"""The admins' pages: what to publish, the preview, corrections, the publisher, readers' reports."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from annotations.models import Article, Claim, Correction, ErrorReport, FactCheck
from annotations.services.error_reports import report_receive
from tests.factories import Cast, make_claim, make_evidence, make_extracted, make_verdict
from tests.services.publishing import PUBLISHER, publish, set_publisher

from .conftest import signed_in

pytestmark = pytest.mark.any_database


@pytest.fixture
def claim(cast: Cast, article: Article) -> Claim:
    claim = make_claim(article, cast.reviewer, normalised="Nobody in Exland knows why")
    make_verdict(claim, cast.reviewer)
    return claim


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.admin)


def desk(claim: Claim) -> str:
    return reverse("claim-fact-check", args=[claim.pk])


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


WORDS = {"title": "Nobody in Exland knows why", "summary": "Somebody does."}


def test_from_the_list_over_the_preview_to_the_page(
    cast: Cast, claim: Claim, admin: Client
) -> None:
    url = reverse("corpus-fact-checks", args=[cast.corpus.pk])
    page = admin.get(url).content.decode()
    assert "Before anything can be published" in page
    assert desk(claim) in page
    assert "corrections policy" in admin.get(desk(claim)).content.decode()
    assert admin.post(desk(claim), {**WORDS, "do": "preview"}).status_code == 409
    set_publisher(cast.corpus)
    form = admin.get(desk(claim)).context["form"]
    assert form.initial["title"] == "Nobody in Exland knows why"
    preview = admin.post(desk(claim), {**WORDS, "do": "preview"})
    shown = preview.content.decode()
    assert "nobody else sees this yet" in shown
    assert "no-store" in preview["Cache-Control"]
    assert not FactCheck.objects.exists()
    sent = hidden(shown)
    back = admin.post(desk(claim), {**sent, "do": "edit"})
    assert back.context["form"]["summary"].value() == "Somebody does."
    done = admin.post(desk(claim), {**sent, "do": "publish"}, follow=True)
    assert "It is published." in done.content.decode()
    public = Client().get(reverse("fact-check", args=["nobody-in-exland-knows-why"]))
    # The page is the preview, but for the bar and what is only there once it is published.
    article = re.compile(r"<section.*</section>", re.DOTALL)
    assert article.findall(public.content.decode()) == article.findall(shown)
    assert desk(claim) not in admin.get(url).content.decode()
    assert desk(claim) in admin.get(url, {"show": "published"}).content.decode()


def test_what_changed_between_preview_and_publishing_is_seen_first(
    cast: Cast, claim: Claim, admin: Client
) -> None:
    set_publisher(cast.corpus)
    sent = hidden(admin.post(desk(claim), {**WORDS, "do": "preview"}).content.decode())
    make_evidence(claim, cast.reviewer)
    answer = admin.post(desk(claim), {**sent, "do": "publish"})
    assert answer.status_code == 409
    assert "look again" in answer.content.decode()
    assert "Somebody does." in answer.content.decode()
    bad = admin.post(desk(claim), {"title": "False: nobody knows", "do": "preview"})
    assert (bad.status_code, "without the rating" in bad.content.decode()) == (400, True)


def test_a_finding_that_differs_is_seen_and_corrected(
    cast: Cast, claim: Claim, admin: Client
) -> None:
    set_publisher(cast.corpus)
    fact_check = publish(cast.admin, claim, title=WORDS["title"])
    make_verdict(claim, cast.reviewer, "True")
    changed = reverse("corpus-fact-checks", args=[cast.corpus.pk]) + "?show=changed"
    assert "it is “True” now" in admin.get(changed).content.decode()
    assert "it was “False”, and it is “True” now" in admin.get(desk(claim)).content.decode()
    report = report_receive(fact_check=fact_check, text="I do know why, see page 4.")
    accept = admin.post(reverse("report-do", args=[report.pk]), {"do": "accept"})
    assert accept["Location"] == f"{desk(claim)}?report={report.pk}"
    assert f'name="report" value="{report.pk}"' in admin.get(accept["Location"]).content.decode()
    missing = admin.post(desk(claim), {**WORDS, "do": "preview"})
    assert missing.status_code == 400
    words = {**WORDS, "what": "The rating.", "why": "A reader knew.", "report": str(report.pk)}
    shown = admin.post(desk(claim), {**words, "do": "preview"}).content.decode()
    assert shown.index("A reader knew.") < shown.index("<h1")
    admin.post(desk(claim), {**hidden(shown), "do": "publish"})
    correction = Correction.objects.get()
    assert (correction.old_rating, correction.new_rating) == ("False", "True")
    report.refresh_from_db()
    assert report.correction == correction
    assert "True" in Client().get(reverse("fact-check", args=[fact_check.slug])).content.decode()
    # A second window that still shows the first version.
    late = admin.post(desk(claim), {"do": "withdraw", "revision": "1", "why": "Wrong."})
    assert late.status_code == 409
    admin.post(desk(claim), {"do": "withdraw", "revision": "2", "why": "Wrong claim."})
    fact_check.refresh_from_db()
    assert fact_check.state == "withdrawn"
    assert "publishes it again" in admin.get(desk(claim)).content.decode()


def test_the_queue_of_reports(cast: Cast, claim: Claim, admin: Client) -> None:
    set_publisher(cast.corpus)
    fact_check = publish(cast.admin, claim)
    text = "<script>alert(1)</script> is wrong."
    report = report_receive(fact_check=fact_check, text=text, contact="<b>me</b>@x.example")
    url = reverse("reports", args=[cast.corpus.pk])
    page = admin.get(url).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;me" in page
    corpus = reverse("corpus", args=[cast.corpus.pk])
    assert "New reports" in admin.get(corpus).content.decode()
    assert "New reports" not in signed_in(cast.reviewer).get(corpus).content.decode()
    do = reverse("report-do", args=[report.pk])
    assert "say why" in admin.post(do, {"do": "dismiss"}, follow=True).content.decode()
    admin.post(do, {"do": "forget"})
    admin.post(do, {"do": "dismiss", "answer": "It is right."})
    found = ErrorReport.objects.get()
    assert (found.state, found.contact, found.answer) == ("dismissed", "", "It is right.")
    assert "It is right." in admin.get(url, {"show": "dismissed"}).content.decode()
    assert "No report waits" in admin.get(url).content.decode()
    assert signed_in(cast.adjudicator).post(do, {"do": "accept"}).status_code == 404
    assert admin.get(do)["Location"] == reverse("corpora")


def test_the_publisher(cast: Cast, admin: Client) -> None:
    url = reverse("publisher", args=[cast.corpus.pk])
    wrong = admin.post(url, {**PUBLISHER, "methodology": "", "revision": "0"})
    assert (wrong.status_code, "required" in wrong.content.decode()) == (400, True)
    assert admin.post(url, {**PUBLISHER, "revision": "0"}).status_code == 302
    late = admin.post(url, {**PUBLISHER, "organisation": "Other", "revision": "0"})
    assert late.status_code == 409
    assert "Ex News" in late.content.decode()
    again = {**PUBLISHER, "organisation": "Other", **hidden(late.content.decode())}
    assert admin.post(url, {**again, "revision": "1"}).status_code == 302
    cast.corpus.refresh_from_db()
    assert cast.corpus.publication.organisation == "Other"


def test_admins_alone_see_these_pages(cast: Cast, claim: Claim) -> None:
    corpus = cast.corpus.pk
    urls = [
        desk(claim),
        *(reverse(name, args=[corpus]) for name in ("corpus-fact-checks", "publisher", "reports")),
    ]
    for who, user in cast.everybody.items():
        expected = 200 if who in {"admin", "superuser"} else 403
        expected = 404 if who in {"outsider", "stranger"} else expected
        assert [signed_in(user).get(url).status_code for url in urls] == [expected] * 4, who
    assert [signed_in(None).get(url).status_code for url in urls] == [302] * 4


def test_the_lists_cost_the_same_however_long(
    cast: Cast, claim: Claim, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    set_publisher(cast.corpus)
    url = reverse("corpus-fact-checks", args=[cast.corpus.pk])
    for number in range(3):
        other = make_claim(make_extracted(cast.corpus), cast.reviewer)
        make_verdict(other, cast.reviewer)
        if number:
            publish(cast.admin, other)
    shows: dict[str, Any] = {}
    for show in ("", "published"):
        # Session, person, corpus, role, page, claims with six of their parts, scale and its
        # ratings; publisher, reports, unread; protected sources of what is published.
        with django_assert_num_queries(18 if show else 17):
            shows[show] = admin.get(url, {"show": show})
    assert len(shows[""].context["lines"]) == 2
    assert len(shows["published"].context["lines"]) == 2
