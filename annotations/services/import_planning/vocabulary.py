"""The words that a corpus has for its claims: types, tags, claimants, ratings, guidelines."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from annotations.importing import BadRow
from annotations.models import Claimant, ClaimType, Corpus, Rating, Tag

from ..bulk import Rows, portions
from ..claim_fields import MAX_TAGS

# Names made of a corpus and something of it.
NAMESPACE = uuid.UUID("6f0c3f5e-6a4f-4f0e-9d53-0f6b3a1c7c11")
# What Google calls the numbers of ratings.
NUMBERED = {1: "false", 2: "mostly false", 3: "half true", 4: "mostly true", 5: "true"}
# Of a claimant.
_MAX_NAME = 200


def next_uid(taken: object, corpus: object) -> uuid.UUID:
    """The same each time, for what can't have this uid in this corpus."""
    return uuid.uuid5(NAMESPACE, f"{corpus}\x1f{taken}")


class Vocabulary:
    """Found in the corpus; tags and claimants are planned where it hasn't got them."""

    def __init__(self, corpus: Corpus, rows: Rows) -> None:
        self._corpus, self._rows = corpus, rows
        types = list(ClaimType.objects.filter(scheme=corpus.claim_type_scheme))
        self.types_by_key = {claim_type.key: claim_type for claim_type in types}
        self._types = {
            word.casefold(): claim_type
            for claim_type in types
            if not claim_type.retired
            for word in (claim_type.key, claim_type.label)
        }
        self.ratings = {
            rating.label.casefold(): rating
            for rating in Rating.objects.filter(scale=corpus.rating_scale_id)
        }
        self.guidelines = {g.version: g for g in corpus.guidelines.defer("text")}
        self._claimants: dict[str, Claimant] = {}
        # Names that were looked up, found or not.
        self._known: set[str] = set()
        self._tags: dict[str, Tag] = {}
        self._read: dict[tuple[str, ...], tuple[list[ClaimType], list[str]]] = {}

    def load(self, claimants: Iterable[str]) -> None:
        """Look claimants up, many in one query."""
        names = {name[:_MAX_NAME] for name in claimants if name} - self._known
        self._known |= names
        for some in portions(names):
            for claimant in Claimant.objects.filter(corpus=self._corpus, name__in=some):
                self._claimants[claimant.name] = claimant

    def forget(self, gone: set[int]) -> None:
        """Names that won't be made after all, by ``id()``."""
        self._claimants = {k: v for k, v in self._claimants.items() if id(v) not in gone}
        self._tags = {k: v for k, v in self._tags.items() if id(v) not in gone}

    def types_and_tags(self, labels: Sequence[str]) -> tuple[Iterable[ClaimType], Iterable[str]]:
        """Labels that the corpus's scheme has are types, the others names of tags."""
        key = tuple(labels)
        if key not in self._read:
            self._read[key] = self._split(labels)
        return self._read[key]

    def _split(self, labels: Sequence[str]) -> tuple[list[ClaimType], list[str]]:
        types: dict[int, ClaimType] = {}
        tags: dict[str, str] = {}
        for label in labels:
            claim_type = self._types.get(label.casefold())
            if claim_type is not None and (not types or self._corpus.claim_types_are_several):
                types[claim_type.pk] = claim_type
            elif words := " ".join(label.split())[: Tag.MAX_NAME].strip():
                tags.setdefault(words.casefold(), words)
        return list(types.values()), list(tags.values())[:MAX_TAGS]

    def claimant(self, name: str, role: str = "", wikidata_id: str = "") -> Claimant:
        """The corpus's claimant of that name. What is known of one that is there stays."""
        name = name[:_MAX_NAME]
        self.load([name])
        if name not in self._claimants:
            self._claimants[name] = self._rows.add(
                Claimant(corpus=self._corpus, name=name, role=role, wikidata_id=wikidata_id)
            )
        return self._claimants[name]

    def rating(self, label: object) -> Rating:
        """The rating of that label. ``BadRow`` where the corpus's scale hasn't got it."""
        found = self.ratings.get(str(label).casefold())
        if found is None:
            raise BadRow(f"the corpus's scale has no rating {label!r}")
        return found

    def rating_of_number(self, number: int) -> Rating | None:
        """The one that has this number; of several the one with the name that it usually has."""
        offered = (rating for rating in self.ratings.values() if not rating.retired)
        found = [rating for rating in offered if rating.number == number]
        if len(found) == 1:
            return found[0]
        usual = (rating for rating in found if rating.label.casefold() == NUMBERED[number])
        return next(usual, None)

    def tag(self, name: str) -> Tag:
        key = name.casefold()
        if key not in self._tags:
            found = Tag.objects.filter(corpus=self._corpus, name__iexact=name).first()
            self._tags[key] = found or self._rows.add(Tag(corpus=self._corpus, name=name))
        return self._tags[key]
