"""How a release is divided into parts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from annotations.domain.days import day_written
from annotations.errors import InvalidInput

SOURCE, CLAIM, TIME = "source", "claim", "time"
BY = (SOURCE, CLAIM, TIME)
USUAL = {"train": 80, "dev": 10, "test": 10}
MOST_PARTS = 5
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Empty ``by``: not divided."""

    by: str = ""
    # Name of each part, in order → percent.
    shares: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0
    # By time: the last day of each part but the last, in the place of shares.
    until: tuple[dt.date, ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Plan:
        """From a body. ``InvalidInput`` names what is wrong with which field of the plan."""
        problems: dict[str, str] = {}
        by = given.get("by") or ""
        if not by:
            return cls()
        if by not in BY:
            problems["split.by"] = _("expected one of %(names)s") % {"names": ", ".join(BY)}
        shares = given.get("shares") or USUAL
        if (
            not isinstance(shares, Mapping)
            or not 2 <= len(shares) <= MOST_PARTS
            or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in shares)
            or not all(type(n) is int and n > 0 for n in shares.values())
            or sum(shares.values()) != 100
        ):
            problems["split.shares"] = _(
                "expected 2 to 5 parts with names of a–z, 0–9, - and _, and whole percents of "
                "them that make 100"
            )
        seed = given.get("seed") or 0
        if type(seed) is not int or not 0 <= seed < 2**31:
            problems["split.seed"] = _("expected a whole number from 0 to 2147483647")
        until: tuple[dt.date, ...] = ()
        try:
            until = tuple(map(day_written, given.get("until") or ()))
        except (TypeError, ValueError):
            problems["split.until"] = _("expected days, YYYY-MM-DD")
        if until and by != TIME:
            problems["split.until"] = _("only parts by time end with a day")
        elif until and (
            sorted(set(until)) != list(until)
            or ("split.shares" not in problems and len(until) != len(shares) - 1)
        ):
            problems["split.until"] = _("expected the last day of each part but the last, in order")
        if problems:
            raise InvalidInput(problems)
        return cls(by=by, shares=dict(shares), seed=seed, until=until)

    def as_json(self) -> dict[str, Any]:
        """As ``read`` takes it. Lists keep an order that PostgreSQL's objects don't."""
        if not self.by:
            return {}
        return {
            "by": self.by,
            "shares": [[name, share] for name, share in self.shares.items()],
            "seed": self.seed,
            "until": [day.isoformat() for day in self.until],
        }

    @classmethod
    def stored(cls, plan: Mapping[str, Any]) -> Plan:
        return cls.read({**plan, "shares": dict(plan["shares"])}) if plan else cls()

    @property
    def parts(self) -> list[str]:
        return list(self.shares) if self.by else []

    @property
    def fractions(self) -> dict[str, float]:
        return {name: share / 100 for name, share in self.shares.items()}
