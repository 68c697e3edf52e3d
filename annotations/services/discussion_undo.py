"""Putting comments and threads back to an earlier state, for ``undo``.

What comes after a comment stays where it is: a thread with answers shows the gap.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext

from annotations.errors import Conflict
from annotations.models import Comment, Thread

from .discussion import comment_lock, comment_snapshot, thread_lock, thread_snapshot


def comment_restore(*, now: dict[str, Any], then: dict[str, Any]) -> Comment:
    """From the snapshot ``now`` to ``then``; ``Conflict`` when it isn't in that state."""
    comment = comment_lock(Comment.objects.get(pk=now["comment"]))
    if comment_snapshot(comment) != now:
        raise Conflict(gettext("The comment was changed since."))
    comment.text, comment.withdrawn = then["text"], then["withdrawn"]
    comment.edited_at = _time(then["edited_at"])
    comment.mentions.set(then["mentions"])
    comment.revision += 1
    comment.save()
    return comment


def thread_restore(*, pk: int, now: dict[str, Any], then: dict[str, Any]) -> Thread:
    """The same with whether it is resolved."""
    thread = thread_lock(Thread.objects.get(pk=pk))
    if thread_snapshot(thread) != now:
        raise Conflict(gettext("The discussion was resolved or reopened since."))
    thread.resolved_by_id = then["resolved_by"]
    thread.resolved_at = _time(then["resolved_at"])
    thread.revision += 1
    thread.save()
    return thread


def _time(value: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(value) if value else None
