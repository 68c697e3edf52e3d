"""Accounts and API tokens. People are deactivated, never deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from annotations.errors import Conflict
from annotations.models import ApiToken, User
from annotations.services.events import event_record
from annotations.services.tokens import token_revoke

from .base import BoundedPaginator, ReadOnlyAdmin, each, person
from .memberships import MembershipInline, save_memberships

# What an event keeps of an account: never a password, nor anything made of one.
RECORDED = (
    "username",
    "email",
    "display_name",
    "first_name",
    "last_name",
    "is_active",
    "is_staff",
    "is_superuser",
)


class CreateForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User


class ChangeForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class CorpusOfUser(MembershipInline):
    fk_name = "user"
    autocomplete_fields = ["corpus"]


def snapshot(user: User) -> dict[str, Any]:
    return {
        **{name: getattr(user, name) for name in RECORDED},
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "permissions": sorted(user.user_permissions.values_list("codename", flat=True)),
    }


class UserAdmin(DjangoUserAdmin):
    form = ChangeForm
    add_form = CreateForm
    list_display = ("username", "display_name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    show_full_result_count = False
    paginator = BoundedPaginator
    list_max_show_all = 0
    actions = ("deactivate", "activate")
    inlines = (CorpusOfUser,)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("display_name", "email", "first_name", "last_name")}),
        (
            _("Access"),
            {
                "fields": (
                    "is_active",
                    "is_staff",
                    "is_superuser",
                    "groups",
                    "user_permissions",
                ),
                "description": _(
                    "An account that isn't active can't sign in. It is kept, because what the "
                    "person did stays theirs."
                ),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "display_name",
                    "email",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Whoever could change an administrator's account, or its password, would be one.
        if obj is not None and obj.is_superuser and not person(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        if person(request).is_superuser:
            return fields
        return (*fields, "is_staff", "is_superuser", "groups", "user_permissions")

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        # A new account is made first and given its corpora on the page that follows.
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        request.before = snapshot(User.objects.get(pk=obj.pk)) if change else None  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save_memberships(request, formset)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        before, after = request.before, snapshot(form.instance)  # type: ignore[attr-defined]
        if before != after:
            kind = "user.updated" if change else "user.created"
            _record(request, form.instance, kind, before, after)

    @transaction.atomic
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        # Django answers a password that was set, and nothing else, with a redirect.
        if request.method == "POST" and response.status_code == 302:
            user = User.objects.get(pk=id)
            _record(request, user, "user.password_set", None, None)
        return response

    @admin.action(description=_("Deactivate the chosen people"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_active(request, queryset, active=False)

    @admin.action(description=_("Activate the chosen people"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_active(request, queryset, active=True)

    def _set_active(self, request: HttpRequest, rows: QuerySet[User], *, active: bool) -> None:
        @transaction.atomic
        def set_active(user: User) -> None:
            if not self.has_change_permission(request, user):
                raise Conflict("only an administrator of the site can change this account")
            if user.pk == person(request).pk:
                raise Conflict("nobody deactivates themselves")
            before = snapshot(user)
            user.is_active = active
            user.save(update_fields=["is_active"])
            if snapshot(user) != before:
                _record(request, user, "user.updated", before, snapshot(user))

        each(
            self,
            request,
            rows,
            set_active,
            ("%(count)s person was changed.", "%(count)s people were changed."),
        )


def _record(request: HttpRequest, user: User, kind: str, before: Any, after: Any) -> None:
    event_record(
        kind=kind, actor=person(request), target=user, corpus=None, before=before, after=after
    )


class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = (
        "name", "user", "hint", "created_at", "expires_at", "last_used_at", "revoked_at",
    )  # fmt: skip
    fields = list_display
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    actions = ("revoke",)

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["manage"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        each(
            self,
            request,
            queryset,
            lambda token: token_revoke(actor=person(request), token=token),
            ("%(count)s token was revoked.", "%(count)s tokens were revoked."),
        )


ADMINS: dict[Any, Any] = {User: UserAdmin, ApiToken: ApiTokenAdmin}
