"""Markdown as it will be shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ..fields import StrictString, WriteSerializer

MAX_TEXT = 50_000


class MarkdownTextSerializer(WriteSerializer):
    text = StrictString(
        max_length=MAX_TEXT, allow_blank=True, trim_whitespace=False, help_text="CommonMark."
    )


class MarkdownSerializer(serializers.Serializer[Any]):
    html = serializers.CharField(help_text="Sanitised: fit to be put into a page as it is.")
