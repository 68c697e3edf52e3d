"""Assigning: by whom, to whom, once, and what is left of it when somebody goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotations.errors import InvalidInput, NotAllowed
from annotations.models import Article, Assignment, Corpus, Event, Membership
from annotations.services.assignments import assignment_add, assignment_remove
from annotations.services.corpora import membership_remove

from .cast import Cast, last_event


def test_assigning_leaves_an_event_and_happens_once(cast: Cast, article: Article) -> None:
    made = assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
    event = last_event()
    assert (event.kind, event.actor, event.article) == ("assignment.added", cast.admin, article)
    assert (event.before, event.after) == (None, {"user": cast.reviewer.pk})
    assert made.assigned_by == cast.admin
    again = assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
    assert again == made
    assert last_event() == event
    assignment_add(actor=None, article=article, user=cast.second)
    assert Assignment.objects.filter(article=article).count() == 2


def test_taking_it_back(cast: Cast, article: Article) -> None:
    made = assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
    assignment_remove(actor=cast.admin, assignment=made)
    assert last_event().kind == "assignment.removed"
    assert last_event().before == {"user": cast.reviewer.pk}
    assert not Assignment.objects.exists()
    count = Event.objects.count()
    made.pk = 10**6
    assignment_remove(actor=cast.admin, assignment=made)
    assert Event.objects.count() == count


@pytest.mark.parametrize("who", ["reviewer", "adjudicator", "outsider"])
def test_only_admins_assign(cast: Cast, article: Article, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed):
        assignment_add(actor=actor, article=article, user=cast.reviewer)
    made = assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
    with pytest.raises(NotAllowed):
        assignment_remove(actor=actor, assignment=made)
    assert Assignment.objects.exists()


def test_only_who_works_in_the_corpus_is_asked(cast: Cast, article: Article) -> None:
    with pytest.raises(InvalidInput) as refused:
        assignment_add(actor=cast.admin, article=article, user=cast.outsider)
    assert set(refused.value.fields) == {"user"}
    cast.reviewer.is_active = False
    cast.reviewer.save()
    with pytest.raises(InvalidInput):
        assignment_add(actor=cast.admin, article=article, user=cast.reviewer)


def test_who_leaves_the_corpus_is_asked_for_nothing_more(
    cast: Cast, corpus: Corpus, article: Article
) -> None:
    assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
    kept = assignment_add(actor=cast.admin, article=article, user=cast.second)
    membership = Membership.objects.get(corpus=corpus, user=cast.reviewer)
    membership_remove(actor=cast.admin, membership=membership)
    assert list(Assignment.objects.all()) == [kept]
    kinds = list(Event.objects.order_by("-id").values_list("kind", flat=True)[:2])
    assert kinds == ["membership.removed", "assignment.removed"]


@pytest.mark.django_db(transaction=True)
def test_two_admins_at_once_make_one(
    cast: Cast, article: Article, at_once: Callable[..., list[Any]]
) -> None:
    made = at_once(
        *[
            lambda: assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
            for _ in range(4)
        ]
    )
    assert len({assignment.pk for assignment in made}) == 1
    assert Event.objects.filter(kind="assignment.added").count() == 1
