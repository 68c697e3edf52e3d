"""A corpus's own threshold for suggestions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0008_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="corpus",
            name="threshold",
            field=models.FloatField(
                blank=True,
                help_text="From 0 to 1: a passage with a lower score isn't suggested. Empty: the detector's own.",
                null=True,
                verbose_name="threshold",
            ),
        ),
        migrations.AddConstraint(
            model_name="corpus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("threshold", None),
                    models.Q(("threshold__gte", 0.0), ("threshold__lte", 1.0)),
                    _connector="OR",
                ),
                name="corpus_threshold_range",
                violation_error_message="The threshold is a number from 0 to 1.",
            ),
        ),
    ]
