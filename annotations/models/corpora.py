"""Corpora, who works in them, and the scales and types they label with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import CLAIM_TYPE_SCHEMES, Role

from .people import User


class RatingScale(models.Model):
    """A named, versioned scale of ratings. A used scale isn't edited: it gets a new version."""

    slug = models.SlugField(_("slug"), db_index=False)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ["slug", "version"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="ratingscale_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


class Rating(models.Model):
    """One value of a scale. ``number`` is 1 (false) to 5 (true), or null off that axis."""

    scale = models.ForeignKey(RatingScale, models.PROTECT, related_name="ratings", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"))
    label = models.CharField(_("label"), max_length=100)
    number = models.PositiveSmallIntegerField(_("number, 1–5"), null=True, blank=True)
    # What readers of a published fact-check are told that it means.
    meaning = models.CharField(_("meaning"), max_length=300, blank=True)
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("Kept for old verdicts, offered for no new one.")
    )

    class Meta:
        ordering = ["scale", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scale", "label"], name="rating_label_unique"),
            models.UniqueConstraint(fields=["scale", "position"], name="rating_position_unique"),
            models.CheckConstraint(
                condition=models.Q(number=None) | models.Q(number__range=(1, 5)),
                name="rating_number_range",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ClaimType(models.Model):
    """One value of a claim-type scheme (Full Fact's single, AVeriTeC's several)."""

    SCHEMES = [("fullfact", "Full Fact"), ("averitec", "AVeriTeC")]

    scheme = models.CharField(_("scheme"), max_length=20, choices=SCHEMES)
    key = models.SlugField(_("key"))
    label = models.CharField(_("label"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"))
    retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "key"], name="claimtype_key_unique")
        ]

    def __str__(self) -> str:
        return self.label


class CorpusQuerySet(models.QuerySet["Corpus"]):
    def visible_to(self, user: User) -> CorpusQuerySet:
        """Corpora the user is a member of; all of them for a site administrator.

        A token that is for one corpus shows no other.
        """
        if not user.is_active:
            return self.none()
        rows = self
        if user.token is not None and user.token.corpus_id is not None:
            rows = rows.filter(pk=user.token.corpus_id)
        if user.is_superuser:
            return rows
        return rows.filter(
            models.Exists(Membership.objects.filter(corpus=models.OuterRef("pk"), user=user))
        )

    def administered_by(self, user: User) -> CorpusQuerySet:
        """Of those that ``visible_to`` gives, the ones that the user is an admin of."""
        rows = self.visible_to(user)
        if user.is_superuser:
            return rows
        admins = Membership.objects.filter(
            corpus=models.OuterRef("pk"), user=user.pk, role=Role.ADMIN
        )
        return rows.filter(models.Exists(admins))

    def deleted(self) -> CorpusQuerySet:
        """Those that can still be restored: none that is purged, a part at a time. Of
        ``everything``."""
        kept = dt.timedelta(days=settings.DELETED_KEEP_DAYS)
        return self.filter(deleted_at__gt=timezone.now() - kept)


CorpusManager = models.Manager.from_queryset(CorpusQuerySet)


class StandingCorpora(CorpusManager):
    """Corpora that weren't deleted: what every list, look-up and count begins with."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(deleted_at=None)


class Corpus(models.Model):
    """A body of articles, reviewed by its members under one configuration."""

    MAX_DESCRIPTION = 10_000

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    language = models.CharField(_("language"), max_length=16, default="en")
    rating_scale = models.ForeignKey(
        RatingScale, models.PROTECT, related_name="corpora", verbose_name=_("rating scale")
    )
    claim_type_scheme = models.CharField(
        _("claim types"), max_length=20, choices=ClaimType.SCHEMES, default="fullfact"
    )
    detector = models.CharField(
        _("detector"),
        max_length=100,
        blank=True,
        help_text=_(
            "Empty: the site's default. “small” comes ready to use; “accurate” finds more, is "
            "slower, and needs requirements-accurate.txt installed where the workers run. Any "
            'other name is that of an installed spaCy pipeline that writes doc.spans["claims"].'
        ),
    )
    # What a score has to reach for a suggestion, in [0, 1].
    threshold = models.FloatField(
        _("threshold"),
        null=True,
        blank=True,
        help_text=_(
            "From 0 to 1: a passage with a lower score isn't suggested. Empty: the detector's own."
        ),
    )
    requires_evidence = models.BooleanField(
        _("a verdict needs evidence"),
        default=True,
        help_text=_("Refuse a verdict on a claim that has no piece of evidence."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    # Since when it is read only, and its jobs wait.
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    # Since when it is hidden; it is purged DELETED_KEEP_DAYS later.
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="corpora"
    )

    # The first is the default one, which reverse relations use too.
    objects = StandingCorpora()
    everything = CorpusManager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = _("corpora")
        constraints = [
            # A deleted corpus doesn't keep its name from others.
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(deleted_at=None), name="corpus_name_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(threshold=None)
                | models.Q(threshold__gte=0.0, threshold__lte=1.0),
                name="corpus_threshold_range",
                violation_error_message=_("The threshold is a number from 0 to 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def claim_types_are_several(self) -> bool:
        return CLAIM_TYPE_SCHEMES[self.claim_type_scheme] == "several"


class Membership(models.Model):
    """A person's role in a corpus."""

    ROLES = [
        (Role.REVIEWER, _("reviewer")),
        (Role.ADJUDICATOR, _("adjudicator")),
        (Role.ADMIN, _("admin")),
    ]

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=ROLES, default=Role.REVIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["corpus", "user"]
        constraints = [
            models.UniqueConstraint(fields=["corpus", "user"], name="membership_unique"),
            models.CheckConstraint(
                condition=models.Q(role__in=list(Role)), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.corpus} · {self.get_role_display()}"


class Guideline(models.Model):
    """A version of a corpus's guidelines, in Markdown. Verdicts store the one in force."""

    MAX_TEXT = 50_000

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="guidelines", db_index=False)
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["corpus", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["corpus", "version"], name="guideline_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.corpus} · {self.version}"

    @property
    def revision(self) -> int:
        """For ``StaleRevision``: of the guidelines, each version is a row of its own."""
        return self.version
