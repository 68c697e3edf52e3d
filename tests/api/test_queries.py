"""What each list and object costs in queries, and that the cost doesn't grow with rows."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.models import User
from annotations.services.assignments import assignment_add
from annotations.services.corpora import guideline_add
from annotations.services.presence import presence_touch
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.tokens import token_create
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast
from tests.services.publishing import publish, set_publisher

# The session's row, and the person.
SIGN_IN = 2
# What a search asks PostgreSQL besides: which languages are in use, twice; a savepoint, and inside
# of it the limit of time set and put back.
LIMITED = 6 if connection.vendor == "postgresql" else 0
COSTS: dict[str, int] = {
    # corpora with their counts, ratings of the scales, claim types
    "corpora/": SIGN_IN + 3,
    # articles with their counts as subqueries
    "articles/": SIGN_IN + 1,
    # suggestions with decision and person
    "suggestions/": SIGN_IN + 1,
    # assignments with article and both people
    "assignments/": SIGN_IN + 1,
    # claims, spans, types, tags, evidence, questions, answers, verdicts
    "claims/": SIGN_IN + 8,
    # evidence with its claim, person, saved copy and that one's job
    "evidence/": SIGN_IN + 1,
    # questions, answers
    "questions/": SIGN_IN + 2,
    # answers with their person
    "answers/": SIGN_IN + 1,
    # verdicts with rating, person and guideline
    "verdicts/": SIGN_IN + 1,
    "verdicts/?standing=false": SIGN_IN + 1,
    # fact-checks with version, rating and person, corrections
    "fact-checks/": SIGN_IN + 2,
    # reports with their fact-check and person
    "reports/": SIGN_IN + 1,
    # threads with claim, people and reading, their comments with author, mentions
    "threads/": SIGN_IN + 3,
    "threads/?unread=true&involving=me": SIGN_IN + 3,
    # comments with author, mentions
    "comments/": SIGN_IN + 2,
    # jobs with their person
    "jobs/": SIGN_IN + 1,
    # imports with job and person
    "imports/": SIGN_IN + 1,
    # exports with job and person
    "exports/": SIGN_IN + 1,
    # releases with job and person
    "releases/": SIGN_IN + 1,
    # events with their person
    "events/": SIGN_IN + 1,
    # keys, ranks, articles with text and corpus
    "search/?q=why": SIGN_IN + 3 + LIMITED,
    # keys, ranks, claims with article and claimant, spans
    "search/?q=why&kind=claims": SIGN_IN + 4 + LIMITED,
    "tokens/": SIGN_IN + 1,
    # webhooks with corpus and person
    "webhooks/": SIGN_IN + 1,
    "claimants/": SIGN_IN + 1,
    "tags/": SIGN_IN + 1,
    # memberships with their corpora
    "me/": SIGN_IN + 1,
    # all of it is in the person's own row
    "me/preferences/": SIGN_IN,
    "corpora/{corpus}/": SIGN_IN + 3,
    # corpus, end of the chain, events, articles, and the seventeen types of object in the page
    "corpora/{corpus}/changes/?limit=500": SIGN_IN + 4 + 17,
    # corpus, the article after which, present people, the next article
    "corpora/{corpus}/next/?after={article}": SIGN_IN + 4,
    "corpora/{corpus}/today/": SIGN_IN + 2,
    "corpora/{corpus}/detectors/": SIGN_IN + 2,
    # corpus, versions with their person
    "corpora/{corpus}/guidelines/": SIGN_IN + 2,
    "corpora/{corpus}/guidelines/latest/": SIGN_IN + 2,
    # article with its counts and run, text
    "articles/{article}/": SIGN_IN + 2,
    # article, latest job with its place in the queue, workers
    "articles/{article}/status/": SIGN_IN + 3,
    "assignments/{assignment}/": SIGN_IN + 1,
    "suggestions/{suggestion}/": SIGN_IN + 1,
    "claims/{claim}/": SIGN_IN + 8,
    "evidence/{evidence}/": SIGN_IN + 1,
    # the copy with its job and person
    "snapshots/{snapshot}/": SIGN_IN + 1,
    "questions/{question}/": SIGN_IN + 2,
    "answers/{answer}/": SIGN_IN + 1,
    "verdicts/{verdict}/": SIGN_IN + 1,
    # and what is protected
    "fact-checks/{fact_check}/": SIGN_IN + 3,
    # corpus, publisher
    "corpora/{corpus}/publication/": SIGN_IN + 2,
    "threads/{thread}/": SIGN_IN + 3,
    "comments/{comment}/": SIGN_IN + 2,
    "jobs/{job}/": SIGN_IN + 1,
    "events/{event}/": SIGN_IN + 1,
    "tokens/{token}/": SIGN_IN + 1,
}


def work(cast: Cast, people: list[User]) -> dict[str, Any]:
    """An article with one of everything, done by each of the people in turn."""
    article = factories.make_extracted(cast.corpus)
    accepted, rejected, _ = factories.suggestions_of(article)
    claims = [suggestion_accept(actor=people[0], suggestion=accepted)]
    suggestion_reject(actor=people[-1], suggestion=rejected)
    claims += [factories.make_claim(article, person, normalised="Once more") for person in people]
    for claim in claims:
        for person in people:
            copy = factories.make_snapshot(claim, person)
            factories.make_evidence(claim, person, snapshot=copy.pk)
            answer = factories.make_answer(factories.make_question(claim, person), person)
            verdict = factories.make_verdict(claim, person)
        thread = factories.make_thread(claim, cast.admin, *people, text="Is it, @rita and @sam?")
    set_publisher(cast.corpus)
    fact_check = publish(cast.admin, claim)
    assignments = [assignment_add(actor=None, article=article, user=person) for person in people]
    for number in range(2):
        guideline_add(actor=cast.admin, corpus=cast.corpus, text=f"{article.pk} {number}")
    token = token_create(actor=cast.reviewer, name="x")[0]
    return {
        "corpus": cast.corpus.pk,
        "article": article.pk,
        "assignment": assignments[0].pk,
        "suggestion": accepted.pk,
        "claim": claim.pk,
        "evidence": claim.evidence.latest("id").pk,
        "snapshot": copy.pk,
        "question": answer.question_id,
        "answer": answer.pk,
        "verdict": verdict.pk,
        "fact_check": fact_check.pk,
        "thread": thread.pk,
        "comment": thread.comments.latest("id").pk,
        "job": article.jobs.get().pk,
        "event": article.events.latest("id").pk,
        "token": token.pk,
    }


def cost(api: Client, path: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = api.get(path)
    assert response.status_code == 200, response.content
    return len(queries), [query["sql"] for query in queries.captured_queries]


def test_costs(cast: Cast, api: Client) -> None:
    """One test for all addresses, because what they show takes seconds to make."""
    ids = work(cast, [cast.reviewer])
    # What comes after it; where nothing does, every part of the order is asked.
    later = factories.make_extracted(cast.corpus)
    assignment_add(actor=None, article=later, user=cast.reviewer)

    def dearer() -> dict[str, list[str]]:
        """Those with another number of queries than stated, and their queries."""
        found = {path: cost(api, path.format(**ids)) for path in COSTS}
        return {path: sql for path, (number, sql) in found.items() if number != COSTS[path]}

    assert dearer() == {}
    for number in range(3):
        corpus = factories.make_corpus(f"More {number}")
        factories.membership_set(actor=None, corpus=corpus, user=cast.reviewer, role="reviewer")
        work(cast, [cast.reviewer, cast.second_reviewer, cast.adjudicator])
    assert dearer() == {}


def test_no_line_of_a_list_reads_texts_or_sentences(cast: Cast, api: Client) -> None:
    work(cast, [cast.reviewer])
    for path in ("articles/", "claims/", "suggestions/", "evidence/", "verdicts/", "threads/"):
        _, sql = cost(api, path)
        assert not [q for q in sql if '"text"."text"' in q or '_articletext"."text"' in q], path
        assert not [q for q in sql if '"sentences"' in q], path
        assert not [q for q in sql if '_snapshot"."text"' in q], path
    assert not [q for q in cost(api, "fact-checks/")[1] if '"content"' in q]


def test_every_list_is_here() -> None:
    from tests.api.test_permissions import addresses

    names = {name for method, name in addresses() if method == "GET" and name.endswith("-list")}
    plural = {"corpus": "corpora", "evidence": "evidence"}
    paths = {plural.get(n, f"{n}s") for n in (name.removesuffix("-list") for name in names)}
    assert {f"{path}/" for path in paths} <= set(COSTS)


def test_what_an_open_page_asks_every_quarter_of_a_minute(cast: Cast, api: Client) -> None:
    article = factories.make_extracted(cast.corpus)
    claim = factories.make_claim(article, cast.reviewer)
    page = str(uuid.uuid4())

    def ask(**body: Any) -> tuple[int, str]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = api.post(f"articles/{article.pk}/presence/", {"page": page, **body})
        assert response.status_code == 200, response.content
        return len(queries), "\n".join(query["sql"] for query in queries.captured_queries)

    # article with its corpus, role, presence, leases of other claims, others, leases, version
    looking = SIGN_IN + 7
    # and the claim
    reading = looking + 1
    # and the lease: its renewal; its beginning where there was none
    editing = reading + 1
    for expected, body in (
        (looking, {}),
        (reading, {"claim": claim.pk}),
        (editing + 1, {"claim": claim.pk, "editing": True}),
        (editing, {"claim": claim.pk, "editing": True}),
        (editing, {"claim": claim.pk, "take_over": True}),
        # article, two rows that go, others, leases, version
        (SIGN_IN + 6, {"leaving": True}),
    ):
        found, sql = ask(**body)
        assert found == expected, sql
    for person in (cast.second_reviewer, cast.adjudicator, cast.admin):
        other = factories.make_claim(article, person)
        presence_touch(
            actor=person, article=article, page=uuid.uuid4(), claim=other.pk, editing=True
        )
    found, sql = ask(claim=claim.pk, editing=True)
    assert found == editing + 1, sql
