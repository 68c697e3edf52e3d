"""Background work and the workers that do it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from annotations.models import Job, WorkerHeartbeat
from annotations.services.jobs import job_cancel, job_retry
from annotations.services.workers import WORKER_SILENCE_SECONDS

from .base import ReadOnlyAdmin, each, person


class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "kind", "article", "corpus", "state", "attempts", "age", "worker", "short_error",
    )  # fmt: skip
    list_select_related = ("article", "corpus")
    list_filter = ("state", "corpus")
    search_fields = ("article__title",)
    fields = (
        "kind", "article", "corpus", "state", "attempts", "done", "total", "error", "due_at",
        "sent_at", "worker", "lease_expires_at", "created_by", "created_at", "started_at",
        "finished_at",
    )  # fmt: skip
    readonly_fields = ("created_at",)
    actions = ("retry", "cancel")

    @admin.display(description=_("age"), ordering="created_at")
    def age(self, job: Job) -> str:
        return timesince(job.created_at, depth=1)

    @admin.display(description=_("error"))
    def short_error(self, job: Job) -> str:
        return Truncator(job.error).chars(80)

    @admin.action(description=_("Try the chosen jobs again"), permissions=["manage"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        each(
            self,
            request,
            queryset.select_related("corpus"),
            lambda job: job_retry(actor=person(request), job=job),
            ("%(count)s job is queued again.", "%(count)s jobs are queued again."),
        )

    @admin.action(description=_("Cancel the chosen jobs"), permissions=["manage"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        each(
            self,
            request,
            queryset.select_related("corpus"),
            lambda job: job_cancel(actor=person(request), job=job),
            ("%(count)s job was cancelled.", "%(count)s jobs were cancelled."),
        )


class WorkerHeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "host", "pid", "started_at", "seen_at", "is_alive")
    ordering = ("-seen_at",)

    @admin.display(description=_("alive"), boolean=True)
    def is_alive(self, worker: WorkerHeartbeat) -> bool:
        return timezone.now() - worker.seen_at < dt.timedelta(seconds=WORKER_SILENCE_SECONDS)


ADMINS: dict[Any, Any] = {Job: JobAdmin, WorkerHeartbeat: WorkerHeartbeatAdmin}
