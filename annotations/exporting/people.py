"""Who did what, by their names or by pseudonyms."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import salted_hmac

from annotations.models import Corpus, Event, User

from .options import Options

Person = dict[str, str]
_CHARACTERS = 16
PREFIX = "reviewer-"


class People:
    """Id of an account → ``{"username", "name"}``, as the export shows them.

    A pseudonym is an HMAC of the account's id under the export's own salt: the same for all that
    a person did in it, another one in the next release, and not to be led back without the salt.
    """

    def __init__(self, corpus: Corpus, options: Options) -> None:
        self._key = options.salt if options.pseudonyms else b""
        if options.pseudonyms and not options.salt:
            raise ValueError("pseudonyms need a salt")
        # Those that were loaded.
        self.shown: dict[int, Person] = {}
        self._urns: dict[str, str] = {}
        # Username → what stands for it in what people wrote.
        self._names: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        if self._key:
            # Whoever left too: what is said of them may come before what they did themselves.
            acted = Event.objects.filter(corpus=corpus, actor=OuterRef("pk"))
            here = User.objects.filter(Q(memberships__corpus=corpus) | Exists(acted))
            self.load(here.order_by().values_list("pk", flat=True))

    def load(self, ids: Iterable[int | None]) -> None:
        """Learn of those that aren't known yet, in one query at most."""
        missing = {pk for pk in ids if pk is not None and pk not in self.shown}
        if not missing:
            return
        for user in User.objects.filter(pk__in=missing).only("username", "display_name"):
            shown = {"username": user.username, "name": user.name}
            if self._key:
                name = f"{PREFIX}{self._digest(user.pk)}"
                self._names[user.username] = name
                self._pattern = None
                shown = {"username": name, "name": name}
            self.shown[user.pk] = shown
            self._urns[shown["username"]] = self._urn(user)

    def __getitem__(self, pk: int) -> Person:
        return self.shown[pk]

    def get(self, pk: int | None) -> Person | None:
        return None if pk is None else self.shown[pk]

    def urn(self, person: Person) -> str:
        """For formats that name nobody: the same in this installation, or in this export."""
        return self._urns[person["username"]]

    def said(self, words: str) -> str:
        """What somebody wrote, with ``@names`` of people replaced where names are kept back."""
        if not self._names or "@" not in words:
            return words
        if self._pattern is None:
            longest_first = sorted(self._names, key=len, reverse=True)
            names = "|".join(map(re.escape, longest_first))
            self._pattern = re.compile(rf"(?<![\w.@+/-])@({names})(?![\w@+-])")
        return self._pattern.sub(lambda found: f"@{self._names[found[1]]}", words)

    def _urn(self, user: User) -> str:
        return f"urn:reviewer:{self._digest(user.pk)}" if self._key else reviewer_urn(user)

    def _digest(self, pk: int) -> str:
        return hmac.new(self._key, str(pk).encode(), hashlib.sha256).hexdigest()[:_CHARACTERS]


class Pseudonyms:
    """Those of records that name people by pseudonyms already."""

    def urn(self, person: Person) -> str:
        return f"urn:reviewer:{person['username'].removeprefix(PREFIX)}"


def reviewer_urn(user: User) -> str:
    """The same for all that a person did in this installation, and not to be led back to them."""
    digest = salted_hmac("annotations.exporting.reviewer", str(user.pk), algorithm="sha256")
    return f"urn:reviewer:{digest.hexdigest()[:_CHARACTERS]}"
