"""Under whose name imported statements stand.

Nobody can sign in as an imported annotator. A corpus admin's file never speaks for an account
that exists: only the site's own administrators, and commands, may say that the names in an export
of ours are the people of this site.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable

from annotations.models import Corpus, User

PREFIX = "imported+"
_SLUG = re.compile(r"[^a-z0-9.]+")
_MAX_USERNAME = 150
# Hexadecimal digits.
_DIGEST = 12


class People:
    """The accounts of one import, found or made. Made ones have no key before they are inserted."""

    def __init__(self, corpus: Corpus, add: Callable[[User], User]) -> None:
        self._corpus, self._add = corpus, add
        self._known: dict[str, User] = {}
        self._usernames: dict[str, str] = {}

    def load(self, usernames: Iterable[str]) -> None:
        """Look accounts up, many in one query."""
        missing = set(usernames) - self._known.keys()
        if missing:
            for user in User.objects.filter(username__in=missing):
                self._known[user.username] = user

    def forget(self, gone: set[int]) -> None:
        """Accounts that won't be made after all, by ``id()``."""
        self._known = {k: user for k, user in self._known.items() if id(user) not in gone}

    def annotator(self, name: str) -> User:
        """The corpus's annotator of that name."""
        return self._account(self.annotator_username(name), name)

    def annotator_username(self, name: str) -> str:
        if name not in self._usernames:
            self._usernames[name] = self._made_up(name)
        return self._usernames[name]

    def _made_up(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        slug = _SLUG.sub("-", plain).strip("-.") or "annotator"
        # Names that differ in what a username can't hold, or far behind, stay apart.
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
        return f"{PREFIX}{self._corpus.pk}+{slug}"[: _MAX_USERNAME - 1 - _DIGEST] + f"-{digest}"

    def same(self, username: str, name: str) -> User:
        """The account of that name, whoever has it; a closed one where there is none."""
        return self._account(username, name if name != username else "")

    def _account(self, username: str, name: str) -> User:
        if username not in self._known:
            self.load([username])
        if username not in self._known:
            user = User(username=username, display_name=name[:100], is_active=False)
            user.set_unusable_password()
            self._known[username] = self._add(user)
        return self._known[username]
