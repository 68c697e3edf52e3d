"""Drops indexes of a single column by which another index begins, too: each costs at every write.

Where lists are in the order of keys, an index has the key as well: SQLite's has it in any case,
PostgreSQL's only if it is named.
"""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import CASCADE, DO_NOTHING, PROTECT


class Unindex(migrations.AlterField):
    """Only drops the index. On SQLite Django would make the table anew, and lose its triggers."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        names = schema_editor._constraint_names(
            model,
            [column],
            index=True,
            unique=False,
            exclude={index.name for index in model._meta.indexes},
        )
        for name in names:
            schema_editor.execute(schema_editor._delete_index_sql(model, name))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in schema_editor._field_indexes_sql(model, model._meta.get_field(self.name)):
            schema_editor.execute(statement)


def link(to: str, on_delete: Any, related_name: str, **options: Any) -> models.ForeignKey:
    return models.ForeignKey(
        to, on_delete=on_delete, related_name=related_name, db_index=False, **options
    )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0028_list_indexes")]

    operations = [
        migrations.AddIndex(
            "article", models.Index(fields=["corpus", "id"], name="article_corpus")
        ),
        migrations.AddIndex("event", models.Index(fields=["corpus", "id"], name="event_corpus")),
        migrations.AddIndex("event", models.Index(fields=["actor", "id"], name="event_actor")),
        migrations.AddIndex(
            "importproblem", models.Index(fields=["source", "id"], name="importproblem_source")
        ),
        migrations.AddIndex("job", models.Index(fields=["corpus", "id"], name="job_corpus")),
        Unindex("article", "corpus", link("annotations.corpus", CASCADE, "articles")),
        Unindex("articletext", "article", link("annotations.article", CASCADE, "texts")),
        Unindex("assignment", "article", link("annotations.article", CASCADE, "assignments")),
        Unindex("assignment", "user", link(settings.AUTH_USER_MODEL, CASCADE, "assignments")),
        Unindex("claim", "article", link("annotations.article", CASCADE, "claims")),
        Unindex("claimant", "corpus", link("annotations.corpus", CASCADE, "claimants")),
        Unindex("claimspan", "claim", link("annotations.claim", CASCADE, "spans")),
        Unindex("errorreport", "fact_check", link("annotations.factcheck", PROTECT, "reports")),
        Unindex("event", "actor", link(settings.AUTH_USER_MODEL, PROTECT, "events", null=True)),
        Unindex(
            "event",
            "article",
            link("annotations.article", DO_NOTHING, "events", null=True, db_constraint=False),
        ),
        Unindex(
            "event",
            "corpus",
            link("annotations.corpus", DO_NOTHING, "events", null=True, db_constraint=False),
        ),
        Unindex("factcheck", "corpus", link("annotations.corpus", PROTECT, "fact_checks")),
        Unindex(
            "factcheckversion", "fact_check", link("annotations.factcheck", PROTECT, "versions")
        ),
        Unindex("guideline", "corpus", link("annotations.corpus", CASCADE, "guidelines")),
        Unindex("idempotentrequest", "user", link(settings.AUTH_USER_MODEL, CASCADE, "+")),
        Unindex("importproblem", "source", link("annotations.import", CASCADE, "problems")),
        Unindex(
            "job", "article", link("annotations.article", CASCADE, "jobs", null=True, blank=True)
        ),
        Unindex("job", "corpus", link("annotations.corpus", CASCADE, "jobs")),
        Unindex("membership", "corpus", link("annotations.corpus", CASCADE, "memberships")),
        Unindex(
            "nearduplicate", "article", link("annotations.article", CASCADE, "near_duplicates")
        ),
        Unindex("rating", "scale", link("annotations.ratingscale", PROTECT, "ratings")),
        Unindex("ratingscale", "slug", models.SlugField(db_index=False, verbose_name="slug")),
        Unindex("release", "corpus", link("annotations.corpus", CASCADE, "releases")),
        Unindex("suggestion", "run", link("annotations.detectionrun", CASCADE, "suggestions")),
        Unindex("tag", "corpus", link("annotations.corpus", CASCADE, "tags")),
        Unindex("threadreading", "thread", link("annotations.thread", CASCADE, "readings")),
        Unindex("webhookdelivery", "webhook", link("annotations.webhook", CASCADE, "deliveries")),
    ]
