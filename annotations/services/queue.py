"""Which article comes next: filters and an order, as the address of a page names them.

Reads only. What the address says is a ``Queue``; everything here takes one, so the list, the
neighbours of an article and the article that comes after a submission agree.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, Count, ExpressionWrapper, IntegerField, Q, When

from annotations import search
from annotations.domain.days import day_written
from annotations.domain.transitions import ArticleState, ClaimState
from annotations.errors import InvalidInput
from annotations.models import Article, Assignment, Claim, Corpus, User
from annotations.models.articles import ArticleQuerySet
from annotations.tallies import articles_by_state

from .keyset import BY_ID, Key, beyond, nearest, ordering, position_of
from .presence import present

# Name in the address → states of the articles.
SHOWN: dict[str, tuple[ArticleState, ...]] = {
    "to-review": (ArticleState.READY, ArticleState.IN_REVIEW),
    "reviewed": (ArticleState.REVIEWED,),
    "extracting": (ArticleState.WAITING, ArticleState.EXTRACTING),
    "failed": (ArticleState.FAILED,),
}
ASSIGNED = ("me", "none", "anyone")
ORDERS: dict[str, tuple[Key, ...]] = {
    # One's own first, then what promises most, then what has waited longest.
    "priority": (Key("turn"), Key("check_worthiness", float, True, True), Key("pk")),
    "oldest": BY_ID,
    "newest": (Key("pk", descending=True),),
}
MAX_WORDS = 200
MAX_PUBLISHERS = 100
# How a facet that is on or off stands in the address.
YES = "1"


@dataclass(frozen=True, slots=True)
class Queue:
    """A choice of a corpus's articles and their order. Without any choice: all, by priority."""

    show: str = ""
    assigned: str = ""
    flagged: bool = False
    disputed: bool = False
    publisher: str = ""
    published_from: dt.date | None = None
    published_until: dt.date | None = None
    q: str = ""
    order: str = "priority"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Queue:
        """From an address. What it can't mean is left out, as if it weren't there."""
        given = {name: query.get(name) or "" for name in NAMES}
        return cls(
            show=_one_of(SHOWN, given["show"]),
            assigned=_one_of(ASSIGNED, given["assigned"]),
            flagged=given["flagged"] == YES,
            disputed=given["disputed"] == YES,
            publisher=_words(given["publisher"]),
            published_from=_day(given["published_from"]),
            published_until=_day(given["published_until"]),
            q=_words(given["q"]),
            order=_one_of(ORDERS, given["order"]) or "priority",
        )

    def address(self, **changes: Any) -> str:
        """Its query string, with ``?``; empty where nothing was chosen."""
        said = replace(self, **changes).said()
        return f"?{urlencode(said)}" if said else ""

    def said(self) -> dict[str, str]:
        """What was chosen, by the names that it has in an address."""
        return {
            name: _said(getattr(self, name))
            for name in NAMES
            if getattr(self, name) != getattr(PLAIN, name)
        }

    @property
    def keys(self) -> Sequence[Key]:
        return ORDERS[self.order]

    @property
    def problem(self) -> str:
        """Why the words can't be read, where they can't. Then no article is found."""
        try:
            search.read(self.q)
        except InvalidInput as error:
            return error.fields["q"]
        return ""

    @property
    def narrowed(self) -> bool:
        """Does it leave any article out?"""
        return replace(self, order="priority") != PLAIN


NAMES = tuple(field.name for field in fields(Queue))
PLAIN = Queue()


def queue_articles(*, queue: Queue, user: User, corpus: Corpus) -> ArticleQuerySet:
    """The queue's articles, in no order yet, with what its keys read (``turn``)."""
    rows = Article.objects.filter(_described(queue), corpus=corpus)
    conditions = facet_conditions(user, corpus)
    for facet, choice in _chosen(queue).items():
        if choice:
            rows = rows.filter(conditions[facet][choice])
    return with_turn(rows, user)


