"""Fact-checks as readers see them. Depends on claims and corpora; verdicts by what they said.

What is published is frozen: a version holds all that its page shows, so that no later work on the
claim changes the page. Another version comes with a correction that says what and why.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotations.domain.publishing import CorrectionKind, FactCheckState, ReportState
from annotations.domain.vocabulary import Role

from .claims import Claim
from .corpora import Corpus, Membership, Rating
from .events import Event
from .people import User


class Publication(models.Model):
    """Who publishes a corpus's fact-checks, and under which policies."""

    # Without these nothing is published: readers and search engines ask for them.
    NEEDED = {
        "organisation": _("the organisation's name"),
        "url": _("the address of its website"),
        "corrections_policy": _("the address of its corrections policy"),
        "methodology": _("the address of its methodology"),
    }

    corpus = models.OneToOneField(Corpus, models.CASCADE, related_name="publication")
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    url = models.URLField(_("its website"), max_length=500, blank=True)
    logo = models.URLField(_("address of its logo"), max_length=500, blank=True)
    corrections_policy = models.URLField(
        _("address of the corrections policy"), max_length=500, blank=True
    )
    methodology = models.URLField(_("address of the methodology"), max_length=500, blank=True)
    licence = models.URLField(_("address of the licence"), max_length=500, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self) -> str:
        return self.organisation or f"publisher of {self.corpus}"

    @property
    def missing(self) -> list[str]:
        """The names of the fields without which nothing is published."""
        return [name for name in self.NEEDED if not getattr(self, name)]


class FactCheckQuerySet(models.QuerySet["FactCheck"]):
    def visible_to(self, user: User) -> FactCheckQuerySet:
        return self.filter(corpus__in=Corpus.objects.visible_to(user))

    def published(self) -> FactCheckQuerySet:
        return self.filter(state=FactCheckState.PUBLISHED)

    def with_work_since(self) -> FactCheckQuerySet:
        """Those on whose claim somebody worked after what is published was taken from it."""
        later = Event.objects.filter(claim=models.OuterRef("claim")).exclude(
            models.Q(kind__startswith="comment.")
            | models.Q(kind__startswith="thread.")
            | models.Q(kind__startswith="factcheck.")
            | models.Q(kind__startswith="report.")
        )
        return self.filter(
            models.Exists(later.filter(at__gt=models.OuterRef("current__published_at")))
        )


class FactCheck(models.Model):
    """A claim's fact-check at its public address. Its page never goes away."""

    STATES = [
        (FactCheckState.PUBLISHED, _("published")),
        (FactCheckState.WITHDRAWN, _("withdrawn")),
    ]
    MAX_TITLE = 200
    MAX_SUMMARY = 600

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # PROTECT: what was published stays, with what it is about.
    claim = models.OneToOneField(Claim, models.PROTECT, related_name="fact_check")
    corpus = models.ForeignKey(Corpus, models.PROTECT, related_name="fact_checks", db_index=False)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=STATES, default=FactCheckState.PUBLISHED
    )
    # The claim as readers read it, of the current version; schema.org's claimReviewed.
    title = models.CharField(_("claim as published"), max_length=MAX_TITLE)
    rating = models.ForeignKey(Rating, models.PROTECT, related_name="+")
    current = models.OneToOneField(
        "FactCheckVersion", models.PROTECT, null=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Of the latest version, correction or withdrawal.
    updated_at = models.DateTimeField(_("updated"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = FactCheckQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=FactCheckState.PUBLISHED, withdrawn_at=None)
                | models.Q(state=FactCheckState.WITHDRAWN, withdrawn_at__isnull=False),
                name="factcheck_withdrawn_has_time",
            )
        ]
        indexes = [models.Index(fields=["corpus", "state", "id"], name="factcheck_corpus_state")]

    def __str__(self) -> str:
        return self.title


class AppendOnly(models.Model):
    """Rows that are only added; a trigger in the database refuses to change one."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("What was published stays as it was: add a version or a correction.")
        super().save(*args, **kwargs)


class FactCheckVersion(AppendOnly):
    """All that the page shows, as it was published. ``content`` is ``services.fact_checks``'s."""

    fact_check = models.ForeignKey(
        FactCheck, models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))
    # SHA-256 of what was taken from the claim, by which a later difference shows.
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["fact_check", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["fact_check", "number"], name="factcheckversion_number_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.fact_check_id} · {self.number}"


class Correction(AppendOnly):
    """A notice to readers: what was changed in a published fact-check, why and when.

    A withdrawal is one too, without a version of its own.
    """

    KINDS = [
        (CorrectionKind.CORRECTION, _("correction")),
        (CorrectionKind.WITHDRAWAL, _("withdrawal")),
    ]
    MAX_TEXT = 2000

    fact_check = models.ForeignKey(FactCheck, models.PROTECT, related_name="corrections")
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    version = models.OneToOneField(
        FactCheckVersion, models.PROTECT, null=True, related_name="correction"
    )
    what = models.TextField(_("what was changed"), blank=True)
    why = models.TextField(_("why"))
    # Labels, as they were shown.
    old_rating = models.CharField(_("old rating"), max_length=100)
    new_rating = models.CharField(_("new rating"), max_length=100, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    ~models.Q(what=""), kind=CorrectionKind.CORRECTION, version__isnull=False
                )
                | models.Q(kind=CorrectionKind.WITHDRAWAL, version=None),
                name="correction_has_version",
            ),
            models.CheckConstraint(condition=~models.Q(why=""), name="correction_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what or self.why}"[:80]

    @property
    def changes_rating(self) -> bool:
        return bool(self.new_rating) and self.old_rating != self.new_rating


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def administered_by(self, user: User) -> ErrorReportQuerySet:
        """Reports reach those who can act on them, and nobody else: readers may name themselves."""
        rows = self.filter(fact_check__corpus__in=Corpus.objects.visible_to(user))
        if user.is_superuser:
            return rows
        admins = Membership.objects.filter(
            corpus=models.OuterRef("fact_check__corpus"), user=user.pk, role=Role.ADMIN
        )
        return rows.filter(models.Exists(admins))


class ErrorReport(models.Model):
    """What a reader thinks is wrong with a fact-check. Hostile until somebody has read it."""

    STATES = [
        (ReportState.NEW, _("new")),
        (ReportState.ACCEPTED, _("accepted")),
        (ReportState.DISMISSED, _("dismissed")),
    ]
    MIN_TEXT, MAX_TEXT, MAX_CONTACT, MAX_ANSWER = 10, 4000, 200, 1000

    fact_check = models.ForeignKey(
        FactCheck, models.PROTECT, related_name="reports", db_index=False
    )
    text = models.TextField(_("what is wrong"))
    # Given by the reader or not; removable, and never in an event or an export.
    contact = models.CharField(_("how to reach you"), max_length=MAX_CONTACT, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=ReportState.NEW)
    answer = models.TextField(_("what was decided, and why"), blank=True)
    # The correction that it led to.
    correction = models.ForeignKey(Correction, models.PROTECT, null=True, related_name="reports")
    created_at = models.DateTimeField(auto_now_add=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    handled_at = models.DateTimeField(_("handled"), null=True)

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=ReportState.NEW, handled_at=None)
                | models.Q(~models.Q(state=ReportState.NEW), handled_at__isnull=False),
                name="errorreport_handled_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReportState.DISMISSED) | ~models.Q(answer=""),
                name="errorreport_dismissed_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["fact_check", "state", "id"], name="errorreport_state"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
