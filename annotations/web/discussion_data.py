"""Discussions as the article page knows them: in the API's own shapes, by the claim's uid."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from annotations.models import Article, Comment, Corpus, Thread, User
from annotations.services.discussion import comment_html, people_to_mention, unread_in

PEOPLE_OFFERED = 200


def threads_data(article: Article, user: User) -> dict[str, list[dict[str, Any]]]:
    """Uid of a claim → its threads, oldest first, with their comments. Three queries."""
    found = defaultdict(list)
    rows = Thread.objects.filter(claim__article=article).standing().with_details(user)
    for thread in rows.order_by("id"):
        found[str(thread.claim.uid)].append(thread_data(thread, user))
    return found


def people_data(corpus: Corpus) -> list[dict[str, Any]]:
    """Whom a comment can mention, for completion; a longer list is cut."""
    people = people_to_mention(corpus).order_by("username")[:PEOPLE_OFFERED]
    return [{"id": p.pk, "username": p.username, "name": p.name} for p in people]


def thread_data(thread: Any, user: User) -> dict[str, Any]:
    """A thread fetched ``with_details`` (``Any``, for what that adds)."""
    return {
        "id": thread.pk,
        "uid": str(thread.uid),
        "claim": thread.claim_id,
        "article": thread.claim.article_id,
        "started_by": _person(thread.started_by),
        "created_at": _time(thread.created_at),
        "resolved_by": _person(thread.resolved_by) if thread.resolved_by else None,
        "resolved_at": _time(thread.resolved_at),
        "revision": thread.revision,
        "unread": unread_in(thread, user),
        "comments": [comment_data(comment) for comment in thread.all_comments],
    }


def comment_data(comment: Comment) -> dict[str, Any]:
    shown = not comment.withdrawn
    return {
        "id": comment.pk,
        "uid": str(comment.uid),
        "thread": comment.thread_id,
        "author": _person(comment.author),
        "text": comment.text if shown else "",
        "html": comment_html(comment),
        "mentions": [_person(user) for user in comment.mentions.all()] if shown else [],
        "withdrawn": comment.withdrawn,
        "created_at": _time(comment.created_at),
        "edited_at": _time(comment.edited_at),
        "revision": comment.revision,
    }


def _person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": user.name}


def _time(moment: dt.datetime | None) -> str | None:
    """As the API writes it."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
