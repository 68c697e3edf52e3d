import django.db.models.deletion
from django.db import migrations, models

# Written out, because the list may grow: tokens of this time were for everything there was.
ALL = ["read", "annotate", "manage"]


def give_all_scopes(apps, schema_editor):
    apps.get_model("annotations", "ApiToken").objects.update(scopes=ALL)


class Migration(migrations.Migration):
    """Tokens that were made before there were scopes go on doing what they did."""

    dependencies = [
        ("annotations", "0012_two_lanes"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=models.JSONField(default=list, verbose_name="scopes"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="corpus",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="annotations.corpus",
                verbose_name="corpus",
            ),
        ),
        migrations.RunPython(give_all_scopes, migrations.RunPython.noop),
    ]
