"""The sections of a corpus: what its pages show as their common navigation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import Role
from annotations.models import Corpus

# Name of the address, label, for admins only.
SECTIONS = [
    ("corpus", _("Articles"), False),
    ("dashboard", _("Dashboard"), False),
    ("guidelines", _("Guidelines"), False),
    ("corpus-fact-checks", _("Fact-checks"), True),
    ("imports", _("Imports"), True),
    ("exports", _("Exports"), False),
    ("releases", _("Releases"), False),
    ("members", _("Members"), False),
    ("corpus-settings", _("Settings"), True),
]


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    label: Any
    address: str


def corpus_sections(corpus: Corpus, role: Role | None) -> list[Section]:
    """Those that a person with this role sees."""
    return [
        Section(name, label, reverse(name, args=[corpus.pk]))
        for name, label, admins_only in SECTIONS
        if role is Role.ADMIN or not admins_only
    ]


def corpus_context(corpus: Corpus, role: Role | None, section: str) -> dict[str, Any]:
    """What ``_corpus_head.html`` needs."""
    return {
        "corpus": corpus,
        "role": role,
        "is_admin": role is Role.ADMIN,
        "sections": corpus_sections(corpus, role),
        "section": section,
    }
