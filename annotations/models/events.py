"""The append-only history. Depends on everything by name only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import User


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User) -> EventQuerySet:
        """Of corpora that the user sees, but for what was done in articles that are gone.

        What hid or restored an article names it in its content only, so it is seen.
        """
        from .articles import Article
        from .corpora import Corpus

        here = Article.objects.filter(pk=models.OuterRef("article_id"))
        return self.filter(
            models.Q(article=None) | models.Exists(here),
            corpus__in=Corpus.objects.visible_to(user),
        )


class Event(models.Model):
    """Who did what to which row, with its state before and after.

    ``hash`` covers everything here and the ``hash`` of the event before it in the same
    chain, so a changed, missing or inserted event shows (``manage.py verify_events``).
    """

    # "corpus:7", or "site" for what belongs to no corpus.
    chain = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=50)
    corpus = models.ForeignKey(
        "Corpus",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="events",
        db_index=False,
    )
    article = models.ForeignKey(
        "Article",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="events",
        db_index=False,
    )
    claim = models.ForeignKey(
        "Claim", models.DO_NOTHING, null=True, db_constraint=False, related_name="events"
    )
    target_type = models.CharField(_("object"), max_length=30)
    target_id = models.PositiveBigIntegerField(_("object id"))
    # Null: the system itself (a worker, a command).
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="events", db_index=False
    )
    before = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    # Chosen by the client for what has no object of its own, so that asking twice does it once.
    request = models.UUIDField(null=True, editable=False)
    at = models.DateTimeField(_("at"))
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="event_number_unique")
        ]
        indexes = [
            # Lists, by page.
            models.Index(fields=["corpus", "id"], name="event_corpus"),
            models.Index(fields=["actor", "id"], name="event_actor"),
            models.Index(fields=["article", "actor", "-id"], name="event_article_actor"),
            models.Index(fields=["target_type", "target_id", "id"], name="event_target"),
            models.Index(fields=["actor", "at"], name="event_actor_at"),
            # All that the dashboard counts of the last weeks, without a look at the rows.
            models.Index(fields=["corpus", "at", "kind", "actor"], name="event_corpus_at"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.number} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Events are append-only.")
        super().save(*args, **kwargs)


class EventChain(models.Model):
    """The end of a chain. Its row is locked while an event is added, so numbers never clash."""

    key = models.CharField(max_length=40, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.key} #{self.number}"
