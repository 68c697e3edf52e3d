"""Fact-checks as readers see them: no account, no cookie, the same for everybody.

A page is drawn from what was frozen when it was published, in the language of the fact-check and
not of the browser, so that any cache may keep it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import http_date
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy
from django.views.decorators.http import conditional_page, require_safe

from annotations.domain import markdown
from annotations.domain.publishing import FactCheckState
from annotations.domain.vocabulary import Stance
from annotations.models import FactCheck
from annotations.services.claim_reviews import (
    fact_check_url,
    markup_of,
    site_url,
    with_public_parts,
)
from annotations.services.fact_check_content import Content, Guard, Guards
from annotations.services.keyset import Key

from .paging import keyset_page
from .workbench import translated

# Seconds that a browser or a cache between may show a page without asking; corrections are to
# be seen soon.
FRESH = 60
NEWEST_FIRST = (Key("pk", descending=True),)
LISTED = 30
STANCES = {
    Stance.SUPPORTS: gettext_lazy("Supports the claim"),
    Stance.REFUTES: gettext_lazy("Refutes the claim"),
    Stance.IRRELEVANT: gettext_lazy("Says nothing about it"),
}
# What could end the element or begin a comment in it.
_UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def for_everybody(view: View) -> View:
    """A page that caches may keep, and that is sent again only where it has changed."""

    @require_safe
    @conditional_page
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=FRESH)
        return response

    return cast(View, inner)


@for_everybody
def fact_check_list(request: HttpRequest) -> HttpResponse:
    """Those that stand, newest first."""
    rows = FactCheck.objects.published().select_related("current", "corpus__publication")
    page = keyset_page(rows, request.GET, keys=NEWEST_FIRST, size=LISTED)
    guards = Guards()
    lines = []
    for row in page.rows:
        guard = guards[row.corpus_id]
        assert row.current is not None  # noqa: S101
        lines.append((row, with_dates(guard.content(row.current.content))))
    publishers = {row.corpus.publication.organisation for row in page.rows}
    context = {
        "page": page,
        "lines": lines,
        "publisher": publishers.pop() if len(publishers) == 1 else "",
        "canonical": site_url(request.path, base_of(request)),
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render(request, "annotations/public/fact_checks.html", context)


@for_everybody
def fact_check(request: HttpRequest, slug: str) -> HttpResponse:
    """One fact-check; a withdrawn one says so, at the same address."""
    found = get_object_or_404(with_public_parts(FactCheck.objects.all()), slug=slug)
    guard = Guard(found.corpus_id)
    assert found.current is not None  # noqa: S101
    content = guard.content(found.current.content)
    response = fact_check_page(request, found, content, guard)
    # Where a source was protected since, the page is newer than its last version.
    if not guard.uids:
        response["Last-Modified"] = http_date(found.updated_at.timestamp())
    return response


def fact_check_page(
    request: HttpRequest, found: FactCheck, content: Content, guard: Guard, **more: Any
) -> HttpResponse:
    """The page, also for an admin who looks at it before it is published."""
    url = fact_check_url(found, base_of(request))
    language = content["language"]
    context = {
        "fact_check": found,
        "withdrawn": found.state == FactCheckState.WITHDRAWN,
        "publication": found.corpus.publication,
        "notices": [_notice(notice, guard) for notice in reversed(_notices(found))],
        "content": with_dates(content),
        "rationale": _html(content["rationale"]),
        "evidence": _evidence(content),
        "questions": _questions(content),
        "canonical": url,
        "json_ld": in_script(markup_of(found, content, url=url, guard=guard)),
        **more,
    }
    with translation.override(chrome_language(language)):
        context["meaning"] = translated(content["rating"]["meaning"])
        context["scale"] = [
            {**rating, "meaning": translated(rating["meaning"])}
            for rating in content["scale"]["ratings"]
        ]
        response = render(request, "annotations/public/fact_check.html", context)
    response["Content-Language"] = language
    return response


def chrome_language(language: str) -> str:
    """The language of the words around a fact-check: its own where the site speaks it."""
    known = dict(settings.LANGUAGES)
    return next(
        (code for code in (language, language.split("-")[0]) if code in known),
        settings.LANGUAGE_CODE,
    )


def base_of(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def in_script(data: dict[str, Any]) -> SafeString:
    """JSON for a data block: nothing in it can end the element."""
    text = orjson.dumps(data).decode().translate(_UNSAFE)
    return mark_safe(text)  # noqa: S308  escaped above


def with_dates(content: Content) -> Content:
    """The content with its dates as dates, for templates."""
    source, claim = content["source"], content["claim"]
    return {
        **content,
        "claim": {**claim, "date": _date(claim["date"])},
        "source": {**source, "published": _date(source["published"])},
    }


def _date(value: str | None) -> dt.date | None:
    return parse_date(value) if value else None


def _html(text: str) -> SafeString:
    return mark_safe(markdown.render(text, top=3))  # noqa: S308  rendering sanitises


def _notices(found: FactCheck) -> list[Any]:
    return getattr(found, "notices", [])


def _notice(notice: Any, guard: Guard) -> dict[str, Any]:
    return {
        "row": notice,
        "what": guard.text(notice.what),
        "why": guard.text(notice.why),
    }


def _questions(content: Content) -> list[dict[str, Any]]:
    return [
        {
            **question,
            "answers": [
                {**answer, **_copied(answer.get("copy"))} for answer in question["answers"]
            ],
        }
        for question in content["questions"]
    ]


def _copied(copy: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "copied_at": parse_datetime(copy["fetched_at"]) if copy else None,
        "sha256": copy["sha256"] if copy else "",
    }


def _evidence(content: Content) -> list[dict[str, Any]]:
    found = []
    for piece in content["evidence"]:
        found.append(
            {
                **piece,
                "stance_label": STANCES[piece["stance"]],
                "short_url": Truncator(piece.get("url", "")).chars(100),
                "published": _date(piece.get("published")),
                **_copied(piece.get("copy")),
            }
        )
    return found
