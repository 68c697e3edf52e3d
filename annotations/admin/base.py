"""What the admin's modules share: lists that don't count, pages that only show, service calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import models
from django.forms import Media
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from annotations.errors import FactcheckError
from annotations.models import Evidence, User


class BoundedPaginator(Paginator):
    """Counts no further than ``LIMIT``: a list is narrowed by filters, not paged to its end."""

    LIMIT = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[: self.LIMIT].count())


class ListAdmin(admin.ModelAdmin):
    """A list of many rows; nothing in it is ever deleted."""

    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50
    # "Show all" of a table without bounds is a way to stop the site.
    list_max_show_all = 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ListAdmin):
    """Rows to look at. Actions ask for the model's change permission as ``manage``."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever may change a row may see it, though not even they change it here.
        return super().has_view_permission(request, obj) or self.has_manage_permission(request)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        options = self.opts
        return person(request).has_perm(f"{options.app_label}.change_{options.model_name}")


class ReadOnlyInline(admin.TabularInline):
    """Rows of a parent, to look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Shown to whoever sees the parent.
        return True

    @property
    def media(self) -> Media:
        return Media()


def person(request: HttpRequest) -> User:
    """The user of an admin page, who is signed in."""
    assert isinstance(request.user, User)  # noqa: S101  for the type
    return request.user


def without_protected(
    rows: models.QuerySet[Evidence], request: HttpRequest
) -> models.QuerySet[Evidence]:
    """Evidence without the protected sources of corpora that the person is no member of."""
    seen = Evidence.objects.visible_to(person(request)).values("pk")
    return rows.exclude(models.Q(protected=True) & ~models.Q(pk__in=seen))


def each(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    rows: Iterable[models.Model],
    service: Callable[[Any], object],
    done: tuple[str, str],
) -> None:
    """Call a service on each chosen row; say how many went well, and of each other row why not."""
    count = 0
    for row in rows:
        try:
            service(row)
        except FactcheckError as error:
            model_admin.message_user(request, f"{row}: {error.message}", messages.ERROR)
        else:
            count += 1
    if count:
        model_admin.message_user(
            request, ngettext(*done, count) % {"count": count}, messages.SUCCESS
        )


def pretty(value: Any) -> SafeString | str:
    """A JSON value over several lines, escaped."""
    if value is None:
        return "–"
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html("<pre>{}</pre>", text)
