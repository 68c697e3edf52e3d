"""What people say to each other about a claim, and how far each of them has read it.

A discussion is no work on the claim: it stops nobody from withdrawing it, and its comments
are their authors' own, whatever role others have.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.markdown import render
from annotations.domain.mentions import marked, names_in
from annotations.domain.transitions import ClaimState
from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import Claim, Comment, Corpus, Thread, ThreadReading, User

from .claims import claim_lock
from .events import event_record
from .requests import made_before

# A page shows a thread whole, so it has to end somewhere.
MAX_COMMENTS = 200


def comment_snapshot(comment: Comment) -> dict[str, Any]:
    """What a comment says, as JSON values: what an event keeps and undo restores."""
    return {
        "thread": comment.thread_id,
        "comment": comment.pk,
        "text": comment.text,
        "mentions": sorted(user.pk for user in comment.mentions.all()),
        "withdrawn": comment.withdrawn,
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else None,
    }


def thread_snapshot(thread: Thread) -> dict[str, Any]:
    """Who has resolved it and when, both null while it is open; as JSON values."""
    return {
        "resolved_by": thread.resolved_by_id,
        "resolved_at": thread.resolved_at.isoformat() if thread.resolved_at else None,
    }


@transaction.atomic
def thread_start(
    *,
    actor: User,
    claim: Claim,
    text: str,
    uid: uuid.UUID | None = None,
    comment_uid: uuid.UUID | None = None,
) -> Thread:
    """A new thread on a claim, with its first comment. The same ``uid`` again starts no other."""
    locked = claim_lock(claim)
    policies.require(actor, "comment.write", locked.article.corpus)
    taken = gettext("This uid is taken by another thread.")
    # By its article: the claim may have been merged since, and the thread with it.
    known = made_before(
        Thread.objects, uid, taken, started_by=actor, claim__article=locked.article_id
    )
    if known is not None:
        return known
    _check_claim(locked)
    if comment_uid is not None and Comment.objects.filter(uid=comment_uid).exists():
        raise NotAllowed(gettext("This uid is taken by another comment."))
    thread = Thread.objects.create(uid=uid or uuid.uuid4(), claim=locked, started_by=actor)
    comment = _comment(actor, thread, text, comment_uid)
    _record("thread.started", actor, thread, thread, None, comment_snapshot(comment))
    return thread


@transaction.atomic
def comment_add(*, actor: User, thread: Thread, text: str, uid: uuid.UUID | None = None) -> Comment:
    """A comment at a thread's end. It leaves a resolved thread resolved."""
    locked = thread_lock(thread)
    policies.require(actor, "comment.write", locked.claim.article.corpus)
    taken = gettext("This uid is taken by another comment.")
    known = made_before(Comment.objects, uid, taken, author=actor, thread=locked)
    if known is not None:
        return known
    _check_claim(locked.claim)
    if locked.comments.count() >= MAX_COMMENTS:
        raise Conflict(
            gettext("A thread has %(max_comments)s comments at most; start another one.")
            % {"max_comments": MAX_COMMENTS}
        )
    comment = _comment(actor, locked, text, uid)
    _record("comment.added", actor, locked, comment, None, comment_snapshot(comment))
    return comment


@transaction.atomic
def comment_edit(*, actor: User, comment: Comment, revision: int, text: str) -> Comment:
    """Change one's own comment that is still at ``revision``; ``StaleRevision`` if it isn't."""
    locked = comment_lock(comment)
    _check_author(actor, locked)
    _check_revision(locked, revision)
    if locked.withdrawn:
        raise Conflict(gettext("The comment is withdrawn; undo that first."))
    if _checked(text) == locked.text:
        return locked
    before = comment_snapshot(locked)
    locked.edited_at = timezone.now()
    locked.revision += 1
    comment_write(locked, text)
    _record("comment.edited", actor, locked.thread, locked, before, comment_snapshot(locked))
    return locked


@transaction.atomic
def comment_withdraw(*, actor: User, comment: Comment, revision: int) -> Comment:
    """Take one's own comment back. Its words are shown nowhere any more but in the history."""
    locked = comment_lock(comment)
    _check_author(actor, locked)
    if locked.withdrawn:
        return locked
    _check_revision(locked, revision)
    before = comment_snapshot(locked)
    locked.withdrawn = True
    locked.revision += 1
    locked.save()
    _record("comment.withdrawn", actor, locked.thread, locked, before, comment_snapshot(locked))
    return locked


@transaction.atomic
def thread_resolve(*, actor: User, thread: Thread, revision: int) -> Thread:
    """Say that a thread is settled. One that is resolved already stays its resolver's."""
    return _resolve(actor, thread, revision, resolved=True)


