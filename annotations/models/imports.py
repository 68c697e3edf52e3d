"""Files that were brought in, what became of each of their rows, and articles that are alike.

Depends on articles and jobs. Articles and claims point here by name.
"""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.conf import settings
from django.db import models

from annotations.domain.transitions import JobState
from annotations.domain.vocabulary import Role

from .articles import Article
from .corpora import Corpus, Membership
from .jobs import Job
from .people import User

CHECK, RUN, ROLLBACK = "import_check", "import", "import_rollback"


class ImportState(StrEnum):
    """Where an import stands: what its latest job is, and how that goes."""

    NEW = "new"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    ROLLING_BACK = "rolling_back"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    CANCELLED = "cancelled"


_UNDER_WAY = {
    CHECK: ImportState.CHECKING,
    RUN: ImportState.RUNNING,
    ROLLBACK: ImportState.ROLLING_BACK,
}
_ENDED = {CHECK: ImportState.CHECKED, RUN: ImportState.DONE, ROLLBACK: ImportState.ROLLED_BACK}


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> ImportQuerySet:
        """Of corpora that the user sees. Who may do something with them is a policy's business."""
        return self.filter(corpus__in=Corpus.objects.visible_to(user))

    def administered_by(self, user: User) -> ImportQuerySet:
        """Of corpora that the user is an admin of."""
        rows = self.visible_to(user)
        if user.is_superuser:
            return rows
        admins = Membership.objects.filter(
            corpus=models.OuterRef("corpus"), user=user.pk, role=Role.ADMIN
        )
        return rows.filter(models.Exists(admins))


class Import(models.Model):
    """One uploaded file, or several packed into one, on its way into a corpus."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="imports")
    # The latest: a check, the import itself, or its rolling back.
    job = models.OneToOneField(Job, models.SET_NULL, null=True, blank=True, related_name="imported")
    file = models.FileField(upload_to="imports/%Y/%m", blank=True)
    file_name = models.CharField(max_length=300)
    # In bytes, and hex.
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField("SHA-256", max_length=64)
    # importing.Options, those that were chosen.
    options = models.JSONField(default=dict)
    # What was found: {format: files}, {encoding, or "encoding (guessed)": files}.
    formats = models.JSONField(default=dict)
    encodings = models.JSONField(default=dict)
    # Everything before this was dealt with: moved on in the transaction that writes a chunk,
    # so that no chunk is ever written twice.
    at_file = models.PositiveIntegerField(default=0)
    at_item = models.PositiveIntegerField(default=0)
    # When the end of the file was reached; what is left then is the search index.
    read_at = models.DateTimeField(null=True)
    # Of the latest run, by what became of rows: as services.import_planning counts them.
    counts = models.JSONField(default=dict)
    # Of the latest check: {"columns": […], "rows": […]}.
    preview = models.JSONField(default=dict)
    # Seconds of work, waiting for a worker left out; and the share that is done, in [0, 1].
    seconds = models.FloatField(default=0)
    progress = models.FloatField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state(self) -> ImportState:
        if self.job is None:
            return ImportState.NEW
        if self.job.is_active:
            return _UNDER_WAY[self.job.kind]
        if self.job.state == JobState.DONE:
            return _ENDED[self.job.kind]
        return ImportState(self.job.state)

    @property
    def has_file(self) -> bool:
        """Is the file still kept? Without it nothing can be checked, started or gone on with."""
        return bool(self.file)

    @property
    def items_a_second(self) -> float | None:
        """Rows, while there is a figure to give."""
        items = int(self.counts.get("items", 0))
        return items / self.seconds if self.seconds > 0 and items else None

    @property
    def seconds_left(self) -> float | None:
        """An estimate by the share that is done; None where there is nothing to go by."""
        if not 0 < self.progress < 1 or self.job is None or not self.job.is_active:
            return None
        return self.seconds * (1 - self.progress) / self.progress

    @property
    def search_left(self) -> int:
        """Rows that are in the corpus and that search doesn't find yet."""
        return int(self.search_gaps.aggregate(rows=models.Sum("rows"))["rows"] or 0)


class SearchGap(models.Model):
    """Rows that an import wrote and that are to be indexed for search: those of a range of keys.

    Written with them, and removed in the transaction that indexes them.
    """

    source = models.ForeignKey(Import, models.CASCADE, related_name="search_gaps")
    # search.ARTICLE or search.CLAIM.
    kind = models.CharField(max_length=10, choices=[("articles", "articles"), ("claims", "claims")])
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}-{self.last}"


class ImportProblem(models.Model):
    """Why a row of a file didn't come in, or not as it was."""

    SEVERITIES = [
        # The row isn't in the corpus; an annotation of it isn't; its text was there already;
        # something worth knowing.
        ("rejected", "rejected"),
        ("misplaced", "misplaced"),
        ("duplicate", "duplicate"),
        ("note", "note"),
    ]
    # Characters: of one row, and of all rows of an import, so that a file that is wrong as a whole
    # doesn't fill the database.
    MAX_ROW = 4_000_000
    MAX_ROWS = 200_000_000

    source = models.ForeignKey(Import, models.CASCADE, related_name="problems", db_index=False)
    severity = models.CharField(max_length=10, choices=SEVERITIES)
    # The file in an archive, and the line in it.
    file = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True)
    reason = models.TextField()
    # Of a rejected one: as it stood, whole or not at all; behind a table's heading and the like.
    row = models.TextField(blank=True)
    # Of a duplicate: the article that is there.
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["source", "id"], name="importproblem_source"),
            models.Index(fields=["source", "severity", "id"], name="importproblem_severity"),
        ]

    def __str__(self) -> str:
        return f"{self.file}, {self.line}: {self.reason}"


class ArticleSketch(models.Model):
    """A MinHash signature of an article's first text: how much two texts share is read off two."""

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="sketch")
    # services.likeness: NUMBERS little-endian unsigned 32-bit integers.
    signature = models.BinaryField()

    def __str__(self) -> str:
        return f"sketch of {self.pk}"


class SketchBand(models.Model):
    """A band of a signature as one number: texts that share a band may be alike."""

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="+", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="bands")
    band = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["corpus", "band"], name="sketchband_corpus_band")]

    def __str__(self) -> str:
        return f"band of {self.article_id}"


class CheckedText(models.Model):
    """A row of a file that is being checked, for the rows behind it to be compared with.

    Nothing of a file is in the corpus while it is checked. Removed when the check has ended.
    """

    source = models.ForeignKey(Import, models.CASCADE, related_name="checked", db_index=False)
    file = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64)
    # As of ArticleSketch; null where near duplicates aren't looked for.
    signature = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "sha256"], name="checkedtext_source_sha256")]

    def __str__(self) -> str:
        return f"{self.file}, {self.line}"


class CheckedBand(models.Model):
    """A band of a checked row's signature."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="+", db_index=False)
    text = models.ForeignKey(CheckedText, models.CASCADE, related_name="bands")
    band = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["source", "band"], name="checkedband_source_band")]

    def __str__(self) -> str:
        return f"band of {self.text_id}"


class NearDuplicate(models.Model):
    """Two articles of a corpus with nearly the same text; ``article`` came later."""

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="near_duplicates", db_index=False
    )
    earlier = models.ForeignKey(Article, models.CASCADE, related_name="later_duplicates")
    # An estimate of the share of word sequences that the two have in common, in [0, 1].
    similarity = models.FloatField()

    class Meta:
        ordering = ["-similarity", "id"]
        constraints = [
            models.UniqueConstraint(fields=["article", "earlier"], name="nearduplicate_unique")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} ≈ {self.earlier_id}"
