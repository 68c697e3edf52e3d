"""The workbench: questions, discussion, snapshots, assignments, presence, and one's own keys."""

import uuid
from typing import Any

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


def guard(apps: Any, schema_editor: Any) -> None:
    """SQLite changes a table by building it anew, which loses the trigger of 0002."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE TRIGGER IF NOT EXISTS annotations_verdict_append_only "
            "BEFORE UPDATE ON annotations_verdict "
            "BEGIN SELECT RAISE(ABORT, 'annotations_verdict rows are append-only'); END",
            params=None,
        )


def rate_articles(apps: Any, schema_editor: Any) -> None:
    """The mean of the three highest scores of each current run, as new runs store it."""
    articles = apps.get_model("annotations", "Article")
    suggestions = apps.get_model("annotations", "Suggestion")
    extracted = articles.objects.exclude(current_run=None).values_list("pk", "current_run")
    for article, run in extracted.iterator(chunk_size=1000):
        scores = suggestions.objects.filter(run=run).order_by("-score")
        highest = list(scores.values_list("score", flat=True)[:3])
        articles.objects.filter(pk=article).update(
            check_worthiness=sum(highest) / len(highest) if highest else 0
        )


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0004_detector_that_went_away"),
    ]

    operations = [
        # Going back, this is the last to run.
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "answer_type",
                    models.CharField(
                        choices=[
                            ("Extractive", "Extractive"),
                            ("Abstractive", "Abstractive"),
                            ("Boolean", "Boolean"),
                            ("Unanswerable", "Unanswerable"),
                        ],
                        max_length=12,
                        verbose_name="answer type",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="answer")),
                (
                    "boolean_explanation",
                    models.TextField(blank=True, verbose_name="explanation of yes or no"),
                ),
                (
                    "source_url",
                    models.URLField(
                        blank=True, max_length=2000, verbose_name="address of the source"
                    ),
                ),
                (
                    "source_medium",
                    models.CharField(
                        choices=[
                            ("Web text", "Web text"),
                            ("Web table", "Web table"),
                            ("PDF", "PDF"),
                            ("Image/graphic", "Image/graphic"),
                            ("Video", "Video"),
                            ("Audio", "Audio"),
                            ("Metadata", "Metadata"),
                            ("Other", "Other"),
                        ],
                        default="Web text",
                        max_length=20,
                        verbose_name="source medium",
                    ),
                ),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ClaimLease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("page", models.UUIDField(verbose_name="page")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="ends")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.TextField(verbose_name="text")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("edited_at", models.DateTimeField(blank=True, null=True, verbose_name="edited")),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("page", models.UUIDField(unique=True)),
                ("seen_at", models.DateTimeField(db_index=True, verbose_name="seen")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.CharField(max_length=500, verbose_name="question")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("url", models.URLField(max_length=2000, verbose_name="address")),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("fetched_at", models.DateTimeField(blank=True, null=True, verbose_name="fetched")),
                (
                    "final_url",
                    models.CharField(blank=True, max_length=2000, verbose_name="address it led to"),
                ),
                (
                    "media_type",
                    models.CharField(blank=True, max_length=100, verbose_name="media type"),
                ),
                ("size", models.PositiveIntegerField(default=0, verbose_name="size")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                (
                    "file",
                    models.FileField(blank=True, upload_to="snapshots/%Y/%m", verbose_name="file"),
                ),
                ("title", models.CharField(blank=True, max_length=500, verbose_name="title")),
                (
                    "publisher",
                    models.CharField(blank=True, max_length=300, verbose_name="publisher"),
                ),
                ("published", models.DateField(blank=True, null=True, verbose_name="published")),
                ("text", models.TextField(blank=True, verbose_name="text")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="name")),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "resolved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="resolved"),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ThreadReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="article",
            name="check_worthiness",
            field=models.FloatField(editable=False, null=True, verbose_name="check-worthiness"),
        ),
        migrations.AddField(
            model_name="claim",
            name="flag",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unclear", "unclear what is claimed"),
                    ("uncheckable", "can't be checked"),
                    ("needs_expert", "needs an expert"),
                    (
                        "outside_guidelines",
                        "the guidelines don't cover it",
                    ),
                    ("bad_text", "the text is broken here"),
                    (
                        "private_person",
                        "about a private person",
                    ),
                    ("other", "other"),
                ],
                max_length=20,
                verbose_name="flag",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="flag_note",
            field=models.CharField(blank=True, max_length=500, verbose_name="note on the flag"),
        ),
        migrations.AddField(
            model_name="claim",
            name="place",
            field=models.CharField(blank=True, max_length=200, verbose_name="place"),
        ),
        migrations.AddField(
            model_name="evidence",
            name="protected",
            field=models.BooleanField(default=False, verbose_name="protected source"),
        ),
        migrations.AddField(
            model_name="evidence",
            name="protection_reason",
            field=models.TextField(blank=True, verbose_name="why it is protected"),
        ),
        migrations.AddField(
            model_name="evidence",
            name="set_number",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="evidence set"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="density",
            field=models.CharField(
                choices=[("comfortable", "comfortable"), ("compact", "compact")],
                default="comfortable",
                max_length=12,
                verbose_name="density",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="interface_language",
            field=models.CharField(blank=True, max_length=16, verbose_name="language of the pages"),
        ),
        migrations.AddField(
            model_name="user",
            name="key_preset",
            field=models.CharField(default="factcheck", max_length=20, verbose_name="key preset"),
        ),
        migrations.AddField(
            model_name="user",
            name="keys",
            field=models.JSONField(blank=True, default=dict, verbose_name="own keys"),
        ),
        migrations.AddField(
            model_name="user",
            name="theme",
            field=models.CharField(
                choices=[("auto", "as the system"), ("light", "light"), ("dark", "dark")],
                default="auto",
                max_length=10,
                verbose_name="theme",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="confidence",
            field=models.CharField(
                blank=True,
                choices=[
                    ("low", "low"),
                    ("medium", "medium"),
                    ("high", "high"),
                ],
                default="",
                max_length=6,
                verbose_name="confidence",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="strategies",
            field=models.JSONField(blank=True, default=list, verbose_name="strategies"),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[("extraction", "extraction"), ("fetch", "fetching a page")],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["corpus", "-check_worthiness", "id"], name="article_check_worthiness"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "at"], name="event_actor_at"),
        ),
        migrations.AddField(
            model_name="answer",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assignments",
                to="annotations.article",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="assigned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assignments",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="claimlease",
            name="claim",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lease",
                to="annotations.claim",
            ),
        ),
        migrations.AddField(
            model_name="claimlease",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="mentions",
            field=models.ManyToManyField(
                blank=True, related_name="mentioned_in", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="presence",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="presences",
                to="annotations.article",
            ),
        ),
        migrations.AddField(
            model_name="presence",
            name="claim",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="annotations.claim",
            ),
        ),
        migrations.AddField(
            model_name="presence",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="questions",
                to="annotations.claim",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="question",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="annotations.question",
            ),
        ),
        migrations.AddField(
            model_name="snapshot",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="snapshots",
                to="annotations.claim",
            ),
        ),
        migrations.AddField(
            model_name="snapshot",
            name="job",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="snapshot",
                to="annotations.job",
            ),
        ),
        migrations.AddField(
            model_name="snapshot",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="snapshot",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="answers",
                to="annotations.snapshot",
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="snapshot",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="evidence",
                to="annotations.snapshot",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("protected", False),
                    models.Q(("protection_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="evidence_protection_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("set_number", None), ("set_number__gte", 1), _connector="OR"),
                name="evidence_set_from_one",
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="corpus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tags",
                to="annotations.corpus",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="tags",
            field=models.ManyToManyField(blank=True, related_name="claims", to="annotations.tag"),
        ),
        migrations.AddField(
            model_name="thread",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="threads",
                to="annotations.claim",
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="resolved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="started_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="annotations.thread",
            ),
        ),
        migrations.AddField(
            model_name="threadreading",
            name="comment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="annotations.comment",
            ),
        ),
        migrations.AddField(
            model_name="threadreading",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="readings",
                to="annotations.thread",
            ),
        ),
        migrations.AddField(
            model_name="threadreading",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["user", "article"], name="assignment_user_article"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                fields=("article", "user"), name="assignment_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer_type", "Boolean"),
                        _negated=True,
                    ),
                    models.Q(("boolean_explanation", ""), _negated=True),
                    _connector="OR",
                ),
                name="answer_boolean_explained",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_type", "Unanswerable"),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="answer_has_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                models.F("corpus"),
                django.db.models.functions.text.Lower("name"),
                name="tag_name_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at", None), ("resolved_by", None)),
                    models.Q(("resolved_at__isnull", False), ("resolved_by__isnull", False)),
                    _connector="OR",
                ),
                name="thread_resolved_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="threadreading",
            constraint=models.UniqueConstraint(
                fields=("thread", "user"), name="threadreading_unique"
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
        migrations.RunPython(rate_articles, migrations.RunPython.noop),
    ]
