"""Error pages, and problem details for whoever asked the API."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from annotations.errors import FactcheckError, InvalidInput, NotAllowed


def _answer(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(
            {
                "type": f"/problems/{status.name.lower()}",
                "title": status.phrase,
                "status": status.value,
                "detail": status.description or status.phrase,
                "code": status.name.lower(),
            },
            status=status,
            content_type="application/problem+json",
        )
    return render(request, f"{status.value}.html", status=status)


class RefusalMiddleware:
    """What a service refused and the page's own view had no place for: said on a page of its own.

    An archived corpus, say, that was open when the form was drawn.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FactcheckError) or request.path.startswith("/api/"):
            return None
        status = HTTPStatus.CONFLICT
        if isinstance(exception, NotAllowed):
            status = HTTPStatus.FORBIDDEN
        elif isinstance(exception, InvalidInput):
            status = HTTPStatus.BAD_REQUEST
        said = exception.message
        return render(request, f"{status.value}.html", {"said": said}, status=status)


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return _answer(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Any) -> HttpResponse:
    return _answer(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    return _answer(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
