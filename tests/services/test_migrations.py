"""A database of the release before, brought to this one: nothing lost, nothing unguarded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from annotations import search
from annotations.models import Article, Corpus, Suggestion

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = ("annotations", "0002_guards_and_vocabulary")


class StepByStep(MigrationLoader):
    """Without the migration that makes all tables at once."""

    def load_disk(self) -> None:
        super().load_disk()
        for key in [key for key, step in self.disk_migrations.items() if step.replaces]:
            del self.disk_migrations[key]


@pytest.fixture
def migrate(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """Go to a migration, or to the newest; gives the models as they are there."""

    def to(*target: str) -> Any:
        executor = MigrationExecutor(connection)
        executor.loader = StepByStep(connection)
        targets = [target] if target else executor.loader.graph.leaf_nodes("annotations")
        executor.migrate(targets)
        return executor.loader.project_state(targets).apps

    yield to
    to()


def fill(apps: Any) -> None:
    """Three corpora, and a suggestion in the first."""

    def make(model: str, **values: Any) -> Any:
        return apps.get_model("annotations", model).objects.create(**values)

    scale = make("RatingScale", slug="of-this-test", name="Of this test")
    corpora = [
        make("Corpus", name=detector or "default", detector=detector, rating_scale=scale)
        for detector in ("rules-en", "", "en_core_web_sm")
    ]
    article = make("Article", corpus=corpora[0], title="Old", content_hash="0" * 64)
    text = make("ArticleText", article=article, text="Sales fell.", content_hash="0" * 64)
    run = make(
        "DetectionRun",
        article=article,
        text=text,
        detector="rules-en",
        version="1.0.0",
        config_hash="0" * 64,
        threshold=0.5,
        words=2,
    )
    make(
        "Suggestion",
        article=article,
        run=run,
        start=0,
        end=10,
        quote="Sales fell",
        score=0.5,
        kind="quantity",
        claimant_name="She",
        reasons=[{"feature": "a", "label": "a", "weight": 1.0, "spans": [[0, 5]]}],
    )


def refuses_updates() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE annotations_suggestion SET quote = quote")
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


def tables() -> dict[str, Any]:
    """What the database says of its tables, in no order: columns, constraints, triggers."""
    triggers = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if not name.startswith("annotations_"):
                continue
            columns = connection.introspection.get_table_description(cursor, name)
            constraints = connection.introspection.get_constraints(cursor, name)
            found[name] = (
                sorted(map(str, columns)),
                sorted(str(sorted(one.items())) for one in constraints.values()),
            )
        cursor.execute(triggers)
        # The search's are put back after migrations, not by them.
        found["triggers"] = {name for (name,) in cursor.fetchall() if "_search_" not in name}
    return found


def test_the_release_before(migrate: Callable[..., Any]) -> None:
    """Down, and up again. One test, because each way takes seconds."""
    at_once = tables()
    fill(migrate(*BEFORE))
    assert refuses_updates()
    migrate()
    # What a new site gets at once is what the steps come to.
    assert tables() == at_once
    kept = Suggestion.objects.get()
    assert (kept.quote, kept.score, kept.claimant_name) == ("Sales fell", 0.5, "She")
    assert kept.reasons[0]["spans"] == [[0, 5]]
    assert kept.run.detector == "rules-en"
    assert (kept.kind_confidence, kept.claimant_mention, kept.attribution) == (None, None, None)
    assert (kept.dates, kept.first_mention) == ([], None)
    # SQLite built the table anew.
    assert refuses_updates()
    # What was there is found.
    assert list(search.articles(Article.objects.all(), "title:old sales")) == [kept.article]
    # The detector that went away is the default now.
    found = {c.name: (c.detector, c.revision) for c in Corpus.objects.all()}
    assert found == {
        # A form that was opened before the upgrade is out of date now.
        "rules-en": ("", 2),
        "default": ("", 1),
        "en_core_web_sm": ("en_core_web_sm", 1),
    }
