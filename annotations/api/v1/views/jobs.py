"""Background jobs."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.domain.transitions import JobState
from annotations.models import Job
from annotations.services.jobs import job_cancel, job_retry

from ..filters import FilterSet, IdFilter, value_filter
from ..serializers.jobs import JobSerializer
from .base import ViewSet


def job_rows(rows: QuerySet[Job]) -> QuerySet[Job]:
    return rows.select_related("created_by")


class JobFilters(FilterSet):
    corpus = IdFilter()
    article = IdFilter()
    state = value_filter(JobState)


class JobViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """Newest first."""

    serializer_class = JobSerializer
    filterset_class = JobFilters
    keyset = "-id"

    def get_queryset(self) -> QuerySet[Job]:
        rows = job_rows(Job.objects.visible_to(self.caller))
        return rows.select_related("corpus") if self.action in {"retry", "cancel"} else rows

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Queue a failed or cancelled job again (admins)."""
        job = self.get_object()
        self.body()
        return self._row(job_retry(actor=self.caller, job=job))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a job that hasn't ended (admins)."""
        job = self.get_object()
        self.body()
        return self._row(job_cancel(actor=self.caller, job=job))

    def _row(self, job: Job) -> Response:
        return Response(JobSerializer(job_rows(Job.objects.filter(pk=job.pk)).get()).data)
