"""Articles and their immutable texts. Depends on corpora."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Length
from django.utils.translation import gettext_lazy as _

from annotations.domain.transitions import TO_REVIEW, ArticleState

from .corpora import Corpus
from .people import User


def of_visible_articles(user: User, path: str) -> models.Q:
    """For rows that belong to an article: is it one that the user may see?

    By a join, because a list of all articles' numbers would grow with the corpus.
    """
    return models.Q(
        **{
            f"{path}__deleted_at": None,
            f"{path}__corpus__in": Corpus.objects.visible_to(user),
        }
    )


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, user: User) -> ArticleQuerySet:
        return self.filter(corpus__in=Corpus.objects.visible_to(user))

    def with_progress(self) -> ArticleQuerySet:
        """Adds ``suggestion_count``, ``decided_count`` and ``claim_count``, each a subquery a row.

        For pages of a list, where the number of rows is bounded.
        """
        from .claims import Claim, SuggestionDecision

        def count(rows: models.QuerySet[Any]) -> Coalesce:
            return Coalesce(
                models.Subquery(
                    rows.order_by().values("article").annotate(n=models.Count("pk")).values("n"),
                    output_field=models.IntegerField(),
                ),
                0,
            )

        here = models.OuterRef("pk")
        return self.select_related("current_run").annotate(
            suggestion_count=Coalesce(models.F("current_run__suggestion_count"), 0),
            decided_count=count(
                SuggestionDecision.objects.filter(
                    article=here, suggestion__run=models.OuterRef("current_run")
                )
            ),
            claim_count=count(Claim.objects.filter(article=here).exclude(state="withdrawn")),
        )

    def deleted(self) -> ArticleQuerySet:
        """Those that can still be restored. Of ``everything``."""
        return self.filter(deleted_at__isnull=False)


ArticleManager = models.Manager.from_queryset(ArticleQuerySet)


class StandingArticles(ArticleManager):
    """Articles that weren't deleted: what every list, look-up and count begins with."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(deleted_at=None)


class Article(models.Model):
    """A published text under review. Its words live in ``ArticleText`` rows."""

    STATES = [
        (ArticleState.WAITING, _("waiting for extraction")),
        (ArticleState.EXTRACTING, _("being extracted")),
        (ArticleState.FAILED, _("extraction failed")),
        (ArticleState.READY, _("ready to review")),
        (ArticleState.IN_REVIEW, _("in review")),
        (ArticleState.REVIEWED, _("reviewed")),
    ]

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="articles", db_index=False)
    title = models.CharField(_("title"), max_length=500)
    author = models.CharField(_("author"), max_length=300, blank=True)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    url = models.URLField(_("address"), max_length=2000, blank=True)
    published = models.DateField(_("published"), null=True, blank=True)
    dateline = models.CharField(_("dateline"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=16, default="en")
    source_name = models.CharField(_("file"), max_length=500, blank=True)
    # SHA-256 of the first text: an import asks here whether the article is there already.
    content_hash = models.CharField(max_length=64, editable=False)
    state = models.CharField(
        _("state"), max_length=20, choices=STATES, default=ArticleState.WAITING
    )
    # The mean of the three highest scores of the current run, in [0, 1]: what a reviewer who
    # opens the article can hope to find. Null before the first run.
    check_worthiness = models.FloatField(_("check-worthiness"), null=True, editable=False)
    current_run = models.ForeignKey(
        "DetectionRun", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # The import that brought it; null: somebody added it by itself.
    source_import = models.ForeignKey(
        "Import",
        models.SET_NULL,
        null=True,
        related_name="articles",
        editable=False,
        db_index=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
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

    # The first is the default one, which reverse relations use too.
    objects = StandingArticles()
    everything = ArticleManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Also what stops two imports of the same file at the same moment. A deleted article
            # doesn't keep its text from coming in again.
            models.UniqueConstraint(
                fields=["corpus", "content_hash"],
                condition=models.Q(deleted_at=None),
                name="article_content_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["corpus", "id"], name="article_corpus"),
            models.Index(fields=["corpus", "state", "id"], name="article_corpus_state"),
            # What a list of one publisher's counts: answered from the index alone.
            models.Index(
                fields=["corpus", "publisher", "state", "deleted_at"],
                condition=models.Q(deleted_at=None) & ~models.Q(publisher=""),
                name="article_publisher",
            ),
            models.Index(
                fields=["corpus", "-check_worthiness", "id"], name="article_check_worthiness"
            ),
            # The queue that a reviewer works through, and what else is listed by state.
            models.Index(
                fields=["corpus", "-check_worthiness", "id"],
                condition=models.Q(deleted_at=None, state__in=TO_REVIEW),
                name="article_to_review",
            ),
            models.Index(
                fields=["corpus", "state", "-check_worthiness", "id"],
                condition=models.Q(deleted_at=None),
                name="article_state_worth",
            ),
            models.Index(
                fields=["corpus", "id"],
                condition=models.Q(deleted_at=None, current_run__isnull=False),
                name="article_with_run",
            ),
            models.Index(
                fields=["source_import", "id"],
                condition=models.Q(source_import__isnull=False),
                name="article_source_import",
            ),
            # What is purged next.
            models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="article_purge",
            ),
            models.Index(
                fields=["corpus", "deleted_at", "id"],
                condition=models.Q(deleted_at__isnull=False),
                name="article_deleted",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def text(self) -> ArticleText:
        """The latest revision of the text."""
        return self.texts.latest("number")


class ArticleText(models.Model):
    """One revision of an article's words. Never changed: spans point into it.

    A database trigger refuses an update too, so no path around this class exists.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="texts", db_index=False)
    number = models.PositiveIntegerField(_("revision"), default=1)
    text = models.TextField(_("text"))
    content_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["article", "number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="articletext_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} · {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("An article's text is immutable: add a revision instead.")
        super().save(*args, **kwargs)


class SpanModel(models.Model):
    """A range of code points in an ``ArticleText`` and the words that stand there."""

    start = models.PositiveIntegerField(_("start"))
    end = models.PositiveIntegerField(_("end"))
    quote = models.TextField(_("quote"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end")), name="%(class)s_not_empty"
            ),
            # Both databases count code points, so an offset in another unit can't be stored.
            models.CheckConstraint(
                condition=models.Q(
                    end=models.F("start") + Length("quote"),
                ),
                name="%(class)s_quote_fits",
            ),
        ]
