"""The guidelines of a corpus, below its address."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.services.corpora import guideline_add

from ..serializers.guidelines import (
    GuidelineCreateSerializer,
    GuidelineDetailSerializer,
    GuidelineSerializer,
)


class GuidelineActions:
    """For the view set of corpora."""

    @extend_schema(responses=GuidelineSerializer(many=True), filters=False)
    @action(detail=True, url_path="guidelines")
    def guidelines(self: Any, request: Request, pk: str) -> Response:
        """The versions, newest first, without their texts."""
        self.keyset = "-id"
        rows = self.get_object().guidelines.select_related("created_by").defer("text")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(GuidelineSerializer(page, many=True).data)

    @extend_schema(
        request=GuidelineCreateSerializer,
        responses={201: GuidelineDetailSerializer, 200: GuidelineDetailSerializer},
        filters=False,
    )
    @guidelines.mapping.post
    def guideline_create(self: Any, request: Request, pk: str) -> Response:
        """A new version (admins). 409 with the ``current`` one when it isn't ``based_on``.

        200 when it is the text that is current already.
        """
        corpus = self.get_object()
        fields = self.body(GuidelineCreateSerializer)
        last = corpus.guidelines.order_by("-version").values_list("version", flat=True).first()
        made = guideline_add(actor=self.caller, corpus=corpus, **fields)
        status = 200 if made.version == last else 201
        return Response(GuidelineDetailSerializer(made).data, status=status)

    @extend_schema(
        responses=GuidelineDetailSerializer,
        parameters=[OpenApiParameter("version", OpenApiTypes.STR, OpenApiParameter.PATH)],
    )
    @action(detail=True, url_path="guidelines/(?P<version>[0-9]{1,9}|latest)")
    def guideline(self: Any, request: Request, pk: str, version: str) -> Response:
        """One version by its number, or the ``latest``."""
        rows = self.get_object().guidelines.select_related("created_by").order_by("-version")
        found = rows.first() if version == "latest" else rows.filter(version=version).first()
        if found is None:
            raise Http404
        return Response(GuidelineDetailSerializer(found).data)
