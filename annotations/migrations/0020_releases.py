"""Releases, and a trigger that keeps what is frozen of a ready one."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "annotations_release"
# As they were when this was written: later columns are guarded by later migrations.
FROZEN = (
    "uid", "corpus_id", "number", "title", "motivation", "creators", "licence",
    "licence_text", "formats", "selection", "options", "plan", "discussions", "site",
    "previous_id", "frozen_at", "source_sha256", "file_name", "size", "sha256", "files",
    "counts", "datasheet", "leakage", "software", "ready_at", "created_by_id", "created_at",
)  # fmt: skip


def add_trigger(apps: Any, schema_editor: Any) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    differs = "IS DISTINCT FROM" if postgresql else "IS NOT"
    changed = " OR ".join(f'OLD."{name}" {differs} NEW."{name}"' for name in FROZEN)
    what = (
        "EXECUTE FUNCTION annotations_refuse_update()"
        if postgresql
        else f"BEGIN SELECT RAISE(ABORT, '{TABLE} rows are append-only'); END"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE ON {TABLE} FOR EACH ROW "
        f"WHEN (OLD.ready_at IS NOT NULL AND ({changed})) {what}",
        params=None,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0019_webhooks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("extraction", "extraction"),
                    ("fetch", "fetching a page"),
                    ("import_check", "checking a file"),
                    ("import", "importing a file"),
                    ("import_rollback", "taking an import back"),
                    ("export", "writing an export"),
                    ("articles_change", "changing many articles"),
                    ("release", "making a release"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("motivation", models.TextField(blank=True, verbose_name="motivation")),
                ("creators", models.CharField(blank=True, max_length=500, verbose_name="creators")),
                ("licence", models.CharField(max_length=100, verbose_name="licence")),
                ("licence_text", models.TextField(blank=True, verbose_name="words of the licence")),
                ("formats", models.JSONField(default=list)),
                ("selection", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("plan", models.JSONField(default=dict)),
                ("discussions", models.BooleanField(default=False)),
                ("site", models.CharField(blank=True, max_length=300)),
                ("salt", models.BinaryField(default=bytes)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("frozen_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.FileField(blank=True, max_length=300, upload_to="releases/%Y/%m"),
                ),
                ("source_sha256", models.CharField(blank=True, max_length=64)),
                ("index", models.FileField(blank=True, max_length=300, upload_to="releases/%Y/%m")),
                ("file", models.FileField(blank=True, max_length=300, upload_to="releases/%Y/%m")),
                ("file_name", models.CharField(blank=True, max_length=300)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("files", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
                ("datasheet", models.JSONField(default=dict)),
                ("leakage", models.JSONField(default=dict)),
                ("software", models.JSONField(default=dict)),
                ("ready_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("verification", models.JSONField(default=dict)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_reason", models.TextField(blank=True, verbose_name="reason")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="releases",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="releases",
                        to="annotations.job",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="annotations.release",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("corpus", "number"), name="release_number_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ready_at", None)),
                        fields=("corpus",),
                        name="release_one_unfinished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            models.Q(
                                ("ready_at__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="release_withdrawn_has_reason",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_trigger, migrations.RunPython.noop),
    ]
