"""Archiving a corpus and opening it again; making another one like it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from annotations import policies
from annotations.models import Corpus, Job, Membership, User

from .corpora import FIELDS, corpus_create, guideline_add, membership_set
from .deletion import corpus_locked, jobs_pause, jobs_resume
from .events import event_record


@transaction.atomic
def corpus_archive(*, actor: User | None, corpus: Corpus) -> Corpus:
    """Make a corpus read only. Its jobs wait until it is opened again."""
    policies.require(actor, "corpus.archive", corpus)
    locked = corpus_locked(corpus)
    if locked.archived_at is not None:
        return locked
    jobs_pause(Job.objects.filter(corpus=locked).exclude(kind="export"))
    locked.archived_at = timezone.now()
    locked.save(update_fields=["archived_at"])
    _record("corpus.archived", actor, locked)
    return locked


@transaction.atomic
def corpus_unarchive(*, actor: User | None, corpus: Corpus) -> Corpus:
    """Let people work in an archived corpus again; jobs go on where they stopped."""
    policies.require(actor, "corpus.archive", corpus)
    locked = corpus_locked(corpus)
    if locked.archived_at is None:
        return locked
    locked.archived_at = None
    locked.save(update_fields=["archived_at"])
    jobs_resume(Job.objects.filter(corpus=locked))
    _record("corpus.unarchived", actor, locked)
    return locked


def _record(kind: str, actor: User | None, corpus: Corpus) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=corpus,
        corpus=corpus,
        before={"archived": kind == "corpus.unarchived"},
        after={"archived": kind == "corpus.archived"},
    )


@transaction.atomic
def corpus_clone(
    *, actor: User | None, corpus: Corpus, name: str, with_members: bool = False
) -> Corpus:
    """A new corpus with the settings and the guidelines in force of this one; no articles.

    ``with_members`` gives each active member the role that they have here.
    """
    policies.require(actor, "corpus.clone", corpus)
    settings = {field: getattr(corpus, field) for field in FIELDS if field != "name"}
    made = corpus_create(actor=actor, name=name, **settings)
    current = corpus.guidelines.order_by("-version").first()
    if current is not None:
        guideline_add(actor=actor, corpus=made, text=current.text)
    if with_members:
        rows = Membership.objects.filter(corpus=corpus, user__is_active=True)
        for membership in rows.exclude(user=actor).select_related("user").order_by("pk"):
            membership_set(
                actor=None, corpus=made, user=membership.user, role=membership.role, by=actor
            )
    event_record(
        kind="corpus.cloned",
        actor=actor,
        target=made,
        corpus=made,
        before=None,
        after={"from": corpus.pk, "members": with_members},
    )
    return made
