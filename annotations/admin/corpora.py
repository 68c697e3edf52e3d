"""Corpora with their members and guidelines, and the scales and types they label with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from annotations import policies
from annotations.models import (
    ClaimType,
    Corpus,
    Guideline,
    Rating,
    RatingScale,
    Verdict,
)
from annotations.services.corpora import (
    FIELDS,
    corpus_create,
    corpus_update,
    detector_wrong,
    guideline_add,
)
from annotations.services.events import event_record

from .base import ListAdmin, person
from .memberships import MembershipInline, save_memberships


class MemberOfCorpus(MembershipInline):
    fk_name = "corpus"
    autocomplete_fields = ["user"]


class CorpusForm(forms.ModelForm):
    """Carries the revision that was shown, so that a stale page overwrites nothing."""

    shown_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Corpus
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown_revision"].initial = self.instance.revision

    def clean_detector(self) -> str:
        name: str = self.cleaned_data["detector"]
        language = self.cleaned_data.get("language", "")
        changed = name and name != self.initial.get("detector")
        if changed and (wrong := detector_wrong(name, language)):
            raise ValidationError(wrong)
        return name

    def clean_description(self) -> str:
        text: str = self.cleaned_data["description"]
        if text != self.initial.get("description") and len(text) > Corpus.MAX_DESCRIPTION:
            raise ValidationError(
                _("%(max_text)s characters at most"), params={"max_text": Corpus.MAX_DESCRIPTION}
            )
        return text

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.instance.pk:
            # Locked until the page's transaction ends, so that the service finds it the same.
            now = Corpus.objects.select_for_update(of=("self",), no_key=True).get(
                pk=self.instance.pk
            )
            if values.get("shown_revision") != now.revision:
                raise ValidationError(
                    _("Somebody changed this corpus since the page was opened: open it again.")
                )
        return values


class CorpusAdmin(ListAdmin):
    form = CorpusForm
    list_display = ("name", "language", "rating_scale", "claim_type_scheme", "created_at")
    list_select_related = ("rating_scale",)
    search_fields = ("name",)
    inlines = (MemberOfCorpus,)
    fields = (*FIELDS, "shown_revision")

    def has_change_permission(self, request: HttpRequest, obj: Corpus | None = None) -> bool:
        # Django's permission opens the admin; the role in the corpus decides, as elsewhere.
        return super().has_change_permission(request, obj) and (
            obj is None or policies.can(person(request), "corpus.update", obj)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Corpus | None = None) -> Any:
        if obj and Verdict.objects.filter(claim__article__corpus=obj).exists():
            return ("rating_scale",)
        return ()

    def get_fieldsets(self, request: HttpRequest, obj: Corpus | None = None) -> Any:
        options: dict[str, Any] = {"fields": self.fields}
        if "rating_scale" in self.get_readonly_fields(request, obj):
            options["description"] = _(
                "The rating scale is fixed, because verdicts were given on it."
            )
        return ((None, options),)

    def save_model(self, request: HttpRequest, obj: Corpus, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in FIELDS if name in form.cleaned_data}
        actor = person(request)
        if change:
            saved = corpus_update(
                actor=actor,
                corpus=obj,
                revision=form.cleaned_data["shown_revision"],
                fields=values,
            )
        else:
            saved = corpus_create(actor=actor, **values)
        obj.pk, obj._state.adding, obj.revision = saved.pk, False, saved.revision

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save_memberships(request, formset)


class GuidelineForm(forms.ModelForm):
    user: Any = None

    def clean_corpus(self) -> Corpus:
        corpus: Corpus = self.cleaned_data["corpus"]
        if not policies.can(self.user, "corpus.update", corpus):
            raise ValidationError(_("You don't administer this corpus."))
        return corpus


class GuidelineAdmin(ListAdmin):
    """A changed guideline is a new version: verdicts keep the one they were given under."""

    form = GuidelineForm
    list_display = ("corpus", "version", "created_by", "created_at")
    list_select_related = ("corpus", "created_by")
    list_filter = ("corpus",)
    autocomplete_fields = ("corpus",)
    fields = ("corpus", "text")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.user = person(request)
        return form

    def get_fields(self, request: HttpRequest, obj: Guideline | None = None) -> Any:
        return ("corpus", "version", "text", "created_by", "created_at") if obj else self.fields

    def save_model(self, request: HttpRequest, obj: Guideline, form: Any, change: bool) -> None:
        saved = guideline_add(actor=person(request), corpus=obj.corpus, text=obj.text)
        obj.pk, obj._state.adding, obj.version = saved.pk, False, saved.version


def is_used(scale: RatingScale | None) -> bool:
    return scale is not None and Verdict.objects.filter(rating__scale=scale).exists()


class RatingInline(admin.TabularInline):
    model = Rating
    fields = ("position", "label", "number", "meaning", "retired")
    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: RatingScale | None = None) -> Any:
        return ("position", "label", "number") if is_used(obj) else ()

    def has_add_permission(self, request: HttpRequest, obj: RatingScale | None = None) -> bool:
        return super().has_add_permission(request, obj) and not is_used(obj)

    def has_delete_permission(self, request: HttpRequest, obj: RatingScale | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not is_used(obj)


class RatingScaleAdmin(ListAdmin):
    list_display = ("name", "slug", "version")
    search_fields = ("name", "slug")
    fields = ("slug", "version", "name")
    inlines = (RatingInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: RatingScale | None = None) -> Any:
        return self.fields if is_used(obj) else ()

    def get_fieldsets(self, request: HttpRequest, obj: RatingScale | None = None) -> Any:
        options: dict[str, Any] = {"fields": self.fields}
        if is_used(obj):
            options["description"] = _(
                "Verdicts were given on this scale, so its words stay as they were read. A "
                "rating can be retired; for anything else, add a scale with the next version."
            )
        return ((None, options),)

    def save_model(self, request: HttpRequest, obj: RatingScale, form: Any, change: bool) -> None:
        request.before = _scale(RatingScale.objects.get(pk=obj.pk)) if change else None  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        before, after = request.before, _scale(form.instance)  # type: ignore[attr-defined]
        _record(request, form.instance, "ratingscale", before, after)


class ClaimTypeAdmin(ListAdmin):
    list_display = ("label", "scheme", "key", "position", "retired")
    list_filter = ("scheme", "retired")
    fields = ("scheme", "key", "label", "position", "retired")

    def get_readonly_fields(self, request: HttpRequest, obj: ClaimType | None = None) -> Any:
        # What exports and the history name a type by.
        return ("scheme", "key") if obj else ()

    def save_model(self, request: HttpRequest, obj: ClaimType, form: Any, change: bool) -> None:
        before = _values(ClaimType.objects.get(pk=obj.pk), self.fields) if change else None
        super().save_model(request, obj, form, change)
        _record(request, obj, "claimtype", before, _values(obj, self.fields))


def _values(row: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in fields}


def _scale(scale: RatingScale) -> dict[str, Any]:
    return {
        **_values(scale, ("slug", "version", "name")),
        "ratings": [
            _values(rating, ("position", "label", "number", "meaning", "retired"))
            for rating in Rating.objects.filter(scale=scale)
        ],
    }


def _record(request: HttpRequest, row: Any, name: str, before: Any, after: Any) -> None:
    if before == after:
        return
    event_record(
        kind=f"{name}.updated" if before else f"{name}.created",
        actor=person(request),
        target=row,
        corpus=None,
        before=before,
        after=after,
    )


ADMINS: dict[Any, Any] = {
    Corpus: CorpusAdmin,
    Guideline: GuidelineAdmin,
    RatingScale: RatingScaleAdmin,
    ClaimType: ClaimTypeAdmin,
}
