"""Checks of imports compare the rows of a file with each other."""

import django.db.models.deletion
from django.db import migrations, models


def _id() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _key(to: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(to, django.db.models.deletion.CASCADE, **options)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0023_search_gaps")]

    operations = [
        migrations.CreateModel(
            name="CheckedText",
            fields=[
                ("id", _id()),
                ("file", models.CharField(max_length=500, blank=True)),
                ("line", models.PositiveIntegerField(null=True)),
                ("sha256", models.CharField(max_length=64)),
                ("signature", models.BinaryField(null=True)),
                ("source", _key("annotations.import", related_name="checked", db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["source", "sha256"], name="checkedtext_source_sha256")
                ]
            },
        ),
        migrations.CreateModel(
            name="CheckedBand",
            fields=[
                ("id", _id()),
                ("band", models.BigIntegerField()),
                ("source", _key("annotations.import", related_name="+", db_index=False)),
                ("text", _key("annotations.checkedtext", related_name="bands")),
            ],
            options={
                "indexes": [models.Index(fields=["source", "band"], name="checkedband_source_band")]
            },
        ),
    ]