@transaction.atomic
def thread_reopen(*, actor: User, thread: Thread, revision: int) -> Thread:
    """Say that a resolved thread isn't settled after all."""
    return _resolve(actor, thread, revision, resolved=False)


@transaction.atomic
def thread_read(*, actor: User, thread: Thread, comment: Comment) -> None:
    """Note that the actor has seen the thread up to ``comment``. It never goes back.

    Without an event: nothing of the corpus changes, and a history of who looked at what and
    when would watch people instead of work.
    """
    policies.require(actor, "thread.read", thread.claim.article.corpus)
    if comment.thread_id != thread.pk:
        raise InvalidInput({"comment": gettext("not a comment of this thread")})
    # Two windows of one person may say it at once: the row that is there takes the later one.
    ThreadReading.objects.bulk_create(
        [ThreadReading(thread=thread, user=actor, comment=comment)], ignore_conflicts=True
    )
    ThreadReading.objects.filter(thread=thread, user=actor, comment__lt=comment.pk).update(
        comment=comment
    )


def thread_lock(thread: Thread) -> Thread:
    """The thread as it is now, locked with its claim until the transaction ends.

    With its claim, so that nothing is said about a claim that is withdrawn meanwhile.
    """
    claim_lock(thread.claim)
    return (
        Thread.objects.select_for_update(of=("self",))
        .select_related("claim__article__corpus")
        .get(pk=thread.pk)
    )


def comment_lock(comment: Comment) -> Comment:
    """The comment as it is now, locked with its thread until the transaction ends."""
    thread = thread_lock(comment.thread)
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    locked.thread = thread
    return locked


def people_to_mention(corpus: Corpus) -> models.QuerySet[User]:
    """Whose ``@name`` calls them in a corpus: its members, and those who administer the site."""
    return User.objects.filter(is_active=True).filter(
        models.Q(is_superuser=True)
        | models.Exists(corpus.memberships.filter(user=models.OuterRef("pk")))
    )


def comment_html(comment: Comment) -> str:
    """What a page shows of a comment: sanitised, those whom it mentions under their names."""
    if comment.withdrawn:
        return ""
    names = {user.username: user.name for user in comment.mentions.all()}
    return marked(render(comment.text), names)


def unread_in(thread: Any, user: User) -> int:
    """How many comments of a thread, fetched ``with_details``, the person hasn't seen."""
    return sum(
        comment.pk > thread.read_up_to and not comment.withdrawn and comment.author_id != user.pk
        for comment in thread.all_comments
    )


def comment_write(comment: Comment, text: str) -> None:
    """Put a checked text on a comment that is in the database, with those whom it mentions."""
    comment.text = _checked(text)
    comment.save()
    names = names_in(render(comment.text))
    corpus = comment.thread.claim.article.corpus
    comment.mentions.set(people_to_mention(corpus).filter(username__in=names) if names else [])


def _comment(actor: User, thread: Thread, text: str, uid: uuid.UUID | None) -> Comment:
    comment = Comment(uid=uid or uuid.uuid4(), thread=thread, author=actor)
    comment_write(comment, text)
    return comment


def _resolve(actor: User, thread: Thread, revision: int, *, resolved: bool) -> Thread:
    locked = thread_lock(thread)
    policies.require(actor, "thread.resolve", locked.claim.article.corpus)
    if (locked.resolved_at is not None) is resolved:
        return locked
    if locked.revision != revision:
        raise StaleRevision(current=locked, expected=revision)
    before = thread_snapshot(locked)
    locked.resolved_by = actor if resolved else None
    locked.resolved_at = timezone.now() if resolved else None
    locked.revision += 1
    locked.save()
    kind = "thread.resolved" if resolved else "thread.reopened"
    _record(kind, actor, locked, locked, before, thread_snapshot(locked))
    return locked


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput({"text": gettext("say something")})
    if len(text) > Comment.MAX_TEXT:
        raise InvalidInput(
            {"text": gettext("%(max_text)s characters at most") % {"max_text": Comment.MAX_TEXT}}
        )
    return text


def _check_claim(claim: Claim) -> None:
    if claim.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn."))


def _check_author(actor: User, comment: Comment) -> None:
    policies.require(actor, "comment.write", comment.thread.claim.article.corpus)
    if comment.author_id != actor.pk:
        raise NotAllowed(gettext("Only the person who wrote a comment can change it."))


def _check_revision(comment: Comment, revision: int) -> None:
    if comment.revision != revision:
        raise StaleRevision(current=comment, expected=revision)


def _record(
    kind: str,
    actor: User,
    thread: Thread,
    target: Thread | Comment,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=target,
        corpus=thread.claim.article.corpus,
        article=thread.claim.article,
        claim=thread.claim,
        before=before,
        after=after,
    )
