"""Machines' probes, before all that is there for people."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from annotations.web import health

PROBES = {"/healthz": health.healthz, "/readyz": health.readyz}


class ProbeMiddleware:
    """Answers the probes by whatever name or address they come: a balancer asks each machine by
    its own, which is none that the site is served under. They say nothing that depends on it.

    First of all, so that nothing asks for the host's name, redirects to https or writes a line.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else self.get_response(request)