def with_turn(rows: ArticleQuerySet, user: User) -> ArticleQuerySet:
    """Adds ``turn``: 0 for articles that are assigned to the person, 1 for the others."""
    return rows.annotate(
        turn=Case(When(_assigned_to(user), then=0), default=1, output_field=IntegerField())
    )


def queue_counts(*, queue: Queue, user: User, corpus: Corpus) -> dict[str, dict[str, int]]:
    """How many articles each choice would show, in two or three queries: ``{facet: {choice: n}}``.

    The choice "" stands for none of that facet; what else was chosen holds. Under ``corpus``
    are counts that no choice changes: ``all`` and ``extracting``.
    """
    conditions = facet_conditions(user, corpus)
    described = _described(queue)
    everything = articles_by_state(corpus)
    rows = Article.objects.filter(described, corpus=corpus)
    counts: dict[str, dict[str, int]] = {
        "corpus": {
            "all": everything.total(),
            "extracting": sum(everything[state] for state in SHOWN["extracting"]),
        },
        **{facet: dict.fromkeys(["", *choices], 0) for facet, choices in conditions.items()},
    }
    left = _by_state(rows) if described else everything
    chosen = _chosen(queue)
    # Few articles are assigned or marked: those are looked at, the others are what is left.
    for kind, n in _special(rows, conditions):
        left[kind.state] -= n
        _add(counts, chosen, kind, n)
    for state, n in left.items():
        _add(counts, chosen, _Kind(state, frozenset({"none"}), flagged=False, disputed=False), n)
    return counts


@dataclass(frozen=True, slots=True)
class _Kind:
    """Articles alike in every facet."""

    state: str
    assigned: frozenset[str]
    flagged: bool
    disputed: bool


def _by_state(rows: ArticleQuerySet) -> Counter[str]:
    found = rows.order_by().values_list("state").annotate(n=Count("pk"))
    return Counter({str(state): n for state, n in found})


def _special(
    rows: ArticleQuerySet, conditions: dict[str, dict[str, Q]]
) -> Iterator[tuple[_Kind, int]]:
    """Articles that are assigned to somebody or have a marked claim, by their kind."""
    alike = {
        "me": conditions["assigned"]["me"],
        "anyone": conditions["assigned"]["anyone"],
        "flagged": conditions["flagged"][YES],
        "disputed": conditions["disputed"][YES],
    }
    groups = (
        rows.filter(alike["anyone"] | alike["flagged"] | alike["disputed"])
        .annotate(
            **{
                f"is_{name}": ExpressionWrapper(condition, output_field=BooleanField())
                for name, condition in alike.items()
            }
        )
        .order_by()
        .values("state", *(f"is_{name}" for name in alike))
        .annotate(n=Count("pk"))
    )
    for group in groups:
        assigned = {"anyone" if group["is_anyone"] else "none"} | (
            {"me"} if group["is_me"] else set()
        )
        kind = _Kind(group["state"], frozenset(assigned), group["is_flagged"], group["is_disputed"])
        yield kind, group["n"]


def _add(counts: dict[str, dict[str, int]], chosen: dict[str, str], kind: _Kind, n: int) -> None:
    """Count articles of a kind under every choice that would show them."""
    is_true: dict[str, set[str] | frozenset[str]] = {
        "show": {name for name, states in SHOWN.items() if kind.state in states},
        "assigned": kind.assigned,
        "flagged": {YES} if kind.flagged else set(),
        "disputed": {YES} if kind.disputed else set(),
    }
    for facet, choices in is_true.items():
        others = (other for other in chosen if other != facet and chosen[other])
        if all(chosen[other] in is_true[other] for other in others):
            for choice in {"", *choices}:
                counts[facet][choice] += n


