"""Which articles and claims: one set of filters, read in one place, for exports and lists alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from annotations import search
from annotations.domain.days import day_written
from annotations.domain.transitions import ArticleState, ClaimState
from annotations.domain.vocabulary import VerdictKind
from annotations.errors import InvalidInput
from annotations.models import Article, Claim, ClaimType, Corpus, Verdict
from annotations.models.articles import ArticleQuerySet
from annotations.models.claims import ClaimQuerySet

MAX_WORDS = 200
# In the place of a rating: nobody judged, and no rating leads.
NO_VERDICT, TIE = "none", "tie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Filters that hold together. Several values of one, divided by commas, are alternatives.

    Where one of them is about claims, articles that have no such claim are left out, and of the
    others the claims that don't match.
    """

    article_state: tuple[str, ...] = ()
    # Of the article: the day it was published, the last one included.
    published_from: dt.date | None = None
    published_until: dt.date | None = None
    # What the search over articles finds, and that over claims.
    q: str = ""
    claim_q: str = ""
    claim_state: tuple[str, ...] = ()
    # Keys of the corpus's claim types.
    type: tuple[str, ...] = ()
    # Labels of what was found, or NO_VERDICT, or TIE.
    verdict: tuple[str, ...] = ()
    # A username: who made the claim or gave a verdict on it.
    person: str = ""
    # Of the claim: the day it was made in this installation.
    created_from: dt.date | None = None
    created_until: dt.date | None = None
    # Check-worthiness of the suggestion that the claim came from.
    score_min: float | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any], corpus: Corpus) -> Selection:
        """From a query string or a body. ``InvalidInput`` names what is wrong with which field."""
        reader = _Reader(corpus)
        found = {}
        for name in NAMES:
            value = given.get(name)
            if value is None or value == "" or value == []:
                continue
            try:
                found[name] = reader.read(name, value)
            except ValueError as error:
                reader.problems[name] = str(error)
        if reader.problems:
            raise InvalidInput(reader.problems)
        return cls(**found)

    def as_json(self) -> dict[str, Any]:
        """Those that were chosen, as ``read`` takes them."""
        chosen = {}
        for name, value in asdict(self).items():
            if value not in (None, "", ()):
                if isinstance(value, dt.date):
                    value = value.isoformat()
                chosen[name] = list(value) if isinstance(value, tuple) else value
        return chosen

    def require_nameless(self) -> None:
        """For files in which people have no names: what was chosen is told there."""
        if self.person:
            raise InvalidInput({"person": _("what was chosen is told, and people have no names")})

    @property
    def narrows_claims(self) -> bool:
        return any(getattr(self, name) not in (None, "", ()) for name in OF_CLAIMS)

    def articles(self, corpus: Corpus) -> ArticleQuerySet:
        """In no order."""
        rows = Article.objects.filter(corpus=corpus)
        if self.article_state:
            rows = rows.filter(state__in=self.article_state)
        if self.published_from:
            rows = rows.filter(published__gte=self.published_from)
        if self.published_until:
            rows = rows.filter(published__lte=self.published_until)
        if self.q:
            rows = search.articles(rows, self.q)
        if self.narrows_claims:
            rows = rows.filter(Exists(self.of_claims().filter(article=OuterRef("pk"))))
        return rows

    def claims(self, corpus: Corpus) -> ClaimQuerySet:
        """Those of the chosen articles, in no order. Withdrawn ones are never among them."""
        return self.of_claims().filter(article__in=self.articles(corpus))

    def of_claims(self) -> ClaimQuerySet:
        """What is asked of the claims alone, whatever their articles."""
        rows = Claim.objects.standing().order_by()
        return self.among(search.claims(rows, self.claim_q) if self.claim_q else rows)

    def among(self, rows: ClaimQuerySet) -> ClaimQuerySet:
        """Of these claims those that are asked for, the search apart."""
        if self.claim_state:
            rows = rows.filter(state__in=self.claim_state)
        if self.type:
            through = Claim.types.through.objects.filter(
                claim=OuterRef("pk"), claimtype__key__in=self.type
            )
            rows = rows.filter(Exists(through))
        if self.verdict:
            rows = found_in(rows).filter(_found(self.verdict))
        if self.person:
            judged = Verdict.objects.filter(
                claim=OuterRef("pk"), reviewer__username=self.person
            ).exclude(kind=VerdictKind.RETRACTION)
            rows = rows.filter(Q(created_by__username=self.person) | Exists(judged))
        if self.created_from:
            first = dt.datetime.combine(self.created_from, dt.time.min, dt.UTC)
            rows = rows.filter(created_at__gte=first)
        if self.created_until:
            # There may be no day after it.
            last = dt.datetime.combine(self.created_until, dt.time.max, dt.UTC)
            rows = rows.filter(created_at__lte=last)
        if self.score_min is not None:
            rows = rows.filter(suggestion__score__gte=self.score_min)
        return rows


