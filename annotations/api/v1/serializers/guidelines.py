"""A corpus's guidelines: each version is there for good."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotations.domain.markdown import render
from annotations.models import Guideline

from ..fields import MAX_OFFSET, StrictInteger, StrictString, WriteSerializer
from .people import PersonSerializer


class GuidelineSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    created_by = PersonSerializer(allow_null=True, help_text="null: the system itself.")
    created_at = serializers.DateTimeField()


class GuidelineDetailSerializer(GuidelineSerializer):
    text = serializers.CharField(help_text="Markdown.")
    html = serializers.SerializerMethodField(help_text="The text rendered, sanitised.")

    def get_html(self, guideline: Guideline) -> str:
        # A page shows it below a heading of its own.
        return render(guideline.text, top=3)


class GuidelineCreateSerializer(WriteSerializer):
    text = StrictString(max_length=Guideline.MAX_TEXT, help_text="Markdown.")
    based_on = StrictInteger(
        min_value=0,
        max_value=MAX_OFFSET,
        help_text="The version that the text was made from; 0 where there was none.",
    )
