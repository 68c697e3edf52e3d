"""The choices of a queue as a page offers them: each a link, with how many articles it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from annotations.services.queue import Queue

ORDERS = [
    ("priority", _("Priority: assigned to me, check-worthiness, age")),
    ("oldest", _("Added first")),
    ("newest", _("Added last")),
]
_SHOWN = [
    ("", _("All")),
    ("to-review", _("To review")),
    ("reviewed", _("Reviewed")),
    ("extracting", _("Extracting")),
    ("failed", _("Failed")),
]
_ASSIGNED = [
    ("", _("All")),
    ("me", _("Me")),
    ("anyone", _("Anyone")),
    ("none", _("Nobody")),
]
_MARKS = [("flagged", _("Flagged claims")), ("disputed", _("Disputed claims"))]


@dataclass(frozen=True, slots=True)
class Choice:
    label: Any
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """``label`` is said to screen readers, and shown where ``visible``."""

    label: Any
    choices: list[Choice]
    visible: bool = True


def facets(queue: Queue, counts: dict[str, dict[str, int]]) -> list[Facet]:
    """In the order of the page; ``counts`` as ``queue_counts`` gives them."""

    def one_of(name: str, choices: list[tuple[str, Any]]) -> list[Choice]:
        chosen = getattr(queue, name)
        return [
            Choice(label, counts[name][key], queue.address(**{name: key}) or "?", chosen == key)
            for key, label in choices
        ]

    return [
        Facet(_("Show"), one_of("show", _SHOWN), visible=False),
        Facet(_("Assigned to"), one_of("assigned", _ASSIGNED)),
        Facet(
            _("With"),
            [
                Choice(
                    label,
                    counts[name]["1"],
                    # Chosen again, it is taken back.
                    queue.address(**{name: not getattr(queue, name)}) or "?",
                    getattr(queue, name),
                )
                for name, label in _MARKS
            ],
        ),
    ]
