"""Text search configurations, vectors, and the triggers that keep them.

Triggers run once a statement, so COPY of five hundred texts is indexed by one INSERT.
"""

from __future__ import annotations

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from annotations.domain.search_query import ACCENTS, POINTS, SIGNS

from ..languages import STEMMERS
from ..postgres import CONFIGURATIONS, PLAIN, configuration_of

TABLES = ("annotations_articlesearch", "annotations_claimsearch", "annotations_searchconfig")
FILL_ROWS = 500
# Characters whose words have positions. A vector counts 16,383 of them; what is further back is
# found by its words, but in no phrase.
POSITIONED = 60_000
# A vector holds 1 MiB of words, and a part of a text up to a fourth of that.
FULL = 700_000

_TABLES = (
    "CREATE TABLE annotations_searchconfig (name text PRIMARY KEY)",
    "CREATE TABLE annotations_articlesearch (article_id bigint PRIMARY KEY, config text NOT NULL,"
    " head tsvector NOT NULL, words tsvector NOT NULL)",
    "CREATE TABLE annotations_claimsearch (claim_id bigint PRIMARY KEY, config text NOT NULL,"
    " words tsvector NOT NULL)",
)
# In the row itself, not beside it: read twice as quickly, and the planner knows what it costs.
_STORED = (
    "ALTER TABLE annotations_articlesearch ALTER COLUMN words SET STORAGE MAIN",
    "ALTER TABLE annotations_claimsearch ALTER COLUMN words SET STORAGE MAIN",
)
_INDEXES = (
    "CREATE INDEX annotations_articlesearch_head ON annotations_articlesearch USING gin (head)",
    "CREATE INDEX annotations_articlesearch_words ON annotations_articlesearch USING gin (words)",
    "CREATE INDEX annotations_claimsearch_words ON annotations_claimsearch USING gin (words)",
)
_CASES = " ".join(
    f"WHEN '{subtag}' THEN '{configuration_of(algorithm)}'"
    for subtag, algorithm in STEMMERS.items()
)
# The configuration of each language that occurs, looked up once a statement.
_LANGUAGES = (
    " JOIN (SELECT language, annotations_search_config(language) AS name FROM (SELECT DISTINCT"
    " language FROM annotations_article WHERE id IN ({})) l OFFSET 0) c ON c.language = a.language"
)
# Between two columns is a gap, so that no phrase reaches over it.
_ARTICLES = (
    "INSERT INTO annotations_searchconfig SELECT DISTINCT annotations_search_config(language)"
    " FROM annotations_article WHERE id = ANY(keys) EXCEPT SELECT name FROM"
    " annotations_searchconfig ON CONFLICT DO NOTHING;"
    " INSERT INTO annotations_articlesearch (article_id, config, head, words)"
    " SELECT a.id, c.name, ts_delete(h.head, '-'), ts_delete(h.head ||"
    " setweight(annotations_search_vector(c.name, t.text), 'D'), '-')"
    " FROM annotations_article a"
    + _LANGUAGES.format("SELECT unnest(keys)")
    + " CROSS JOIN LATERAL (SELECT text FROM annotations_articletext WHERE article_id = a.id"
    " ORDER BY number DESC LIMIT 1) t"
    " CROSS JOIN LATERAL (SELECT"
    " setweight(annotations_search_vector(c.name, a.title), 'A') || '''-'':1'::tsvector ||"
    " setweight(annotations_search_vector(c.name, a.author), 'B') || '''-'':1'::tsvector ||"
    " setweight(annotations_search_vector(c.name, a.publisher), 'C') || '''-'':1'::tsvector"
    " AS head OFFSET 0) h"
    " WHERE a.id = ANY(keys)"
    " ON CONFLICT (article_id)",
    "config = EXCLUDED.config, head = EXCLUDED.head, words = EXCLUDED.words",
)
_CLAIMS = (
    "INSERT INTO annotations_claimsearch (claim_id, config, words)"
    " SELECT k.id, c.name, CASE WHEN k.normalised = '' AND m.name IS NULL THEN"
    " setweight(annotations_search_vector(c.name, s.quote), 'D') ELSE ts_delete("
    " setweight(annotations_search_vector(c.name, k.normalised), 'A') || '''-'':1'::tsvector ||"
    " setweight(annotations_search_vector(c.name, coalesce(m.name, '')), 'B')"
    " || '''-'':1'::tsvector ||"
    " setweight(annotations_search_vector(c.name, s.quote), 'D'), '-') END"
    " FROM annotations_claim k"
    " JOIN annotations_article a ON a.id = k.article_id"
    + _LANGUAGES.format("SELECT article_id FROM annotations_claim WHERE id = ANY(keys)")
    + " CROSS JOIN LATERAL (SELECT string_agg(quote, ' … ' ORDER BY start) AS quote"
    " FROM annotations_claimspan WHERE claim_id = k.id) s"
    " LEFT JOIN annotations_claimant m ON m.id = k.claimant_id"
    " WHERE k.id = ANY(keys) AND s.quote IS NOT NULL"
    " ON CONFLICT (claim_id)",
    "config = EXCLUDED.config, words = EXCLUDED.words",
)


