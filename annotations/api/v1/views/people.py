"""The caller: who they are, and their tokens."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet, prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.models import ApiToken, User
from annotations.services.tokens import token_create, token_revoke

from ..serializers.people import MeSerializer
from ..serializers.tokens import NewTokenSerializer, TokenCreateSerializer, TokenSerializer
from .base import ViewSet


class MeView(APIView):
    """The caller, with the roles in their corpora."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        caller = cast(User, request.user)
        prefetch_related_objects([caller], "memberships__corpus")
        return Response(MeSerializer(caller).data)


class TokenViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """The caller's own tokens, newest first, with those that ended."""

    serializer_class = TokenSerializer
    keyset = "-id"

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user=self.caller.pk)

    @extend_schema(request=TokenCreateSerializer, responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        """A new token. Its key is in this answer and nowhere else."""
        token, key = token_create(actor=self.caller, **self.body(TokenCreateSerializer))
        return Response({**TokenSerializer(token).data, "key": key}, status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End a token for good."""
        token = self.get_object()
        self.body()
        token_revoke(actor=self.caller, token=token)
        return Response(TokenSerializer(token).data)
