"""Files that were written of a corpus, and how far that is. Depends on jobs."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.conf import settings
from django.db import models

from annotations.domain.transitions import JobState

from .corpora import Corpus
from .jobs import Job
from .people import User

EXPORT = "export"


class ExportState(StrEnum):
    """Where an export stands: its job's state, and ``expired`` once its file was removed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> ExportQuerySet:
        """Of corpora that the user sees. Who may do something with them is a policy's business."""
        return self.filter(corpus__in=Corpus.objects.visible_to(user))


class Export(models.Model):
    """One file of a corpus, there whole or not at all."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="exports")
    job = models.OneToOneField(Job, models.SET_NULL, null=True, blank=True, related_name="exported")
    # A name of ``exporting.FORMATS``.
    format = models.CharField(max_length=40)
    # ``exporting.Selection`` and ``exporting.Options``, those that were chosen.
    selection = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    # This site's address, as it was asked for, for links in the file.
    site = models.CharField(max_length=300, blank=True)
    # What pseudonyms are made with: gone once the file is written, so that nobody leads them back.
    salt = models.BinaryField(default=bytes, editable=False)
    # While it is written: articles so far, and of how many.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    # What of the file is whole, for the next worker: ``services.export_runs``'s.
    checkpoint = models.JSONField(default=dict)
    # All that follows is written once, with the file.
    file = models.FileField(upload_to="exports/%Y/%m", max_length=300, blank=True)
    file_name = models.CharField(max_length=300, blank=True)
    # In bytes, and hex.
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    exported_at = models.DateTimeField(null=True, blank=True)
    # As docs/formats.md has it.
    manifest = models.JSONField(default=dict)
    # When the file is removed.
    expires_at = models.DateTimeField(null=True, blank=True)
    # Since when a source that may be in it is protected: the file was removed then.
    source_protected_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(expires_at__isnull=False),
                name="export_expires",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.format} {self.pk}"

    @property
    def state(self) -> ExportState:
        if self.exported_at is not None and not self.file:
            return ExportState.EXPIRED
        if self.file:
            return ExportState.DONE
        return ExportState(self.job.state) if self.job else ExportState.FAILED

    @property
    def is_active(self) -> bool:
        return self.state in {ExportState.QUEUED, ExportState.RUNNING}

    @property
    def progress(self) -> float:
        """The share that is written, in [0, 1]."""
        if self.file or self.exported_at:
            return 1.0
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """An estimate by the share that is done; None where there is nothing to go by."""
        if not 0 < self.progress < 1 or self.job is None or self.job.state != JobState.RUNNING:
            return None
        return self.seconds * (1 - self.progress) / self.progress
