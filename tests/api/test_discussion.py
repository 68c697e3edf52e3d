"""Discussion through the API: what is said, to whom, and what each caller has read of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from annotations.models import Article, Claim, Comment, Thread
from annotations.services.claims import claim_withdraw
from tests import factories
from tests.api.conftest import Client
from tests.api.test_lists import ids
from tests.api.test_problems import problem
from tests.api.test_writing import ok
from tests.factories import Cast


@pytest.fixture
def claim(article: Article, cast: Cast) -> Claim:
    return factories.make_claim(article, cast.reviewer)


@pytest.fixture
def sam(as_: Callable[..., Client], cast: Cast) -> Client:
    return as_(cast.second_reviewer)


def test_a_conversation(api: Client, sam: Client, claim: Claim, cast: Cast) -> None:
    sent = {"claim": claim.pk, "text": "Which *year*, @sam?", "uid": str(uuid.uuid4())}
    sent["comment_uid"] = str(uuid.uuid4())
    thread = ok(api.post("threads/", sent), 201)
    assert ok(api.post("threads/", sent)) == thread
    (comment,) = thread["comments"]
    assert (thread["claim"], thread["article"]) == (claim.pk, claim.article_id)
    assert (thread["unread"], thread["resolved_at"]) == (0, None)
    assert comment["uid"] == sent["comment_uid"]
    assert comment["html"] == (
        '<p dir="auto">Which <em>year</em>, <bdi class="mention" title="@sam">@sam</bdi>?</p>\n'
    )
    assert comment["mentions"] == [{"id": cast.second_reviewer.pk, "name": "sam"}]

    answer = {"thread": thread["id"], "text": "2025, @rita.", "uid": str(uuid.uuid4())}
    made = ok(sam.post("comments/", answer), 201)
    assert ok(sam.post("comments/", answer)) == made
    assert "@Rita Reviewer</bdi>." in made["html"]

    seen = ok(api.get(f"threads/{thread['id']}/"))
    assert (seen["unread"], len(seen["comments"])) == (1, 2)
    assert ids(api, "threads/", unread="true", mentioning="me") == [thread["id"]]
    seen = ok(api.post(f"threads/{thread['id']}/read/", {"comment": made["id"]}))
    assert seen["unread"] == 0
    assert ids(api, "threads/", unread="true") == []
    assert ids(api, "threads/", unread="false") == [thread["id"]]

    done = ok(api.post(f"threads/{thread['id']}/resolve/", {"revision": 1}))
    assert (done["resolved_by"]["name"], done["revision"]) == ("Rita Reviewer", 2)
    assert ids(api, "threads/", resolved="true") == [thread["id"]]
    assert ids(api, "threads/", resolved="false") == []
    late = sam.post(f"threads/{thread['id']}/reopen/", {"revision": 1})
    current = problem(late, 409, "stale_revision")["current"]
    assert current == {**done, "unread": 1}
    ok(sam.post(f"threads/{thread['id']}/reopen/", {"revision": 2}))


def test_uids_will_do_before_the_ids_are_known(api: Client, claim: Claim) -> None:
    thread, first, second = (str(uuid.uuid4()) for _ in range(3))
    sent = {"claim": str(claim.uid), "text": "x", "uid": thread, "comment_uid": first}
    ok(api.post("threads/", sent), 201)
    ok(api.post("comments/", {"thread": thread, "text": "y", "uid": second}), 201)
    ok(api.patch(f"comments/{second}/", {"revision": 1, "text": "z"}))
    ok(api.post(f"threads/{thread}/resolve/", {"revision": 1}))
    read = ok(api.post(f"threads/{thread}/read/", {"comment": second}))
    assert [c["text"] for c in read["comments"]] == ["x", "z"]


def test_a_comment_is_its_authors(api: Client, sam: Client, claim: Claim, cast: Cast) -> None:
    thread = factories.make_thread(claim, cast.reviewer)
    path = f"comments/{thread.comments.get().pk}/"
    changed = ok(api.patch(path, {"revision": 1, "text": "Which month?"}))
    assert (changed["text"], changed["revision"]) == ("Which month?", 2)
    assert changed["edited_at"]
    current = problem(api.patch(path, {"revision": 1, "text": "x"}), 409, "stale_revision")
    assert current["current"] == changed
    problem(sam.patch(path, {"revision": 2, "text": "x"}), 403, "not_allowed")
    problem(sam.post(path + "withdraw/", {"revision": 2}), 403, "not_allowed")


def test_withdrawn_words_are_in_no_answer(
    api: Client, sam: Client, claim: Claim, cast: Cast
) -> None:
    thread = factories.make_thread(claim, cast.reviewer, cast.second_reviewer, text="Secret, @sam")
    first = thread.comments.earliest("id")
    gone = ok(api.post(f"comments/{first.pk}/withdraw/", {"revision": 1}))
    assert (gone["withdrawn"], gone["text"], gone["html"], gone["mentions"]) == (True, "", "", [])
    for path in (f"threads/{thread.pk}/", "threads/", f"comments/{first.pk}/", "comments/"):
        answer = sam.get(path, {"include_withdrawn": "true"})
        assert "Secret" not in answer.content.decode()
    assert [c["withdrawn"] for c in ok(sam.get(f"threads/{thread.pk}/"))["comments"]] == [
        True,
        False,
    ]
    assert ids(sam, "comments/") == [thread.comments.latest("id").pk]
    assert len(ids(sam, "comments/", include_withdrawn="true")) == 2
    assert ids(sam, "threads/", mentioning="me") == []
    assert "Secret" in sam.get("events/").content.decode()


def test_filters(api: Client, claim: Claim, article: Article, cast: Cast) -> None:
    other = factories.make_claim(article, cast.second_reviewer, "prices rose")
    elsewhere = factories.make_claim(factories.make_extracted(cast.corpus), cast.second_reviewer)
    mine = factories.make_thread(claim, cast.second_reviewer)
    part = factories.make_thread(other, cast.second_reviewer, cast.reviewer)
    strange = factories.make_thread(elsewhere, cast.second_reviewer)
    newest_first = [strange.pk, part.pk, mine.pk]
    assert ids(api, "threads/") == newest_first
    assert ids(api, "threads/", unread="true") == newest_first
    assert ids(api, "threads/", claim=claim.pk) == [mine.pk]
    assert ids(api, "threads/", article=article.pk) == newest_first[1:]
    assert ids(api, "threads/", corpus=cast.corpus.pk) == newest_first
    assert ids(api, "threads/", corpus=cast.other_corpus.pk) == []
    # On one's own claim, or with one's own words in it.
    assert ids(api, "threads/", involving="me") == newest_first[1:]
    for name, value in [("thread", part.pk), ("claim", other.pk), ("author", cast.reviewer.pk)]:
        found = ids(api, "comments/", **{name: value})
        assert part.comments.latest("id").pk in found
        assert mine.comments.get().pk not in found
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    assert ids(api, "threads/") == newest_first[:2]


def test_claims_count_what_is_open(api: Client, claim: Claim, cast: Cast) -> None:
    assert ok(api.get(f"claims/{claim.pk}/"))["open_threads"] == 0
    for _ in range(2):
        thread = factories.make_thread(claim, cast.second_reviewer)
    assert ok(api.get("claims/"))["results"][0]["open_threads"] == 2
    ok(api.post(f"threads/{thread.pk}/resolve/", {"revision": 1}))
    assert ok(api.get(f"claims/{claim.pk}/"))["open_threads"] == 1


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("threads/", "claim", "1"),
        ("threads/", "text", ""),
        ("threads/", "text", " \n "),
        ("threads/", "text", "nul\0"),
        ("threads/", "text", "x" * (Comment.MAX_TEXT + 1)),
        ("threads/", "uid", "x"),
        ("threads/", "comment_uid", 7),
        ("threads/", "mentions", [1]),
        ("comments/", "thread", None),
        ("comments/", "text", ["x"]),
    ],
)
def test_bad_values(
    api: Client, claim: Claim, cast: Cast, path: str, name: str, value: Any
) -> None:
    thread = factories.make_thread(claim, cast.reviewer)
    good = {"threads/": {"claim": claim.pk}, "comments/": {"thread": thread.pk}}[path]
    fields = problem(api.post(path, {"text": "x", **good, name: value}), 400, "invalid")["fields"]
    assert set(fields) == {name}
    assert (Thread.objects.count(), Comment.objects.count()) == (1, 1)


def test_reading_names_a_comment_of_the_thread(api: Client, claim: Claim, cast: Cast) -> None:
    one, other = (factories.make_thread(claim, cast.second_reviewer) for _ in range(2))
    sent = {"comment": other.comments.get().pk}
    assert api.post(f"threads/{one.pk}/read/", sent).status_code == 404
    assert len(ids(api, "threads/", unread="true")) == 2