def _index(what: str, statement: tuple[str, str]) -> dict[str, str]:
    """``_index``: what stands there is written anew. ``_fill``: of a range of keys, what isn't
    there; whatever is has been written since by whoever changed the row, and is newer. Rows that
    are being removed are waited for, so that none is left in the index alone."""
    body, changed = statement
    row, key = f"annotations_{what[:-1]}", f"{what[:-1]}_id"
    return {
        f"annotations_{what}_index(keys bigint[])": (
            f"RETURNS void LANGUAGE sql AS $$ {body} DO UPDATE SET {changed} $$"
        ),
        f"annotations_{what}_fill(first bigint, last bigint)": (
            "RETURNS void LANGUAGE plpgsql AS $$ DECLARE keys bigint[]; BEGIN"
            f" keys := ARRAY(SELECT r.id FROM {row} r WHERE r.id BETWEEN first AND last"
            f" AND NOT EXISTS (SELECT FROM {row}search WHERE {key} = r.id)"
            " ORDER BY r.id FOR KEY SHARE OF r);"
            f" {body} DO NOTHING; END $$"
        ),
    }


# Name and arguments → the rest of its definition.
_FUNCTIONS = {
    "annotations_search_config(language text)": (
        "RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce("
        f"(SELECT found FROM (SELECT CASE lower(split_part(replace(language, '_', '-'), '-', 1))"
        f" {_CASES} END AS found) f WHERE EXISTS (SELECT FROM pg_ts_config WHERE cfgname = found)),"
        f" '{PLAIN}') $$"
    ),
    # Accents off and everything but letters, their signs and digits out, so that PostgreSQL's
    # parser, which knows addresses and file names, sees the words that SQLite sees. Most texts are
    # ASCII once their quotation marks and dashes are out.
    "annotations_search_letters(value text)": (
        "RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ DECLARE letters text :="
        f" regexp_replace(value, '[^[:alnum:][:space:]{ACCENTS}{SIGNS}]', ' ', 'g');"
        " BEGIN IF octet_length(letters) = length(letters) THEN RETURN letters; END IF;"
        " RETURN regexp_replace("
        f"regexp_replace(normalize(letters, NFD), '[{ACCENTS}]+', '', 'g'),"
        f" '[^[:alnum:][:space:]{SIGNS}]', ' ', 'g'); END $$"
    ),
    "annotations_search_vector(config text, value text)": (
        "RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ DECLARE"
        "  letters text; place integer := 1; part text; space integer; found tsvector := '';"
        " BEGIN"
        " IF value = '' THEN RETURN ''; END IF;"
        " letters := annotations_search_letters(value);"
        f" IF length(letters) <= {POSITIONED} THEN RETURN to_tsvector(config::regconfig, letters);"
        " END IF;"
        f" WHILE place <= length(letters) AND pg_column_size(found) < {FULL} LOOP"
        f"  part := substr(letters, place, {POSITIONED});"
        # No word is cut in two, where there is a space at all.
        "  space := strpos(reverse(part), ' ');"
        f"  IF space > 0 AND place + {POSITIONED} <= length(letters) THEN"
        "   part := left(part, length(part) - space + 1); END IF;"
        "  IF place = 1 THEN found := to_tsvector(config::regconfig, part);"
        "  ELSE found := found || strip(to_tsvector(config::regconfig, part)); END IF;"
        "  place := place + length(part);"
        " END LOOP; RETURN found; END $$"
    ),
    **_index("articles", _ARTICLES),
    **_index("claims", _CLAIMS),
    "annotations_search_articles()": (
        "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'TRUNCATE' THEN DELETE FROM annotations_articlesearch;"
        " ELSIF TG_OP = 'DELETE' THEN DELETE FROM annotations_articlesearch"
        "  WHERE article_id IN (SELECT id FROM changed);"
        " ELSE PERFORM annotations_articles_index(ARRAY(SELECT id FROM changed)); END IF;"
        " RETURN NULL; END $$"
    ),
    "annotations_search_article()": (
        "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM annotations_articles_index(ARRAY[NEW.id]);"
        " IF OLD.language IS DISTINCT FROM NEW.language THEN PERFORM annotations_claims_index("
        "  ARRAY(SELECT id FROM annotations_claim WHERE article_id = NEW.id)); END IF;"
        " RETURN NULL; END $$"
    ),
    "annotations_search_texts()": (
        "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'DELETE' THEN DELETE FROM annotations_articlesearch"
        "  WHERE article_id IN (SELECT article_id FROM changed); END IF;"
        " PERFORM annotations_articles_index(ARRAY(SELECT DISTINCT article_id FROM changed));"
        " RETURN NULL; END $$"
    ),
    "annotations_search_claims()": (
        "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'TRUNCATE' THEN DELETE FROM annotations_claimsearch;"
        " ELSIF TG_OP = 'DELETE' THEN DELETE FROM annotations_claimsearch"
        "  WHERE claim_id IN (SELECT id FROM changed);"
        " ELSE PERFORM annotations_claims_index(ARRAY(SELECT id FROM changed)); END IF;"
        " RETURN NULL; END $$"
    ),
    "annotations_search_claim()": (
        "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM annotations_claims_index(ARRAY[NEW.id]); RETURN NULL; END $$"
    ),
    "annotations_search_spans()": (
        "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'DELETE' THEN DELETE FROM annotations_claimsearch"
        "  WHERE claim_id IN (SELECT claim_id FROM changed); END IF;"
        " PERFORM annotations_claims_index(ARRAY(SELECT DISTINCT claim_id FROM changed));"
        " RETURN NULL; END $$"
    ),
    "annotations_search_claimant()": (
        "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM annotations_claims_index("
        " ARRAY(SELECT id FROM annotations_claim WHERE claimant_id = NEW.id));"
        " RETURN NULL; END $$"
    ),
}
_LATER = "annotations.search_later"
# But where whoever inserts has said that the index is filled afterwards.
_ADDED = (
    "AFTER INSERT ON {} REFERENCING NEW TABLE AS changed FOR EACH STATEMENT"
    f" WHEN (current_setting('{_LATER}', true) IS DISTINCT FROM 'on')"
)
_CHANGED = "AFTER UPDATE ON {} REFERENCING NEW TABLE AS changed FOR EACH STATEMENT"
_REMOVED = "AFTER DELETE ON {} REFERENCING OLD TABLE AS changed FOR EACH STATEMENT"
_EMPTIED = "AFTER TRUNCATE ON {} FOR EACH STATEMENT"


