"""Words of scripts whose vowels are marks are found whole on PostgreSQL, pointed ones without."""

from typing import Any

from django.db import migrations

from annotations.search import schema


def refold(apps: Any, schema_editor: Any) -> None:
    schema.refold(schema_editor.connection)


class Migration(migrations.Migration):
    # In batches, each committed by itself; run again, it writes the same.
    atomic = False
    dependencies = [("annotations", "0029_spare_indexes")]

    operations = [migrations.RunPython(refold, migrations.RunPython.noop, atomic=False)]
