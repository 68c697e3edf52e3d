"""One's own day in a corpus, in words; and which day it is for the person who asks."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.models import Corpus, User
from annotations.services.day import Day, day_of

from .requests import SignedInRequest

# The name of the browser's time zone, such as Europe/Oslo; the pages' scripts set it.
COOKIE = "timezone"


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The browser's time zone; the site's own where it told none that exists."""
    try:
        return ZoneInfo(request.COOKIES.get(COOKIE) or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


@require_safe
@login_required
@never_cache
def corpus_today(request: SignedInRequest, pk: int) -> JsonResponse:
    """The line again, for a page that stays open."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    return JsonResponse({"message": today_line(request, request.user, corpus)})


def today_line(request: HttpRequest, user: User, corpus: Corpus) -> str:
    """ "Today: 12 decisions · 5 claims · 30 decisions an active hour"; empty before any work."""
    return in_words(day_of(user=user, corpus=corpus, zone=zone_of(request)))


def in_words(day: Day) -> str:
    parts = [
        text % {"n": number}
        for number, text in (
            (day.decisions, ngettext("%(n)d decision", "%(n)d decisions", day.decisions)),
            (day.claims, ngettext("%(n)d claim", "%(n)d claims", day.claims)),
            (day.verdicts, ngettext("%(n)d verdict", "%(n)d verdicts", day.verdicts)),
            (
                day.articles,
                ngettext("%(n)d article submitted", "%(n)d articles submitted", day.articles),
            ),
        )
        if number
    ]
    if not parts:
        return ""
    if day.decisions_an_hour:
        pace = ngettext(
            "%(n)d decision an active hour",
            "%(n)d decisions an active hour",
            day.decisions_an_hour,
        )
        parts.append(pace % {"n": day.decisions_an_hour})
    return _("Today: %(done)s") % {"done": " · ".join(parts)}
