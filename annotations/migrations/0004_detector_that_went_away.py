"""Corpora that named the word-list detector, which is no longer shipped, take the site's default."""

from typing import Any

from django.db import migrations
from django.db.models import F


def take_default(apps: Any, schema_editor: Any) -> None:
    # The revision, so that a form opened before the upgrade can't bring the name back.
    apps.get_model("annotations", "Corpus").objects.filter(detector="rules-en").update(
        detector="", revision=F("revision") + 1
    )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0003_suggestion_details")]

    operations = [migrations.RunPython(take_default, migrations.RunPython.noop)]
