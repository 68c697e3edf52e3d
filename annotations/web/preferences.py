"""A person's own choices: looks, language and keys; and their keys on a sheet to print."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from annotations.domain.keymap import PRESETS, preset_keys
from annotations.errors import InvalidInput
from annotations.models import User
from annotations.services.preferences import (
    Preferences,
    keymap_rows,
    preferences_of,
    preferences_set,
)

from .keys import shown_keys
from .requests import SignedInRequest


def _languages() -> list[tuple[str, Any]]:
    """Each in its own language, because whoever looks for theirs may read no other."""
    named = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
    return [("", gettext_lazy("as the browser asks")), *named]


class LooksForm(forms.Form):
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"), choices=User.THEMES, widget=forms.RadioSelect
    )
    density = forms.ChoiceField(
        label=gettext_lazy("Density"),
        choices=User.DENSITIES,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Compact shows more rows of a list at once."),
    )
    interface_language = forms.ChoiceField(
        label=gettext_lazy("Language of the pages"), choices=_languages, required=False
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """Three forms, one for each part; a script makes the keys' one of pressing keys."""
    user, part = request.user, request.POST.get("part", "")
    looks = LooksForm(
        request.POST if part == "looks" else None, initial=preferences_of(user), label_suffix=""
    )
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            saved = _save(user, part, request.POST.dict(), looks)
        except InvalidInput as error:
            errors = error.fields
        else:
            if saved:
                messages.success(request, _("Your preferences are saved."))
                return redirect("preferences")
    context = {
        "looks": looks,
        "presets": [(name, preset.label) for name, preset in PRESETS.items()],
        "groups": _key_form(user, request.POST.dict() if part == "keys" else {}, errors),
        "other_errors": [m for name, m in errors.items() if not name.startswith("keys.")],
        "own_count": len(user.keys),
        "data": _data(user),
    }
    return render(request, "annotations/preferences.html", context, status=400 if errors else None)


def _save(user: User, part: str, posted: Mapping[str, str], looks: LooksForm) -> bool:
    """Whether something could be saved; raises ``InvalidInput`` where keys can't be."""
    fields: Preferences = {}
    if part == "looks":
        if not looks.is_valid():
            return False
        fields = cast(Preferences, looks.cleaned_data)
    elif part == "preset":
        # A preset begins afresh: keys chosen for another one would only be in its way.
        fields = {"key_preset": posted.get("key_preset", ""), "keys": {}}
    elif part == "keys":
        keys = {
            row["action"]: posted.get(f"key-{row['action']}", "").split()
            for row in keymap_rows(user)
            if f"key-{row['action']}" in posted
        }
        fields = {"keys": keys}
    preferences_set(actor=user, fields=fields)
    return True


def _key_form(
    user: User, posted: Mapping[str, str], errors: dict[str, str]
) -> list[dict[str, Any]]:
    """The actions in groups, each with what its text field holds and what is wrong with it."""
    rows = [
        {
            **row,
            "fixed_shown": shown_keys({**row, "keys": row["fixed"]}).all,
            "value": posted.get(
                f"key-{row['action']}", " ".join(k for k in row["keys"] if k not in row["fixed"])
            ),
            "error": errors.get(f"keys.{row['action']}", ""),
        }
        for row in keymap_rows(user)
    ]
    return [
        {"label": group, "rows": list(some)}
        for group, some in groupby(rows, key=lambda row: row["group"])
    ]


def _data(user: User) -> dict[str, Any]:
    """For the script: the keys that hold, and the preset's to go back to."""
    usual = preset_keys(user.key_preset)
    return {
        "keymap": keymap_rows(user),
        "usual": {name: list(keys) for name, keys in usual.items()},
    }


@login_required
@never_cache
@require_safe
def key_sheet(request: SignedInRequest) -> HttpResponse:
    """One's own keys on a page that prints on one sheet."""
    rows = [(row["group"], row["label"], shown_keys(row)) for row in keymap_rows(request.user)]
    groups = [
        {"label": group, "rows": [(label, shown) for _group, label, shown in some if shown.all]}
        for group, some in groupby(rows, key=lambda row: row[0])
    ]
    preset = PRESETS.get(request.user.key_preset)
    context = {
        "groups": [group for group in groups if group["rows"]],
        "preset": preset.label if preset else "",
        "own_count": len(request.user.keys),
    }
    return render(request, "annotations/key_sheet.html", context)
