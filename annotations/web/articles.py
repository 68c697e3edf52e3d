"""The article under review."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.domain.vocabulary import Role
from annotations.models import Article, User
from annotations.services.queue import Queue, neighbours, with_turn

from .keys import keys_of
from .requests import SignedInRequest
from .workbench import page_data, reading_blocks

# About a screen of text.
LEAF_SENTENCES = 20
# As JSON writes them: they occur in strings alone.
ESCAPES = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"}


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
        "words": in_sentences(blocks),
        "data": in_page(data),
        "read_only": data["read_only"],
        "is_admin": data["me"]["role"] is Role.ADMIN,
        "keys": keys_of(request.user),
        "previous": before,
        "next": after,
        # The queue goes along to every article of it, and back to the list.
        "queue": queue.address(),
    }
    return render(request, "annotations/article_detail.html", context)


def in_sentences(blocks: list[list[tuple[int, str]]]) -> SafeString:
    """Each paragraph of ``reading_blocks``, and in it an element for each sentence.

    Paragraphs stand in leaves, which the browser leaves out of its work while they are out of
    sight: it looks after each of them at every frame, so there are few. Not by the template,
    which takes ten times as long for a thousand sentences.
    """
    return mark_safe(  # noqa: S308  what isn't ours in it is escaped
        "".join(
            '\n      <div class="leaf">{}</div>'.format("".join(map(_paragraph, leaf)))
            for leaf in _leaves(blocks)
        )
    )


def _leaves(blocks: list[list[tuple[int, str]]]) -> Iterator[list[list[tuple[int, str]]]]:
    leaf: list[list[tuple[int, str]]] = []
    sentences = 0
    for block in blocks:
        leaf.append(block)
        sentences += len(block)
        if sentences >= LEAF_SENTENCES:
            yield leaf
            leaf, sentences = [], 0
    if leaf:
        yield leaf


def _paragraph(block: list[tuple[int, str]]) -> str:
    sentences = "".join(
        f'<span class="s" data-start="{start}">{escape(words)}</span>' for start, words in block
    )
    return f'<p dir="auto">{sentences}</p>'


def in_page(data: dict[str, Any]) -> SafeString:
    """JSON to stand in a ``<script>``: with no character that means something to HTML."""
    escaped = orjson.dumps(data).decode()
    for character, written in ESCAPES.items():
        escaped = escaped.replace(character, written)
    return mark_safe(escaped)  # noqa: S308  nothing is left in it that HTML would read


@require_safe
@login_required
@never_cache
def article_data(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page's data anew: after an extraction, an undo, or somebody else's change.

    ``?run=`` names the run whose suggestions the page has; of the same one it is told only what
    was decided, because a long article has thousands.
    """
    article = _article(request.user, pk)
    known = request.GET.get("run", "")
    data = page_data(
        article=article,
        text=article.text,
        user=request.user,
        known=int(known) if known.isdecimal() else None,
    )
    return HttpResponse(orjson.dumps(data), content_type="application/json")
