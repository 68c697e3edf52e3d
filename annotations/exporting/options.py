"""How an export is made: whose labels, under which names, and what was known when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from annotations.errors import InvalidInput

LABELS = ("both", "individual", "aggregated")
MAX_WORDS = 200
MAX_ADDRESS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Whoever asks chooses all but the last two."""

    # Each reviewer's verdicts; what was found from them (adjudicated first, ties explicit); both.
    # Empty: what suits the format.
    labels: Literal["", "both", "individual", "aggregated"] = ""
    # Reviewers under names that are theirs in this export alone.
    pseudonyms: bool = False
    # Only evidence that was surely published no later than the claim.
    known_only: bool = False
    # Who publishes the fact-checks, for schema.org: a name, its address, and the address of a
    # claim's page, in which {uid} stands for the claim's.
    publisher: str = ""
    publisher_url: str = ""
    page: str = ""
    # Not to be chosen: where this site is, and a secret of the one export or release.
    site: str = ""
    salt: bytes = b""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Options:
        """From a query string or a body. ``InvalidInput`` names what is wrong with which field."""
        problems: dict[str, str] = {}
        found: dict[str, Any] = {}
        for name in NAMES:
            value = given.get(name)
            if value is None or value == "":
                continue
            if name == "labels":
                if value not in LABELS:
                    problems[name] = _("expected one of %(names)s") % {"names": ", ".join(LABELS)}
                found[name] = value
            elif name in {"pseudonyms", "known_only"}:
                if value not in _FLAGS:
                    problems[name] = _("expected true or false")
                else:
                    found[name] = _FLAGS[value]
            elif not isinstance(value, str) or len(value) > MAX_ADDRESS or "\0" in value:
                problems[name] = _("expected a text of up to %(n)s characters") % {"n": MAX_ADDRESS}
            elif name != "publisher" and not _leads_out(value):
                problems[name] = _("expected an address that begins with http:// or https://")
            elif name == "page" and "{uid}" not in value:
                problems[name] = _("expected an address with {uid} in it")
            else:
                found[name] = value.strip()
        if problems:
            raise InvalidInput(problems)
        return cls(**found)

    def as_json(self) -> dict[str, Any]:
        """What differs from the defaults, and not the secret."""
        plain = asdict(Options())
        return {
            name: value
            for name, value in asdict(self).items()
            if name in NAMES and value != plain[name]
        }


def _leads_out(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


NAMES = tuple(field.name for field in fields(Options) if field.name not in {"site", "salt"})
# ``True`` and ``"true"`` alike: from bodies and from addresses.
_FLAGS: dict[Any, bool] = {
    True: True,
    False: False,
    "true": True,
    "1": True,
    "on": True,
    "false": False,
    "0": False,
}
