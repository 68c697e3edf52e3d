"""What people say to each other, across the corpora that somebody is a member of."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.models import Comment, Thread, User
from annotations.models.discussion import ThreadQuerySet
from annotations.services.discussion import comment_html
from annotations.services.keyset import Key

from .paging import keyset_page
from .requests import SignedInRequest

# The latest word first. No two threads share it.
LATEST_FIRST = (Key("last_comment", descending=True),)
SHOWS = {
    "unread": _("Unread"),
    "mentions": _("Mentions of you"),
    "open": _("Open"),
    "all": _("All"),
}
EMPTY = {
    "unread": _("You have read everything that concerns you."),
    "mentions": _("Nobody has mentioned you yet."),
    "open": _("No discussion waits to be resolved."),
    "all": _("Nobody has said anything yet."),
}
# More than this many need no counting.
MOST_COUNTED = 99


def unread_discussions(request: HttpRequest) -> dict[str, Any]:
    """For the header of every page: asked for only where it is shown, with one query."""
    return {"unread_discussions": SimpleLazyObject(lambda: _unread_count(request))}


def _unread_count(request: HttpRequest) -> str:
    user = request.user
    if not isinstance(user, User):
        return ""
    count = _of_interest(user, "unread")[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


def _of_interest(user: User, show: str) -> ThreadQuerySet:
    rows = Thread.objects.visible_to(user).standing()
    if show == "unread":
        return rows.involving(user).unread_by(user)
    if show == "mentions":
        return rows.mentioning(user)
    return rows.filter(resolved_at=None) if show == "open" else rows


@require_safe
@login_required
@never_cache
def discussion_list(request: SignedInRequest) -> HttpResponse:
    """``?show=`` one of ``SHOWS``; unread is what concerns the person and isn't read yet."""
    asked = request.GET.get("show", "")
    show = asked if asked in SHOWS else "unread"
    page = keyset_page(_rows(request.user, show), request.GET, keys=LATEST_FIRST)
    _add_last_words(page.rows)
    context = {"page": page, "show": show, "shows": SHOWS.items(), "empty": EMPTY[show]}
    return render(request, "annotations/discussions.html", context)


def _rows(user: User, show: str) -> Any:
    """Threads with ``last_comment``, ``unread_count`` and their claims."""
    said = Comment.objects.standing().filter(thread=OuterRef("pk"))
    new = said.filter(pk__gt=OuterRef("read_up_to")).exclude(author=user)
    counted = new.order_by().values("thread").annotate(n=Count("pk")).values("n")
    return (
        _of_interest(user, show)
        .with_reading(user)
        .select_related("claim", "resolved_by")
        .prefetch_related("claim__spans")
        .annotate(
            last_comment=Subquery(said.order_by("-pk").values("pk")[:1]),
            unread_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
            article_title=F("claim__article__title"),
            corpus_name=F("claim__article__corpus__name"),
        )
    )


def _add_last_words(threads: list[Any]) -> None:
    """``last`` on each: its latest comment, with its words as plain ``words``."""
    comments = Comment.objects.select_related("author").prefetch_related(
        Prefetch("mentions", User.objects.only("username", "display_name"))
    )
    found = comments.in_bulk([thread.last_comment for thread in threads])
    for thread in threads:
        thread.last = found[thread.last_comment]
        # Escaped already where it was rendered, and without its tags it stays so.
        thread.last.words = mark_safe(strip_tags(comment_html(thread.last)))  # noqa: S308
