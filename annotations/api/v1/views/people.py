"""The caller: who they are, and their tokens."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.domain.vocabulary import Scope
from annotations.models import ApiToken, Corpus, Membership
from annotations.services.tokens import token_create, token_revoke

from ..endpoint import Endpoint
from ..serializers.people import MeSerializer
from ..serializers.tokens import NewTokenSerializer, TokenCreateSerializer, TokenSerializer
from .base import ViewSet, seen


class MeView(Endpoint):
    """The caller, with the roles in their corpora."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        memberships = Membership.objects.select_related("corpus").order_by("id")
        seen_here = Corpus.objects.visible_to(self.caller)
        prefetch_related_objects(
            [self.caller], Prefetch("memberships", memberships.filter(corpus__in=seen_here))
        )
        return Response(MeSerializer(self.caller).data)


class TokenViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """The caller's own tokens, newest first, with those that ended."""

    scope = Scope.MANAGE
    secret_answers = frozenset({"create"})
    serializer_class = TokenSerializer
    keyset = "-id"

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user=self.caller.pk)

    @extend_schema(request=TokenCreateSerializer, responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        """A new token. Its key is in this answer and nowhere else.

        Made by a token, it can't do more than that one.
        """
        fields = self.body(TokenCreateSerializer)
        if (number := fields.pop("corpus", None)) is not None:
            fields["corpus"] = seen(Corpus.objects.visible_to(self.caller), number, "corpus")
        token, key = token_create(actor=self.caller, **fields)
        return Response({**TokenSerializer(token).data, "key": key}, status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End a token for good."""
        token = self.get_object()
        self.body()
        token_revoke(actor=self.caller, token=token)
        return Response(TokenSerializer(token).data)
