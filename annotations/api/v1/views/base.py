"""What the views share: visible rows only, filters on lists only, writes through services."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.exceptions import NotFound
from rest_framework.viewsets import GenericViewSet

from annotations import search

from ..endpoint import Endpoint

M = TypeVar("M", bound=Model)
UID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class ViewSet(Endpoint, GenericViewSet[Any]):
    """A view set whose ``get_queryset`` starts from what the caller may see."""

    lookup_value_regex = "[0-9]{1,18}"

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # A list's filters, with what they leave out by themselves, don't hide a single object.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def paginate_queryset(self, queryset: Any) -> Any:
        # Nobody's words keep the database from everybody else.
        with search.bounded() if self.request.query_params.get("q") else nullcontext():
            return super().paginate_queryset(queryset)


class ByUid:
    """For objects that have a ``uid``: their address may hold it in the place of the id.

    A client that chose the uid can go on working with an object before it knows the id.
    """

    lookup_value_regex = f"[0-9]{{1,18}}|{UID}"

    def get_object(self: Any) -> Any:
        named = self.kwargs["pk"]
        if named.isdecimal():
            return super().get_object()  # type: ignore[misc]
        row = self.get_queryset().filter(uid=named).first()
        if row is None:
            raise Http404
        self.check_object_permissions(self.request, row)
        return row


def seen(rows: QuerySet[M], ref: int | UUID, field: str) -> M:
    """The row that a body names in ``field``, by id or uid, if the caller may see it; else 404."""
    row = rows.filter(**{"uid" if isinstance(ref, UUID) else "pk": ref}).first()
    if row is None:
        raise NotFound(f"There is no {field} {ref}.")
    return row
