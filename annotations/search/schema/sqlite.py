"""FTS5 tables and the triggers that keep them.

A trigger's body names its own table and the index's: SQLite refuses to rename a table while a
trigger of another one names it, and that is how Django changes tables.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TOKENIZER = "porter unicode61 remove_diacritics 2"
TABLES = {
    "annotations_articlesearch": (
        "CREATE VIRTUAL TABLE annotations_articlesearch USING fts5"
        f"(title, author, publisher, text, tokenize = '{TOKENIZER}')"
    ),
    "annotations_claimsearch": (
        "CREATE VIRTUAL TABLE annotations_claimsearch USING fts5"
        f"(normalised, claimant, quote, claimant_id UNINDEXED, tokenize = '{TOKENIZER}')"
    ),
    # Names, for the triggers of claims.
    "annotations_claimantsearch": (
        "CREATE TABLE annotations_claimantsearch (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"
    ),
    # Has a row inside of a transaction whose insertions are indexed afterwards, and never else.
    "annotations_searchlater": "CREATE TABLE annotations_searchlater (id INTEGER PRIMARY KEY)",
}
_QUOTE = (
    "coalesce((SELECT group_concat(quote, ' … ') FROM"
    " (SELECT quote FROM annotations_claimspan WHERE claim_id = {claim} ORDER BY start)), '')"
)
_TEXT = (
    "coalesce((SELECT text FROM annotations_articletext WHERE article_id = {article}"
    " ORDER BY number DESC LIMIT 1), '')"
)
_NAME = "coalesce((SELECT name FROM annotations_claimantsearch WHERE id = {claimant}), '')"
_SPANS = "UPDATE annotations_claimsearch SET quote = " + _QUOTE + " WHERE rowid = {claim}"
_NOW = "NOT EXISTS (SELECT 1 FROM annotations_searchlater)"
# Name → when, and what is done.
TRIGGERS = {
    "article_added": (
        f"AFTER INSERT ON annotations_article WHEN {_NOW}",
        "INSERT INTO annotations_articlesearch (rowid, title, author, publisher, text)"
        " VALUES (NEW.id, NEW.title, NEW.author, NEW.publisher, '')",
    ),
    "article_changed": (
        "AFTER UPDATE OF title, author, publisher ON annotations_article"
        " WHEN (OLD.title, OLD.author, OLD.publisher)"
        " IS NOT (NEW.title, NEW.author, NEW.publisher)",
        "UPDATE annotations_articlesearch SET title = NEW.title, author = NEW.author,"
        " publisher = NEW.publisher WHERE rowid = NEW.id",
    ),
    "article_removed": (
        "AFTER DELETE ON annotations_article",
        "DELETE FROM annotations_articlesearch WHERE rowid = OLD.id",
    ),
    "text_added": (
        f"AFTER INSERT ON annotations_articletext WHEN {_NOW} AND NOT EXISTS (SELECT 1 FROM"
        " annotations_articletext WHERE article_id = NEW.article_id AND number > NEW.number)",
        "UPDATE annotations_articlesearch SET text = NEW.text WHERE rowid = NEW.article_id",
    ),
    "text_removed": (
        "AFTER DELETE ON annotations_articletext",
        "UPDATE annotations_articlesearch SET text = "
        + _TEXT.format(article="OLD.article_id")
        + " WHERE rowid = OLD.article_id",
    ),
    "claim_added": (
        f"AFTER INSERT ON annotations_claim WHEN {_NOW}",
        "INSERT INTO annotations_claimsearch (rowid, normalised, claimant, quote, claimant_id)"
        f" VALUES (NEW.id, NEW.normalised, {_NAME.format(claimant='NEW.claimant_id')}, '',"
        " NEW.claimant_id)",
    ),
    "claim_changed": (
        "AFTER UPDATE OF normalised, claimant_id ON annotations_claim"
        " WHEN (OLD.normalised, OLD.claimant_id) IS NOT (NEW.normalised, NEW.claimant_id)",
        "UPDATE annotations_claimsearch SET normalised = NEW.normalised, claimant ="
        f" {_NAME.format(claimant='NEW.claimant_id')}, claimant_id = NEW.claimant_id"
        " WHERE rowid = NEW.id",
    ),
    "claim_removed": (
        "AFTER DELETE ON annotations_claim",
        "DELETE FROM annotations_claimsearch WHERE rowid = OLD.id",
    ),
    "span_added": (
        f"AFTER INSERT ON annotations_claimspan WHEN {_NOW}",
        _SPANS.format(claim="NEW.claim_id"),
    ),
    "span_changed": (
        "AFTER UPDATE ON annotations_claimspan",
        _SPANS.format(claim="NEW.claim_id"),
    ),
    "span_removed": (
        "AFTER DELETE ON annotations_claimspan",
        _SPANS.format(claim="OLD.claim_id"),
    ),
    "claimant_added": (
        "AFTER INSERT ON annotations_claimant",
        "INSERT INTO annotations_claimantsearch VALUES (NEW.id, NEW.name)",
    ),
    "claimant_changed": (
        "AFTER UPDATE OF name ON annotations_claimant WHEN OLD.name IS NOT NEW.name",
        "UPDATE annotations_claimantsearch SET name = NEW.name WHERE id = NEW.id;"
        " UPDATE annotations_claimsearch SET claimant = NEW.name WHERE claimant_id = NEW.id",
    ),
    "claimant_removed": (
        "AFTER DELETE ON annotations_claimant",
        "DELETE FROM annotations_claimantsearch WHERE id = OLD.id",
    ),
}
_ARTICLES = (
    "INSERT INTO annotations_articlesearch (rowid, title, author, publisher, text)"
    f" SELECT id, title, author, publisher, {_TEXT.format(article='a.id')}"
    " FROM annotations_article a"
)
_CLAIMS = (
    "INSERT INTO annotations_claimsearch (rowid, normalised, claimant, quote, claimant_id)"
    f" SELECT id, normalised, {_NAME.format(claimant='c.claimant_id')},"
    f" {_QUOTE.format(claim='c.id')}, claimant_id FROM annotations_claim c"
)
_FILL = (
    _ARTICLES,
    "INSERT INTO annotations_claimantsearch SELECT id, name FROM annotations_claimant",
    _CLAIMS,
)
# FTS5 keeps what was written in memory up to so many bytes before it makes a segment of it; the
# default is a megabyte. Each segment has to be merged with others later.
HASH_SIZE = 16_000_000


def _named(trigger: str) -> str:
    return f"annotations_search_{trigger}"


def put_off(connection: BaseDatabaseWrapper, *, on: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotations_searchlater")
        if on:
            cursor.execute("INSERT INTO annotations_searchlater VALUES (1)")


def fill(connection: BaseDatabaseWrapper, what: str, first: int, last: int) -> None:
    """Of a range of keys what isn't in the index: whatever is was written there since."""
    statement = {"articles": _ARTICLES, "claims": _CLAIMS}[what]
    table = f"annotations_{what[:-1]}search"
    with connection.cursor() as cursor:
        # Of FTS5's own tables, the one that has a row for each of the index's and nothing long.
        cursor.execute(
            f"SELECT id FROM {table}_docsize WHERE id BETWEEN %s AND %s",
            [first, last],
        )
        there = [key for (key,) in cursor.fetchall()]
        places = ", ".join(["%s"] * len(there))
        cursor.execute(
            f"{statement} WHERE id BETWEEN %s AND %s AND id NOT IN ({places}) ORDER BY id",
            [first, last, *there],
        )


def install(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for statement in (*TABLES.values(), *_FILL):
            cursor.execute(statement)
    renew(connection)


def renew(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        there = {name for (name,) in cursor.fetchall()}
        for name, statement in TABLES.items():
            if name not in there:
                cursor.execute(statement)
            if "fts5" in statement:
                cursor.execute(
                    f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', {HASH_SIZE})"
                )
        for name, (when, statement) in TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {_named(name)}")
            cursor.execute(f"CREATE TRIGGER {_named(name)} {when} BEGIN {statement}; END")


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {_named(name)}")
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def whole(connection: BaseDatabaseWrapper) -> bool:
    """Are all triggers there, or is there no index at all?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'table')")
        there = {name for (name,) in cursor.fetchall()}
    return not there & TABLES.keys() or {_named(name) for name in TRIGGERS} <= there
