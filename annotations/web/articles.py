"""The article under review."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.models import Article, User
from annotations.services.queue import Queue, neighbours, with_turn

from .keys import keys_of
from .requests import SignedInRequest
from .workbench import page_data, reading_blocks


def _article(user: User, pk: int) -> Article:
    rows = Article.objects.visible_to(user).select_related("corpus__rating_scale", "current_run")
    return get_object_or_404(with_turn(rows, user), pk=pk)


@require_safe
@login_required
@never_cache
def article_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    article = _article(request.user, pk)
    text = article.text
    data = page_data(article=article, text=text, user=request.user)
    queue = Queue.read(request.GET)
    before, after = neighbours(queue=queue, user=request.user, article=article)
    blocks = reading_blocks(text.text, data["sentences"])
    context = {
        "article": article,
        # A text that begins with its own headline shows it once.
        "has_headline": bool(blocks) and "".join(w for _, w in blocks[0]) == article.title,
        "corpus": article.corpus,
        "blocks": blocks,
        "data": data,
        "keys": keys_of(request.user),
        "previous": before,
        "next": after,
        # The queue goes along to every article of it, and back to the list.
        "queue": queue.address(),
    }
    return render(request, "annotations/article_detail.html", context)


@require_safe
@login_required
@never_cache
def article_data(request: SignedInRequest, pk: int) -> JsonResponse:
    """The page's data anew: after an extraction, an undo, or somebody else's change."""
    article = _article(request.user, pk)
    return JsonResponse(page_data(article=article, text=article.text, user=request.user))
