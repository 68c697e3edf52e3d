"""The list of corpora, and a corpus's articles."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations import policies, search
from annotations.domain.transitions import ACTIVE_JOB_STATES, ArticleState
from annotations.errors import InvalidInput
from annotations.models import Article, Assignment, BulkAction, Corpus, User
from annotations.services.corpora import detector_warning
from annotations.services.queue import (
    SHOWN,
    Queue,
    neighbours,
    next_to_do,
    publishers,
    queue_articles,
    queue_counts,
    queue_parts,
    with_turn,
)
from annotations.services.workers import workers_missing
from annotations.tallies import ARTICLES, articles_by_state, tallied

from .facets import ORDERS, facets
from .paging import Page, keyset_page, parts_page
from .publishing import new_reports
from .requests import SignedInRequest
from .sections import corpus_context
from .today import today_line


@require_safe
@login_required
def corpus_list(request: SignedInRequest) -> HttpResponse:
    """Those in use, or with ``?archived=1`` those that are archived."""
    archived = bool(request.GET.get("archived"))
    mine = Corpus.objects.visible_to(request.user)
    corpora = mine.filter(archived_at__isnull=not archived).annotate(
        article_count=tallied(ARTICLES), reviewed_count=tallied(ARTICLES, ArticleState.REVIEWED)
    )
    deleted = Corpus.everything.deleted().administered_by(request.user)
    context = {
        "page": keyset_page(corpora, request.GET),
        "archived": archived,
        "archived_count": mine.filter(archived_at__isnull=False).count(),
        "deleted_count": deleted.count(),
        "may_create": policies.can_create_corpora(request.user),
    }
    return render(request, "annotations/corpus_list.html", context)


@require_safe
@login_required
def corpus_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    queue = Queue.read(request.GET)
    role = policies.role_in(request.user, corpus)
    problem = queue.problem
    try:
        with search.bounded() if queue.q else nullcontext():
            counts = queue_counts(queue=queue, user=request.user, corpus=corpus)
            page = _page(request, queue, corpus)
    except InvalidInput as error:
        # The words take too long to find: all else is there for whoever takes others.
        problem = error.fields["q"]
        counts = queue_counts(queue=replace(queue, q=""), user=request.user, corpus=corpus)
        page = keyset_page(Article.objects.none(), request.GET)
    can_assign = policies.is_open(corpus, "article.assign") and policies.allowed(
        role, "article.assign"
    )
    context = {
        **corpus_context(corpus, role, "corpus"),
        "queue": queue,
        "problem": problem,
        "page": page,
        "matching": 0 if problem else counts["show"][queue.show],
        "bulk_actions": _bulk_actions(corpus) if can_assign else [],
        "can_import": can_assign,
        "facets": facets(queue, counts),
        "orders": ORDERS,
        "can_assign": can_assign,
        "people": members(corpus) if can_assign else [],
        "counts": counts["corpus"],
        # Sent here from an article, because nothing is left after it.
        "at_end": bool(request.GET.get("end")),
        "warning": detector_warning(corpus.detector, corpus.language),
        "today": today_line(request, request.user, corpus),
        "reports": new_reports(corpus) if policies.allowed(role, "report.handle") else 0,
        "workers_missing": workers_missing(corpus) if counts["corpus"]["extracting"] else "",
    }
    return render(request, "annotations/corpus_detail.html", context)


@require_safe
@login_required
@never_cache
def corpus_next(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """To the article to work on next, after the one that ``from`` names or from the beginning.

    Decided when it is asked, not when the page before was drawn: others work on the same queue.
    """
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    queue = Queue.read(request.GET)
    article = _named(request, corpus)
    found = next_to_do(queue=queue, user=request.user, corpus=corpus, article=article)
    if found is None and article is not None and queue.show not in {"", "to-review"}:
        # A queue of articles of which none waits for review: simply the next of them.
        found = neighbours(queue=queue, user=request.user, article=article)[1]
    if found is None:
        end = queue.address()
        return HttpResponseRedirect(
            f"{reverse('corpus', args=[pk])}{end}{'&' if end else '?'}end=1"
        )
    return HttpResponseRedirect(f"{reverse('article', args=[found])}{queue.address()}")


@require_safe
@login_required
def corpus_progress(request: SignedInRequest, pk: int) -> JsonResponse:
    """What the corpus page asks while extraction is under way."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    counts = _counts(corpus)
    return JsonResponse(
        {
            **counts,
            "workers_missing": workers_missing(corpus),
            "message": ngettext(
                "%(n)d article is waiting for extraction.",
                "%(n)d articles are waiting for extraction.",
                counts["extracting"],
            )
            % {"n": counts["extracting"]},
        }
    )


@require_safe
@login_required
def corpus_publishers(request: SignedInRequest, pk: int) -> JsonResponse:
    """Names to complete the filter with: asked for when somebody opens it, since it reads all."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    return JsonResponse({"publishers": publishers(corpus=corpus)})


def _bulk_actions(corpus: Corpus) -> list[BulkAction]:
    """Under way now."""
    active = BulkAction.objects.filter(corpus=corpus, job__state__in=ACTIVE_JOB_STATES)
    return list(active.select_related("job")[:5])


def members(corpus: Corpus) -> list[User]:
    """Who can be asked to review."""
    return sorted(
        User.objects.filter(memberships__corpus=corpus, is_active=True),
        key=lambda user: (user.name.casefold(), user.pk),
    )


def _named(request: SignedInRequest, corpus: Corpus) -> Article | None:
    raw = request.GET.get("from", "")
    # 18 digits always fit the database's 64 bits.
    number = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= 18 else None
    if number is None:
        return None
    rows = with_turn(Article.objects.filter(corpus=corpus, pk=number), request.user)
    return rows.select_related("corpus").first()


def _page(request: SignedInRequest, queue: Queue, corpus: Corpus) -> Page[Article]:
    """Found by their keys alone, so that only the page's own rows are read and counted."""
    rows = queue_articles(queue=queue, user=request.user, corpus=corpus)
    parts = queue_parts(rows.only("pk", "check_worthiness"), queue=queue, user=request.user)
    page = parts_page(parts, request.GET, keys=queue.keys)
    who = Prefetch("assignments", Assignment.objects.select_related("user"))
    # A run's sentences are many numbers, and no list shows them.
    lines = (
        Article.objects.filter(pk__in=[row.pk for row in page.rows])
        .with_progress()
        .defer("current_run__sentences")
        .prefetch_related(who)
    )
    found = {line.pk: line for line in lines}
    return replace(page, rows=[found[row.pk] for row in page.rows if row.pk in found])


def _counts(corpus: Corpus) -> dict[str, Any]:
    by_state = articles_by_state(corpus)
    counts = {
        key.replace("-", "_"): sum(by_state[state] for state in states)
        for key, states in SHOWN.items()
    }
    return {"all": by_state.total(), **counts}
