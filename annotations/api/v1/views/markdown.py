"""Markdown as it will be shown, for a preview."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.domain.markdown import render
from annotations.domain.vocabulary import Scope

from ..endpoint import Endpoint
from ..serializers.markdown import MarkdownSerializer, MarkdownTextSerializer


class MarkdownView(Endpoint):
    """Render Markdown. Stores nothing."""

    scope = Scope.READ

    @extend_schema(request=MarkdownTextSerializer, responses=MarkdownSerializer)
    def post(self, request: Request) -> Response:
        """The text as the site shows it: sanitised HTML without images, ids and classes."""
        return Response({"html": render(self.body(MarkdownTextSerializer)["text"])})
