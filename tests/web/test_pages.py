"""What the pages show, how much they ask the database, and how they are protected."""

from __future__ import annotations

import itertools
import json
import os
import re
import uuid
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from annotations.models import Article, Assignment, Corpus, Job
from annotations.services.articles import article_submit
from annotations.services.assignments import assignment_add
from annotations.services.corpora import guideline_add
from annotations.services.discussion import comment_withdraw, thread_resolve
from annotations.services.leases import job_fail, jobs_claim
from annotations.services.presence import presence_touch
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.web.today import zone_of
from annotations.web.workbench import reading_blocks
from tests.e2e import made_up
from tests.factories import (
    TEXT,
    Cast,
    make_answer,
    make_article,
    make_claim,
    make_extracted,
    make_question,
    make_thread,
    make_verdict,
    suggestions_of,
)

from .conftest import signed_in


@pytest.fixture(autouse=True)
def _fresh_rate_limits() -> None:
    cache.clear()


@pytest.fixture
def reviewer(cast: Cast) -> Client:
    cast.reviewer.set_password("a password of her own")
    cast.reviewer.save()
    return signed_in(cast.reviewer)


def page_data(client: Client, article: Article) -> dict:
    page = client.get(reverse("article", args=[article.pk])).content.decode()
    found = re.search(r'<script id="workbench-data" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_the_corpus_page_shows_state_counts_and_progress(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    first, second, _third = suggestions_of(article)
    suggestion_accept(actor=cast.reviewer, suggestion=first)
    suggestion_reject(actor=cast.reviewer, suggestion=second)
    page = reviewer.get(reverse("corpus", args=[cast.corpus.pk])).content.decode()
    assert "in review" in page
    assert "2/3" in page
    assert 'max="3" value="2"' in page


def test_filters_of_the_corpus_page(cast: Cast, article: Article, reviewer: Client) -> None:
    waiting = make_article(cast.corpus, title="Still waiting")
    url = reverse("corpus", args=[cast.corpus.pk])

    def shown(query: str) -> set[int]:
        return {a.pk for a in reviewer.get(url + query).context["page"].rows}

    assert shown("") == {article.pk, waiting.pk}
    assert shown("?show=to-review") == {article.pk}
    assert shown("?show=extracting") == {waiting.pk}
    assert shown("?show=failed") == set()
    assert shown("?show=nonsense") == {article.pk, waiting.pk}


def test_pages_of_the_list_follow_each_other(cast: Cast, reviewer: Client) -> None:
    for _ in range(52):
        make_article(cast.corpus)
    url = reverse("corpus", args=[cast.corpus.pk])
    first = reviewer.get(url).context["page"]
    assert (len(first.rows), first.previous) == (50, "")
    second = reviewer.get(url + first.next).context["page"]
    assert (len(second.rows), second.next) == (2, "")
    back = reviewer.get(url + second.previous).context["page"]
    assert back.rows == first.rows
    for odd in ("?after=x", "?before=", "?after=99999999999999999999", "?after=-1", "?before=²"):
        assert reviewer.get(url + odd).status_code == 200


def test_publishers_are_offered_the_most_frequent_first(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    for name in ("Beta", "Alpha", "Beta", ""):
        make_article(cast.corpus, publisher=name)
    make_article(cast.other_corpus, publisher="Elsewhere Post")
    answer = reviewer.get(reverse("corpus-publishers", args=[cast.corpus.pk]))
    assert answer.json() == {"publishers": ["Beta", "Alpha"]}


def test_the_corpus_page_asks_a_fixed_number_of_queries(
    cast: Cast, reviewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    url = reverse("corpus", args=[cast.corpus.pk])
    for _ in range(3):
        make_extracted(cast.corpus)
    # session, user, corpus, role, kept counts and those of marked ones, keys of the page's
    # articles (one's own, scored and not; others' likewise), the articles, who they are assigned
    # to, one's own day, unread discussions
    with django_assert_num_queries(14):
        reviewer.get(url)
    for _ in range(5):
        assignment_add(actor=None, article=make_extracted(cast.corpus), user=cast.reviewer)
    # and counts of those with the words; on PostgreSQL, twice, the search's configurations, and its
    # limit of time: a savepoint, set and put back
    with django_assert_num_queries(21 if connection.vendor == "postgresql" else 15):
        reviewer.get(f"{url}?assigned=me&flagged=&q=minister&order=priority&show=to-review")
    # and, for an admin, the people to choose from, what is being changed just now, and how many
    # reports of readers are new
    admin = signed_in(cast.admin)
    with django_assert_num_queries(17):
        admin.get(url)


def put_between(corpus: Corpus) -> None:
    """An article before all others of the queue and one after them: a query finds each."""
    for worth in (1.0, 0.0):
        article = make_extracted(corpus)
        Article.objects.filter(pk=article.pk).update(check_worthiness=worth)


def test_the_article_page_asks_a_fixed_number_of_queries(
    cast: Cast, article: Article, reviewer: Client, django_assert_max_num_queries: object
) -> None:
    url = reverse("article", args=[article.pk])
    put_between(cast.corpus)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reviewer.get(url)
        return len(queries)

    claim = make_claim(article, cast.reviewer)
    make_answer(make_question(claim, cast.reviewer), cast.reviewer)
    make_verdict(claim, cast.reviewer)
    make_thread(claim, cast.admin, text="@rita?")
    few = count()
    for phrase in ("The café closed", "prices rose", "Emissions fell"):
        claim = make_claim(article, cast.reviewer, phrase)
        make_answer(make_question(claim, cast.reviewer), cast.reviewer)
        make_verdict(claim, cast.reviewer)
        make_thread(claim, cast.reviewer, cast.admin, cast.second_reviewer, text="@olga?")
    for suggestion in suggestions_of(article):
        suggestion_accept(actor=cast.reviewer, suggestion=suggestion)
    assert count() == few
    # session, user, article with corpus, text, role, types, ratings, job, workers, suggestions,
    # claims with their spans, types, tags, evidence, questions, answers and verdicts, claimants,
    # tags, version, both neighbours, threads with their comments and mentions, people,
    # unread discussions
    assert few <= 29


def test_what_was_found_in_an_earlier_text_is_not_set_on_this_one(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    """An archive may bring a text that the detector hasn't read."""
    assert page_data(reviewer, article)["suggestions"]
    article.texts.create(number=2, text="Corrected. " + article.text.text, content_hash="0" * 64)
    data = page_data(reviewer, article)
    assert (data["run"], data["sentences"], data["suggestions"]) == (None, [], [])


def test_of_a_run_that_the_page_has_it_is_told_only_what_was_decided(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    first, second, _third = suggestions_of(article)
    before = page_data(reviewer, article)
    claim = suggestion_accept(actor=cast.second_reviewer, suggestion=first)
    suggestion_reject(actor=cast.reviewer, suggestion=second)
    address = reverse("article-data", args=[article.pk])
    whole = reviewer.get(address).json()
    short = reviewer.get(address, {"run": before["run"]}).json()
    # The page makes the one of the other.
    decided = {decision.pop("id"): decision for decision in short.pop("decisions")}
    assert decided[first.pk]["claim"] == claim.pk
    suggestions = [row | decided.get(row["id"], {}) for row in before["suggestions"]]
    assert {**short, "sentences": before["sentences"], "suggestions": suggestions} == whole
    # Another run than the page's, and none.
    for other in (before["run"] + 1, "", "x"):
        assert reviewer.get(address, {"run": other}).json() == whole


def test_the_page_data_has_the_shapes_of_the_api(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    """The page begins with what it embeds and goes on with what the API answers."""
    claim = make_claim(article, cast.reviewer, normalised="Nobody knows.", claimant="The minister")
    question = make_question(claim, cast.reviewer)
    make_answer(question, cast.second_reviewer)
    make_answer(question, cast.reviewer, answer_type="Unanswerable", text="", source_url="")
    guideline_add(actor=cast.admin, corpus=cast.corpus, text="Read twice.")
    make_verdict(claim, cast.reviewer, confidence="low", strategies=["Consultation"])
    data = page_data(reviewer, article)
    answer = reviewer.get(f"/api/v1/claims/{claim.pk}/").json()
    (embedded,) = data["claims"]

    def agree(mine: object, theirs: object, path: str = "claim") -> None:
        if isinstance(mine, dict):
            assert isinstance(theirs, dict), path
            for key, value in mine.items():
                assert key in theirs, f"{path}.{key} is not in the API"
                agree(value, theirs[key], f"{path}.{key}")
        elif isinstance(mine, list):
            assert isinstance(theirs, list), path
            assert len(mine) == len(theirs), path
            for i, (a, b) in enumerate(zip(mine, theirs, strict=True)):
                agree(a, b, f"{path}[{i}]")
        else:
            assert mine == theirs, path

    agree(embedded, answer)
    make_thread(claim, cast.second_reviewer, cast.reviewer, text="Which *year*, @rita?")
    thread = make_thread(claim, cast.reviewer, cast.second_reviewer)
    comment_withdraw(actor=cast.reviewer, comment=thread.comments.earliest("id"), revision=1)
    thread_resolve(actor=cast.admin, thread=thread, revision=1)
    threads = page_data(reviewer, article)["threads"]
    assert list(threads) == [str(claim.uid)]
    assert [thread["unread"] for thread in threads[str(claim.uid)]] == [1, 1]
    newest_first = reviewer.get(f"/api/v1/threads/?article={article.pk}").json()["results"]
    assert threads[str(claim.uid)] == newest_first[::-1]
    assert [len(q["answers"]) for q in embedded["questions"]] == [2]
    (verdict,) = embedded["verdicts"]
    assert verdict["rationale_html"].startswith('<p dir="auto">It is false')
    assert (verdict["confidence"], verdict["guideline_version"]) == ("low", 1)
    shown = reviewer.get(f"/api/v1/suggestions/?article={article.pk}").json()["results"]
    for mine, theirs in zip(data["suggestions"], shown, strict=True):
        theirs["score"] = round(theirs["score"], 4)
        theirs["decided_by"] = theirs["decided_by"] and theirs["decided_by"]["name"]
        agree(mine, theirs, "suggestion")


def test_the_page_knows_what_the_detector_said_as_the_api_does(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    url = reverse("article", args=[article.pk])

    def count(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reviewer.get(url)
        return len(queries)

    put_between(cast.corpus)
    plain = count(url)
    rich = Article.objects.get(pk=made_up.make(corpus=cast.corpus))
    assert count(reverse("article", args=[rich.pk])) == plain
    data = page_data(reviewer, rich)
    assert data["article"]["published"] == "2021-12-01"
    assert data["article"]["dateline"] == rich.dateline
    shown = reviewer.get(f"/api/v1/suggestions/?article={rich.pk}").json()["results"]
    names = ("kind_confidence", "claimant_mention", "attribution", "dates", "first_mention")
    by_id = {s["id"]: s for s in shown}
    assert len(by_id) == len(data["suggestions"]) == 7
    for mine in data["suggestions"]:
        assert {n: mine[n] for n in names} == {n: by_id[mine["id"]][n] for n in names}
    assert data["suggestions"][0]["attribution"]["form"] == "direct"


def test_data_cannot_break_out_of_the_page(cast: Cast, reviewer: Client) -> None:
    evil = "</script><script>alert(1)</script>"
    article = make_extracted(cast.corpus, f"{TEXT} {evil}", title=f"Title {evil}")
    make_claim(article, cast.reviewer, normalised=f"Claim {evil}")
    page = reviewer.get(reverse("article", args=[article.pk])).content.decode()
    assert evil not in page
    assert re.search(r'<span class="s"[^>]*>[^<]*&lt;/script&gt;&lt;script&gt;', page)
    assert page_data(reviewer, article)["claims"][0]["normalised"] == f"Claim {evil}"


def test_no_inline_script_or_style_on_any_page(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    urls = [
        reverse("corpora"),
        reverse("corpus", args=[cast.corpus.pk]),
        reverse("article", args=[article.pk]),
        reverse("token-list"),
        reverse("preferences"),
        reverse("key-sheet"),
        reverse("account_change_password"),
        "/nothing/here/",
    ]
    for url in urls:
        answer = reviewer.get(url)
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        page = answer.content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page), url
        for tag in re.findall(r"<script[^>]*>", page):
            assert "src=" in tag or 'type="application/json"' in tag, tag


def test_a_failed_extraction_says_why(cast: Cast, reviewer: Client) -> None:
    article = make_article(cast.corpus)
    job = Job.objects.get(article=article)
    (held,) = jobs_claim(worker="test:1", first=job.pk)
    job_fail(job=held, error="The text is in Klingon.", permanent=True)
    data = page_data(reviewer, article)
    assert data["job"]["state"] == "failed"
    assert data["job"]["error"] == "The text is in Klingon."
    page = reviewer.get(reverse("corpus", args=[cast.corpus.pk])).content.decode()
    assert "extraction failed" in page


def test_reading_blocks_cover_every_character_once() -> None:
    text = "One. Two 👩🏽‍🚀.\n\nÉté. ‏שלום. End"
    sentences = [[0, 4], [5, 13], [15, 19], [20, len(text)]]
    blocks = reading_blocks(text, sentences)
    assert len(blocks) == 2
    for block in blocks:
        for start, words in block:
            assert text[start : start + len(words)] == words
        for (a, words), (b, _) in itertools.pairwise(block):
            assert a + len(words) == b
    assert "".join(words for block in blocks for _, words in block) == text.replace("\n", "")


def test_reading_blocks_without_sentences_are_paragraphs() -> None:
    assert reading_blocks("A b.\n\n  C d.\n", []) == [[(0, "A b.")], [(8, "C d.")]]


def test_the_progress_of_an_extraction(cast: Cast, article: Article, reviewer: Client) -> None:
    make_article(cast.corpus)
    answer = reviewer.get(reverse("corpus-progress", args=[cast.corpus.pk])).json()
    assert (answer["all"], answer["extracting"], answer["to_review"]) == (2, 1, 1)
    assert answer["workers_missing"] == "any"
    assert answer["message"] == "1 article is waiting for extraction."


def test_a_token_is_shown_once(cast: Cast, reviewer: Client) -> None:
    url = reverse("token-list")
    page = reviewer.post(url, {"name": "weekly export"}).content.decode()
    found = re.search(r"fct_[\w-]+", page)
    assert found
    assert (
        Client().get("/api/v1/me/", headers={"Authorization": f"Token {found[0]}"}).status_code
        == 200
    )
    again = reviewer.get(url).content.decode()
    assert found[0] not in again
    assert "weekly export" in again
    assert "This field is required" in reviewer.post(url, {"name": ""}).content.decode()


def test_error_pages_and_api_problems(reviewer: Client) -> None:
    page = reviewer.get("/nothing/here/")
    assert page.status_code == 404
    assert b"There is no such page" in page.content
    problem = reviewer.get("/api/v1/nothing/")
    assert problem.status_code == 404
    assert problem["Content-Type"] == "application/problem+json"


def test_every_module_of_the_workbench_is_preloaded(article: Article, reviewer: Client) -> None:
    """A module that is missing here would be fetched only after the one that imports it."""
    folder = Path(__file__).resolve().parents[2] / "annotations/static/annotations/js"

    def imported(name: str, found: set[str]) -> set[str]:
        for path in re.findall(r'from "(\.[\w./]+\.js)"', (folder / name).read_text()):
            other = os.path.normpath(Path(name).parent / path)
            if other not in found:
                found.add(other)
                imported(other, found)
        return found

    page = reviewer.get(reverse("article", args=[article.pk])).content.decode()
    preloaded = re.findall(r'modulepreload"[^>]* href="[^"]*/js/([\w/]+)\.[^"]*js"', page)
    needed = imported("workbench.js", set()) - {"opening.js"}
    assert sorted(f"{name}.js" for name in preloaded) == sorted(needed)
    assert page.index("js/opening.") < page.index("messages.js")
    before, after = page.split('<template id="rest">')
    assert before.count("modulepreload") == 3  # what the highlights need
    assert "js/workbench." in after.split("</template>")[0]


def test_the_queue_goes_along_from_the_list_to_its_articles(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    other = make_extracted(cast.corpus, title="The minister on roads", publisher="Daily & Sons")
    make_extracted(cast.corpus, title="Elsewhere")
    url = reverse("corpus", args=[cast.corpus.pk])
    query = "?show=to-review&q=title%3Aminister&order=newest"
    escaped = query.replace("&", "&amp;")
    listed = reviewer.get(url + query).content.decode()
    assert f'href="{reverse("article", args=[article.pk])}{escaped}"' in listed
    here = reviewer.get(reverse("article", args=[other.pk]) + query)
    page = here.content.decode()
    assert (here.context["previous"], here.context["next"]) == (None, article.pk)
    assert f'href="{reverse("article", args=[article.pk])}{escaped}" title="Next' in page
    assert f'data-corpus="{url}{escaped}"' in page
    onward = reverse("corpus-next", args=[cast.corpus.pk])
    assert f'data-next="{onward}{escaped}&amp;from={other.pk}"' in page
    # What was chosen is in the form, so that a change of one thing keeps the others.
    for shown in ('name="show" value="to-review"', 'name="q" value="title:minister"'):
        assert shown in listed
    assert '<option value="newest" selected>' in listed


def test_every_choice_says_how_many_it_shows(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
    make_article(cast.corpus, title="Still waiting")
    answer = reviewer.get(reverse("corpus", args=[cast.corpus.pk]) + "?assigned=me")
    shown = {
        (str(facet.label), str(choice.label)): (choice.count, choice.address, choice.chosen)
        for facet in answer.context["facets"]
        for choice in facet.choices
    }
    assert shown["Show", "All"] == (1, "?assigned=me", True)
    assert shown["Show", "Extracting"] == (0, "?show=extracting&assigned=me", False)
    assert shown["Assigned to", "All"] == (2, "?", False)
    assert shown["Assigned to", "Nobody"] == (1, "?assigned=none", False)
    assert shown["With", "Flagged claims"] == (0, "?assigned=me&flagged=1", False)
    page = answer.content.decode()
    assert re.search(r'href="\?assigned=none"\s*>Nobody <span>1</span>', page)
    assert '<span class="me">me</span>' in page


def test_the_next_article_is_decided_when_it_is_asked_for(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    other = make_extracted(cast.corpus)
    url = reverse("corpus-next", args=[cast.corpus.pk])

    def sent_to(query: str = "") -> str:
        return reviewer.get(url + query)["Location"]

    assert sent_to() == reverse("article", args=[article.pk])
    assert sent_to(f"?show=to-review&from={article.pk}") == (
        reverse("article", args=[other.pk]) + "?show=to-review"
    )
    presence_touch(actor=cast.second_reviewer, article=article, page=uuid.uuid4())
    assert sent_to() == reverse("article", args=[other.pk])
    for row in (article, other):
        article_submit(actor=cast.reviewer, article=row)
    end = f"{reverse('corpus', args=[cast.corpus.pk])}?show=to-review&end=1"
    assert sent_to(f"?show=to-review&from={other.pk}") == end
    assert "Nothing is left to review" in reviewer.get(end).content.decode()
    # A queue of what is reviewed is walked all the same.
    assert sent_to(f"?show=reviewed&order=oldest&from={article.pk}").startswith(
        reverse("article", args=[other.pk])
    )
    for odd in ("x", "²", "0", "9" * 30):
        assert reviewer.get(f"{url}?from={odd}").status_code == 302


def test_an_admin_assigns_what_is_ticked(cast: Cast, article: Article) -> None:
    admin = signed_in(cast.admin)
    other, foreign = make_extracted(cast.corpus), make_extracted(cast.other_corpus)
    url = reverse("corpus-bulk", args=[cast.corpus.pk]) + "?show=to-review&after=1,0.5,3"

    def send(*articles: Article, person: object = cast.reviewer.pk, do: str = "assign") -> str:
        body = {"article": [row.pk for row in articles], "person": person, "do": do}
        answer = admin.post(url, body)
        assert answer["Location"] == (
            reverse("corpus", args=[cast.corpus.pk]) + "?show=to-review&after=1,0.5,3"
        )
        return " ".join(str(m) for m in admin.get(answer["Location"]).context["messages"])

    assert send(article, other) == "2 articles are assigned to Rita Reviewer."
    assert send(article, do="unassign") == "1 article is no longer assigned to Rita Reviewer."
    assert [row.article for row in Assignment.objects.all()] == [other]
    # Nothing ticked is not everything, and nobody is not anybody.
    assert send() == "Choose the articles first."
    assert send(article, person="") == "Choose a person first."
    assert send(article, person=cast.outsider.pk) == "Choose a person first."
    assert send(foreign) == "Choose the articles first."
    assert Assignment.objects.count() == 1
    page = signed_in(cast.reviewer).get(reverse("corpus", args=[cast.corpus.pk])).content.decode()
    assert 'type="checkbox"' not in page


def test_ones_own_day_is_ones_own_and_begins_where_one_lives(
    cast: Cast, article: Article, reviewer: Client
) -> None:
    page, line = (reverse(name, args=[cast.corpus.pk]) for name in ("corpus", "corpus-today"))
    assert reviewer.get(line).json() == {"message": ""}
    first, second, _third = suggestions_of(article)
    suggestion_accept(actor=cast.reviewer, suggestion=first)
    suggestion_reject(actor=cast.reviewer, suggestion=second)
    said = "Today: 2 decisions · 1 claim"
    assert reviewer.get(line).json() == {"message": said}
    assert said in reviewer.get(page).content.decode()
    assert "Today:" not in signed_in(cast.second_reviewer).get(page).content.decode()
    for zone in ("Europe/Oslo", "Nowhere/At all", "/etc/passwd", "../../etc", "America", "x" * 500):
        reviewer.cookies["timezone"] = zone
        assert reviewer.get(line).status_code == 200, zone


def test_which_zone_the_day_is_reckoned_in(rf: RequestFactory) -> None:
    request = rf.get("/")
    assert zone_of(request).key == "UTC"
    request.COOKIES["timezone"] = "Pacific/Kiritimati"
    assert zone_of(request).key == "Pacific/Kiritimati"
    request.COOKIES["timezone"] = "../../etc/passwd"
    assert zone_of(request).key == "UTC"
