"""Markdown as it will be shown, for a preview."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.domain.markdown import render

from ..parsers import StrictJSONParser
from ..serializers.markdown import MarkdownSerializer, MarkdownTextSerializer


class MarkdownView(APIView):
    """Render Markdown. Stores nothing."""

    parser_classes = [StrictJSONParser]

    @extend_schema(request=MarkdownTextSerializer, responses=MarkdownSerializer)
    def post(self, request: Request) -> Response:
        """The text as the site shows it: sanitised HTML without images, ids and classes."""
        checked = MarkdownTextSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        return Response({"html": render(checked.validated_data["text"])})
