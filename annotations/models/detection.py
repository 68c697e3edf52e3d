"""What the detector wrote. Depends on articles; nothing here is a person's statement."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .articles import Article, ArticleText, SpanModel
from .jobs import Job
from .people import User


class DetectionRun(models.Model):
    """One finished pass of one detector over one text. Written whole, or not at all."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="runs")
    text = models.ForeignKey(ArticleText, models.CASCADE, related_name="runs")
    # One run a job, so that a job that ran twice can't leave two.
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="run")
    detector = models.CharField(_("detector"), max_length=100)
    version = models.CharField(_("version"), max_length=50)
    config_hash = models.CharField(_("configuration"), max_length=64)
    threshold = models.FloatField(_("threshold"))
    words = models.PositiveIntegerField(_("words"))
    # [[start, end], …] in code points: how the reader is divided, and what keys move by.
    sentences = models.JSONField(default=list)
    suggestion_count = models.PositiveIntegerField(_("suggestions"), default=0)
    seconds = models.FloatField(_("seconds"), default=0)
    finished_at = models.DateTimeField(_("finished"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.detector} {self.version} · {self.finished_at:%Y-%m-%d %H:%M}"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def visible_to(self, user: User) -> SuggestionQuerySet:
        return self.filter(article__in=Article.objects.visible_to(user))

    def current(self) -> SuggestionQuerySet:
        """Those of each article's latest run."""
        return self.filter(article__current_run=models.F("run"))


class Suggestion(SpanModel):
    """A span that the detector thinks worth checking. Never changed after it is written."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="suggestions")
    run = models.ForeignKey(DetectionRun, models.CASCADE, related_name="suggestions")
    # Check-worthiness in [0, 1].
    score = models.FloatField(_("check-worthiness"))
    # A key of Full Fact's claim types.
    kind = models.CharField(_("kind"), max_length=30)
    quoted = models.BooleanField(_("in quotation marks"), default=False)
    claimant_name = models.CharField(_("claimant"), max_length=200, blank=True)
    # [{"feature", "label", "weight", "spans": [[start, end], …]}, …]; weights sum to the logit.
    reasons = models.JSONField(default=list)

    objects = SuggestionQuerySet.as_manager()

    class Meta(SpanModel.Meta):
        ordering = ["run", "start", "id"]
        constraints = [
            *SpanModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=1), name="suggestion_score_range"
            ),
            models.UniqueConstraint(fields=["run", "start", "end"], name="suggestion_span_unique"),
        ]

    def __str__(self) -> str:
        return self.quote[:80]
