"""What a detector says beside a score: who says it, when, how sure the kind is, what repeats."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def guard(apps: Any, schema_editor: Any) -> None:
    """SQLite changes a table by building it anew, which loses the trigger of 0002."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE TRIGGER IF NOT EXISTS annotations_suggestion_append_only "
            "BEFORE UPDATE ON annotations_suggestion "
            "BEGIN SELECT RAISE(ABORT, 'annotations_suggestion rows are append-only'); END",
            params=None,
        )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0002_guards_and_vocabulary")]

    operations = [
        # Going back, this is the last to run.
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.AddField(
            model_name="suggestion",
            name="kind_confidence",
            field=models.FloatField(null=True, verbose_name="confidence of the kind"),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="claimant_start",
            field=models.PositiveIntegerField(
                null=True, verbose_name="start of the claimant's mention"
            ),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="claimant_end",
            field=models.PositiveIntegerField(
                null=True, verbose_name="end of the claimant's mention"
            ),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="attribution",
            field=models.JSONField(null=True, verbose_name="attribution"),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="dates",
            field=models.JSONField(default=list, verbose_name="dates"),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="first_mention",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="repeats",
                to="annotations.suggestion",
                verbose_name="first mention",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind_confidence", None),
                    models.Q(("kind_confidence__gte", 0), ("kind_confidence__lte", 1)),
                    _connector="OR",
                ),
                name="suggestion_kind_confidence_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claimant_end", None), ("claimant_start", None)),
                    models.Q(
                        ("claimant_end__isnull", False),
                        ("claimant_start__isnull", False),
                        ("claimant_start__lt", models.F("claimant_end")),
                    ),
                    _connector="OR",
                ),
                name="suggestion_claimant_mention",
            ),
        ),
        migrations.AlterField(
            model_name="corpus",
            name="detector",
            field=models.CharField(
                blank=True,
                help_text="Empty: the site's default. “small” comes ready to use; “accurate” finds more, is slower, and needs requirements-accurate.txt installed where the workers run. Any other name is that of an installed spaCy pipeline.",
                max_length=100,
                verbose_name="detector",
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