def _row(table: str, *columns: str) -> str:
    """A row's change of some columns. Django writes all of them, changed or not."""
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("OLD", "NEW"))
    return (
        f"AFTER UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW"
        f" WHEN (({old}) IS DISTINCT FROM ({new}))"
    )


# Name → table, when, function.
_TRIGGERS = {
    "article_added": ("annotations_article", _ADDED, "annotations_search_articles"),
    "article_changed": (
        "annotations_article",
        _row("{}", "title", "author", "publisher", "language"),
        "annotations_search_article",
    ),
    "article_removed": ("annotations_article", _REMOVED, "annotations_search_articles"),
    "article_emptied": ("annotations_article", _EMPTIED, "annotations_search_articles"),
    "text_added": ("annotations_articletext", _ADDED, "annotations_search_texts"),
    "text_removed": ("annotations_articletext", _REMOVED, "annotations_search_texts"),
    "claim_added": ("annotations_claim", _ADDED, "annotations_search_claims"),
    "claim_changed": (
        "annotations_claim",
        _row("{}", "normalised", "claimant_id"),
        "annotations_search_claim",
    ),
    "claim_removed": ("annotations_claim", _REMOVED, "annotations_search_claims"),
    "claim_emptied": ("annotations_claim", _EMPTIED, "annotations_search_claims"),
    "span_added": ("annotations_claimspan", _ADDED, "annotations_search_spans"),
    "span_changed": ("annotations_claimspan", _CHANGED, "annotations_search_spans"),
    "span_removed": ("annotations_claimspan", _REMOVED, "annotations_search_spans"),
    "claimant_changed": (
        "annotations_claimant",
        _row("{}", "name"),
        "annotations_search_claimant",
    ),
}


