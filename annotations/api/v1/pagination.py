"""Lists page by key: each page starts after the last row of the one before."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

MAX_PAGE_SIZE = 200
_MAX_KEY = 2**63 - 1


class KeysetPagination(CursorPagination):
    """``{"next": url|null, "previous": url|null, "results": […]}``, ordered by the primary key.

    A view may set ``keyset = "-id"`` for newest first. The key is unique, so rows that come
    or go between two requests neither repeat nor hide another row.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        return (getattr(view, "keyset", "id"),)

    def get_page_size(self, request: Request) -> int:
        raw = request.query_params.get(self.page_size_query_param)
        if raw is None:
            return self.page_size
        digits = raw.isascii() and raw.isdecimal() and len(raw) <= len(str(MAX_PAGE_SIZE))
        if not (digits and 1 <= int(raw) <= MAX_PAGE_SIZE):
            raise ValidationError(
                {"page_size": f"Expected a whole number from 1 to {MAX_PAGE_SIZE}."}
            )
        return int(raw)

    def decode_cursor(self, request: Request) -> Cursor | None:
        wrong = ValidationError({"cursor": "Not a cursor of this list; follow next or previous."})
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise wrong from None
        # DRF hands the position to the database unread; only a key is one.
        if cursor is not None and cursor.position is not None:
            position = str(cursor.position)
            if not (position.isascii() and position.isdecimal() and int(position) <= _MAX_KEY):
                raise wrong
        return cursor
