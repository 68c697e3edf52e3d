"""Imports fill the search index after their rows; its triggers heed that."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from annotations.search import schema


def renew(apps: Any, schema_editor: Any) -> None:
    schema.renew(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0022_export_checkpoint")]

    operations = [
        migrations.AddField("import", "read_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="SearchGap",
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
                        max_length=10, choices=[("articles", "articles"), ("claims", "claims")]
                    ),
                ),
                ("first", models.PositiveBigIntegerField()),
                ("last", models.PositiveBigIntegerField()),
                ("rows", models.PositiveIntegerField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_gaps",
                        to="annotations.import",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        # Back there is nothing to do: what the triggers heed is never said.
        migrations.RunPython(renew, migrations.RunPython.noop),
    ]