def _named(trigger: str) -> str:
    return f"annotations_search_{trigger}"


def put_off(connection: BaseDatabaseWrapper, *, on: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [_LATER, "on" if on else "off"])


def fill(connection: BaseDatabaseWrapper, what: str, first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT annotations_{what}_fill(%s, %s)", [first, last])


def install(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT dictname FROM pg_ts_dict")
        brought = {name for (name,) in cursor.fetchall()}
        for name, algorithm in CONFIGURATIONS.items():
            if algorithm and f"{algorithm}_stem" not in brought:
                continue
            cursor.execute(f"CREATE TEXT SEARCH CONFIGURATION {name} (COPY = pg_catalog.simple)")
            if algorithm:
                # PostgreSQL's own dictionaries leave common words out, which tears phrases.
                cursor.execute(
                    f"CREATE TEXT SEARCH DICTIONARY {name}"
                    f" (TEMPLATE = pg_catalog.snowball, Language = {algorithm})"
                )
                cursor.execute(
                    f"ALTER TEXT SEARCH CONFIGURATION {name}"
                    f" ALTER MAPPING FOR asciiword, word WITH {name}"
                )
        for statement in (*_TABLES, *_STORED):
            cursor.execute(statement)
    renew(connection)
    _fill(connection, "annotations_article", "annotations_articles_index")
    _fill(connection, "annotations_claim", "annotations_claims_index")
    with connection.cursor() as cursor:
        for statement in _INDEXES:
            cursor.execute(statement)


def renew(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for signature, definition in _FUNCTIONS.items():
            cursor.execute(f"CREATE OR REPLACE FUNCTION {signature} {definition}")
        for name, (table, when, function) in _TRIGGERS.items():
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {_named(name)} {when.format(table)}"
                f" EXECUTE FUNCTION {function}()"
            )


def refold(connection: BaseDatabaseWrapper) -> None:
    """Functions as they are now, and anew what is written with marks that used to part words."""
    renew(connection)

    def marked(value: str) -> str:
        # Composed letters have theirs only when they are taken apart. ASCII has none.
        return (
            f"(octet_length({value}) > length({value})"
            f" AND normalize({value}, NFD) ~ '[{POINTS}{SIGNS}]')"
        )

    _fill(
        connection,
        "annotations_article",
        "annotations_articles_index",
        f"({marked('concat(title, author, publisher)')} OR EXISTS (SELECT FROM"
        f" annotations_articletext t WHERE t.article_id = r.id AND {marked('t.text')}))",
    )
    _fill(
        connection,
        "annotations_claim",
        "annotations_claims_index",
        f"({marked('normalised')}"
        " OR EXISTS (SELECT FROM annotations_claimspan s"
        f" WHERE s.claim_id = r.id AND {marked('s.quote')})"
        " OR EXISTS (SELECT FROM annotations_claimant m"
        f" WHERE m.id = r.claimant_id AND {marked('m.name')}))",
    )


def _fill(
    connection: BaseDatabaseWrapper, table: str, function: str, condition: str = "true"
) -> None:
    """A batch a statement, each committed by itself. Rows written meanwhile have been indexed."""
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT id FROM {table} r WHERE id > %s AND {condition}"
                f" ORDER BY id LIMIT {FILL_ROWS}",
                [last],
            )
            keys = [key for (key,) in cursor.fetchall()]
            if not keys:
                return
            cursor.execute(f"SELECT {function}(%s)", [keys])
            last = keys[-1]


def remove(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name, (table, _when, _function) in _TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {_named(name)} ON {table}")
        for signature in reversed(_FUNCTIONS):
            cursor.execute(f"DROP FUNCTION IF EXISTS {signature}")
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
        for name in CONFIGURATIONS:
            cursor.execute(f"DROP TEXT SEARCH CONFIGURATION IF EXISTS {name}")
            cursor.execute(f"DROP TEXT SEARCH DICTIONARY IF EXISTS {name}")
