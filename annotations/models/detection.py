"""What the detector wrote. Depends on articles; nothing here is a person's statement."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .articles import Article, ArticleText, SpanModel, of_visible_articles
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
        return self.filter(of_visible_articles(user, "article"))

    def current(self) -> SuggestionQuerySet:
        """Those of each article's latest run."""
        return self.filter(article__current_run=models.F("run"))


class Suggestion(SpanModel):
    """A span that the detector thinks worth checking. Never changed after it is written."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="suggestions")
    run = models.ForeignKey(
        DetectionRun, models.CASCADE, related_name="suggestions", db_index=False
    )
    # Check-worthiness in [0, 1].
    score = models.FloatField(_("check-worthiness"))
    # A key of Full Fact's claim types.
    kind = models.CharField(_("kind"), max_length=30)
    # In [0, 1]; null in runs of detectors that didn't say.
    kind_confidence = models.FloatField(_("confidence of the kind"), null=True)
    quoted = models.BooleanField(_("in quotation marks"), default=False)
    claimant_name = models.CharField(_("claimant"), max_length=200, blank=True)
    # The words that the name was resolved from, such as "he"; null where there are none.
    claimant_start = models.PositiveIntegerField(_("start of the claimant's mention"), null=True)
    claimant_end = models.PositiveIntegerField(_("end of the claimant's mention"), null=True)
    # {"form", "source": [start, end] | null, "cue": the same, "content": [[start, end], …],
    # "confidence"}; null in the outlet's own voice.
    attribution = models.JSONField(_("attribution"), null=True)
    # [{"start", "end", "first", "last", "granularity", "anchor"}, …]; the days in ISO, both null
    # where the words are unresolved.
    dates = models.JSONField(_("dates"), default=list)
    # The suggestion of the same run that this one says again, itself no repeat. Not SET_NULL:
    # rows are never updated, and a run goes as a whole.
    first_mention = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="repeats", verbose_name=_("first mention")
    )
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
            models.CheckConstraint(
                condition=models.Q(kind_confidence=None)
                | models.Q(kind_confidence__gte=0, kind_confidence__lte=1),
                name="suggestion_kind_confidence_range",
            ),
            models.CheckConstraint(
                condition=models.Q(claimant_start=None, claimant_end=None)
                | models.Q(
                    claimant_start__isnull=False,
                    claimant_end__isnull=False,
                    claimant_start__lt=models.F("claimant_end"),
                ),
                name="suggestion_claimant_mention",
            ),
            models.UniqueConstraint(fields=["run", "start", "end"], name="suggestion_span_unique"),
        ]

    def __str__(self) -> str:
        return self.quote[:80]

    @property
    def claimant_mention(self) -> list[int] | None:
        """``[start, end]`` of the words that the claimant's name was resolved from."""
        if self.claimant_start is None or self.claimant_end is None:
            return None
        return [self.claimant_start, self.claimant_end]
