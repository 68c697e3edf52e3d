"""Triggers that keep texts, events and verdicts as they were written; the field's scales as data."""

from typing import Any

from django.db import migrations

# table → columns that no UPDATE may change; () stands for the whole row.
GUARDED: dict[str, tuple[str, ...]] = {
    "annotations_articletext": (),
    "annotations_event": (),
    "annotations_verdict": (),
    "annotations_suggestion": (),
}


def _create(schema_editor: Any) -> list[str]:
    statements = []
    if schema_editor.connection.vendor == "postgresql":
        statements.append(
            "CREATE FUNCTION annotations_refuse_update() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% rows are append-only', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        statements += [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION annotations_refuse_update()"
            for table in GUARDED
        ]
    elif schema_editor.connection.vendor == "sqlite":
        statements += [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are append-only'); END"
            for table in GUARDED
        ]
    return statements


def add_triggers(apps: Any, schema_editor: Any) -> None:
    for statement in _create(schema_editor):
        schema_editor.execute(statement, params=None)


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in GUARDED:
        on_table = f" ON {table}" if postgresql else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{on_table}")
    if postgresql:
        schema_editor.execute("DROP FUNCTION IF EXISTS annotations_refuse_update()")


# As published when this migration was written; later changes are new versions, added by
# later migrations, so this copy never follows annotations.domain.vocabulary.
SCALES = {
    "politifact": ("PolitiFact", [
        ("True", 5), ("Mostly True", 4), ("Half True", 3), ("Mostly False", 2), ("False", 1),
        ("Pants on Fire", 1),
    ]),
    "snopes": ("Snopes", [
        ("True", 5), ("Mostly True", 4), ("Mixture", 3), ("Mostly False", 2), ("False", 1),
        ("Unproven", None, True), ("Unfounded", None), ("Outdated", None), ("Miscaptioned", None),
        ("Correct Attribution", None), ("Misattributed", None), ("Labeled Satire", None),
        ("Originated as Satire", None), ("Fake", None), ("Research In Progress", None),
    ]),
    "fever": ("FEVER", [("SUPPORTS", 5), ("REFUTES", 1), ("NOT ENOUGH INFO", None)]),
    "averitec": ("AVeriTeC", [
        ("Supported", 5), ("Refuted", 1), ("Not Enough Evidence", None),
        ("Conflicting Evidence/Cherrypicking", None),
    ]),
    "checkthat_numerical": ("CheckThat! numerical", [
        ("True", 5), ("False", 1), ("Conflicting", None),
    ]),
}  # fmt: skip
CLAIM_TYPES = {
    "fullfact": [
        ("personal_experience", "Personal experience"),
        ("quantity", "Quantity in the past or present"),
        ("causation", "Correlation or causation"),
        ("law", "Current laws or rules of operation"),
        ("prediction", "Prediction"),
        ("other", "Other type of claim"),
        ("not_a_claim", "Not a claim"),
    ],
    "averitec": [
        ("speculative", "Speculative Claim"),
        ("opinion", "Opinion Claim"),
        ("causal", "Causal Claim"),
        ("position", "Position Statement"),
        ("numerical", "Numerical Claim"),
        ("quote_verification", "Quote Verification"),
        ("event_property", "Event/Property Claim"),
        ("media_publishing", "Media Publishing Claim"),
        ("media_analysis", "Media Analysis Claim"),
    ],
}


def add_vocabulary(apps: Any, schema_editor: Any) -> None:
    scale_model = apps.get_model("annotations", "RatingScale")
    rating_model = apps.get_model("annotations", "Rating")
    type_model = apps.get_model("annotations", "ClaimType")
    for slug, (name, ratings) in SCALES.items():
        scale = scale_model.objects.create(slug=slug, version=1, name=name)
        rating_model.objects.bulk_create(
            rating_model(
                scale=scale,
                position=position,
                label=rating[0],
                number=rating[1],
                retired=len(rating) > 2,
            )
            for position, rating in enumerate(ratings, 1)
        )
    for scheme, types in CLAIM_TYPES.items():
        type_model.objects.bulk_create(
            type_model(scheme=scheme, key=key, label=label, position=position)
            for position, (key, label) in enumerate(types, 1)
        )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0001_initial")]

    operations = [
        migrations.RunPython(add_vocabulary, migrations.RunPython.noop),
        migrations.RunPython(add_triggers, drop_triggers),
    ]
