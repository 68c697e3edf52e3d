"""Numbered snapshots of a corpus that never change again. Depends on jobs."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotations.domain.transitions import JobState

from .corpora import Corpus
from .jobs import Job
from .people import User

RELEASE = "release"


class ReleaseState(StrEnum):
    """Where a release stands. Once it is ready, only withdrawing changes it."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: User) -> ReleaseQuerySet:
        """Of corpora that the user sees."""
        return self.filter(corpus__in=Corpus.objects.visible_to(user))

    def finished(self) -> ReleaseQuerySet:
        """Those that were ready once."""
        return self.filter(ready_at__isnull=False)


class Release(models.Model):
    """A corpus at one moment, in several formats.

    Its records are frozen first, in ``source``; every file of it is made of them and can be made
    of them again. A trigger in the database refuses a change of ``FROZEN`` once it is ready.
    """

    MAX_TITLE = 200
    MAX_TEXT = 20_000
    FROZEN = (
        "uid", "corpus_id", "number", "title", "motivation", "creators", "licence",
        "licence_text", "formats", "selection", "options", "plan", "discussions", "site",
        "previous_id", "frozen_at", "source_sha256", "file_name", "size", "sha256", "files",
        "counts", "datasheet", "leakage", "software", "ready_at", "created_by_id", "created_at",
    )  # fmt: skip

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="releases", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=MAX_TITLE)
    # Why it was made, in Markdown, for the datasheet.
    motivation = models.TextField(_("motivation"), blank=True)
    # As they want to be cited.
    creators = models.CharField(_("creators"), max_length=500, blank=True)
    # An SPDX identifier, or a name; its words where they are nowhere else to be read.
    licence = models.CharField(_("licence"), max_length=100)
    licence_text = models.TextField(_("words of the licence"), blank=True)
    # Names of ``exporting.FORMATS``.
    formats = models.JSONField(default=list)
    # ``exporting.Selection``, ``exporting.Options`` and ``releasing.Plan``, what was chosen.
    selection = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    # Whether what people said to each other is in it.
    discussions = models.BooleanField(default=False)
    site = models.CharField(max_length=300, blank=True)
    # What pseudonyms are made with: gone once the records are frozen.
    salt = models.BinaryField(default=bytes, editable=False)
    # The last one before it that was ready: claims that are gone since are named.
    # RESTRICT: gone only together with their corpus.
    previous = models.ForeignKey("self", models.RESTRICT, null=True, related_name="+")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="releases")
    # While it is made or verified: steps so far, and of how many.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # The moment that it shows, and the records of that moment.
    frozen_at = models.DateTimeField(null=True)
    source = models.FileField(upload_to="releases/%Y/%m", max_length=300, blank=True)
    source_sha256 = models.CharField(max_length=64, blank=True)
    # The uids of its claims, and tombstones: what the next release asks it.
    index = models.FileField(upload_to="releases/%Y/%m", max_length=300, blank=True)
    # All that follows is written once, with the archive.
    file = models.FileField(upload_to="releases/%Y/%m", max_length=300, blank=True)
    file_name = models.CharField(max_length=300, blank=True)
    # In bytes, and hex.
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    # ``name``, ``size``, ``sha256`` of each file in the archive.
    files = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    datasheet = models.JSONField(default=dict)
    leakage = models.JSONField(default=dict)
    # What it was made with, by name and version.
    software = models.JSONField(default=dict)
    ready_at = models.DateTimeField(null=True)
    # Made again from the frozen records and compared, and what came of it.
    verified_at = models.DateTimeField(null=True)
    verification = models.JSONField(default=dict)
    # Since when a source in its records is protected: nobody is given the archive.
    source_protected_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.TextField(_("reason"), blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["corpus", "number"], name="release_number_unique"),
            # Two at once would both be the next after the last.
            models.UniqueConstraint(
                fields=["corpus"],
                condition=models.Q(ready_at=None),
                name="release_one_unfinished",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None)
                | (models.Q(ready_at__isnull=False) & ~models.Q(withdrawn_reason="")),
                name="release_withdrawn_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def state(self) -> ReleaseState:
        if self.withdrawn_at is not None:
            return ReleaseState.WITHDRAWN
        if self.ready_at is not None:
            return ReleaseState.READY
        state = self.job.state if self.job else JobState.FAILED
        if state == JobState.CANCELLED:
            return ReleaseState.CANCELLED
        return ReleaseState.FAILED if state == JobState.FAILED else ReleaseState.MAKING

    @property
    def split(self) -> dict[str, Any]:
        """The plan as it is asked for; empty where it isn't divided."""
        return {**self.plan, "shares": dict(self.plan["shares"])} if self.plan else {}

    @property
    def shown_leakage(self) -> dict[str, Any]:
        """Of one that isn't given out without its examples, which are words of the records."""
        given = self.withdrawn_at is None and self.source_protected_at is None
        if given or not self.leakage:
            return self.leakage
        across = {kind: {**n, "examples": []} for kind, n in self.leakage["across"].items()}
        return {**self.leakage, "across": across}

    @property
    def shown_datasheet(self) -> dict[str, Any]:
        return {**self.datasheet, "split": self.shown_leakage} if self.datasheet else {}

    @property
    def is_verifying(self) -> bool:
        return self.ready_at is not None and self.job is not None and self.job.is_active

    @property
    def progress(self) -> float:
        """The share that is made, or verified, in [0, 1]."""
        if self.ready_at is not None and not self.is_verifying:
            return 1.0
        return min(self.done / self.total, 1.0) if self.total else 0.0
