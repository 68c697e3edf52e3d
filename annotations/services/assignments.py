"""Who is asked to review which article. An assignment shuts nobody else out."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotations import policies
from annotations.errors import InvalidInput
from annotations.models import Article, Assignment, Corpus, Membership, User

from .events import event_record


@transaction.atomic
def assignment_add(*, actor: User | None, article: Article, user: User) -> Assignment:
    """Ask a person who works in the article's corpus to review it.

    Assigning what is assigned already returns the assignment that is there.
    """
    policies.require(actor, "article.assign", article.corpus)
    # The second of two admins who assign the same at once waits here, and finds it done.
    Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    member_hold(article.corpus, user, field="user")
    assignment, new = Assignment.objects.get_or_create(
        article=article, user=user, defaults={"assigned_by": actor}
    )
    if new:
        _record("assignment.added", actor, assignment, article, before=None, after=_state(user))
    return assignment


def member_hold(corpus: Corpus, user: User, *, field: str) -> None:
    """``member_check`` for the write: who works there stays until the transaction ends, so that
    whoever removes them takes off what is assigned in it.

    To be called after articles were locked: undo goes from an article to its corpus, and removing
    from the corpus to the membership.
    """
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    rows.filter(corpus=corpus, user=user).first()
    member_check(corpus, user, field=field)


def member_check(corpus: Corpus, user: User, *, field: str) -> None:
    """``InvalidInput`` at the field unless the person works in the corpus."""
    if policies.role_in(user, corpus) is None:
        raise InvalidInput(
            {
                field: _("%(person)s doesn't work in “%(corpus)s”")
                % {"person": user.name, "corpus": corpus.name}
            }
        )


@transaction.atomic
def assignment_remove(*, actor: User | None, assignment: Assignment) -> None:
    """Take the article off the person's hands. What they did on it stays."""
    policies.require(actor, "article.assign", assignment.article.corpus)
    _remove(actor, assignment)


def _remove(actor: User | None, assignment: Assignment) -> None:
    article = assignment.article
    locked = Assignment.objects.select_for_update(of=("self",)).filter(pk=assignment.pk).first()
    if locked is None:
        return
    _record(
        "assignment.removed", actor, locked, article, before=_state(assignment.user), after=None
    )
    locked.delete()


def assignments_end(*, actor: User | None, corpus: Corpus, user: User) -> None:
    """Of a person who leaves the corpus: part of that write, with an event for each."""
    rows = Assignment.objects.filter(user=user, article__corpus=corpus)
    for assignment in rows.select_related("article__corpus", "user").order_by("pk"):
        _remove(actor, assignment)


def _state(user: User) -> dict[str, Any]:
    return {"user": user.pk}


def _record(
    kind: str,
    actor: User | None,
    assignment: Assignment,
    article: Article,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=assignment,
        corpus=article.corpus,
        article=article,
        before=before,
        after=after,
    )
