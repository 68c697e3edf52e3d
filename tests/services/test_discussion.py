"""Discussion: whose words are whose, who is called, and what each person has read."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import Article, Claim, Comment, Corpus, Event, Thread, ThreadReading, User
from annotations.services import discussion
from annotations.services.claims import claim_withdraw
from annotations.services.corpora import membership_remove
from annotations.services.discussion import (
    comment_add,
    comment_edit,
    comment_html,
    comment_snapshot,
    comment_withdraw,
    thread_read,
    thread_reopen,
    thread_resolve,
    thread_start,
)
from annotations.services.undo import action_undo

from .cast import Cast, last_event, make_claim


@pytest.fixture
def thread(cast: Cast, claim: Claim) -> Thread:
    return thread_start(actor=cast.reviewer, claim=claim, text="Which year is meant?")


def unread(user: User) -> list[Thread]:
    return list(Thread.objects.unread_by(user))


def names(comment: Comment) -> list[str]:
    return sorted(comment.mentions.values_list("username", flat=True))


def test_a_thread_begins_with_a_comment(cast: Cast, claim: Claim) -> None:
    thread = thread_start(actor=cast.reviewer, claim=claim, text="  Which *year*, @sven?\n")
    comment = thread.comments.get()
    assert (comment.text, comment.author) == ("Which *year*, @sven?", cast.reviewer)
    event = last_event()
    assert (event.kind, event.claim, event.before) == ("thread.started", claim, None)
    assert event.after == comment_snapshot(comment)
    assert event.after["mentions"] == [cast.second.pk]


def test_the_same_request_twice_says_it_once(cast: Cast, claim: Claim) -> None:
    uids = {"uid": uuid.uuid4(), "comment_uid": uuid.uuid4()}
    first = thread_start(actor=cast.reviewer, claim=claim, text="x", **uids)
    assert thread_start(actor=cast.reviewer, claim=claim, text="x", **uids) == first
    assert first.comments.get().uid == uids["comment_uid"]
    uid = uuid.uuid4()
    answer = comment_add(actor=cast.second, thread=first, text="y", uid=uid)
    assert comment_add(actor=cast.second, thread=first, text="y", uid=uid) == answer
    assert (Thread.objects.count(), Comment.objects.count()) == (1, 2)
    with pytest.raises(NotAllowed):
        thread_start(actor=cast.second, claim=claim, text="x", **uids)
    with pytest.raises(NotAllowed):
        thread_start(actor=cast.second, claim=claim, text="x", comment_uid=uid)
    with pytest.raises(NotAllowed):
        comment_add(actor=cast.reviewer, thread=first, text="y", uid=uid)
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("text", ["", " \n", "x" * (Comment.MAX_TEXT + 1)])
def test_a_comment_has_to_say_something(cast: Cast, thread: Thread, text: str) -> None:
    comment, events = thread.comments.get(), Event.objects.count()
    calls: list[Callable[[], Any]] = [
        lambda: thread_start(actor=cast.reviewer, claim=thread.claim, text=text),
        lambda: comment_add(actor=cast.reviewer, thread=thread, text=text),
        lambda: comment_edit(actor=cast.reviewer, comment=comment, revision=1, text=text),
    ]
    for call in calls:
        with pytest.raises(InvalidInput) as caught:
            call()
        assert list(caught.value.fields) == ["text"]
    assert (Event.objects.count(), Thread.objects.count()) == (events, 1)


def test_members_and_site_administrators_are_called(cast: Cast, thread: Thread) -> None:
    User.objects.create_superuser("root", password=None)
    User.objects.filter(pk=cast.adjudicator.pk).update(is_active=False)
    text = "@sven @root @odd @adja @Sven @nobody `@alma`"
    comment = comment_add(actor=cast.reviewer, thread=thread, text=text)
    # An outsider, somebody who left, another spelling and a name in code are words.
    assert names(comment) == ["root", "sven"]
    html = comment_html(comment)
    assert '<bdi class="mention" title="@sven">@sven</bdi>' in html
    assert "@odd @adja @Sven @nobody <code>@alma</code>" in html


def test_who_was_called_stays_called(cast: Cast, thread: Thread) -> None:
    comment = comment_add(actor=cast.reviewer, thread=thread, text="@sven and @odd")
    membership_remove(actor=None, membership=cast.second.memberships.get())
    assert 'title="@sven"' in comment_html(comment)
    assert not Thread.objects.visible_to(cast.second).exists()


def test_editing(cast: Cast, thread: Thread) -> None:
    comment = thread.comments.get()
    before = comment_snapshot(comment)
    changed = comment_edit(actor=cast.reviewer, comment=comment, revision=1, text="And @alma?")
    assert (changed.revision, names(changed)) == (2, ["alma"])
    assert changed.edited_at is not None
    event = last_event()
    assert (event.kind, event.before) == ("comment.edited", before)
    assert event.after == comment_snapshot(Comment.objects.get())
    with pytest.raises(StaleRevision) as caught:
        comment_edit(actor=cast.reviewer, comment=comment, revision=1, text="x")
    assert caught.value.current.text == "And @alma?"
    same = comment_edit(actor=cast.reviewer, comment=comment, revision=2, text=" And @alma? ")
    assert (same.revision, last_event()) == (2, event)


def test_withdrawing_leaves_the_words_to_the_history(cast: Cast, thread: Thread) -> None:
    comment = thread.comments.get()
    with pytest.raises(StaleRevision):
        comment_withdraw(actor=cast.reviewer, comment=comment, revision=9)
    gone = comment_withdraw(actor=cast.reviewer, comment=comment, revision=1)
    assert comment_html(gone) == ""
    event = last_event()
    assert (event.kind, event.after["withdrawn"]) == ("comment.withdrawn", True)
    assert event.before["text"] == "Which year is meant?"
    comment_withdraw(actor=cast.reviewer, comment=comment, revision=1)
    assert last_event() == event
    with pytest.raises(Conflict):
        comment_edit(actor=cast.reviewer, comment=comment, revision=2, text="x")
    # Nothing is said in it any more.
    assert not Thread.objects.standing().exists()


def test_ones_words_are_ones_own(cast: Cast, thread: Thread) -> None:
    comment = thread.comments.get()
    for other in (cast.second, cast.admin, cast.outsider):
        with pytest.raises(NotAllowed):
            comment_edit(actor=other, comment=comment, revision=1, text="x")
        with pytest.raises(NotAllowed):
            comment_withdraw(actor=other, comment=comment, revision=1)


def test_resolving_and_reopening(cast: Cast, thread: Thread) -> None:
    resolved = thread_resolve(actor=cast.second, thread=thread, revision=1)
    assert (resolved.resolved_by, resolved.revision) == (cast.second, 2)
    assert last_event().kind == "thread.resolved"
    # Who comes second finds it done, and it stays the first one's.
    again = thread_resolve(actor=cast.reviewer, thread=thread, revision=1)
    assert (again.resolved_by, last_event().actor) == (cast.second, cast.second)
    comment_add(actor=cast.reviewer, thread=thread, text="Thanks.")
    thread.refresh_from_db()
    assert thread.resolved_at is not None
    with pytest.raises(StaleRevision):
        thread_reopen(actor=cast.reviewer, thread=thread, revision=1)
    opened = thread_reopen(actor=cast.reviewer, thread=thread, revision=2)
    assert (opened.resolved_at, opened.resolved_by, opened.revision) == (None, None, 3)
    assert last_event().kind == "thread.reopened"
    # What was decided on the state before the last is not done to the one after.
    with pytest.raises(StaleRevision):
        thread_resolve(actor=cast.second, thread=thread, revision=1)


def test_reading(cast: Cast, thread: Thread) -> None:
    first = thread.comments.get()
    assert (unread(cast.reviewer), unread(cast.second)) == ([], [thread])
    events = Event.objects.count()
    thread_read(actor=cast.second, thread=thread, comment=first)
    assert unread(cast.second) == []
    answer = comment_add(actor=cast.second, thread=thread, text="2021.")
    assert (unread(cast.reviewer), unread(cast.second)) == ([thread], [])
    assert unread(cast.admin) == [thread]
    thread_read(actor=cast.admin, thread=thread, comment=answer)
    # An answer that arrives late doesn't make it unread again.
    thread_read(actor=cast.admin, thread=thread, comment=first)
    assert unread(cast.admin) == []
    assert ThreadReading.objects.get(user=cast.admin).comment == answer
    assert Event.objects.count() == events + 1
    comment_withdraw(actor=cast.second, comment=answer, revision=1)
    assert unread(cast.reviewer) == []


def test_reading_is_of_the_threads_own_comments(cast: Cast, claim: Claim, thread: Thread) -> None:
    other = thread_start(actor=cast.second, claim=claim, text="Another point.")
    with pytest.raises(InvalidInput):
        thread_read(actor=cast.second, thread=thread, comment=other.comments.get())
    with pytest.raises(NotAllowed):
        thread_read(actor=cast.outsider, thread=thread, comment=thread.comments.get())
    assert not ThreadReading.objects.exists()


def test_what_concerns_a_person(cast: Cast, article: Article) -> None:
    claim = make_claim(cast.second, article, "Ferries doubled")
    theirs = thread_start(actor=cast.admin, claim=claim, text="@rita, is it?")
    for person in (cast.second, cast.reviewer, cast.admin):
        assert list(Thread.objects.involving(person)) == [theirs]
    assert not Thread.objects.involving(cast.adjudicator).exists()
    assert list(Thread.objects.mentioning(cast.reviewer)) == [theirs]
    assert not Thread.objects.mentioning(cast.second).exists()
    comment = theirs.comments.get()
    comment_edit(actor=cast.admin, comment=comment, revision=1, text="Is it?")
    assert not Thread.objects.involving(cast.reviewer).exists()


def test_a_withdrawn_claim_is_discussed_no_more(cast: Cast, claim: Claim, thread: Thread) -> None:
    # That somebody asked about it keeps nobody from withdrawing it.
    comment_add(actor=cast.second, thread=thread, text="I doubt it.")
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    assert not Thread.objects.standing().exists()
    for call in (
        lambda: thread_start(actor=cast.reviewer, claim=claim, text="x"),
        lambda: comment_add(actor=cast.reviewer, thread=thread, text="x"),
    ):
        with pytest.raises(Conflict, match="withdrawn"):
            call()


def test_a_thread_ends_somewhere(
    cast: Cast, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discussion, "MAX_COMMENTS", 2)
    comment_add(actor=cast.second, thread=thread, text="x")
    with pytest.raises(Conflict, match="2 comments"):
        comment_add(actor=cast.second, thread=thread, text="y")


def test_an_outsider_can_do_nothing(cast: Cast, claim: Claim, thread: Thread) -> None:
    for call in (
        lambda: thread_start(actor=cast.outsider, claim=claim, text="x"),
        lambda: comment_add(actor=cast.outsider, thread=thread, text="x"),
        lambda: thread_resolve(actor=cast.outsider, thread=thread, revision=1),
        lambda: thread_reopen(actor=cast.outsider, thread=thread, revision=1),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert not Thread.objects.visible_to(cast.outsider).exists()
    assert not Comment.objects.visible_to(cast.outsider).exists()


def test_undoing_an_answer_leaves_the_rest(cast: Cast, article: Article, thread: Thread) -> None:
    comment_add(actor=cast.second, thread=thread, text="2021.")
    action_undo(actor=cast.reviewer, article=article)
    assert [c.withdrawn for c in thread.comments.order_by("id")] == [True, False]
    assert Thread.objects.standing().get() == thread


def test_what_somebody_reopened_is_not_undone(cast: Cast, article: Article, thread: Thread) -> None:
    thread_resolve(actor=cast.reviewer, thread=thread, revision=1)
    thread_reopen(actor=cast.second, thread=thread, revision=2)
    with pytest.raises(Conflict):
        action_undo(actor=cast.reviewer, article=article)


def test_a_corpus_goes_with_its_discussions(cast: Cast, corpus: Corpus, thread: Thread) -> None:
    thread_read(actor=cast.second, thread=thread, comment=thread.comments.get())
    corpus.delete()
    assert not Comment.objects.exists()
