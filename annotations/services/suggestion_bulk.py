"""Deciding about many suggestions at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from annotations.domain.vocabulary import Outcome
from annotations.errors import Conflict, FactcheckError
from annotations.models import Article, Suggestion, User

from .suggestions import suggestion_accept, suggestion_reject

MOST = 500


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one suggestion: the claim that accepting made, or why nothing was done."""

    suggestion: int
    claim: int | None = None
    error: FactcheckError | None = None


class BulkRefused(Conflict):
    """All or nothing was asked for, and not all can be done: nothing was."""

    code = "bulk_refused"

    def __init__(self, results: Sequence[BulkResult]) -> None:
        refused = sum(result.error is not None for result in results)
        super().__init__(
            gettext("%(refused)s of %(all)s can't be done, so nothing was.")
            % {"refused": refused, "all": len(results)}
        )
        self.results = results


class NotThere(FactcheckError):
    """No such suggestion, or none that the actor may see."""

    code = "not_found"


def suggestions_decide(
    *, actor: User, ids: Iterable[int], outcome: Outcome, together: bool = False
) -> list[BulkResult]:
    """Accept or reject suggestions of any articles; a result each, in the order of ``ids``.

    Each article is a transaction: what can't be done in it is said and the rest is done.
    ``together``: all of it is one, and ``BulkRefused`` where anything can't be done.
    """
    wanted = list(dict.fromkeys(ids))
    rows = (
        Suggestion.objects.visible_to(actor)
        .filter(pk__in=wanted)
        .select_related("article__corpus", "run__text", "decision__decided_by")
        # By corpus, so that two who write to several chains of events don't wait for each other.
        .order_by("article__corpus", "article", "pk")
    )
    found = list(rows)
    if together:
        results = _all(actor, found, outcome, wanted)
    else:
        results = {}
        for _, group in itertools.groupby(found, key=lambda row: row.article_id):
            with transaction.atomic():
                results |= _each(actor, group, outcome)
    return _in_order(wanted, results)


@transaction.atomic
def _all(
    actor: User, rows: Sequence[Suggestion], outcome: Outcome, wanted: Sequence[int]
) -> dict[int, BulkResult]:
    # All of them before the first event: whoever has an article waits for its chain, so nobody
    # who has a chain may wait for an article.
    articles = sorted({row.article_id for row in rows})
    locked = Article.objects.select_for_update(of=("self",), no_key=True)
    list(locked.filter(pk__in=articles).order_by("pk").values_list("pk"))
    results = _each(actor, rows, outcome)
    if len(results) < len(wanted) or any(result.error for result in results.values()):
        raise BulkRefused(_in_order(wanted, results))
    return results


def _each(actor: User, rows: Iterable[Suggestion], outcome: Outcome) -> dict[int, BulkResult]:
    results = {}
    for row in rows:
        claim = None
        try:
            if outcome == Outcome.ACCEPTED:
                claim = suggestion_accept(actor=actor, suggestion=row).pk
            else:
                suggestion_reject(actor=actor, suggestion=row)
        except FactcheckError as error:
            results[row.pk] = BulkResult(row.pk, error=error)
        else:
            results[row.pk] = BulkResult(row.pk, claim=claim)
    return results


def _in_order(wanted: Sequence[int], results: dict[int, BulkResult]) -> list[BulkResult]:
    nothing = gettext("There is no such suggestion.")
    return [results.get(number) or BulkResult(number, error=NotThere(nothing)) for number in wanted]
