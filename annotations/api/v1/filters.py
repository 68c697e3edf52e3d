"""Filters of lists: declared ones only. An unknown parameter is ignored, a bad value refused."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from annotations.domain.search_query import MAX_QUERY

from .fields import MAX_ID

# As many as a page of a list may have rows.
MOST_IDS = 200
# Of an id that there could be. Python reads no number of some thousand digits.
DIGITS = 18


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.Filter):
    """An id. One that is invisible or doesn't exist matches nothing."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=MAX_ID, **kwargs)


@extend_schema_field({"type": "string", "format": "date"})
class DayFilter(django_filters.DateFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 1})
class ShareFilter(django_filters.Filter):
    field_class = forms.FloatField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=1, **kwargs)


class FlagField(forms.Field):
    """true or false; Django's own takes every word for one of them."""

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in {"true", "false", "1", "0"}:
            raise forms.ValidationError(_("Expected true or false."))
        return value in {"true", "1"}


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(django_filters.Filter):
    field_class = FlagField


def value_filter(values: Iterable[StrEnum | str], **options: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(choices=[(str(v), str(v)) for v in values], **options)


class TextFilter(django_filters.CharFilter):
    """A value that is compared whole."""


class SearchFilter(django_filters.CharFilter):
    """A query in the language of ``docs/search.md``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Full-text search, in the language of docs/search.md.")
        super().__init__(*args, max_length=MAX_QUERY, **kwargs)


class IdsField(forms.Field):
    def to_python(self, value: Any) -> list[int] | None:
        if value in self.empty_values:
            return None
        found = str(value).split(",")
        if len(found) > MOST_IDS or not all(part.isascii() and part.isdecimal() for part in found):
            raise forms.ValidationError(
                _("Expected up to %(most)s ids with commas between them.") % {"most": MOST_IDS}
            )
        return [int(part) for part in found if len(part) <= DIGITS]


@extend_schema_field(
    {"type": "string", "pattern": rf"^[0-9]{{1,{DIGITS}}}(,[0-9]{{1,{DIGITS}}})*$"}
)
class IdsFilter(django_filters.Filter):
    """Ids with commas between them. One that is invisible or doesn't exist matches nothing."""

    field_class = IdsField

    def filter(self, qs: QuerySet[Any], value: list[int] | None) -> QuerySet[Any]:
        return qs if value is None else qs.filter(pk__in=value)


class FilterSet(django_filters.FilterSet):
    """Filters, and what a list does where one of them is not sent."""

    # What a page of changes names, in one request of each kind.
    ids = IdsFilter(help_text=f"Up to {MOST_IDS} ids with commas between them.")

    def chosen(self, name: str, default: Any) -> Any:
        value = self.form.cleaned_data.get(name)
        return default if value is None else value

    @staticmethod
    def nothing(queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """The method of a filter that ``filter_queryset`` reads itself."""
        return queryset
