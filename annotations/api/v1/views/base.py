"""What the views share: visible rows only, filters on lists only, writes through services."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.viewsets import GenericViewSet

from annotations.models import User

from ..fields import NoBody
from ..parsers import StrictJSONParser

M = TypeVar("M", bound=Model)


class ViewSet(GenericViewSet[Any]):
    """A view set whose ``get_queryset`` starts from what the caller may see."""

    parser_classes = [StrictJSONParser]
    lookup_value_regex = "[0-9]{1,18}"

    @property
    def caller(self) -> User:
        return cast(User, self.request.user)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # A list's filters, with what they leave out by themselves, don't hide a single object.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def body(self, serializer: type[serializers.Serializer[Any]] = NoBody) -> dict[str, Any]:
        """The request's body, checked. ``ValidationError`` names what is wrong with it."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)


def seen(rows: QuerySet[M], pk: int, field: str) -> M:
    """The row that a body names in ``field``, of those the caller may see; else 404."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(f"There is no {field} {pk}.")
    return row
