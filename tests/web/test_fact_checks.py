"""What readers and machines see: the page, the list, the feeds, and the report of an error."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from lxml import html
from pytest_django import DjangoAssertNumQueries

from annotations.models import Article, Claim, ErrorReport, FactCheck
from annotations.services.claims import claim_update
from annotations.services.evidence import evidence_update
from annotations.services.fact_checks import fact_check_correct, fact_check_withdraw
from tests.factories import Cast, make_claim, make_evidence, make_snapshot, make_verdict
from tests.services.publishing import draft, publish, set_publisher

HOSTILE = "</script><!--<script>alert(1)</script>"


@pytest.fixture
def claim(cast: Cast, article: Article) -> Claim:
    set_publisher(cast.corpus)
    claim = make_claim(
        article,
        cast.reviewer,
        "Unemployment doubled in 2025",
        normalised="Unemployment in Exland doubled in 2025",
        claimant="The <b>minister</b>",
        claim_date=dt.date(2026, 3, 2),
    )
    copy = make_snapshot(claim, cast.reviewer, url="https://statistics.example/fig")
    make_evidence(
        claim,
        cast.reviewer,
        url="https://statistics.example/fig",
        title=f"Figures {HOSTILE}",
        quote="It rose from 4 to 5 percent.",
        snapshot=copy.pk,
    )
    make_verdict(claim, cast.reviewer)
    claim.refresh_from_db()
    return claim


@pytest.fixture
def fact_check(cast: Cast, claim: Claim) -> FactCheck:
    return publish(
        cast.admin, claim, title="Unemployment in Exland doubled in 2025", summary=HOSTILE
    )


@pytest.fixture
def anybody() -> Client:
    return Client()


def page_of(fact_check: FactCheck) -> str:
    return reverse("fact-check", args=[fact_check.slug])


def json_ld(page: bytes) -> dict[str, Any]:
    (script,) = html.fromstring(page).xpath('//script[@type="application/ld+json"]/text()')
    found: dict[str, Any] = json.loads(script)
    return found


def test_the_page_has_all_that_a_reader_asks_for(anybody: Client, fact_check: FactCheck) -> None:
    page = anybody.get(page_of(fact_check)).content.decode()
    tree = html.fromstring(page)
    assert tree.xpath("string(//h1)") == "Unemployment in Exland doubled in 2025"
    assert tree.xpath("string(//mark)") == "Unemployment doubled in 2025"
    assert tree.xpath("string(//html/@lang)") == "en"
    words = " ".join(tree.text_content().split())
    for expected in (
        "The <b>minister</b>",
        "March 2, 2026",
        "the minister said",
        "False",
        "Not accurate.",
        "1 on a scale",
        "It rose from 4 to 5 percent.",
        "Refutes the claim",
        "It is false, as the figures show.",
        f"SHA-256 {fact_check.claim.evidence.get().snapshot.sha256}",  # type: ignore[union-attr]
        "How we check",
        "How we correct",
        "Report an error",
    ):
        assert expected in words + tree.xpath("string(//*[@role='img']/@aria-label)"), expected
    assert tree.xpath("string(//link[@rel='canonical']/@href)") == (
        "http://testserver/fact-checks/unemployment-in-exland-doubled-in-2025/"
    )
    assert tree.xpath("string(//meta[@property='og:title']/@content)")
    links = tree.xpath("//a/@href")
    assert {"https://ex.example/corrections", "https://ex.example/methods"} <= set(links)


def test_its_markup_has_what_google_requires_and_escapes(
    anybody: Client, fact_check: FactCheck
) -> None:
    page = anybody.get(page_of(fact_check)).content
    assert b"<script>alert" not in page
    assert page.count(b"</script>") == 1
    found = json_ld(page)
    assert found["@type"] == "ClaimReview"
    assert found["url"] == f"http://testserver{page_of(fact_check)}"
    assert found["claimReviewed"] == "Unemployment in Exland doubled in 2025"
    assert found["author"]["name"] == "Ex News"
    assert found["author"]["correctionsPolicy"] == "https://ex.example/corrections"
    assert found["reviewRating"] == {
        "@type": "Rating",
        "ratingValue": 1,
        "worstRating": 1,
        "bestRating": 5,
        "alternateName": "False",
    }
    claim = found["itemReviewed"]
    assert claim["author"] == {"@type": "Person", "name": "The <b>minister</b>"}
    assert claim["datePublished"] == "2026-03-02"
    assert found["citation"][0]["name"].endswith("</script>")
    assert found["datePublished"].startswith(fact_check.published_at.strftime("%Y-%m-%dT%H:%M:"))


def test_it_costs_three_queries_no_cookie_and_is_sent_once(
    anybody: Client, fact_check: FactCheck, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # The fact-check with its version and publisher; its corrections; what is protected.
    with django_assert_num_queries(3):
        answer = anybody.get(page_of(fact_check), headers={"accept-language": "de"})
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer["Content-Language"] == "en"
    assert "Report an error" in answer.content.decode()
    again = anybody.get(page_of(fact_check), headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    since = {"if-modified-since": answer["Last-Modified"]}
    assert anybody.get(page_of(fact_check), headers=since).status_code == 304
    signed_in = Client()
    signed_in.force_login(fact_check.published_by)
    assert signed_in.get(page_of(fact_check)).content == answer.content
    assert anybody.post(page_of(fact_check)).status_code == 405
    assert anybody.get(reverse("fact-check", args=["nothing"])).status_code == 404


def test_a_correction_stands_at_the_top_and_a_withdrawal_too(
    cast: Cast, anybody: Client, fact_check: FactCheck
) -> None:
    first = anybody.get(page_of(fact_check))
    make_verdict(fact_check.claim, cast.reviewer, "Half True")
    assert anybody.get(page_of(fact_check)).content == first.content
    fact_check_correct(
        actor=cast.admin,
        fact_check=fact_check,
        revision=1,
        digest=draft(fact_check.claim).digest,
        title=fact_check.title,
        what="We had compared the wrong years.",
        why="A reader <b>wrote</b>.",
    )
    answer = anybody.get(page_of(fact_check), headers={"if-none-match": first["ETag"]})
    page = answer.content.decode()
    assert page.index("We had compared the wrong years.") < page.index("<h1")
    assert "A reader &lt;b&gt;wrote" in page
    assert "<s>" in page
    assert json_ld(answer.content)["correction"][0]["@type"] == "CorrectionComment"
    fact_check_withdraw(
        actor=cast.admin, fact_check=fact_check, revision=2, why="We checked another claim."
    )
    answer = anybody.get(page_of(fact_check))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.index("We checked another claim.") < page.index("We had compared")
    assert 'class="rating"' not in page
    assert json_ld(answer.content)["@type"] == "WebPage"
    assert fact_check.title not in anybody.get(reverse("fact-checks")).content.decode()


def test_a_source_protected_later_leaves_every_page(
    cast: Cast, anybody: Client, fact_check: FactCheck
) -> None:
    before = {name: anybody.get(reverse(name)) for name in ("fact-check-feed", "fact-check-atom")}
    page = anybody.get(page_of(fact_check))
    piece = fact_check.claim.evidence.get()
    evidence_update(
        actor=cast.reviewer,
        evidence=piece,
        revision=1,
        fields={"protected": True, "protection_reason": "Asked."},
    )
    headers = {"if-none-match": page["ETag"], "if-modified-since": page["Last-Modified"]}
    after = anybody.get(page_of(fact_check), headers=headers).content.decode()
    assert "A source that we protect." in after
    assert "statistics.example" not in after
    feed = anybody.get(
        reverse("fact-check-feed"), headers={"if-none-match": before["fact-check-feed"]["ETag"]}
    )
    assert feed.status_code == 200
    assert b"statistics.example" not in b"".join(feed)  # type: ignore[arg-type]


def test_the_feeds_list_all(
    cast: Cast,
    anybody: Client,
    fact_check: FactCheck,
    django_assert_num_queries: DjangoAssertNumQueries,
    settings: Any,
) -> None:
    settings.SITE_URL = "https://facts.example"
    other = make_claim(fact_check.claim.article, cast.reviewer, "prices rose")
    make_verdict(other, cast.reviewer)
    gone = publish(cast.admin, other, title="Prices rose")
    fact_check_withdraw(actor=cast.admin, fact_check=gone, revision=1, why="Another year.")
    # The latest change, protected sources; publishers; fact-checks, corrections, their guard.
    with django_assert_num_queries(6):
        answer = anybody.get(reverse("fact-check-feed"))
        feed = json.loads(b"".join(answer))  # type: ignore[arg-type]
    assert answer["Content-Type"].startswith("application/ld+json")
    assert (feed["@type"], feed["name"]) == ("DataFeed", "Fact-checks by Ex News")
    first, second = feed["dataFeedElement"]
    assert first["item"][0]["sdLicense"] == "https://creativecommons.org/licenses/by/4.0/"
    assert first["item"][0]["url"].startswith("https://facts.example/fact-checks/unemp")
    assert second["dateDeleted"]
    assert "reviewRating" not in second["item"][0]
    again = anybody.get(reverse("fact-check-feed"), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    atom = ElementTree.fromstring(anybody.get(reverse("fact-check-atom")).content)  # noqa: S314
    (entry,) = atom.findall("{*}entry")
    assert entry.findtext("{*}title") == "Unemployment in Exland doubled in 2025 – False"
    assert entry.find("{*}link").get("href") == first["item"][0]["url"]  # type: ignore[union-attr]
    sitemap = anybody.get(reverse("sitemap")).content.decode()
    assert sitemap.count("<loc>https://facts.example/fact-checks/") == 2
    robots = anybody.get(reverse("robots")).content.decode()
    assert "Disallow: /\n" in robots
    assert "Sitemap: https://facts.example/sitemap.xml" in robots
    for words in ("The café closed", "Emissions fell"):
        another = make_claim(fact_check.claim.article, cast.reviewer, words)
        make_verdict(another, cast.reviewer)
        publish(cast.admin, another, title=words)
    # The page of fact-checks with versions and publisher, and one guard.
    with django_assert_num_queries(2):
        page = anybody.get(reverse("fact-checks")).content.decode()
    assert "Unemployment in Exland" in page
    assert "The café closed" in page
    # Publishers, and the same.
    with django_assert_num_queries(3):
        assert b"closed" in anybody.get(reverse("fact-check-atom")).content


def test_before_anything_is_published(anybody: Client, db: None) -> None:
    assert "Nothing has been published yet." in anybody.get(reverse("fact-checks")).content.decode()
    feed = json.loads(b"".join(anybody.get(reverse("fact-check-feed"))))  # type: ignore[arg-type]
    assert feed["dataFeedElement"] == []
    for name in ("fact-check-atom", "sitemap"):
        assert anybody.get(reverse(name)).status_code == 200


def test_a_page_speaks_its_own_language(cast: Cast, anybody: Client, claim: Claim) -> None:
    cast.corpus.language = "de"
    cast.corpus.save()
    german = publish(cast.admin, claim)
    page = anybody.get(page_of(german), headers={"accept-language": "en"}).content.decode()
    assert '<html lang="de" dir="ltr">' in page
    assert "Trifft nicht zu." in page


def test_text_from_the_right(cast: Cast, anybody: Client, claim: Claim) -> None:
    cast.corpus.language = "ar-EG"
    cast.corpus.save()
    claim_update(
        actor=cast.reviewer, claim=claim, revision=1, fields={"normalised": "تضاعفت البطالة"}
    )
    found = publish(cast.admin, claim, title="تضاعفت البطالة في 2025")
    assert found.slug == "2025"
    answer = anybody.get(page_of(found))
    # The words around it are in a language that the site speaks, and run as that does.
    assert '<html lang="en" dir="ltr">' in answer.content.decode()
    assert '<h1 dir="auto" lang="ar-EG">' in answer.content.decode()
    assert answer["Content-Language"] == "ar-EG"


def report(fact_check: FactCheck, client: Client | None = None, **fields: str) -> Any:
    url = reverse("fact-check-report", args=[fact_check.slug])
    return (client or Client()).post(url, {"text": "It was 13 percent, see page 4.", **fields})


def test_a_reader_reports_an_error(fact_check: FactCheck) -> None:
    cache.clear()
    careful = Client(enforce_csrf_checks=True)
    assert report(fact_check, careful).status_code == 403
    form = careful.get(reverse("fact-check-report", args=[fact_check.slug]))
    assert "noindex" in form.content.decode()
    assert "no-store" in form["Cache-Control"]
    token = form.cookies["csrftoken"].value
    answer = report(fact_check, careful, csrfmiddlewaretoken=token, contact="me@x.example")
    assert careful.get(answer["Location"]).status_code == 200
    found = ErrorReport.objects.get()
    assert (found.text, found.contact, found.state) == (
        "It was 13 percent, see page 4.",
        "me@x.example",
        "new",
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "bad"}, "at least 10 characters"),
        ({"text": "x" * 4001}, "at most 4000 characters"),
        ({"text": "A wrong\x00 number here"}, "Null characters are not allowed"),
        ({"contact": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_report_that_cannot_be_taken_is_kept_in_the_form(
    fact_check: FactCheck, fields: dict[str, str], expected: str
) -> None:
    answer = report(fact_check, **fields)
    assert (answer.status_code, expected in answer.content.decode()) == (400, True)
    assert not ErrorReport.objects.exists()


def test_programs_and_floods_reach_nobody(fact_check: FactCheck) -> None:
    cache.clear()
    assert report(fact_check, website="https://spam.example").status_code == 302
    assert not ErrorReport.objects.exists()
    assert [report(fact_check).status_code for _ in range(6)] == [302] * 5 + [429]
    assert ErrorReport.objects.count() == 5
    cache.clear()


def test_reports_behind_a_proxy_are_counted_by_reader(
    fact_check: FactCheck, behind_proxy: None
) -> None:
    one, other = (Client(HTTP_X_FORWARDED_FOR=f"192.0.2.9, 203.0.113.{n}") for n in (5, 6))
    assert [report(fact_check, one).status_code for _ in range(6)] == [302] * 5 + [429]
    assert report(fact_check, other).status_code == 302
