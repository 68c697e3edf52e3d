"""The articles that were ticked in a list, as a form sends them."""

from __future__ import annotations

from django.http import QueryDict

from .paging import PAGE_SIZE


def ticked_numbers(sent: QueryDict) -> list[int]:
    """Their numbers; of more than a page has, the first."""
    return [
        int(raw)
        for raw in sent.getlist("article")[:PAGE_SIZE]
        # 18 digits always fit the database's 64 bits.
        if raw.isascii() and raw.isdecimal() and len(raw) <= 18
    ]
