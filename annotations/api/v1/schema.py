"""The OpenAPI schema: what every operation can answer, problems included."""

from __future__ import annotations

import functools
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from .problems import MEDIA_TYPE


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "annotations.api.v1.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A personal key, fct_…"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "annotations.api.v1.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class Problem(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="/problems/<code>")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable; docs/api.md lists them.")


class InvalidProblem(Problem):
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), required=False, help_text="Name of a field → reason."
    )


class ConflictProblem(Problem):
    current = serializers.DictField(
        required=False, help_text="With stale_revision: the whole object as it is now."
    )
    results = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="With bulk_refused."
    )
    article_id = serializers.IntegerField(
        required=False, help_text="With already_there: the article that has this text."
    )


IF_MATCH = "The ETag, in the place of revision in the body; 412 if it is no longer that."
KEY = (
    "Chosen by the client, 1 to 255 visible ASCII characters. Sent again with the same request "
    "within 24 hours, nothing is done and the same answer comes."
)

REASONS: dict[int, tuple[type[Problem], str]] = {
    400: (InvalidProblem, "Something in the request can't be used."),
    401: (Problem, "Not signed in, or the token isn't valid."),
    403: (Problem, "The caller's role doesn't allow it, or the CSRF token is missing."),
    404: (Problem, "No such object, or none that the caller may see."),
    409: (ConflictProblem, "The state of things doesn't allow it."),
    412: (ConflictProblem, "What If-Match names is no longer the current revision."),
    413: (Problem, "The body is too large."),
    415: (Problem, "The body isn't JSON, or no form where files are sent."),
    422: (Problem, "The Idempotency-Key was sent with another request."),
    429: (Problem, "Too many requests."),
}


class ProblemAutoSchema(AutoSchema):
    """Adds to each operation the problems that it can answer with, and no others."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        for status in sorted(self._problems(operation)):
            operation["responses"][str(status)] = self._problem(status)
        if self.method == "GET" and "200" in operation["responses"]:
            operation["responses"]["304"] = {"description": "The answer that If-None-Match names."}
        return operation

    def get_override_parameters(self) -> Any:
        return [*super().get_override_parameters(), *self._headers()]

    def _headers(self) -> list[OpenApiParameter]:
        header = functools.partial(OpenApiParameter, type=str, location=OpenApiParameter.HEADER)
        if self.method == "GET":
            return [
                header("If-None-Match", description="The ETag of an answer that one has."),
                header("ETag", response=[200], description="Of this answer."),
            ]
        found = [header("If-Match", description=IF_MATCH)] if self._has_revision() else []
        if self.method == "POST":
            found.append(header("Idempotency-Key", description=KEY))
        return found

    def _has_revision(self) -> bool:
        """Whether the body says on which revision the change is based."""
        serializer = self.get_request_serializer()
        if isinstance(serializer, type) and issubclass(serializer, serializers.Serializer):
            serializer = serializer()
        return "revision" in getattr(serializer, "fields", {})

    def _problem(self, status: int) -> dict[str, Any]:
        """A reference to the answer, which is the same everywhere."""
        serializer, description = REASONS[status]
        form = self.resolve_serializer(self._instance(serializer), "response").ref
        name = f"Problem{status}"
        answer = ResolvedComponent(
            name=name,
            type=ResolvedComponent.RESPONSE,
            object=name,
            schema={
                "description": description,
                "content": {MEDIA_TYPE: {"schema": form}},
            },
        )
        self.registry.register_on_missing(answer)
        return dict(answer.ref)

    def _problems(self, operation: dict[str, Any]) -> set[int]:
        statuses: set[int] = set()
        if AllowAny not in self.view.permission_classes:
            statuses.add(401)
        where = {parameter["in"] for parameter in operation.get("parameters", [])}
        if "query" in where:
            statuses.add(400)
        if "path" in where:
            statuses.add(404)
        if self.method != "GET":
            # A body may be sent to every action, and may name objects; 403 includes CSRF.
            statuses |= {400, 403, 404, 409, 413, 415}
            if self.method == "POST":
                statuses.add(422)
            if self._has_revision():
                statuses.add(412)
        if self.view.throttle_classes:
            statuses.add(429)
        return statuses

    @staticmethod
    def _instance(serializer: type[Problem]) -> Problem:
        return serializer()
