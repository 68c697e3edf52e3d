"""The request as a page behind ``login_required`` sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from annotations.models import User


class SignedInRequest(HttpRequest):
    """For annotations only: the person is known."""

    user: User


def posted(back: str, *kept: str) -> Callable[[Any], Any]:
    """Of a view that only takes what is sent: other visits go to the page that has the form.

    Whoever signs in anew on the way comes by GET, as does a reload by the address. ``back`` is the
    name of that page, ``kept`` are those of the view's arguments that it takes.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, **given: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **given)
            if request.method in {"GET", "HEAD"}:
                return redirect(back, *(given[name] for name in kept))
            return HttpResponseNotAllowed(["POST"])

        return wrapped

    return decorator
