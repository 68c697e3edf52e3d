"""Files that were made before a source was protected are given out no more, older ones too."""

from typing import Any

from django.db import migrations, models
from django.utils import timezone


def withhold(apps: Any, schema_editor: Any) -> None:
    """What the history says became protected was open in the files of before."""
    evidence, event, exports, releases = (
        apps.get_model("annotations", name).objects
        for name in ("Evidence", "Event", "Export", "Release")
    )
    now = timezone.now()
    created = dict(evidence.filter(protected=True).values_list("pk", "created_at"))
    if not created or not (exports.exists() or releases.exists()):
        return
    told = event.filter(
        target_type="evidence",
        target_id__in=evidence.filter(protected=True).values("pk"),
        before__isnull=False,
        after__isnull=False,
    )
    for one in told.order_by("pk").iterator():
        if one.before.get("protected") or not one.after.get("protected"):
            continue
        # The sweep removes the files whose time is over.
        exports.filter(
            corpus=one.corpus_id, exported_at__lte=one.at, source_protected_at=None
        ).exclude(file="").update(source_protected_at=now, expires_at=now)
        releases.filter(
            corpus=one.corpus_id,
            frozen_at__lte=one.at,
            frozen_at__gte=created[one.target_id],
            withdrawn_at=None,
            source_protected_at=None,
        ).update(source_protected_at=now)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0025_marked_claims")]

    operations = [
        migrations.AddField(
            "export", "source_protected_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddField("release", "source_protected_at", models.DateTimeField(null=True)),
        migrations.RunPython(withhold, migrations.RunPython.noop),
    ]
