"""Making a corpus, and its settings: configuration, copy, archive, deletion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations import policies
from annotations.detection import shipped_detectors
from annotations.domain.vocabulary import Role
from annotations.errors import FactcheckError, StaleRevision
from annotations.models import Article, ClaimType, Corpus, Event, RatingScale, User
from annotations.services.corpora import (
    FIELDS,
    corpus_create,
    corpus_update,
    detector_warning,
    has_claim_types,
    has_verdicts,
)
from annotations.services.corpus_states import corpus_archive, corpus_clone, corpus_unarchive
from annotations.services.deletion import corpus_delete

from .forms import PageForm
from .requests import SignedInRequest, posted
from .sections import corpus_context

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "ar", "he", "zh"]


class CorpusForm(PageForm):
    """The fields that ``corpus_create`` and ``corpus_update`` take."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=gettext_lazy("What the corpus is for. Members read it above the articles."),
    )
    language = forms.CharField(
        label=gettext_lazy("Language"),
        max_length=16,
        initial="en",
        widget=forms.TextInput(attrs={"list": "languages", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "A code such as en or pt-BR: what new articles are in, where they don't say. The "
            "shipped detectors read English."
        ),
    )
    detector = forms.CharField(
        label=gettext_lazy("Detector"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "detectors", "autocomplete": "off"}),
    )
    threshold = forms.FloatField(
        label=gettext_lazy("Threshold"),
        required=False,
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text=gettext_lazy(
            "From 0 to 1: a passage with a lower score isn't suggested. Empty: the detector's own."
        ),
    )
    claim_type_scheme = forms.ChoiceField(
        label=gettext_lazy("Claim types"),
        choices=ClaimType.SCHEMES,
        help_text=gettext_lazy("Full Fact's: one to a claim. AVeriTeC's: several."),
    )
    rating_scale = forms.ModelChoiceField(
        label=gettext_lazy("Rating scale"), queryset=RatingScale.objects.none(), empty_label=None
    )
    requires_evidence = forms.BooleanField(
        label=gettext_lazy("A verdict needs evidence"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Refuse a verdict on a claim that has no piece of evidence."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scales: Any = self.fields["rating_scale"]
        scales.queryset = RatingScale.objects.prefetch_related("ratings")
        scales.label_from_instance = _scale_label
        self.fields["detector"].help_text = _(
            "Empty: the site's, which is “%(default)s”. “accurate” finds more and is slower."
        ) % {"default": settings.DETECTOR}


def _scale_label(scale: RatingScale) -> str:
    ratings = [rating.label for rating in scale.ratings.all() if not rating.retired]
    version = f" {scale.version}" if scale.version > 1 else ""
    return f"{scale.name}{version}: {', '.join(ratings)}"


class SettingsForm(CorpusForm):
    """With the revision that was shown, so that a stale page overwrites nothing."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, corpus: Corpus, *args: Any, **kwargs: Any) -> None:
        shown = {name: getattr(corpus, name) for name in FIELDS}
        kwargs["initial"] = {**shown, "revision": corpus.revision, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if warning := detector_warning(corpus.detector, corpus.language):
            self.fields["detector"].help_text = f"{self.fields['detector'].help_text} {warning}"
        if has_verdicts(corpus):
            self._fix(
                "rating_scale",
                _("Fixed, because verdicts were given on it. A copy may have another one."),
            )
        if has_claim_types(corpus):
            self._fix(
                "claim_type_scheme",
                _("Fixed, because claims have types of it. A copy may have others."),
            )

    def _fix(self, name: str, why: str) -> None:
        self.fields[name].disabled = True
        self.fields[name].help_text = why


class CloneForm(PageForm):
    name = forms.CharField(label=gettext_lazy("Name of the copy"), max_length=200)
    with_members = forms.BooleanField(
        label=gettext_lazy("With the members and their roles"), required=False
    )


class ConfirmForm(PageForm):
    confirm = forms.CharField(
        label=gettext_lazy("Type the name of the corpus"),
        # The service says what is expected.
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )


def administered(user: User, pk: int) -> Corpus:
    """The corpus, for an admin of it: 404 for outsiders, 403 for other members."""
    rows = Corpus.objects.visible_to(user).select_related("rating_scale")
    corpus = get_object_or_404(rows, pk=pk)
    if policies.role_in(user, corpus) is not Role.ADMIN:
        raise PermissionDenied
    return corpus


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def corpus_new(request: SignedInRequest) -> HttpResponse:
    """A form for a new corpus."""
    if not policies.can_create_corpora(request.user):
        raise PermissionDenied
    scale = RatingScale.objects.filter(slug="politifact").order_by("-version").first()
    form = CorpusForm(request.POST or None, initial={"rating_scale": scale})
    if request.method == "POST" and form.is_valid():
        try:
            made = corpus_create(actor=request.user, **form.cleaned_data)
        except FactcheckError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(name)s” is ready.") % {"name": made.name})
            return redirect("corpus", made.pk)
    form.focus()
    context = {"form": form, "detectors": shipped_detectors(), "languages": LANGUAGES}
    status = 400 if form.errors else 200
    return render(request, "annotations/corpus_new.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def corpus_settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """The configuration. If somebody was faster, both versions are shown, and nothing is lost."""
    corpus = administered(request.user, pk)
    form = SettingsForm(corpus, request.POST or None)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST" and form.is_valid():
        sent = dict(form.cleaned_data)
        revision = sent.pop("revision")
        try:
            changed = corpus_update(
                actor=request.user, corpus=corpus, revision=revision, fields=sent
            )
        except StaleRevision as stale:
            form, context["differences"] = _both(form, stale.current)
            context["theirs"] = _last_change(corpus)
            status = 409
        except FactcheckError as error:
            form.refuse(error)
        else:
            if changed.revision == corpus.revision:
                messages.info(request, _("Nothing was changed."))
            else:
                messages.success(request, _("Saved."))
                _warn(request, corpus, changed)
            read_anew = any(
                getattr(changed, name) != getattr(corpus, name)
                for name in ("detector", "threshold")
            )
            target = redirect("corpus-settings", pk)
            if read_anew and Article.objects.filter(corpus=corpus, current_run__isnull=False):
                target["Location"] += "?extract=1"
            return target
    if form.errors:
        status = 400
    form.focus()
    context |= {
        **corpus_context(corpus, Role.ADMIN, "corpus-settings"),
        "form": form,
        "detectors": shipped_detectors(),
        "languages": LANGUAGES,
        "offer_extraction": bool(request.GET.get("extract")) and not corpus.is_archived,
        "clone_form": CloneForm(initial={"name": _("%(name)s (copy)") % {"name": corpus.name}}),
        "may_clone": policies.can_create_corpora(request.user),
        "confirm_form": ConfirmForm(),
        "keep_days": settings.DELETED_KEEP_DAYS,
    }
    return render(request, "annotations/corpus_settings.html", context, status=status)


def _warn(request: SignedInRequest, before: Corpus, now: Corpus) -> None:
    """Say what follows from a language that the detector doesn't read, when one was chosen."""
    if (before.detector, before.language) != (now.detector, now.language):
        warning = detector_warning(now.detector, now.language)
        if warning:
            messages.warning(request, warning)


def _both(form: SettingsForm, current: Corpus) -> tuple[SettingsForm, list[dict[str, Any]]]:
    """The form as it was typed, now based on the current row; and where the two differ."""
    typed = form.cleaned_data
    differences = []
    for name in FIELDS:
        now = getattr(current, name)
        if now != typed[name]:
            field = form.fields[name]
            differences.append(
                {
                    "label": field.label,
                    "theirs": _shown(name, now),
                    "yours": _shown(name, typed[name]),
                }
            )
    data: Any = dict(form.data.items())
    data["revision"] = str(current.revision)
    again = SettingsForm(current, data)
    again.is_valid()
    return again, differences


def _shown(name: str, value: Any) -> str:
    if name == "claim_type_scheme":
        return dict(ClaimType.SCHEMES)[value]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value is None or value == "" else str(value)


def _last_change(corpus: Corpus) -> Event | None:
    events = Event.objects.filter(target_type="corpus", target_id=corpus.pk, kind="corpus.updated")
    return events.select_related("actor").order_by("-pk").first()


@login_required
@posted("corpus-settings", "pk")
def corpus_copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new corpus with this one's configuration."""
    corpus = administered(request.user, pk)
    form = CloneForm(request.POST)
    if form.is_valid():
        try:
            made = corpus_clone(actor=request.user, corpus=corpus, **form.cleaned_data)
        except FactcheckError as error:
            form.refuse(error)
        else:
            said = _("“%(name)s” is ready, with the configuration of “%(from)s”.")
            messages.success(request, said % {"name": made.name, "from": corpus.name})
            return redirect("corpus", made.pk)
    form.focus()
    context = {**corpus_context(corpus, Role.ADMIN, "corpus-settings"), "form": form}
    return render(request, "annotations/corpus_copy.html", context, status=400)


@login_required
@posted("corpus-settings", "pk")
def corpus_archiving(request: SignedInRequest, pk: int) -> HttpResponse:
    """Archive the corpus, or open it again."""
    corpus = administered(request.user, pk)
    if request.POST.get("do") == "reopen":
        corpus_unarchive(actor=request.user, corpus=corpus)
        messages.success(request, _("The corpus is open again."))
    else:
        corpus_archive(actor=request.user, corpus=corpus)
        messages.success(request, _("The corpus is archived: it is read only from now on."))
    return redirect("corpus-settings", pk)


@login_required
@posted("corpus-settings", "pk")
def corpus_removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete the corpus, once its name was typed."""
    corpus = administered(request.user, pk)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            corpus_delete(actor=request.user, corpus=corpus, confirm=form.cleaned_data["confirm"])
        except FactcheckError as error:
            form.refuse(error)
        else:
            said = _("“%(name)s” was deleted. It can be restored for %(days)s days.")
            messages.success(
                request, said % {"name": corpus.name, "days": settings.DELETED_KEEP_DAYS}
            )
            return redirect("deleted-corpora")
    form.focus()
    context = {
        **corpus_context(corpus, Role.ADMIN, "corpus-settings"),
        "form": form,
        "keep_days": settings.DELETED_KEEP_DAYS,
    }
    return render(request, "annotations/corpus_removal.html", context, status=400)