def neighbours(*, queue: Queue, user: User, article: Article) -> tuple[int | None, int | None]:
    """The articles before and after this one, which needn't be in the queue itself. One query.

    ``article`` has its ``turn`` (``with_turn``).
    """
    rows = queue_articles(queue=queue, user=user, corpus=article.corpus)
    place = position_of(queue.keys, article)
    before, after = (
        Article.objects.filter(pk=article.pk)
        .values_list(
            nearest(rows, queue.keys, place, reverse=True), nearest(rows, queue.keys, place)
        )
        .get()
    )
    return before, after


def next_to_do(
    *, queue: Queue, user: User, corpus: Corpus, article: Article | None = None
) -> int | None:
    """The article to work on after ``article``, or first; None when nothing is left to do.

    It is in the queue and waits for review. One that nobody else has open comes before one
    that somebody has, a later one before an earlier; so there is one as long as any is left.
    ``article`` has its ``turn`` (``with_turn``).
    """
    busy = Q(pk__in=present().exclude(user=user).values("article"))
    rows = (
        queue_articles(queue=queue, user=user, corpus=corpus)
        .filter(state__in=SHOWN["to-review"])
        .annotate(busy=Case(When(busy, then=1), default=0, output_field=IntegerField()))
    )
    order: list[Any] = ["busy"]
    if article is not None:
        after = beyond(queue.keys, position_of(queue.keys, article))
        rows = rows.exclude(pk=article.pk).annotate(
            passed=Case(When(after, then=0), default=1, output_field=IntegerField())
        )
        order.append("passed")
    return rows.order_by(*order, *ordering(queue.keys)).values_list("pk", flat=True).first()


def publishers(*, corpus: Corpus) -> list[str]:
    """Names to offer for the filter, the most frequent ones."""
    return list(
        Article.objects.filter(corpus=corpus)
        .exclude(publisher="")
        .values_list("publisher", flat=True)
        .annotate(n=Count("pk"))
        .order_by("-n", "publisher")[:MAX_PUBLISHERS]
    )


def facet_conditions(user: User, corpus: Corpus | None = None) -> dict[str, dict[str, Q]]:
    """Facet → choice → which articles, of one corpus or of all. Subqueries that the database
    works out once."""
    claims, assignments = Claim.objects.standing(), Assignment.objects.all()
    if corpus is not None:
        claims = claims.filter(article__corpus=corpus)
        assignments = assignments.filter(article__corpus=corpus)
    somebody = Q(pk__in=assignments.values("article"))
    return {
        "show": {name: Q(state__in=states) for name, states in SHOWN.items()},
        "assigned": {"me": _assigned_to(user), "none": ~somebody, "anyone": somebody},
        "flagged": {YES: Q(pk__in=claims.exclude(flag="").values("article"))},
        "disputed": {YES: Q(pk__in=claims.filter(state=ClaimState.DISPUTED).values("article"))},
    }


def _assigned_to(user: User) -> Q:
    return Q(pk__in=Assignment.objects.filter(user=user).values("article"))


def _chosen(queue: Queue) -> dict[str, str]:
    return {
        "show": queue.show,
        "assigned": queue.assigned,
        "flagged": _said(queue.flagged),
        "disputed": _said(queue.disputed),
    }


def _described(queue: Queue) -> Q:
    """The part of the choice that is about what articles say of themselves."""
    found = Q()
    if queue.publisher:
        found &= Q(publisher__iexact=queue.publisher)
    if queue.published_from:
        found &= Q(published__gte=queue.published_from)
    if queue.published_until:
        found &= Q(published__lte=queue.published_until)
    if queue.problem:
        return Q(pk__in=[])
    return found & search.article_condition(search.read(queue.q))


def _one_of(known: Iterable[str], given: str) -> str:
    return given if given in known else ""


def _words(given: str) -> str:
    # PostgreSQL takes no NUL.
    return " ".join(given.replace("\0", "").split())[:MAX_WORDS]


def _day(given: str) -> dt.date | None:
    try:
        return day_written(given)
    except ValueError:
        return None


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else ""
    return str(value or "")
