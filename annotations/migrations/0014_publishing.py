"""Published fact-checks with their corrections and readers' reports; what ratings mean."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from annotations.domain.vocabulary import RATING_MEANINGS

GUARDED = ("annotations_factcheckversion", "annotations_correction")


def add_triggers(apps: Any, schema_editor: Any) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in GUARDED:
        what = (
            "FOR EACH ROW EXECUTE FUNCTION annotations_refuse_update()"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, '{table} rows are append-only'); END"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} {what}", params=None
        )


def add_meanings(apps: Any, schema_editor: Any) -> None:
    """For the scales that came with the site, where nobody has written another meaning."""
    ratings = apps.get_model("annotations", "Rating")
    for slug, meanings in RATING_MEANINGS.items():
        for label, meaning in meanings.items():
            ratings.objects.filter(scale__slug=slug, label=label, meaning="").update(
                meaning=meaning
            )


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0013_token_scopes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("correction", "correction"), ("withdrawal", "withdrawal")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("what", models.TextField(blank=True, verbose_name="what was changed")),
                ("why", models.TextField(verbose_name="why")),
                ("old_rating", models.CharField(max_length=100, verbose_name="old rating")),
                (
                    "new_rating",
                    models.CharField(blank=True, max_length=100, verbose_name="new rating"),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ErrorReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="what is wrong")),
                (
                    "contact",
                    models.CharField(blank=True, max_length=200, verbose_name="how to reach you"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("accepted", "accepted"),
                            ("dismissed", "dismissed"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="what was decided, and why")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("handled_at", models.DateTimeField(null=True, verbose_name="handled")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="FactCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.SlugField(max_length=100, unique=True, verbose_name="address")),
                (
                    "state",
                    models.CharField(
                        choices=[("published", "published"), ("withdrawn", "withdrawn")],
                        default="published",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="claim as published")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("updated_at", models.DateTimeField(verbose_name="updated")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn"),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="FactCheckVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("content", models.JSONField(verbose_name="content")),
                ("digest", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField(verbose_name="published")),
            ],
            options={
                "ordering": ["fact_check", "number"],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organisation",
                    models.CharField(blank=True, max_length=200, verbose_name="organisation"),
                ),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="its website")),
                (
                    "logo",
                    models.URLField(blank=True, max_length=500, verbose_name="address of its logo"),
                ),
                (
                    "corrections_policy",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the corrections policy"
                    ),
                ),
                (
                    "methodology",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the methodology"
                    ),
                ),
                (
                    "licence",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the licence"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ],
        ),
        migrations.AddField(
            model_name="rating",
            name="meaning",
            field=models.CharField(blank=True, max_length=300, verbose_name="meaning"),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("protected", True)), fields=["claim"], name="evidence_protected"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="errorreport",
            name="correction",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="annotations.correction",
            ),
        ),
        migrations.AddField(
            model_name="errorreport",
            name="handled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="factcheck",
            name="claim",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fact_check",
                to="annotations.claim",
            ),
        ),
        migrations.AddField(
            model_name="factcheck",
            name="corpus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fact_checks",
                to="annotations.corpus",
            ),
        ),
        migrations.AddField(
            model_name="factcheck",
            name="published_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="factcheck",
            name="rating",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.rating",
            ),
        ),
        migrations.AddField(
            model_name="errorreport",
            name="fact_check",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="annotations.factcheck",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="fact_check",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="annotations.factcheck",
            ),
        ),
        migrations.AddField(
            model_name="factcheckversion",
            name="fact_check",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="annotations.factcheck",
            ),
        ),
        migrations.AddField(
            model_name="factcheckversion",
            name="published_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="factcheck",
            name="current",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.factcheckversion",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="correction",
                to="annotations.factcheckversion",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="corpus",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="publication",
                to="annotations.corpus",
            ),
        ),
        migrations.AddIndex(
            model_name="errorreport",
            index=models.Index(fields=["fact_check", "state", "id"], name="errorreport_state"),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handled_at", None), ("state", "new")),
                    models.Q(
                        models.Q(("state", "new"), _negated=True), ("handled_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="errorreport_handled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dismissed"), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="errorreport_dismissed_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="factcheckversion",
            constraint=models.UniqueConstraint(
                fields=("fact_check", "number"), name="factcheckversion_number_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="factcheck",
            index=models.Index(fields=["corpus", "state", "id"], name="factcheck_corpus_state"),
        ),
        migrations.AddConstraint(
            model_name="factcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), ("withdrawn_at", None)),
                    models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="factcheck_withdrawn_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("what", ""), _negated=True),
                        ("kind", "correction"),
                        ("version__isnull", False),
                    ),
                    models.Q(("kind", "withdrawal"), ("version", None)),
                    _connector="OR",
                ),
                name="correction_has_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="correction_has_reason"
            ),
        ),
        migrations.RunPython(add_triggers, migrations.RunPython.noop),
        migrations.RunPython(add_meanings, migrations.RunPython.noop),
    ]
