"""Webhooks of the corpora that the caller is an admin of."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.domain.vocabulary import Scope
from annotations.models import Corpus, Webhook
from annotations.services.webhooks import (
    delivery_repeat,
    webhook_create,
    webhook_remove,
    webhook_renew,
    webhook_try,
    webhook_update,
)

from ..filters import FilterSet, IdFilter
from ..serializers.webhooks import (
    DeliverySerializer,
    NewWebhookSerializer,
    SecretSerializer,
    WebhookCreateSerializer,
    WebhookSerializer,
    WebhookUpdateSerializer,
)
from .base import ViewSet, seen


class WebhookFilters(FilterSet):
    corpus = IdFilter()


class WebhookViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """For the admins of a corpus: an address may hold a key of its own."""

    scope = Scope.MANAGE
    secret_answers = frozenset({"create", "secret"})
    serializer_class = WebhookSerializer
    filterset_class = WebhookFilters

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        # Reading them too.
        policies.require_scope(self.caller, Scope.MANAGE)

    def get_queryset(self) -> QuerySet[Webhook]:
        rows = Webhook.objects.select_related("created_by", "corpus")
        if self.action == "list":
            return rows.administered_by(self.caller)
        return rows.filter(corpus__in=Corpus.objects.visible_to(self.caller))

    def get_object(self) -> Webhook:
        webhook: Webhook = super().get_object()
        policies.require(self.caller, "corpus.update", webhook.corpus)
        return webhook

    @extend_schema(request=WebhookCreateSerializer, responses={201: NewWebhookSerializer})
    def create(self, request: Request) -> Response:
        """A webhook, told of what happens from now on. Its secret is in this answer alone."""
        fields = self.body(WebhookCreateSerializer)
        corpus = seen(Corpus.objects.visible_to(self.caller), fields.pop("corpus"), "corpus")
        webhook, secret = webhook_create(actor=self.caller, corpus=corpus, **fields)
        return Response({**self._shown(webhook), "secret": secret}, status=201)

    @extend_schema(request=WebhookUpdateSerializer, responses=WebhookSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Another address, other kinds; `active` stops it, and lets it go on where it stopped."""
        webhook = self.get_object()
        fields = self.body(WebhookUpdateSerializer)
        revision = fields.pop("revision")
        changed = webhook_update(
            actor=self.caller,
            webhook=webhook,
            revision=revision,
            fields=fields,  # type: ignore[arg-type]
        )
        return Response(self._shown(changed))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """For good, with the log of its deliveries."""
        webhook = self.get_object()
        self.body()
        webhook_remove(actor=self.caller, webhook=webhook)
        return Response(status=204)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, pk: str) -> Response:
        """Another secret; the one before is over at once."""
        webhook = self.get_object()
        self.body()
        return Response({"secret": webhook_renew(actor=self.caller, webhook=webhook)})

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"], url_path="try")
    def try_out(self, request: Request, pk: str) -> Response:
        """Send a message without changes, to see whether it arrives."""
        webhook = self.get_object()
        self.body()
        made = webhook_try(actor=self.caller, webhook=webhook)
        return Response(DeliverySerializer(made).data, status=202)

    @extend_schema(responses=DeliverySerializer(many=True), filters=False)
    @action(detail=True)
    def deliveries(self, request: Request, pk: str) -> Response:
        """What was sent and what is to be, newest first; kept for 30 days."""
        self.keyset = "-id"
        page = self.paginate_queryset(self.get_object().deliveries.defer("payload"))
        return self.get_paginated_response(DeliverySerializer(page, many=True).data)

    @extend_schema(
        request=None,
        responses={202: DeliverySerializer},
        parameters=[OpenApiParameter("delivery_id", OpenApiTypes.INT64, OpenApiParameter.PATH)],
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="deliveries/(?P<delivery_id>[0-9]{1,18})/repeat",
    )
    def repeat(self, request: Request, pk: str, delivery_id: str) -> Response:
        """Send a message again, under the id that it had."""
        rows = self.get_object().deliveries.select_related("webhook__corpus")
        self.body()
        delivery = rows.filter(pk=delivery_id).first()
        if delivery is None:
            raise Http404
        made = delivery_repeat(actor=self.caller, delivery=delivery)
        return Response(DeliverySerializer(made).data, status=202)

    def _shown(self, webhook: Webhook) -> dict[str, Any]:
        return dict(WebhookSerializer(webhook).data)