NAMES = tuple(field.name for field in fields(Selection))
OF_CLAIMS = tuple(
    name
    for name in NAMES
    if name not in {"article_state", "published_from", "published_until", "q"}
)
EVERYTHING = Selection()


def found_in(claims: ClaimQuerySet) -> ClaimQuerySet:
    """Adds what ``domain.finding`` finds: ``found`` (a label or null) and ``judged``."""
    of_claim = Verdict.objects.standing().filter(claim=OuterRef("pk")).order_by()
    votes = (
        of_claim.filter(kind=VerdictKind.REVIEW)
        .values("rating")
        .annotate(votes=Count("pk"))
        .order_by("-votes")
    )
    return claims.annotate(
        settled=Subquery(
            of_claim.filter(kind=VerdictKind.ADJUDICATION)
            .order_by("-pk")
            .values("rating__label")[:1]
        ),
        leading=Subquery(votes.values("rating__label")[:1]),
        most=Subquery(votes.values("votes")[:1]),
        second=Coalesce(Subquery(votes.values("votes")[1:2]), Value(0)),
    ).annotate(
        found=Coalesce(F("settled"), Case(When(most__gt=F("second"), then=F("leading")))),
        judged=Coalesce(F("settled"), F("leading")),
    )


def _found(wanted: tuple[str, ...]) -> Q:
    choices = [Q(found__in=[label for label in wanted if label not in {NO_VERDICT, TIE}])]
    if NO_VERDICT in wanted:
        choices.append(Q(judged=None))
    if TIE in wanted:
        choices.append(Q(judged__isnull=False, found=None))
    return reduce(or_, choices)


class _Reader:
    """Values as they are sent: each refused with what was expected in its place."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.problems: dict[str, str] = {}

    def read(self, name: str, value: Any) -> Any:
        if name in {"article_state", "claim_state", "type", "verdict"}:
            return self._several(name, value)
        if name == "score_min":
            return self._share(value)
        if name in {"q", "claim_q"}:
            return self._words(value)
        if name == "person":
            if not isinstance(value, str) or len(value) > MAX_WORDS or "\0" in value:
                raise ValueError(_("expected a username"))
            return value.strip().removeprefix("@")
        return self._day(value)

    def _several(self, name: str, value: Any) -> tuple[str, ...]:
        known = self._known(name)
        given = value.split(",") if isinstance(value, str) else value
        if not isinstance(given, list | tuple) or not all(isinstance(v, str) for v in given):
            raise ValueError(_("expected one or several of %(names)s") % {"names": _listed(known)})
        # A label of a scale may have a comma itself.
        if isinstance(value, str) and value in known:
            given = [value]
        chosen = tuple(dict.fromkeys(v.strip() for v in given if v.strip()))
        if unknown := [v for v in chosen if v not in known]:
            raise ValueError(
                _("“%(value)s” is none of %(names)s")
                % {"value": unknown[0][:MAX_WORDS], "names": _listed(known)}
            )
        return chosen

    def _known(self, name: str) -> list[str]:
        if name == "article_state":
            return [state.value for state in ArticleState]
        if name == "claim_state":
            return [state.value for state in ClaimState if state != ClaimState.WITHDRAWN]
        if name == "type":
            scheme = self.corpus.claim_type_scheme
            return list(ClaimType.objects.filter(scheme=scheme).values_list("key", flat=True))
        labels = self.corpus.rating_scale.ratings.values_list("label", flat=True)
        return [*labels, TIE, NO_VERDICT]

    @staticmethod
    def _words(value: Any) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(_("expected words to search for"))
        try:
            search.read(value)
        except InvalidInput as error:
            raise ValueError(error.fields["q"]) from error
        return value.strip()

    @staticmethod
    def _share(value: Any) -> float:
        try:
            share = float(value)
        except (TypeError, ValueError):
            share = -1.0
        if isinstance(value, bool) or not 0 <= share <= 1:
            raise ValueError(_("expected a number from 0 to 1"))
        return share

    @staticmethod
    def _day(value: Any) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return day_written(value)
        except ValueError as error:
            raise ValueError(_("expected a day, YYYY-MM-DD")) from error


def _listed(names: list[str]) -> str:
    return ", ".join(names)
