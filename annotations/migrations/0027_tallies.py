"""Counts of articles, claims and extraction jobs that triggers keep, and an index for the queue."""

from typing import Any

from django.db import migrations, models

from annotations.tallies import schema


def install(apps: Any, schema_editor: Any) -> None:
    schema.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    schema.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0026_protected_since")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("corpus_id", models.BigIntegerField()),
                ("what", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("n", models.BigIntegerField()),
            ],
            options={"db_table": "annotations_tally", "managed": False},
        ),
        migrations.RunPython(install, remove),
    ]
