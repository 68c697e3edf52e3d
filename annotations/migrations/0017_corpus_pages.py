"""Archiving and deleting that can be undone; invitations; changes of many articles."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import annotations.domain.vocabulary


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0016_exports"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("extract", "extract again"),
                            ("assign", "assign"),
                            ("unassign", "take off"),
                            ("reopen", "reopen"),
                            ("delete", "delete"),
                            ("restore", "restore"),
                        ],
                        max_length=10,
                        verbose_name="action",
                    ),
                ),
                ("queue", models.TextField(blank=True)),
                ("at", models.PositiveBigIntegerField(default=0)),
                ("until", models.PositiveBigIntegerField()),
                ("changed", models.PositiveIntegerField(default=0)),
                ("left", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            (annotations.domain.vocabulary.Role["REVIEWER"], "reviewer"),
                            (annotations.domain.vocabulary.Role["ADJUDICATOR"], "adjudicator"),
                            (annotations.domain.vocabulary.Role["ADMIN"], "admin"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="for whom")),
                ("hint", models.CharField(max_length=12, verbose_name="first characters")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("max_uses", models.PositiveSmallIntegerField(default=1, verbose_name="uses")),
                ("uses", models.PositiveSmallIntegerField(default=0, verbose_name="used")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="article",
            name="article_content_unique",
        ),
        migrations.AddField(
            model_name="article",
            name="deleted_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="deleted"
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="deleted_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="corpus",
            name="archived_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="archived"
            ),
        ),
        migrations.AddField(
            model_name="corpus",
            name="deleted_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="deleted"
            ),
        ),
        migrations.AddField(
            model_name="corpus",
            name="deleted_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="corpus",
            name="name",
            field=models.CharField(max_length=200, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("extraction", "extraction"),
                    ("fetch", "fetching a page"),
                    ("import_check", "checking a file"),
                    ("import", "importing a file"),
                    ("import_rollback", "taking an import back"),
                    ("export", "writing an export"),
                    ("articles_change", "changing many articles"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["corpus", "deleted_at", "id"],
                name="article_deleted",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["corpus", "at", "kind", "actor"], name="event_corpus_at"),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("corpus", "content_hash"),
                name="article_content_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="corpus",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("name",),
                name="corpus_name_unique",
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="corpus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bulk_actions",
                to="annotations.corpus",
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="job",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="bulk_action",
                to="annotations.job",
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="corpus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitations",
                to="annotations.corpus",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("uses__lte", models.F("max_uses"))),
                name="invitation_uses_bounded",
            ),
        ),
    ]
