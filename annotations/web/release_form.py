"""The form of a release that is to be made. What its choices may hold is the services' business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotations.exporting import FORMATS
from annotations.models import Corpus, Publication
from annotations.releasing import LICENCES, Plan
from annotations.releasing.plan import BY, USUAL

from .exports import ExportForm

OTHER = "other"
_DAY = {"type": "date"}
BY_WORDS = {
    "source": gettext_lazy("by source: a publisher's articles stay together"),
    "claim": gettext_lazy("by claim: near-identical claims stay together"),
    "time": gettext_lazy("by time: earlier articles to train on, later ones to test on"),
}


class ReleaseForm(ExportForm):
    """The filters are those of exports, but for people, who have no names in a release."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    creators = forms.CharField(
        label=gettext_lazy("Creators"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("As they want to be cited."),
    )
    motivation = forms.CharField(
        label=gettext_lazy("Why it is made"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Markdown, for the datasheet: for what, by whom, paid by whom."),
    )
    licence = forms.ChoiceField(
        label=gettext_lazy("Licence"),
        choices=[
            *((key, f"{key} – {name}") for key, (name, _url) in LICENCES.items()),
            (OTHER, gettext_lazy("another one")),
        ],
    )
    licence_name = forms.CharField(
        label=gettext_lazy("Name of another licence"), required=False, max_length=100
    )
    licence_text = forms.CharField(
        label=gettext_lazy("Its words, or a note on the licence"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Formats"), widget=forms.CheckboxSelectMultiple
    )
    discussions = forms.BooleanField(
        label=gettext_lazy("Also what people said to each other"), required=False
    )
    by = forms.ChoiceField(
        label=gettext_lazy("Divide it"),
        required=False,
        choices=[("", gettext_lazy("not at all")), *((key, BY_WORDS[key]) for key in BY)],
    )
    train = forms.CharField(
        label=gettext_lazy("train, %"), required=False, widget=forms.NumberInput(attrs={"min": 0})
    )
    dev = forms.CharField(
        label=gettext_lazy("dev, %"), required=False, widget=forms.NumberInput(attrs={"min": 0})
    )
    test = forms.CharField(
        label=gettext_lazy("test, %"), required=False, widget=forms.NumberInput(attrs={"min": 0})
    )
    seed = forms.CharField(
        label=gettext_lazy("Seed"), required=False, widget=forms.NumberInput(attrs={"min": 0})
    )
    train_until = forms.CharField(
        label=gettext_lazy("By time: train until"),
        required=False,
        widget=forms.DateInput(attrs=_DAY),
    )
    dev_until = forms.CharField(
        label=gettext_lazy("By time: dev until"), required=False, widget=forms.DateInput(attrs=_DAY)
    )

    format = None  # type: ignore[assignment]
    person = None  # type: ignore[assignment]
    pseudonyms = None  # type: ignore[assignment]

    FILTERS = tuple(name for name in ExportForm.FILTERS if name != "person")
    CHECKS = ("known_only", "discussions")
    SHARES = tuple(USUAL)
    SPLIT = (*SHARES, "seed", "train_until", "dev_until")

    def __init__(self, corpus: Corpus, data: Mapping[str, Any]) -> None:
        super().__init__(corpus, data)
        self.fields["formats"].choices = [  # type: ignore[attr-defined]
            (name, one.label) for name, one in FORMATS.items()
        ]

    @property
    def split_fields(self) -> list[Any]:
        return [self[name] for name in self.SPLIT]


# A field of the plan → where on the page what is wrong with it is told.
AT = {
    "split.by": "by",
    "split.shares": "train",
    "split.seed": "seed",
    "split.until": "train_until",
    "person": "",
}


def usual(corpus: Corpus) -> dict[str, Any]:
    """What the form begins with."""
    publication = Publication.objects.filter(corpus=corpus).first()
    return {
        "title": corpus.name,
        "creators": publication.organisation if publication else "",
        "licence": "CC-BY-4.0",
        "formats": ["jsonl", "csv", "parquet"],
        **{name: str(share) for name, share in USUAL.items()},
        "seed": "0",
    }


def plan_of(given: Mapping[str, Any]) -> Plan:
    """``InvalidInput`` names fields of the plan."""
    if not given.get("by"):
        return Plan()
    shares = {
        name: _number(given.get(name))
        for name in ReleaseForm.SHARES
        if given.get(name) not in (None, "", "0")
    }
    until = [given[name] for name in ("train_until", "dev_until") if given.get(name)]
    return Plan.read(
        {
            "by": given["by"],
            "shares": shares,
            "seed": _number(given.get("seed")) if given.get("seed") else 0,
            "until": until if given["by"] == "time" else (),
        }
    )


def _number(value: Any) -> Any:
    """Words that are no number stay, for the plan to refuse."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return value


def licence_of(given: Mapping[str, Any]) -> str:
    licence = given.get("licence") or ""
    return str(given.get("licence_name") or "") if licence == OTHER else str(licence)


def label_of(form: ReleaseForm, name: str) -> Any:
    """How the field of a problem is called on the page."""
    name = AT.get(name, name)
    if name == "train":
        return _("Parts")
    return form[name].label if name in form.fields else ""
