"""Full-text indexes of articles and claims, filled from the rows that there are."""

from typing import Any

from django.db import migrations

from annotations.search import schema


def install(apps: Any, schema_editor: Any) -> None:
    schema.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    schema.remove(schema_editor.connection)


class Migration(migrations.Migration):
    # Filled in batches, each committed by itself; run again, it starts anew.
    atomic = False
    dependencies = [("annotations", "0010_corpus_threshold")]

    operations = [migrations.RunPython(install, remove, atomic=False)]
