"""Which article comes next: filters and an order, as the address of a page names them.

Reads only. What the address says is a ``Queue``; everything here takes one, so the list, the
neighbours of an article and the article that comes after a submission agree.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)

from annotations import search
from annotations.domain.days import day_written
from annotations.domain.transitions import TO_REVIEW, ArticleState, ClaimState
from annotations.errors import InvalidInput
from annotations.models import Article, Assignment, Claim, Corpus, User
from annotations.models.articles import ArticleQuerySet
from annotations.tallies import articles_by_state

from .keyset import BY_ID, Key, Part, Position, position_of, walk
from .presence import present

# Name in the address → states of the articles.
SHOWN: dict[str, tuple[ArticleState, ...]] = {
    "to-review": TO_REVIEW,
    "reviewed": (ArticleState.REVIEWED,),
    "extracting": (ArticleState.WAITING, ArticleState.EXTRACTING),
    "failed": (ArticleState.FAILED,),
}
ASSIGNED = ("me", "none", "anyone")
# Whose turn it is with an article: of the person who asks, or of anybody.
MINE, OTHERS = 0, 1
# Where it is known.
WORTH = Key("check_worthiness", float, descending=True)
ORDERS: dict[str, tuple[Key, ...]] = {
    # One's own first, then what promises most, then what has waited longest.
    "priority": (Key("turn"), Key("check_worthiness", float, True, True), *BY_ID),
    "oldest": BY_ID,
    "newest": (Key("pk", descending=True),),
}
MAX_WORDS = 200
MAX_PUBLISHERS = 100
# How a facet that is on or off stands in the address.
YES = "1"


@dataclass(frozen=True, slots=True)
class Queue:
    """A choice of a corpus's articles and their order. Without any choice: all, by priority.

    ``q`` is kept whole, whatever its length: what was cut off it might have left articles out.
    """

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
            publisher=_words(given["publisher"])[:MAX_WORDS],
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


def queue_check(queue: Queue) -> None:
    """``InvalidInput`` (field ``q``) where the words can't be read. A list shows why, and nothing;
    what is done with all of a queue isn't done with nothing."""
    if queue.problem:
        raise InvalidInput({"q": queue.problem})


def queue_articles(*, queue: Queue, user: User, corpus: Corpus) -> ArticleQuerySet:
    """The queue's articles, in no order."""
    rows = Article.objects.filter(_described(queue, corpus), corpus=corpus)
    conditions = facet_conditions(user, corpus)
    for facet, choice in _chosen(queue).items():
        if choice:
            rows = rows.filter(conditions[facet][choice])
    return rows


def queue_parts(
    rows: ArticleQuerySet, *, queue: Queue, user: User, states: Sequence[ArticleState] = ()
) -> list[Part[Article]]:
    """Articles of the queue in its order, for ``walk``, with what its keys read (``turn``).

    ``states``: those that the rows are in, where that isn't what the queue shows.
    """
    states = states or SHOWN.get(queue.show, ())
    if queue.order != "priority":
        return [Part(partial(_of_states, rows, states, Q(), OTHERS), queue.keys)]
    mine = _assigned_to(user)
    return [
        Part(
            partial(_of_states, rows, states, whose & Q(check_worthiness__isnull=not scored), turn),
            (WORTH, *BY_ID) if scored else BY_ID,
            alike=() if scored else (WORTH,),
            holds=partial(_is_in, turn, scored),
        )
        for turn, whose in ((MINE, mine), (OTHERS, ~mine))
        # Those that no detector has scored come last.
        for scored in (True, False)
    ]


def _of_states(
    rows: ArticleQuerySet, states: Sequence[ArticleState], which: Q, turn: int
) -> list[ArticleQuerySet]:
    """A query a state: in each, an index leads along the order. There is one for both of those
    that wait for review."""
    found = rows.filter(which).annotate(turn=Value(turn, IntegerField()))
    if states == TO_REVIEW:
        return [found.filter(state__among=TO_REVIEW)]
    return [found.filter(state=state) for state in states] or [found]


def _is_in(turn: int, scored: bool, place: Position) -> bool:
    return place[0] == turn and (place[1] is not None) == scored


def with_turn(rows: ArticleQuerySet, user: User) -> ArticleQuerySet:
    """Adds ``turn``, which says where an article stands in every queue of the person's."""
    return rows.annotate(
        turn=Case(When(_assigned_to(user), then=MINE), default=OTHERS, output_field=IntegerField())
    )


