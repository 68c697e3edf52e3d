"""What every address of the API does, whatever it is about."""

from __future__ import annotations

import functools
from typing import Any, cast

from django.http import HttpRequest
from rest_framework import exceptions, serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations import policies
from annotations.domain.vocabulary import Scope
from annotations.models import IdempotentRequest, User

from . import once
from .conditional import revision_in, tagged
from .fields import NoBody
from .parsers import StrictJSONParser


class Endpoint(APIView):
    """A view of the API. All of them are made of it, which a test holds."""

    parser_classes = [StrictJSONParser]
    # What a token has to be for, to change something here. None: the policies ask for the right
    # one when the object is known, so that here one of the two that change anything will do.
    scope: Scope | None = None
    # Actions that change nothing that others see, although they are no GET.
    reading: frozenset[str] = frozenset()
    # Actions whose answer holds a key or secret, which is kept nowhere.
    secret_answers: frozenset[str] = frozenset()
    # The revision that an edit is based on came as ``If-Match``.
    by_if_match = False
    # The row of the request's ``Idempotency-Key``.
    noted: IdempotentRequest | None = None

    @property
    def caller(self) -> User:
        return cast(User, self.request.user)

    def body(self, serializer: type[serializers.Serializer[Any]] = NoBody) -> dict[str, Any]:
        """The request's body, checked. ``ValidationError`` names what is wrong with it."""
        data = self.request.data
        if (tag := self.request.headers.get("If-Match")) is not None:
            data = self._with_revision(serializer, data, tag)
        checked = serializer(data=data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def _with_revision(
        self, serializer: type[serializers.Serializer[Any]], data: Any, tag: str
    ) -> Any:
        """The body with the revision that ``If-Match`` stands for."""
        if "revision" not in serializer().fields:
            # A condition that isn't looked at must not pass for one that holds.
            raise exceptions.ValidationError(
                {"If-Match": "Not here: this changes nothing that has a revision."}
            )
        revision = revision_in(tag)
        if not isinstance(data, dict):
            return data
        if "revision" not in data:
            self.by_if_match = True
        elif data["revision"] != revision:
            raise exceptions.ValidationError(
                {"If-Match": "It names another revision than the body."}
            )
        return {**data, "revision": revision}

    # Who is refused is counted too, so that neither keys nor roles are tried out without a limit.

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        except exceptions.AuthenticationFailed:
            super().check_throttles(request)
            raise

    def check_permissions(self, request: Request) -> None:
        super().check_throttles(request)
        super().check_permissions(request)
        self._check_scope(request)

    def _check_scope(self, request: Request) -> None:
        user = self.caller
        if request.method in SAFE_METHODS or not user.is_authenticated or user.token is None:
            return
        scope = Scope.READ if getattr(self, "action", None) in self.reading else self.scope
        if scope is None:
            manages = policies.has_scope(user, Scope.MANAGE)
            scope = Scope.MANAGE if manages else Scope.ANNOTATE
        policies.require_scope(user, scope)

    def check_throttles(self, request: Request) -> None:
        """Done before the permissions."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        respond = functools.partial(super().dispatch, request, *args, **kwargs)
        if request.method != "POST" or once.HEADER not in request.headers:
            return respond()
        return once.carried_out(
            respond,
            lambda: self.noted,
            secret=lambda: getattr(self, "action", None) in self.secret_answers,
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and once.HEADER in request.headers and self.caller.pk:
            self.noted = once.begin(request, self.caller)

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, once.Replay):
            return exc.answer
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(final, Response):
            final.add_post_render_callback(functools.partial(tagged, request))
        return final
