"""What every address of the API does, whatever it is about."""

from __future__ import annotations

from typing import Any, cast

from rest_framework import exceptions, serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from annotations import policies
from annotations.domain.vocabulary import Scope
from annotations.models import User

from .fields import NoBody
from .parsers import StrictJSONParser


class Endpoint(APIView):
    """A view of the API. All of them are made of it, which a test holds."""

    parser_classes = [StrictJSONParser]
    # What a token has to be for, to change something here. None: the policies ask for the right
    # one when the object is known, so that here one of the two that change anything will do.
    scope: Scope | None = None

    @property
    def caller(self) -> User:
        return cast(User, self.request.user)

    def body(self, serializer: type[serializers.Serializer[Any]] = NoBody) -> dict[str, Any]:
        """The request's body, checked. ``ValidationError`` names what is wrong with it."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

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
        scope = self.scope
        if scope is None:
            manages = policies.has_scope(user, Scope.MANAGE)
            scope = Scope.MANAGE if manages else Scope.ANNOTATE
        policies.require_scope(user, scope)

    def check_throttles(self, request: Request) -> None:
        """Done before the permissions."""
