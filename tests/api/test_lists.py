"""Lists: pages by key, and declared filters."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from annotations.models import Article, Claim
from annotations.services.answers import answer_withdraw
from annotations.services.assignments import assignment_add
from annotations.services.claims import claim_withdraw
from annotations.services.evidence import evidence_withdraw
from annotations.services.questions import question_withdraw
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.verdicts import verdict_retract
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast


def ids(api: Client, path: str, **filters: Any) -> list[int]:
    response = api.get(path, filters)
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def walk(api: Client, path: str, **filters: Any) -> list[list[int]]:
    pages, url = [], None
    body = api.get(path, filters).json()
    while True:
        pages.append([row["id"] for row in body["results"]])
        url = body["next"]
        if url is None:
            return pages
        body = api.get(url.split("/api/v1/")[1]).json()


@pytest.fixture
def articles(cast: Cast) -> list[Article]:
    return [factories.make_article(cast.corpus) for _ in range(7)]


def test_pages_follow_one_another(api: Client, articles: list[Article]) -> None:
    numbers = [article.pk for article in articles]
    assert walk(api, "articles/", page_size=3) == [numbers[:3], numbers[3:6], numbers[6:]]
    jobs = [article.jobs.get().pk for article in articles][::-1]
    assert walk(api, "jobs/", page_size=4) == [jobs[:4], jobs[4:]]


def test_rows_by_their_ids(api: Client, cast: Cast, articles: list[Article]) -> None:
    """As a page of changes names them; what isn't for the caller isn't there."""
    hidden = factories.make_article(cast.other_corpus)
    wanted = f"{articles[4].pk},{articles[1].pk},{hidden.pk},{2**62},{'9' * 5000}"
    assert ids(api, "articles/", ids=wanted) == [articles[1].pk, articles[4].pk]
    assert ids(api, "claims/", ids=wanted) == []
    for bad in ("a", "1,", "-1", "1;2", ",".join(["1"] * 201)):
        response = api.get("articles/", {"ids": bad})
        assert (response.status_code, list(response.json()["fields"])) == (400, ["ids"])


def test_pages_lead_back(api: Client, articles: list[Article]) -> None:
    first = api.get("articles/", {"page_size": 3}).json()
    second = api.get(first["next"].split("/api/v1/")[1]).json()
    back = api.get(second["previous"].split("/api/v1/")[1]).json()
    assert back["results"] == first["results"]


def test_rows_that_come_between_pages_repeat_nothing(
    api: Client, cast: Cast, articles: list[Article]
) -> None:
    newest_first = api.get("jobs/", {"page_size": 3}).json()
    factories.make_article(cast.corpus)
    following = api.get(newest_first["next"].split("/api/v1/")[1]).json()
    seen = [row["id"] for row in newest_first["results"] + following["results"]]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 6


def test_page_sizes(api: Client, cast: Cast) -> None:
    for _ in range(51):
        factories.make_article(cast.corpus)
    assert len(ids(api, "articles/")) == 50
    assert len(ids(api, "articles/", page_size=200)) == 51


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "", "9" * 30, "00100999999", "٣", "5.0"])
def test_bad_page_sizes(api: Client, size: str) -> None:
    response = api.get("articles/", {"page_size": size})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["page_size"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "cD1h",  # p=a
        "cD0lMDA=",  # p=NUL
        "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk=",  # p=999…
        "cD0tMQ==",  # p=-1
        "bz14",  # o=x
    ],
)
def test_bad_cursors(api: Client, cursor: str) -> None:
    response = api.get("articles/", {"cursor": cursor})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["cursor"]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("articles/", "corpus", "x"),
        ("articles/", "corpus", "9" * 40),
        ("articles/", "corpus", "-1"),
        ("articles/", "corpus", "1\0"),
        ("articles/", "state", "done"),
        ("articles/", "published_after", "2026-02-30"),
        ("articles/", "published_before", "02.03.2026"),
        ("articles/", "assigned", "rita"),
        ("articles/", "flagged", "1x"),
        ("articles/", "publisher", "x" * 301),
        ("suggestions/", "outcome", "maybe"),
        ("suggestions/", "score_min", "nan"),
        ("suggestions/", "score_min", "2"),
        ("suggestions/", "all_runs", "yes please"),
        ("suggestions/", "kind", "quan\0tity"),
        ("suggestions/", "kind", "x" * 31),
        ("suggestions/", "article", "1e3"),
        ("claims/", "created_by", str(2**64)),
        ("claims/", "include_withdrawn", "2"),
        ("claims/", "score_min", "1.1"),
        ("claims/", "created_until", "2026-W10-1"),
        ("claims/", "verdict", "Tr\0ue"),
        ("claims/", "person", "x" * 151),
        ("evidence/", "stance", "refutes"),
        ("evidence/", "claim", "1 or 1=1"),
        ("questions/", "claim", "x"),
        ("questions/", "include_withdrawn", "all"),
        ("answers/", "question", "-2"),
        ("answers/", "answer_type", "extractive"),
        ("verdicts/", "standing", "True"),
        ("threads/", "unread", "maybe"),
        ("threads/", "mentioning", "rita"),
        ("threads/", "involving", "1"),
        ("comments/", "thread", "x"),
        ("jobs/", "state", "lost"),
        ("events/", "claim", "null"),
    ],
)
def test_bad_filter_values_are_named(api: Client, path: str, name: str, value: str) -> None:
    response = api.get(path, {name: value})
    assert response.status_code == 400, response.content
    assert list(response.json()["fields"]) == [name]


def test_unknown_parameters_are_ignored(api: Client, article: Article) -> None:
    query = {"corpus__name": "x", "words": "x", "article__corpus__members__password": "x"}
    assert ids(api, "articles/", **query) == [article.pk]


def test_articles(api: Client, cast: Cast) -> None:
    old = factories.make_extracted(cast.corpus, published=dt.date(2026, 1, 1))
    new = factories.make_article(cast.corpus, published=dt.date(2026, 3, 1))
    undated = factories.make_article(cast.corpus)
    assert ids(api, "articles/") == [old.pk, new.pk, undated.pk]
    assert ids(api, "articles/", corpus=cast.corpus.pk) == [old.pk, new.pk, undated.pk]
    assert ids(api, "articles/", corpus=cast.other_corpus.pk) == []
    assert ids(api, "articles/", corpus=2**60) == []
    assert ids(api, "articles/", state="ready") == [old.pk]
    assert ids(api, "articles/", published_after="2026-03-01") == [new.pk]
    assert ids(api, "articles/", published_before="2026-01-01") == [old.pk]
    assert ids(api, "articles/", published_after="2026-01-02", state="ready") == []


def test_articles_as_the_sites_list_chooses_them(api: Client, cast: Cast) -> None:
    mine, theirs, marked, plain = (
        factories.make_extracted(cast.corpus, publisher=name)
        for name in ("Ex News", "EX NEWS", "Other", "")
    )
    assignment_add(actor=None, article=mine, user=cast.reviewer)
    assignment_add(actor=None, article=theirs, user=cast.second_reviewer)
    factories.make_claim(marked, cast.reviewer, flag="unclear")
    tied = factories.make_claim(theirs, cast.reviewer)
    factories.make_verdict(tied, cast.reviewer, "False")
    factories.make_verdict(tied, cast.second_reviewer, "True")
    for given, expected in [
        ({"assigned": "me"}, [mine]),
        ({"assigned": "anyone"}, [mine, theirs]),
        ({"assigned": "none"}, [marked, plain]),
        ({"publisher": "ex news"}, [mine, theirs]),
        ({"flagged": "true"}, [marked]),
        ({"flagged": "false"}, [mine, theirs, plain]),
        ({"disputed": "true", "corpus": cast.corpus.pk}, [theirs]),
        ({"disputed": "false", "assigned": "anyone"}, [mine]),
    ]:
        chosen: dict[str, Any] = given
        assert ids(api, "articles/", **chosen) == [article.pk for article in expected], given


def test_counts_of_articles(api: Client, cast: Cast, article: Article) -> None:
    first, second, _ = factories.suggestions_of(article)
    claim = suggestion_accept(actor=cast.reviewer, suggestion=first)
    suggestion_reject(actor=cast.reviewer, suggestion=second)
    withdrawn = factories.make_claim(article, cast.reviewer)
    claim_withdraw(actor=cast.reviewer, claim=withdrawn, revision=1)
    (row,) = api.get("articles/").json()["results"]
    counts = [row[f"{name}_count"] for name in ("suggestion", "decided", "claim")]
    assert counts == [3, 2, 1]
    corpus = api.get(f"corpora/{cast.corpus.pk}/").json()
    assert corpus["counts"] == {"articles": 1, "reviewed": 0, "claims": 1, "open_claims": 1}
    assert claim.pk


def test_suggestions(api: Client, cast: Cast, article: Article) -> None:
    one, two, three = (s.pk for s in factories.suggestions_of(article))
    suggestions = factories.suggestions_of(article)
    suggestion_accept(actor=cast.reviewer, suggestion=suggestions[0])
    suggestion_reject(actor=cast.reviewer, suggestion=suggestions[1])
    assert ids(api, "suggestions/", article=article.pk) == [one, two, three]
    assert ids(api, "suggestions/", corpus=cast.corpus.pk, outcome="accepted") == [one]
    assert ids(api, "suggestions/", outcome="rejected") == [two]
    assert ids(api, "suggestions/", outcome="pending") == [three]
    assert ids(api, "suggestions/", score_min="0.74") == [one, two]
    assert ids(api, "suggestions/", kind="other") == [three]
    assert ids(api, "suggestions/", article=article.pk + 1) == []


def test_suggestions_are_those_of_the_current_run(api: Client, article: Article) -> None:
    earlier = ids(api, "suggestions/")
    factories.run_detector(article, [factories.FOUND[0]])
    (now,) = ids(api, "suggestions/")
    assert now not in earlier
    assert ids(api, "suggestions/", all_runs="true") == [*earlier, now]
    assert ids(api, "suggestions/", all_runs="false") == [now]
    # A single one can be read, whichever run it is of.
    assert api.get(f"suggestions/{earlier[0]}/").status_code == 200


def test_claims_as_exports_choose_them(api: Client, cast: Cast, article: Article) -> None:
    suggestion, *_ = factories.suggestions_of(article)
    found = suggestion_accept(actor=cast.reviewer, suggestion=suggestion)
    factories.make_verdict(found, cast.reviewer, "False")
    tied = factories.make_claim(article, cast.second_reviewer, phrase="The café closed")
    factories.make_verdict(tied, cast.reviewer, "False")
    factories.make_verdict(tied, cast.second_reviewer, "True")
    unjudged = factories.make_claim(article, cast.second_reviewer)
    today = timezone.now().date()
    tomorrow = today + dt.timedelta(days=1)
    for given, expected in [
        ({"verdict": "False"}, [found]),
        ({"verdict": "True"}, []),
        ({"verdict": "tie"}, [tied]),
        ({"verdict": "none"}, [unjudged]),
        ({"person": cast.reviewer.username}, [found, tied]),
        ({"person": cast.second_reviewer.username, "verdict": "none"}, [unjudged]),
        ({"created_from": today, "created_until": today}, [found, tied, unjudged]),
        ({"created_from": tomorrow}, []),
        ({"score_min": "0.9"}, [found]),
        ({"score_min": "0.99"}, []),
    ]:
        chosen: dict[str, Any] = given
        assert ids(api, "claims/", **chosen) == [claim.pk for claim in expected], given
        pages = walk(api, "claims/", page_size=1, **chosen)
        assert [pk for page in pages for pk in page] == [claim.pk for claim in expected], given


def test_claims(api: Client, cast: Cast, article: Article) -> None:
    law = factories.make_claim(article, cast.reviewer, types=["law"])
    other = factories.make_claim(article, cast.second_reviewer, types=["other"])
    factories.make_verdict(other, cast.reviewer)
    gone = factories.make_claim(article, cast.reviewer, types=["law"])
    claim_withdraw(actor=cast.reviewer, claim=gone, revision=1)
    assert ids(api, "claims/") == [law.pk, other.pk]
    assert ids(api, "claims/", include_withdrawn="true") == [law.pk, other.pk, gone.pk]
    assert ids(api, "claims/", state="withdrawn") == [gone.pk]
    assert ids(api, "claims/", state="verified") == [other.pk]
    assert ids(api, "claims/", type="law") == [law.pk]
    assert ids(api, "claims/", created_by=cast.second_reviewer.pk) == [other.pk]
    assert ids(api, "claims/", article=article.pk, corpus=cast.corpus.pk) == [law.pk, other.pk]
    assert ids(api, "claims/", corpus=cast.other_corpus.pk) == []
    assert api.get(f"claims/{gone.pk}/").json()["state"] == "withdrawn"


@pytest.fixture
def claim(article: Article, cast: Cast) -> Claim:
    return factories.make_claim(article, cast.reviewer)


def test_evidence(api: Client, cast: Cast, claim: Claim) -> None:
    refutes = factories.make_evidence(claim, cast.reviewer)
    supports = factories.make_evidence(claim, cast.reviewer, stance="SUPPORTS")
    gone = factories.make_evidence(claim, cast.reviewer)
    evidence_withdraw(actor=cast.reviewer, evidence=gone, revision=1)
    assert ids(api, "evidence/", claim=claim.pk) == [refutes.pk, supports.pk]
    assert ids(api, "evidence/", stance="SUPPORTS") == [supports.pk]
    assert ids(api, "evidence/", article=claim.article_id, include_withdrawn="1")[-1] == gone.pk
    assert ids(api, "evidence/", corpus=cast.other_corpus.pk) == []


def test_questions_and_answers(api: Client, cast: Cast, claim: Claim) -> None:
    first = factories.make_question(claim, cast.reviewer, "How much?")
    second = factories.make_question(claim, cast.second_reviewer, "Since when?")
    gone = factories.make_question(claim, cast.reviewer, "Why?")
    of_gone = factories.make_answer(gone, cast.reviewer)
    question_withdraw(actor=cast.reviewer, question=gone, revision=1)
    much = factories.make_answer(first, cast.second_reviewer)
    nothing = factories.make_answer(
        second, cast.reviewer, answer_type="Unanswerable", text="", source_url=""
    )
    hasty = factories.make_answer(second, cast.reviewer)
    answer_withdraw(actor=cast.reviewer, answer=hasty, revision=1)
    assert ids(api, "questions/", claim=claim.pk) == [first.pk, second.pk]
    assert ids(api, "questions/", article=claim.article_id, include_withdrawn="true") == [
        first.pk,
        second.pk,
        gone.pk,
    ]
    assert ids(api, "questions/", corpus=cast.other_corpus.pk) == []
    rows = api.get("questions/", {"corpus": cast.corpus.pk}).json()["results"]
    assert [[a["id"] for a in row["answers"]] for row in rows] == [[much.pk], [nothing.pk]]
    assert ids(api, "answers/", claim=claim.pk) == [much.pk, nothing.pk]
    assert ids(api, "answers/", question=second.pk) == [nothing.pk]
    assert ids(api, "answers/", answer_type="Extractive", article=claim.article_id) == [much.pk]
    assert ids(api, "answers/", include_withdrawn="1") == [
        of_gone.pk,
        much.pk,
        nothing.pk,
        hasty.pk,
    ]
    assert ids(api, "answers/", corpus=cast.other_corpus.pk) == []


def test_verdicts(api: Client, cast: Cast, claim: Claim) -> None:
    first = factories.make_verdict(claim, cast.reviewer, "True")
    second = factories.make_verdict(claim, cast.reviewer, "False")
    other = factories.make_verdict(claim, cast.second_reviewer, "True")
    retraction = verdict_retract(actor=cast.second_reviewer, verdict=other)
    assert ids(api, "verdicts/", claim=claim.pk) == [second.pk]
    everything = api.get("verdicts/", {"article": claim.article_id, "standing": "false"}).json()
    assert [(v["id"], v["retracted"], v["retracts"]) for v in everything["results"]] == [
        (first.pk, False, None),
        (second.pk, False, None),
        (other.pk, True, None),
        (retraction.pk, False, other.pk),
    ]
    assert ids(api, "verdicts/", corpus=cast.other_corpus.pk, standing="false") == []


def test_jobs_and_events(api: Client, cast: Cast, claim: Claim) -> None:
    job = claim.article.jobs.get()
    assert ids(api, "jobs/", article=claim.article_id, state="done") == [job.pk]
    assert ids(api, "jobs/", state="queued") == []
    kinds = [e["kind"] for e in api.get("events/", {"claim": claim.pk}).json()["results"]]
    assert kinds == ["claim.created"]
    kinds = [e["kind"] for e in api.get("events/", {"article": claim.article_id}).json()["results"]]
    assert kinds == ["claim.created", "run.recorded", "article.created"]
