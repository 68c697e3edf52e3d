"""Error pages, and problem details for whoever asked the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


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


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return _answer(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Any) -> HttpResponse:
    return _answer(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    return _answer(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
