"""Evidence for or against a claim. Depends on claims."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import SourceMedium, Stance

from .articles import Article
from .claims import Claim
from .people import User


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> EvidenceQuerySet:
        return self.filter(claim__article__in=Article.objects.visible_to(user))

    def standing(self) -> EvidenceQuerySet:
        return self.filter(withdrawn=False)


class Evidence(models.Model):
    """One piece of evidence: where it is found, what it says, which way it points."""

    STANCES = [
        (Stance.SUPPORTS, _("supports")),
        (Stance.REFUTES, _("refutes")),
        (Stance.IRRELEVANT, _("irrelevant")),
    ]
    MEDIA = [(medium.value, medium.value) for medium in SourceMedium]

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="evidence")
    url = models.URLField(_("address"), max_length=2000, blank=True)
    citation = models.TextField(
        _("citation"), blank=True, help_text=_("For a source that has no address.")
    )
    title = models.CharField(_("title"), max_length=500, blank=True)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    published = models.DateField(_("published"), null=True, blank=True)
    quote = models.TextField(_("quote"), blank=True)
    stance = models.CharField(_("stance"), max_length=12, choices=STANCES)
    source_medium = models.CharField(
        _("source medium"), max_length=20, choices=MEDIA, default=SourceMedium.WEB_TEXT
    )
    note = models.TextField(_("note"), blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(url="", citation=""), name="evidence_has_source"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url or self.citation[:80]

    @property
    def is_post_claim(self) -> bool | None:
        """Was it published after the claim was made? None where a date is unknown."""
        if self.published is None or self.claim.claim_date is None:
            return None
        return self.published > self.claim.claim_date
