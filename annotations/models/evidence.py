"""Evidence for or against a claim. Depends on claims."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotations.domain.transitions import JobState
from annotations.domain.vocabulary import SourceMedium, Stance

from .articles import of_visible_articles
from .claims import Claim
from .jobs import Job
from .people import User


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: User) -> SnapshotQuerySet:
        return self.filter(of_visible_articles(user, "claim__article"))


class Snapshot(models.Model):
    """A page as it was when it was fetched for a claim. Made once; a later fetch is another one.

    ``job`` says how the fetch goes on; what it found is written once, when it is done.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="snapshots")
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="snapshot")
    url = models.URLField(_("address"), max_length=2000)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    # Where the redirects led.
    final_url = models.CharField(_("address it led to"), max_length=2000, blank=True)
    media_type = models.CharField(_("media type"), max_length=100, blank=True)
    # Of the bytes as received: in bytes, and hex.
    size = models.PositiveIntegerField(_("size"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    file = models.FileField(_("file"), upload_to="snapshots/%Y/%m", blank=True)
    # What the page says about itself, and its words; offered, never filled in silently.
    title = models.CharField(_("title"), max_length=500, blank=True)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    published = models.DateField(_("published"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def state(self) -> str:
        """Where its fetch stands: the job's state, for as long as there is a job."""
        if self.fetched_at is not None:
            return JobState.DONE
        return self.job.state if self.job else JobState.FAILED


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> EvidenceQuerySet:
        return self.filter(of_visible_articles(user, "claim__article"))

    def standing(self) -> EvidenceQuerySet:
        return self.filter(withdrawn=False)

    def with_details(self) -> EvidenceQuerySet:
        """What is shown of a piece, its saved copy included, but for the copy's long text."""
        return self.select_related("added_by", "snapshot__job").defer("snapshot__text")


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
    # Pieces with one number prove together; any one set suffices (FEVER). Null: it stands alone.
    set_number = models.PositiveSmallIntegerField(_("evidence set"), null=True, blank=True)
    # A protected source never leaves through an export, a log or a fetch.
    protected = models.BooleanField(_("protected source"), default=False)
    protection_reason = models.TextField(_("why it is protected"), blank=True)
    snapshot = models.ForeignKey(
        Snapshot, models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = _("evidence")
        indexes = [
            # Asked for by every public page: which sources must not be on it.
            models.Index(
                fields=["claim"],
                condition=models.Q(protected=True),
                name="evidence_protected",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(url="", citation=""), name="evidence_has_source"
            ),
            models.CheckConstraint(
                condition=models.Q(protected=False) | ~models.Q(protection_reason=""),
                name="evidence_protection_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(set_number=None) | models.Q(set_number__gte=1),
                name="evidence_set_from_one",
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

    @property
    def was_known(self) -> bool:
        """Was it surely there to be known when the claim was made? An unknown date is a no."""
        return self.is_post_claim is False
