"""Tables that are emptied at once: what triggers keep of their rows goes with them."""

from __future__ import annotations

import pytest
from django.db import connection

from annotations.models import Article, Claim
from tests.emptying import KEPT

pytestmark = pytest.mark.django_db


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        return int(cursor.fetchone()[0])


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
@pytest.mark.postgres
def test_what_is_truncated_is_neither_found_nor_counted(article: Article, claim: Claim) -> None:
    assert all(map(rows, KEPT))
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        # What a test's transaction has put off would be in the way.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(map(connection.ops.quote_name, tables))}")
    assert not any(map(rows, KEPT))
