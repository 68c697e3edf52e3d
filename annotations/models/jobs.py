"""Background work and who is doing it. Depends on articles by name only.

The row, not the broker's message, is the truth: a message may be lost or come twice.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotations.domain.transitions import ACTIVE_JOB_STATES, JobState

from . import lookups  # noqa: F401  registers them
from .people import User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        from .corpora import Corpus

        return self.filter(corpus__in=Corpus.objects.visible_to(user), article__deleted_at=None)

    def active(self) -> JobQuerySet:
        return self.filter(state__among=ACTIVE_JOB_STATES)

    def claimable(self, now: dt.datetime) -> JobQuerySet:
        """Queued and due, or running under a lease that has run out: its worker is gone.

        What belongs to an archived corpus waits, but for exports; and what to something deleted.
        Said without a join: SQLite would begin with the corpora, and put all of their jobs in
        order to find the first.
        """
        from .articles import Article
        from .corpora import Corpus

        deleted = Corpus.everything.filter(deleted_at__isnull=False)
        archived = Corpus.everything.filter(archived_at__isnull=False)
        gone = Article.everything.filter(pk=models.OuterRef("article"), deleted_at__isnull=False)
        return self.active().filter(
            models.Q(state=JobState.QUEUED, due_at__lte=now)
            | models.Q(state=JobState.RUNNING, lease_expires_at__lt=now),
            ~models.Q(corpus__in=archived.order_by().values("pk")) | models.Q(kind="export"),
            ~models.Q(corpus__in=deleted.order_by().values("pk")),
            ~models.Exists(gone),
        )


class Job(models.Model):
    """A piece of background work, written in the same transaction as what it is about."""

    KINDS = [
        ("extraction", _("extraction")),
        ("fetch", _("fetching a page")),
        ("import_check", _("checking a file")),
        ("import", _("importing a file")),
        ("import_rollback", _("taking an import back")),
        ("export", _("writing an export")),
        ("articles_change", _("changing many articles")),
        ("release", _("making a release")),
    ]
    STATES = [
        (JobState.QUEUED, _("queued")),
        (JobState.RUNNING, _("running")),
        (JobState.DONE, _("done")),
        (JobState.FAILED, _("failed")),
        (JobState.CANCELLED, _("cancelled")),
    ]

    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    corpus = models.ForeignKey("Corpus", models.CASCADE, related_name="jobs", db_index=False)
    article = models.ForeignKey(
        "Article", models.CASCADE, null=True, blank=True, related_name="jobs", db_index=False
    )
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=JobState.QUEUED)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=1)
    # Nobody is waiting for it: whatever somebody waits for goes first.
    bulk = models.BooleanField(_("bulk"), default=False)
    # Of an extraction's text: what a batch is measured by.
    words = models.PositiveIntegerField(_("words"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    # When the broker was last told; null: not yet, or the broker was away.
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    worker = models.CharField(_("worker"), max_length=200, blank=True)
    # Names one attempt: only its holder may write the result.
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two requests for the same extraction at the same moment make one job.
            models.UniqueConstraint(
                fields=["kind", "article"],
                condition=models.Q(state__in=ACTIVE_JOB_STATES),
                name="job_one_active",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "bulk", "due_at", "id"],
                condition=models.Q(state__in=ACTIVE_JOB_STATES),
                name="job_active_due",
            ),
            # What somebody waits for, however much else there is.
            models.Index(
                fields=["kind", "due_at", "id"],
                condition=models.Q(state__in=ACTIVE_JOB_STATES, bulk=False),
                name="job_waited_for",
            ),
            models.Index(
                fields=["lease"], condition=models.Q(lease__isnull=False), name="job_lease"
            ),
            models.Index(
                fields=["worker"], condition=models.Q(state=JobState.RUNNING), name="job_running"
            ),
            models.Index(fields=["corpus", "id"], name="job_corpus"),
            models.Index(fields=["corpus", "state", "id"], name="job_corpus_state"),
            # What was done in the last minutes.
            models.Index(fields=["corpus", "kind", "finished_at"], name="job_corpus_finished"),
            models.Index(fields=["article", "-id"], name="job_article_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_JOB_STATES


class WorkerHeartbeat(models.Model):
    """A worker process that was alive at ``seen_at``."""

    name = models.CharField(_("name"), max_length=200, primary_key=True)
    host = models.CharField(_("host"), max_length=200)
    pid = models.PositiveIntegerField(_("process"))
    started_at = models.DateTimeField(_("started"))
    # Whether it takes bulk work too, or only what somebody waits for.
    bulk = models.BooleanField(_("takes bulk work"), default=True)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