def queue_counts(*, queue: Queue, user: User, corpus: Corpus) -> dict[str, dict[str, int]]:
    """How many articles each choice would show, in two or three queries: ``{facet: {choice: n}}``.

    The choice "" stands for none of that facet; what else was chosen holds. Under ``corpus``
    are counts that no choice changes: ``all`` and ``extracting``.
    """
    conditions = facet_conditions(user, corpus)
    described = _described(queue, corpus)
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
    for kind, n in _special(rows, conditions, corpus):
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
    rows: ArticleQuerySet, conditions: dict[str, dict[str, Q]], corpus: Corpus
) -> Iterator[tuple[_Kind, int]]:
    """Articles that are assigned to somebody or have a marked claim, by their kind."""
    alike = {
        "me": conditions["assigned"]["me"],
        "anyone": conditions["assigned"]["anyone"],
        "flagged": conditions["flagged"][YES],
        "disputed": conditions["disputed"][YES],
    }
    first, *others = _marked(corpus).values()
    groups = (
        # One set of keys: where three conditions are joined by OR, PostgreSQL looks at all rows.
        rows.filter(pk__in=first.union(*others))
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
    """The articles before and after this one, which needn't be in the queue itself.

    A query each; up to four where the next of its kind are far. ``article`` has its ``turn``
    (``with_turn``).
    """
    rows = queue_articles(queue=queue, user=user, corpus=article.corpus).only("pk")
    parts = queue_parts(rows, queue=queue, user=user)
    place = position_of(queue.keys, article)
    return _first(parts, place, reverse=True), _first(parts, place)


def next_to_do(
    *, queue: Queue, user: User, corpus: Corpus, article: Article | None = None
) -> int | None:
    """The article to work on after ``article``, or first; None when nothing is left to do.

    It is in the queue and waits for review, or is to be worked on by hand where the queue is of
    articles whose extraction failed. One that nobody else has open comes before one
    that somebody has, a later one before an earlier; so there is one as long as any is left.
    ``article`` has its ``turn`` (``with_turn``). Two queries where there is one, as a rule.
    """
    # Of every corpus: they are few.
    others = present().exclude(user=user).order_by()
    busy = list(others.values_list("article", flat=True).distinct())
    states = SHOWN["failed"] if queue.show == "failed" else TO_REVIEW
    to_do = Q(state__in=states)
    place = None
    if article is not None:
        place = position_of(queue.keys, article)
        to_do &= ~Q(pk=article.pk)
    choices = [to_do & ~Q(pk__in=busy), to_do & Q(pk__in=busy)] if busy else [to_do]
    rows = queue_articles(queue=queue, user=user, corpus=corpus).only("pk")
    for choice in choices:
        parts = queue_parts(rows.filter(choice), queue=queue, user=user, states=states)
        for start in (place, None) if place is not None else (None,):
            found = _first(parts, start)
            if found is not None:
                return found
    return None


def _first(
    parts: list[Part[Article]], place: Position | None, *, reverse: bool = False
) -> int | None:
    found = walk(parts, place, reverse=reverse, limit=1)
    return found[0].pk if found else None


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
    marked = {name: Q(pk__in=rows) for name, rows in _marked(corpus).items()}
    return {
        "show": {name: Q(state__in=states) for name, states in SHOWN.items()},
        "assigned": {
            "me": _assigned_to(user),
            "none": ~marked["assigned"],
            "anyone": marked["assigned"],
        },
        "flagged": {YES: marked["flagged"]},
        "disputed": {YES: marked["disputed"]},
    }


def _marked(corpus: Corpus | None) -> dict[str, QuerySet[Any, Any]]:
    """Keys of the articles that are assigned to somebody, or have a marked claim."""
    claims, assignments = Claim.objects.all(), Assignment.objects.all()
    # SQLite would begin with all articles of the corpus. Few are marked, in whatever corpus.
    if corpus is not None and connection.vendor != "sqlite":
        claims = claims.filter(article__corpus=corpus)
        assignments = assignments.filter(article__corpus=corpus)
    return {
        "assigned": assignments.order_by().values("article"),
        "flagged": claims.standing().exclude(flag="").order_by().values("article"),
        "disputed": claims.filter(state=ClaimState.DISPUTED).order_by().values("article"),
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


def _described(queue: Queue, corpus: Corpus) -> Q:
    """The part of the choice that is about what articles say of themselves."""
    found = Q()
    if queue.publisher:
        # Its spellings first, off an index: asked in one, the articles would be read for it.
        named = Article.objects.filter(corpus=corpus, publisher__iexact=queue.publisher)
        spelt = named.exclude(publisher="").order_by().values_list("publisher", flat=True)
        found &= Q(publisher__in=list(spelt.distinct())) & ~Q(publisher="")
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
    return " ".join(given.replace("\0", "").split())


def _day(given: str) -> dt.date | None:
    try:
        return day_written(given)
    except ValueError:
        return None


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else ""
    return str(value or "")
