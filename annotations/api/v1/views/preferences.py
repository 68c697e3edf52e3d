"""The caller's own choices of looks, language and keys."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.domain.vocabulary import Scope
from annotations.models import User
from annotations.services.preferences import (
    Preferences,
    keymap_rows,
    preferences_of,
    preferences_set,
)

from ..endpoint import Endpoint
from ..serializers.preferences import PreferencesChangeSerializer, PreferencesSerializer


def _answer(user: User) -> Response:
    shown = {**preferences_of(user), "keymap": keymap_rows(user)}
    return Response(PreferencesSerializer(shown).data)


class PreferencesView(Endpoint):
    """The caller's own; nobody sees or changes another's."""

    scope = Scope.MANAGE

    @extend_schema(responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        return _answer(self.caller)

    @extend_schema(request=PreferencesChangeSerializer, responses=PreferencesSerializer)
    def patch(self, request: Request) -> Response:
        """Change what is sent; the rest stays. A key that another action has is refused."""
        fields = cast(Preferences, self.body(PreferencesChangeSerializer))
        return _answer(preferences_set(actor=self.caller, fields=fields))
