"""All tables at once, for a new site: the steps that it replaces take seconds for a table each.

So would the models here, one after the other: with each that is added, Django loads anew those
that it is connected with. ``Tables`` adds them all, and has them loaded once.

A site that has taken some of these steps takes the others; tests hold both ways together.
"""

import uuid
from importlib import import_module

import django.contrib.auth.models
import django.contrib.auth.validators
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import annotations.domain.transitions


def _of(number_and_name, *functions):
    module = import_module(f"annotations.migrations.{number_and_name}")
    return [migrations.RunPython(getattr(module, name), elidable=False) for name in functions]


class Tables(Operation):
    """Operations that make models and add to them, and their tables as they are at the end."""

    reversible = False

    def __init__(self, operations):
        self.operations = operations

    def state_forwards(self, app_label, state):
        # What was loaded before is loaded anew with the rest, when somebody asks for it.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            # A table has what is added to it later already.
            if isinstance(operation, migrations.CreateModel):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return "Make all tables"


class Migration(migrations.Migration):
    replaces = [
        ("annotations", "0001_initial"),
        ("annotations", "0002_guards_and_vocabulary"),
        ("annotations", "0003_suggestion_details"),
        ("annotations", "0004_detector_that_went_away"),
        ("annotations", "0005_workbench"),
        ("annotations", "0006_event_request"),
        ("annotations", "0007_merged_claims"),
        ("annotations", "0008_imports"),
        ("annotations", "0010_corpus_threshold"),
        ("annotations", "0011_search"),
        ("annotations", "0012_two_lanes"),
        ("annotations", "0013_token_scopes"),
        ("annotations", "0014_publishing"),
        ("annotations", "0015_idempotency"),
        ("annotations", "0016_exports"),
        ("annotations", "0017_corpus_pages"),
        ("annotations", "0018_job_finished"),
        ("annotations", "0019_webhooks"),
        ("annotations", "0020_releases"),
        ("annotations", "0021_counted_articles"),
        ("annotations", "0022_export_checkpoint"),
        ("annotations", "0023_search_gaps"),
        ("annotations", "0024_checked_texts"),
        ("annotations", "0025_marked_claims"),
        ("annotations", "0026_protected_since"),
        ("annotations", "0027_tallies"),
        ("annotations", "0028_list_indexes"),
    ]
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    tables = [
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
            options={
                "db_table": "annotations_tally",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=500, verbose_name="title")),
                ("author", models.CharField(blank=True, max_length=300, verbose_name="author")),
                (
                    "publisher",
                    models.CharField(blank=True, max_length=300, verbose_name="publisher"),
                ),
                ("url", models.URLField(blank=True, max_length=2000, verbose_name="address")),
                ("published", models.DateField(blank=True, null=True, verbose_name="published")),
                ("dateline", models.CharField(blank=True, max_length=200, verbose_name="dateline")),
                (
                    "language",
                    models.CharField(default="en", max_length=16, verbose_name="language"),
                ),
                ("source_name", models.CharField(blank=True, max_length=500, verbose_name="file")),
                ("content_hash", models.CharField(editable=False, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for extraction"),
                            ("extracting", "being extracted"),
                            ("failed", "extraction failed"),
                            ("ready", "ready to review"),
                            ("in_review", "in review"),
                            ("reviewed", "reviewed"),
                        ],
                        default="waiting",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "check_worthiness",
                    models.FloatField(editable=False, null=True, verbose_name="check-worthiness"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="deleted"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Claimant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("role", models.CharField(blank=True, max_length=200, verbose_name="role")),
                (
                    "wikidata_id",
                    models.CharField(blank=True, max_length=20, verbose_name="Wikidata id"),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="EventChain",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("label", models.CharField(max_length=100, verbose_name="label")),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="number, 1–5"
                    ),
                ),
                ("meaning", models.CharField(blank=True, max_length=300, verbose_name="meaning")),
                (
                    "retired",
                    models.BooleanField(
                        default=False,
                        help_text="Kept for old verdicts, offered for no new one.",
                        verbose_name="retired",
                    ),
                ),
            ],
            options={
                "ordering": ["scale", "position"],
            },
        ),
        migrations.CreateModel(
            name="WorkerHeartbeat",
            fields=[
                (
                    "name",
                    models.CharField(
                        max_length=200, primary_key=True, serialize=False, verbose_name="name"
                    ),
                ),
                ("host", models.CharField(max_length=200, verbose_name="host")),
                ("pid", models.PositiveIntegerField(verbose_name="process")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("bulk", models.BooleanField(default=True, verbose_name="takes bulk work")),
                ("seen_at", models.DateTimeField(verbose_name="seen")),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "display_name",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="name shown to others"
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "as the system"), ("light", "light"), ("dark", "dark")],
                        default="auto",
                        max_length=10,
                        verbose_name="theme",
                    ),
                ),
                (
                    "density",
                    models.CharField(
                        choices=[("comfortable", "comfortable"), ("compact", "compact")],
                        default="comfortable",
                        max_length=12,
                        verbose_name="density",
                    ),
                ),
                (
                    "interface_language",
                    models.CharField(
                        blank=True, max_length=16, verbose_name="language of the pages"
                    ),
                ),
                (
                    "key_preset",
                    models.CharField(default="factcheck", max_length=20, verbose_name="key preset"),
                ),
                ("keys", models.JSONField(blank=True, default=dict, verbose_name="own keys")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="ArticleSketch",
            fields=[
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sketch",
                        serialize=False,
                        to="annotations.article",
                    ),
                ),
                ("signature", models.BinaryField()),
            ],
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
        migrations.CreateModel(
            name="ArticleText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(default=1, verbose_name="revision")),
                ("text", models.TextField(verbose_name="text")),
                ("content_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="annotations.article",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["article", "number"],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="annotations.article",
                    ),
                ),
                (
                    "assigned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "normalised",
                    models.CharField(blank=True, max_length=500, verbose_name="normalised claim"),
                ),
                (
                    "claim_date",
                    models.DateField(blank=True, null=True, verbose_name="date of the claim"),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                (
                    "flag",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unclear", "unclear what is claimed"),
                            ("uncheckable", "can't be checked"),
                            ("needs_expert", "needs an expert"),
                            ("outside_guidelines", "the guidelines don't cover it"),
                            ("bad_text", "the text is broken here"),
                            ("private_person", "about a private person"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="flag",
                    ),
                ),
                (
                    "flag_note",
                    models.CharField(blank=True, max_length=500, verbose_name="note on the flag"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("verified", "verified"),
                            ("disputed", "disputed"),
                            ("adjudicated", "adjudicated"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="annotations.article",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merged",
                        to="annotations.claim",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="claims",
                        to="annotations.articletext",
                    ),
                ),
                (
                    "claimant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="claims",
                        to="annotations.claimant",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ClaimLease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("page", models.UUIDField(verbose_name="page")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="ends")),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lease",
                        to="annotations.claim",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ClaimSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.PositiveIntegerField(verbose_name="start")),
                ("end", models.PositiveIntegerField(verbose_name="end")),
                ("quote", models.TextField(verbose_name="quote")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spans",
                        to="annotations.claim",
                    ),
                ),
            ],
            options={
                "ordering": ["claim", "start"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClaimType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scheme",
                    models.CharField(
                        choices=[("fullfact", "Full Fact"), ("averitec", "AVeriTeC")],
                        max_length=20,
                        verbose_name="scheme",
                    ),
                ),
                ("key", models.SlugField(verbose_name="key")),
                ("label", models.CharField(max_length=100, verbose_name="label")),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("retired", models.BooleanField(default=False, verbose_name="retired")),
            ],
            options={
                "ordering": ["scheme", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "key"), name="claimtype_key_unique")
                ],
            },
        ),
        migrations.AddField(
            model_name="claim",
            name="types",
            field=models.ManyToManyField(
                blank=True, related_name="claims", to="annotations.claimtype"
            ),
        ),
        migrations.CreateModel(
            name="Corpus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "language",
                    models.CharField(default="en", max_length=16, verbose_name="language"),
                ),
                (
                    "claim_type_scheme",
                    models.CharField(
                        choices=[("fullfact", "Full Fact"), ("averitec", "AVeriTeC")],
                        default="fullfact",
                        max_length=20,
                        verbose_name="claim types",
                    ),
                ),
                (
                    "detector",
                    models.CharField(
                        blank=True,
                        help_text='Empty: the site\'s default. “small” comes ready to use; “accurate” finds more, is slower, and needs requirements-accurate.txt installed where the workers run. Any other name is that of an installed spaCy pipeline that writes doc.spans["claims"].',
                        max_length=100,
                        verbose_name="detector",
                    ),
                ),
                (
                    "threshold",
                    models.FloatField(
                        blank=True,
                        help_text="From 0 to 1: a passage with a lower score isn't suggested. Empty: the detector's own.",
                        null=True,
                        verbose_name="threshold",
                    ),
                ),
                (
                    "requires_evidence",
                    models.BooleanField(
                        default=True,
                        help_text="Refuse a verdict on a claim that has no piece of evidence.",
                        verbose_name="a verdict needs evidence",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "archived_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="archived"
                    ),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="deleted"
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "corpora",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="claimant",
            name="corpus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="claimants",
                to="annotations.corpus",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="corpus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="articles",
                to="annotations.corpus",
            ),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("hint", models.CharField(max_length=12, verbose_name="first characters")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list, verbose_name="scopes")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last used"),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corpus",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.corpus",
                        verbose_name="corpus",
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Correction",
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
                        choices=[("correction", "correction"), ("withdrawal", "withdrawal")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("what", models.TextField(blank=True, verbose_name="what was changed")),
                ("why", models.TextField(verbose_name="why")),
                ("old_rating", models.CharField(max_length=100, verbose_name="old rating")),
                (
                    "new_rating",
                    models.CharField(blank=True, max_length=100, verbose_name="new rating"),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DetectionRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("detector", models.CharField(max_length=100, verbose_name="detector")),
                ("version", models.CharField(max_length=50, verbose_name="version")),
                ("config_hash", models.CharField(max_length=64, verbose_name="configuration")),
                ("threshold", models.FloatField(verbose_name="threshold")),
                ("words", models.PositiveIntegerField(verbose_name="words")),
                ("sentences", models.JSONField(default=list)),
                (
                    "suggestion_count",
                    models.PositiveIntegerField(default=0, verbose_name="suggestions"),
                ),
                ("seconds", models.FloatField(default=0, verbose_name="seconds")),
                ("finished_at", models.DateTimeField(auto_now_add=True, verbose_name="finished")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="annotations.article",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="annotations.articletext",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="current_run",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="annotations.detectionrun",
            ),
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.CharField(max_length=40)),
                ("number", models.PositiveBigIntegerField(verbose_name="number")),
                ("kind", models.CharField(max_length=50, verbose_name="kind")),
                ("target_type", models.CharField(max_length=30, verbose_name="object")),
                ("target_id", models.PositiveBigIntegerField(verbose_name="object id")),
                (
                    "before",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        null=True,
                        verbose_name="before",
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        null=True,
                        verbose_name="after",
                    ),
                ),
                ("request", models.UUIDField(editable=False, null=True)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="annotations.article",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="annotations.claim",
                    ),
                ),
                (
                    "corpus",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="annotations.event",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FactCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.SlugField(max_length=100, unique=True, verbose_name="address")),
                (
                    "state",
                    models.CharField(
                        choices=[("published", "published"), ("withdrawn", "withdrawn")],
                        default="published",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="claim as published")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("updated_at", models.DateTimeField(verbose_name="updated")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn"),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fact_check",
                        to="annotations.claim",
                    ),
                ),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fact_checks",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ErrorReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="what is wrong")),
                (
                    "contact",
                    models.CharField(blank=True, max_length=200, verbose_name="how to reach you"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("accepted", "accepted"),
                            ("dismissed", "dismissed"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="what was decided, and why")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("handled_at", models.DateTimeField(null=True, verbose_name="handled")),
                (
                    "correction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="annotations.correction",
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fact_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="annotations.factcheck",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="correction",
            name="fact_check",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="annotations.factcheck",
            ),
        ),
        migrations.CreateModel(
            name="FactCheckVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("content", models.JSONField(verbose_name="content")),
                ("digest", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField(verbose_name="published")),
                (
                    "fact_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="annotations.factcheck",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["fact_check", "number"],
            },
        ),
        migrations.AddField(
            model_name="factcheck",
            name="current",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.factcheckversion",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="correction",
                to="annotations.factcheckversion",
            ),
        ),
        migrations.CreateModel(
            name="Guideline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("text", models.TextField(verbose_name="text")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guidelines",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["corpus", "-version"],
            },
        ),
        migrations.CreateModel(
            name="IdempotentRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("content_type", models.CharField(blank=True, max_length=100)),
                ("etag", models.CharField(blank=True, max_length=100)),
                ("answer", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("file", models.FileField(blank=True, upload_to="imports/%Y/%m")),
                ("file_name", models.CharField(max_length=300)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("options", models.JSONField(default=dict)),
                ("formats", models.JSONField(default=dict)),
                ("encodings", models.JSONField(default=dict)),
                ("at_file", models.PositiveIntegerField(default=0)),
                ("at_item", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("preview", models.JSONField(default=dict)),
                ("seconds", models.FloatField(default=0)),
                ("progress", models.FloatField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="claim",
            name="source_import",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="claims",
                to="annotations.import",
            ),
        ),
        migrations.CreateModel(
            name="CheckedText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.CharField(blank=True, max_length=500)),
                ("line", models.PositiveIntegerField(null=True)),
                ("sha256", models.CharField(max_length=64)),
                ("signature", models.BinaryField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checked",
                        to="annotations.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CheckedBand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("band", models.BigIntegerField()),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bands",
                        to="annotations.checkedtext",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.import",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="article",
            name="source_import",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="articles",
                to="annotations.import",
            ),
        ),
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("rejected", "rejected"),
                            ("misplaced", "misplaced"),
                            ("duplicate", "duplicate"),
                            ("note", "note"),
                        ],
                        max_length=10,
                    ),
                ),
                ("file", models.CharField(blank=True, max_length=500)),
                ("line", models.PositiveIntegerField(null=True)),
                ("reason", models.TextField()),
                ("row", models.TextField(blank=True)),
                (
                    "article",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="annotations.article",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="problems",
                        to="annotations.import",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
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
                            ("reviewer", "reviewer"),
                            ("adjudicator", "adjudicator"),
                            ("admin", "admin"),
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
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Job",
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
                        choices=[
                            ("extraction", "extraction"),
                            ("fetch", "fetching a page"),
                            ("import_check", "checking a file"),
                            ("import", "importing a file"),
                            ("import_rollback", "taking an import back"),
                            ("export", "writing an export"),
                            ("articles_change", "changing many articles"),
                            ("release", "making a release"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("total", models.PositiveIntegerField(default=1, verbose_name="total")),
                ("bulk", models.BooleanField(default=False, verbose_name="bulk")),
                ("words", models.PositiveIntegerField(default=0, verbose_name="words")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "due_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="due"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("worker", models.CharField(blank=True, max_length=200, verbose_name="worker")),
                ("lease", models.UUIDField(blank=True, editable=False, null=True)),
                ("lease_expires_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="annotations.article",
                    ),
                ),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="import",
            name="job",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="imported",
                to="annotations.job",
            ),
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("format", models.CharField(max_length=40)),
                ("selection", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("site", models.CharField(blank=True, max_length=300)),
                ("salt", models.BinaryField(default=bytes)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("file", models.FileField(blank=True, max_length=300, upload_to="exports/%Y/%m")),
                ("file_name", models.CharField(blank=True, max_length=300)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("exported_at", models.DateTimeField(blank=True, null=True)),
                ("manifest", models.JSONField(default=dict)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("checkpoint", models.JSONField(default=dict)),
                ("source_protected_at", models.DateTimeField(blank=True, null=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="exported",
                        to="annotations.job",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="detectionrun",
            name="job",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="run",
                to="annotations.job",
            ),
        ),
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
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bulk_actions",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="bulk_action",
                        to="annotations.job",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                            ("reviewer", "reviewer"),
                            ("adjudicator", "adjudicator"),
                            ("admin", "admin"),
                        ],
                        default="reviewer",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["corpus", "user"],
            },
        ),
        migrations.AddField(
            model_name="corpus",
            name="members",
            field=models.ManyToManyField(
                related_name="corpora",
                through="annotations.Membership",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="NearDuplicate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("similarity", models.FloatField()),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="near_duplicates",
                        to="annotations.article",
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="later_duplicates",
                        to="annotations.article",
                    ),
                ),
            ],
            options={
                "ordering": ["-similarity", "id"],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("page", models.UUIDField(unique=True)),
                ("seen_at", models.DateTimeField(db_index=True, verbose_name="seen")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presences",
                        to="annotations.article",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="annotations.claim",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organisation",
                    models.CharField(blank=True, max_length=200, verbose_name="organisation"),
                ),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="its website")),
                (
                    "logo",
                    models.URLField(blank=True, max_length=500, verbose_name="address of its logo"),
                ),
                (
                    "corrections_policy",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the corrections policy"
                    ),
                ),
                (
                    "methodology",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the methodology"
                    ),
                ),
                (
                    "licence",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the licence"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "corpus",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publication",
                        to="annotations.corpus",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.CharField(max_length=500, verbose_name="question")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="annotations.claim",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="factcheck",
            name="rating",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.rating",
            ),
        ),
        migrations.CreateModel(
            name="RatingScale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(verbose_name="slug")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
            ],
            options={
                "ordering": ["slug", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("slug", "version"), name="ratingscale_version_unique"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="rating",
            name="scale",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ratings",
                to="annotations.ratingscale",
            ),
        ),
        migrations.AddField(
            model_name="corpus",
            name="rating_scale",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corpora",
                to="annotations.ratingscale",
                verbose_name="rating scale",
            ),
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("motivation", models.TextField(blank=True, verbose_name="motivation")),
                ("creators", models.CharField(blank=True, max_length=500, verbose_name="creators")),
                ("licence", models.CharField(max_length=100, verbose_name="licence")),
                ("licence_text", models.TextField(blank=True, verbose_name="words of the licence")),
                ("formats", models.JSONField(default=list)),
                ("selection", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("plan", models.JSONField(default=dict)),
                ("discussions", models.BooleanField(default=False)),
                ("site", models.CharField(blank=True, max_length=300)),
                ("salt", models.BinaryField(default=bytes)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("frozen_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.FileField(blank=True, max_length=300, upload_to="releases/%Y/%m"),
                ),
                ("source_sha256", models.CharField(blank=True, max_length=64)),
                ("index", models.FileField(blank=True, max_length=300, upload_to="releases/%Y/%m")),
                ("file", models.FileField(blank=True, max_length=300, upload_to="releases/%Y/%m")),
                ("file_name", models.CharField(blank=True, max_length=300)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("files", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
                ("datasheet", models.JSONField(default=dict)),
                ("leakage", models.JSONField(default=dict)),
                ("software", models.JSONField(default=dict)),
                ("ready_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("verification", models.JSONField(default=dict)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_reason", models.TextField(blank=True, verbose_name="reason")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("source_protected_at", models.DateTimeField(null=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="releases",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="releases",
                        to="annotations.job",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="annotations.release",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
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
                        choices=[("articles", "articles"), ("claims", "claims")], max_length=10
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
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SketchBand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("band", models.BigIntegerField()),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bands",
                        to="annotations.article",
                    ),
                ),
                (
                    "corpus",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.corpus",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("url", models.URLField(max_length=2000, verbose_name="address")),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("fetched_at", models.DateTimeField(blank=True, null=True, verbose_name="fetched")),
                (
                    "final_url",
                    models.CharField(blank=True, max_length=2000, verbose_name="address it led to"),
                ),
                (
                    "media_type",
                    models.CharField(blank=True, max_length=100, verbose_name="media type"),
                ),
                ("size", models.PositiveIntegerField(default=0, verbose_name="size")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                (
                    "file",
                    models.FileField(blank=True, upload_to="snapshots/%Y/%m", verbose_name="file"),
                ),
                ("title", models.CharField(blank=True, max_length=500, verbose_name="title")),
                (
                    "publisher",
                    models.CharField(blank=True, max_length=300, verbose_name="publisher"),
                ),
                ("published", models.DateField(blank=True, null=True, verbose_name="published")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshots",
                        to="annotations.claim",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="snapshot",
                        to="annotations.job",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("url", models.URLField(blank=True, max_length=2000, verbose_name="address")),
                (
                    "citation",
                    models.TextField(
                        blank=True,
                        help_text="For a source that has no address.",
                        verbose_name="citation",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=500, verbose_name="title")),
                (
                    "publisher",
                    models.CharField(blank=True, max_length=300, verbose_name="publisher"),
                ),
                ("published", models.DateField(blank=True, null=True, verbose_name="published")),
                ("quote", models.TextField(blank=True, verbose_name="quote")),
                (
                    "stance",
                    models.CharField(
                        choices=[
                            ("SUPPORTS", "supports"),
                            ("REFUTES", "refutes"),
                            ("IRRELEVANT", "irrelevant"),
                        ],
                        max_length=12,
                        verbose_name="stance",
                    ),
                ),
                (
                    "source_medium",
                    models.CharField(
                        choices=[
                            ("Web text", "Web text"),
                            ("Web table", "Web table"),
                            ("PDF", "PDF"),
                            ("Image/graphic", "Image/graphic"),
                            ("Video", "Video"),
                            ("Audio", "Audio"),
                            ("Metadata", "Metadata"),
                            ("Other", "Other"),
                        ],
                        default="Web text",
                        max_length=20,
                        verbose_name="source medium",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "set_number",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="evidence set"
                    ),
                ),
                ("protected", models.BooleanField(default=False, verbose_name="protected source")),
                (
                    "protection_reason",
                    models.TextField(blank=True, verbose_name="why it is protected"),
                ),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="annotations.claim",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="evidence",
                        to="annotations.snapshot",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "answer_type",
                    models.CharField(
                        choices=[
                            ("Extractive", "Extractive"),
                            ("Abstractive", "Abstractive"),
                            ("Boolean", "Boolean"),
                            ("Unanswerable", "Unanswerable"),
                        ],
                        max_length=12,
                        verbose_name="answer type",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="answer")),
                (
                    "boolean_explanation",
                    models.TextField(blank=True, verbose_name="explanation of yes or no"),
                ),
                (
                    "source_url",
                    models.URLField(
                        blank=True, max_length=2000, verbose_name="address of the source"
                    ),
                ),
                (
                    "source_medium",
                    models.CharField(
                        choices=[
                            ("Web text", "Web text"),
                            ("Web table", "Web table"),
                            ("PDF", "PDF"),
                            ("Image/graphic", "Image/graphic"),
                            ("Video", "Video"),
                            ("Audio", "Audio"),
                            ("Metadata", "Metadata"),
                            ("Other", "Other"),
                        ],
                        default="Web text",
                        max_length=20,
                        verbose_name="source medium",
                    ),
                ),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="annotations.question",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="answers",
                        to="annotations.snapshot",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.PositiveIntegerField(verbose_name="start")),
                ("end", models.PositiveIntegerField(verbose_name="end")),
                ("quote", models.TextField(verbose_name="quote")),
                ("score", models.FloatField(verbose_name="check-worthiness")),
                ("kind", models.CharField(max_length=30, verbose_name="kind")),
                (
                    "kind_confidence",
                    models.FloatField(null=True, verbose_name="confidence of the kind"),
                ),
                ("quoted", models.BooleanField(default=False, verbose_name="in quotation marks")),
                (
                    "claimant_name",
                    models.CharField(blank=True, max_length=200, verbose_name="claimant"),
                ),
                (
                    "claimant_start",
                    models.PositiveIntegerField(
                        null=True, verbose_name="start of the claimant's mention"
                    ),
                ),
                (
                    "claimant_end",
                    models.PositiveIntegerField(
                        null=True, verbose_name="end of the claimant's mention"
                    ),
                ),
                ("attribution", models.JSONField(null=True, verbose_name="attribution")),
                ("dates", models.JSONField(default=list, verbose_name="dates")),
                ("reasons", models.JSONField(default=list)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
                        to="annotations.article",
                    ),
                ),
                (
                    "first_mention",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="repeats",
                        to="annotations.suggestion",
                        verbose_name="first mention",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
                        to="annotations.detectionrun",
                    ),
                ),
            ],
            options={
                "ordering": ["run", "start", "id"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="claim",
            name="suggestion",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="claims",
                to="annotations.suggestion",
            ),
        ),
        migrations.CreateModel(
            name="SuggestionDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("accepted", "accepted"), ("rejected", "rejected")],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("decided_at", models.DateTimeField(auto_now_add=True)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.article",
                    ),
                ),
                (
                    "carried_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="carried_to",
                        to="annotations.suggestiondecision",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="annotations.claim",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "suggestion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decision",
                        to="annotations.suggestion",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="name")),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="annotations.corpus",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="claim",
            name="tags",
            field=models.ManyToManyField(blank=True, related_name="claims", to="annotations.tag"),
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "resolved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="resolved"),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="threads",
                        to="annotations.claim",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.TextField(verbose_name="text")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("edited_at", models.DateTimeField(blank=True, null=True, verbose_name="edited")),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mentions",
                    models.ManyToManyField(
                        blank=True, related_name="mentioned_in", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="annotations.thread",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ThreadReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="annotations.comment",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="annotations.thread",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("review", "review"),
                            ("adjudication", "adjudication"),
                            ("retraction", "retraction"),
                        ],
                        default="review",
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("rationale", models.TextField(blank=True, verbose_name="rationale")),
                (
                    "confidence",
                    models.CharField(
                        blank=True,
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")],
                        default="",
                        max_length=6,
                        verbose_name="confidence",
                    ),
                ),
                (
                    "strategies",
                    models.JSONField(blank=True, default=list, verbose_name="strategies"),
                ),
                ("claim_revision", models.PositiveIntegerField(verbose_name="claim revision")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verdicts",
                        to="annotations.claim",
                    ),
                ),
                (
                    "guideline",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="annotations.guideline",
                    ),
                ),
                (
                    "rating",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="annotations.rating",
                    ),
                ),
                (
                    "retracts",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retraction",
                        to="annotations.verdict",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.URLField(max_length=2000, verbose_name="address")),
                (
                    "kinds",
                    models.JSONField(blank=True, default=list, verbose_name="kinds of events"),
                ),
                ("nonce", models.CharField(editable=False, max_length=64)),
                ("cursor", models.PositiveBigIntegerField(default=0, editable=False)),
                (
                    "failures",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="failures in a row"
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("sent_at", models.DateTimeField(editable=False, null=True)),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                (
                    "disabled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="disabled"),
                ),
                ("disabled_reason", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhooks",
                        to="annotations.corpus",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("payload", models.TextField(editable=False)),
                ("first", models.PositiveBigIntegerField(editable=False)),
                ("last", models.PositiveBigIntegerField(editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "to be sent"),
                            ("delivered", "delivered"),
                            ("failed", "given up"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("excerpt", models.CharField(blank=True, max_length=1000)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("milliseconds", models.PositiveIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="annotations.webhook",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="user_email_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="articletext",
            constraint=models.UniqueConstraint(
                fields=("article", "number"), name="articletext_number_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["user", "article"], name="assignment_user_article"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                fields=("article", "user"), name="assignment_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimspan",
            constraint=models.CheckConstraint(
                condition=models.Q(("start__lt", models.F("end"))), name="claimspan_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimspan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "end",
                        django.db.models.expressions.CombinedExpression(
                            models.F("start"), "+", django.db.models.functions.text.Length("quote")
                        ),
                    )
                ),
                name="claimspan_quote_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimspan",
            constraint=models.UniqueConstraint(
                fields=("claim", "start"), name="claimspan_start_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimant",
            constraint=models.UniqueConstraint(
                fields=("corpus", "name"), name="claimant_name_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["article", "actor", "-id"], name="event_article_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["target_type", "target_id", "id"], name="event_target"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "at"], name="event_actor_at"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["corpus", "at", "kind", "actor"], name="event_corpus_at"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                fields=("chain", "number"), name="event_number_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="errorreport",
            index=models.Index(fields=["fact_check", "state", "id"], name="errorreport_state"),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handled_at", None), ("state", "new")),
                    models.Q(
                        models.Q(("state", "new"), _negated=True), ("handled_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="errorreport_handled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dismissed"), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="errorreport_dismissed_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="factcheckversion",
            constraint=models.UniqueConstraint(
                fields=("fact_check", "number"), name="factcheckversion_number_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("what", ""), _negated=True),
                        ("kind", "correction"),
                        ("version__isnull", False),
                    ),
                    models.Q(("kind", "withdrawal"), ("version", None)),
                    _connector="OR",
                ),
                name="correction_has_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="correction_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="guideline",
            constraint=models.UniqueConstraint(
                fields=("corpus", "version"), name="guideline_version_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotentrequest",
            constraint=models.UniqueConstraint(
                fields=("user", "key"), name="idempotentrequest_key_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="checkedtext",
            index=models.Index(fields=["source", "sha256"], name="checkedtext_source_sha256"),
        ),
        migrations.AddIndex(
            model_name="checkedband",
            index=models.Index(fields=["source", "band"], name="checkedband_source_band"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["corpus", "state", "id"], name="article_corpus_state"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["corpus", "-check_worthiness", "id"], name="article_check_worthiness"
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("source_import__isnull", False)),
                fields=["source_import", "id"],
                name="article_source_import",
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
            model_name="article",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at", None), models.Q(("publisher", ""), _negated=True)
                ),
                fields=["corpus", "publisher", "state", "deleted_at"],
                name="article_publisher",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at", None),
                    (
                        "state__in",
                        (
                            annotations.domain.transitions.ArticleState["READY"],
                            annotations.domain.transitions.ArticleState["IN_REVIEW"],
                        ),
                    ),
                ),
                fields=["corpus", "-check_worthiness", "id"],
                name="article_to_review",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["corpus", "state", "-check_worthiness", "id"],
                name="article_state_worth",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("current_run__isnull", False), ("deleted_at", None)),
                fields=["corpus", "id"],
                name="article_with_run",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="article_purge",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("corpus", "content_hash"),
                name="article_content_unique",
            ),
        ),
        migrations.AddIndex(
            model_name="importproblem",
            index=models.Index(fields=["source", "severity", "id"], name="importproblem_severity"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("uses__lte", models.F("max_uses"))),
                name="invitation_uses_bounded",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "running"))),
                fields=["kind", "bulk", "due_at", "id"],
                name="job_active_due",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["corpus", "state", "id"], name="job_corpus_state"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["corpus", "kind", "finished_at"], name="job_corpus_finished"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["article", "-id"], name="job_article_latest"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(
                    ("bulk", False),
                    (
                        "state__in",
                        (
                            annotations.domain.transitions.JobState["QUEUED"],
                            annotations.domain.transitions.JobState["RUNNING"],
                        ),
                    ),
                ),
                fields=["kind", "due_at", "id"],
                name="job_waited_for",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("lease__isnull", False)), fields=["lease"], name="job_lease"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state", annotations.domain.transitions.JobState["RUNNING"])),
                fields=["worker"],
                name="job_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("queued", "running"))),
                fields=("kind", "article"),
                name="job_one_active",
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)),
                fields=["expires_at"],
                name="export_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("corpus", "user"), name="membership_unique"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["reviewer", "adjudicator", "admin"])),
                name="membership_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="nearduplicate",
            constraint=models.UniqueConstraint(
                fields=("article", "earlier"), name="nearduplicate_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="factcheck",
            index=models.Index(fields=["corpus", "state", "id"], name="factcheck_corpus_state"),
        ),
        migrations.AddConstraint(
            model_name="factcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), ("withdrawn_at", None)),
                    models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="factcheck_withdrawn_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(
                fields=("scale", "label"), name="rating_label_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(
                fields=("scale", "position"), name="rating_position_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", None), ("number__range", (1, 5)), _connector="OR"),
                name="rating_number_range",
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
        migrations.AddConstraint(
            model_name="corpus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("threshold", None),
                    models.Q(("threshold__gte", 0.0), ("threshold__lte", 1.0)),
                    _connector="OR",
                ),
                name="corpus_threshold_range",
                violation_error_message="The threshold is a number from 0 to 1.",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                fields=("corpus", "number"), name="release_number_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ready_at", None)),
                fields=("corpus",),
                name="release_one_unfinished",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None),
                    models.Q(
                        ("ready_at__isnull", False),
                        models.Q(("withdrawn_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="release_withdrawn_has_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="sketchband",
            index=models.Index(fields=["corpus", "band"], name="sketchband_corpus_band"),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("protected", True)), fields=["claim"], name="evidence_protected"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("citation", ""), ("url", ""), _negated=True),
                name="evidence_has_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("protected", False),
                    models.Q(("protection_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="evidence_protection_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("set_number", None), ("set_number__gte", 1), _connector="OR"),
                name="evidence_set_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer_type", "Boolean"), _negated=True),
                    models.Q(("boolean_explanation", ""), _negated=True),
                    _connector="OR",
                ),
                name="answer_boolean_explained",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_type", "Unanswerable"),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="answer_has_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("start__lt", models.F("end"))), name="suggestion_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "end",
                        django.db.models.expressions.CombinedExpression(
                            models.F("start"), "+", django.db.models.functions.text.Length("quote")
                        ),
                    )
                ),
                name="suggestion_quote_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 1)),
                name="suggestion_score_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind_confidence", None),
                    models.Q(("kind_confidence__gte", 0), ("kind_confidence__lte", 1)),
                    _connector="OR",
                ),
                name="suggestion_kind_confidence_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claimant_end", None), ("claimant_start", None)),
                    models.Q(
                        ("claimant_end__isnull", False),
                        ("claimant_start__isnull", False),
                        ("claimant_start__lt", models.F("claimant_end")),
                    ),
                    _connector="OR",
                ),
                name="suggestion_claimant_mention",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                fields=("run", "start", "end"), name="suggestion_span_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestiondecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claim", None), ("outcome", "rejected")),
                    models.Q(("claim__isnull", False), ("outcome", "accepted")),
                    _connector="OR",
                ),
                name="decision_claim_iff_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                models.F("corpus"),
                django.db.models.functions.text.Lower("name"),
                name="tag_name_unique",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["article", "state", "id"], name="claim_article_state"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("source_import__isnull", False)),
                fields=["source_import", "id"],
                name="claim_source_import",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("flag", ""), _negated=True),
                fields=["article"],
                name="claim_flagged",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("state", "disputed")),
                fields=["state", "article"],
                name="claim_disputed",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at", None), ("resolved_by", None)),
                    models.Q(("resolved_at__isnull", False), ("resolved_by__isnull", False)),
                    _connector="OR",
                ),
                name="thread_resolved_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="threadreading",
            constraint=models.UniqueConstraint(
                fields=("thread", "user"), name="threadreading_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "retraction"), ("rating", None), ("retracts__isnull", False)),
                    models.Q(
                        ("kind__in", ["review", "adjudication"]),
                        ("rating__isnull", False),
                        ("retracts", None),
                    ),
                    _connector="OR",
                ),
                name="verdict_rates_or_retracts",
            ),
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(
                condition=models.Q(("disabled_at", None)), fields=["due_at"], name="webhook_due"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["webhook", "due_at"],
                name="webhookdelivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["webhook", "-id"], name="webhookdelivery_latest"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["created_at"], name="webhookdelivery_age"),
        ),
    ]
    operations = [
        Tables(tables),
        *_of("0002_guards_and_vocabulary", "add_vocabulary", "add_triggers"),
        *_of("0011_search", "install"),
        *_of("0014_publishing", "add_triggers", "add_meanings"),
        *_of("0020_releases", "add_trigger"),
        *_of("0027_tallies", "install"),
    ]
