"""Search in a corpus of 100,000 articles, on SQLite and on PostgreSQL.

Each figure is the first page as the web shows it: what is found, ranked, counted, with excerpts;
by the function that the pages and the API call, as a member of the corpus. The articles are
sentences of a made-up language, its words as unequally frequent as a real one's, or those of the
texts in a folder, put together anew. Each has words that few others have.

By itself it takes another number of articles, and texts:

    python -m tests.bench.search --articles 20000 --texts FOLDER
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.report import Table, median, percentile
from tests.services_needed import missing
from tests.stack import ROOT, clean_environment, postgres_database

ARTICLES = 100_000
SENTENCES = 20_000
CLAIM_EVERY = 4
ROUNDS = 15
CHUNK = 500
COLUMNS = ["", "found", "median ms", "p95 ms"]
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def measure(
    folder: Path, *, tiny: bool = False, articles: int = ARTICLES, texts: str = ""
) -> Table:
    articles = 300 if tiny else articles
    table = Table(f"Search, {articles:,} articles", COLUMNS)
    databases = ["sqlite"]
    if (reason := missing("postgres")) is None:
        databases.append("postgres")
    else:
        table.figures["left_out"] = f"PostgreSQL: {reason}"
    for database in databases:
        with ExitStack() as after:
            address = f"sqlite:///{folder / 'search.sqlite3'}"
            if database == "postgres":
                address = after.enter_context(postgres_database(f"factcheck_search_{os.getpid()}"))
            _add(table, database, _child(folder, address, articles, texts, tiny))
    return table


def _child(folder: Path, address: str, articles: int, texts: str, tiny: bool) -> dict[str, Any]:
    """In a process of its own, whose settings name the database."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.search", "--measure", str(articles), texts, str(tiny)],
        env=clean_environment(
            DATABASE_URL=address,
            ALLOWED_HOSTS="localhost",
            DEBUG="false",
            SECRET_KEY="only-for-this-benchmark-" + "x" * 40,
            DJANGO_SETTINGS_MODULE="factcheck.settings",
            VAR_DIR=str(folder),
            LOG_LEVEL="WARNING",
        ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _add(table: Table, database: str, found: dict[str, Any]) -> None:
    everything: list[float] = []
    for name, (count, times) in found["queries"].items():
        everything += times
        table.rows.append(
            [
                f"{database}, {name}",
                count,
                f"{median(times):.1f}",
                f"{percentile(times, 0.95):.1f}",
            ]
        )
        table.figures[f"{database}_{name.replace(' ', '_')}_ms"] = round(median(times), 1)
    table.rows.append(
        [
            f"{database}, all queries",
            "",
            f"{median(everything):.1f}",
            f"{percentile(everything, 0.95):.1f}",
        ]
    )
    table.figures |= {
        f"{database}_median_ms": round(median(everything), 1),
        f"{database}_p95_ms": round(percentile(everything, 0.95), 1),
    }
    for name, figure in found["writing"].items():
        table.rows.append([f"{database}, {name}", "", f"{figure:g}", ""])
        table.figures[f"{database}_{name.replace(' ', '_').replace(',', '')}"] = figure


# --- In the process that has the database ------------------------------------------------------


def _run(articles: int, texts: str, tiny: bool) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from annotations.search import schema

    call_command("migrate", verbosity=0, skip_checks=True)
    words = Words(texts)
    library = Library(words)
    tenth = max(articles // 10, 1)
    # A tenth without the index, a tenth with it: what keeping it costs an import.
    schema.remove(connection)
    without = library.add(tenth)
    begun = time.perf_counter()
    schema.install(connection)
    filled = time.perf_counter() - begun
    library.add(articles - 2 * tenth)
    with_index = library.add(tenth)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rounds = 2 if tiny else ROUNDS
    return {
        "queries": _measured(library, rounds),
        "writing": {
            "articles a second written without the index": round(tenth / without),
            "articles a second written with it": round(tenth / with_index),
            "articles a second indexed by the migration": round(tenth / filled),
        },
    }


def _measured(library: Library, rounds: int) -> dict[str, tuple[str, list[float]]]:
    from annotations import search
    from annotations.models import Article, Claim

    def articles(query: str) -> Any:
        asked = search.read(query)
        rows = Article.objects.visible_to(library.reader)
        return search.article_hits(rows, asked)

    def claims(query: str) -> Any:
        asked = search.read(query)
        rows = Claim.objects.visible_to(library.reader)
        return search.claim_hits(rows, asked)

    found: dict[str, tuple[str, list[float]]] = {}
    for name, query in library.words.queries().items():
        ask: Callable[[str], Any] = claims if name.startswith("claims") else articles
        times: list[float] = []
        # The first is not counted: what a first query loads stays.
        hits = ask(query)
        for _ in range(rounds):
            begun = time.perf_counter()
            ask(query)
            times.append((time.perf_counter() - begun) * 1000)
        found[name] = (f"{hits.count:,}{'+' if hits.more else ''}", times)
    return found


class Words:
    """Sentences to make articles of."""

    def __init__(self, texts: str) -> None:
        self.random = random.Random(1)
        self.made = 0
        self.sentences = list(self._read(Path(texts)) if texts else self._invented())
        self.counts = Counter(word for s in self.sentences for word in _words(s))
        pairs: Counter[tuple[str, str]] = Counter()
        for sentence in self.sentences:
            in_order = _words(sentence)
            pairs.update(itertools.pairwise(in_order))
        self.pairs = pairs

    def _invented(self) -> Iterator[str]:
        syllables = [
            a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er")
        ]
        vocabulary = list(
            {"".join(self.random.choices(syllables, k=1 + n % 4)): 1 for n in range(40_000)}
        )
        weights = [1 / (rank + 2) for rank in range(len(vocabulary))]
        for _ in range(SENTENCES):
            words = self.random.choices(vocabulary, weights, k=self.random.randint(8, 28))
            yield f"{' '.join(words).capitalize()}."

    def _read(self, folder: Path) -> Iterator[str]:
        for path in sorted(folder.rglob("*.txt")):
            text = path.read_text(encoding="utf-8", errors="replace").replace("\0", "")
            for sentence in _SENTENCE.split(text):
                if 20 < len(sentence) < 500:
                    yield " ".join(sentence.split())

    def text(self) -> str:
        self.made += 1
        own = f"Number n{self.made:06d} and w{self.random.randrange(50_000):05d}."
        return " ".join([*self.random.choices(self.sentences, k=self.random.randint(15, 45)), own])

    def title(self) -> str:
        return " ".join(self.random.choice(self.sentences).split()[:9])

    def queries(self) -> dict[str, str]:
        """A word that stands in most articles, one of every hundredth, and so on."""
        ordered = [word for word, _ in self.counts.most_common() if word.isalpha()]
        common, also = ordered[0], ordered[5]
        middle = ordered[min(len(ordered) - 1, 400)]
        pair = next(f"{a} {b}" for (a, b), _ in self.pairs.most_common())
        rare_pair = next(f"{a} {b}" for (a, b), n in self.pairs.most_common() if n <= 6)
        return {
            "rare word": "n000123",
            "word of a few": "w01234",
            "middling word": middle,
            "common word": common,
            "two common words": f"{common} {also}",
            "rare and common word": f"w01234 {common}",
            "either word": f"{middle} OR w01234",
            "phrase": f'"{rare_pair}"',
            "common phrase": f'"{pair}"',
            "exclusion": f"{middle} -{also}",
            "beginning": f"{middle[:4]}*",
            "title": f"title:{middle}",
            "publisher and word": f"publisher:post {middle}",
            "dates": f"{common} after:2025-06 before:2025-08",
            "dates alone": "after:2025-06 before:2025-08",
            "nothing": "notthere",
            "claims, common word": common,
            "claims, phrase": f'"{pair}"',
            "claims, claimant": "claimant:speaker",
        }


def _words(sentence: str) -> list[str]:
    from annotations.domain.search_query import words_of

    return list(words_of(sentence))


class Library:
    """Two corpora, one of them the reader's, with nine of ten articles."""

    def __init__(self, words: Words) -> None:
        from annotations.models import Claimant, User
        from annotations.services.corpora import corpus_create, membership_set

        self.words = words
        self.reader = User.objects.create_user("reader", password=None)
        self.corpora = [corpus_create(actor=None, name=name) for name in ("Read", "Other")]
        membership_set(actor=None, corpus=self.corpora[0], user=self.reader, role="reviewer")
        self.claimants = [
            Claimant.objects.create(corpus=c, name="The Speaker") for c in self.corpora
        ]

    def add(self, count: int) -> float:
        """Write articles as an import does, a chunk a transaction; seconds that writing took."""
        from django.db import transaction

        seconds = 0.0
        for first in range(0, count, CHUNK):
            rows = self._rows(min(CHUNK, count - first))
            begun = time.perf_counter()
            with transaction.atomic():
                rows.insert()
            seconds += time.perf_counter() - begun
        return seconds

    def _rows(self, count: int) -> Any:
        import datetime as dt

        from annotations.models import Article, ArticleText, Claim, ClaimSpan
        from annotations.services.bulk import Rows

        rows = Rows((Article, ArticleText, Claim, ClaimSpan))
        for _ in range(count):
            text = self.words.text()
            number = self.words.made
            side = int(number % 10 == 0)
            digest = f"{number:064d}"
            article = rows.add(
                Article(
                    corpus=self.corpora[side],
                    title=self.words.title(),
                    publisher=("The Post", "Daily Mirror", "Herald")[number % 3],
                    published=dt.date(2024, 1, 1) + dt.timedelta(days=number % 900),
                    content_hash=digest,
                    state="ready",
                )
            )
            stored = rows.add(ArticleText(article=article, text=text, content_hash=digest))
            if number % CLAIM_EVERY == 0:
                end = text.index(".") + 1
                claim = rows.add(
                    Claim(
                        article=article,
                        text=stored,
                        normalised=text[:end][:500],
                        claimant=self.claimants[side],
                        created_by=self.reader,
                    )
                )
                rows.add(ClaimSpan(claim=claim, start=0, end=end, quote=text[:end]))
        return rows


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        articles, texts, tiny = sys.argv[2:]
        print(json.dumps(_run(int(articles), texts, tiny == "True")))
        return
    import tempfile

    parser = argparse.ArgumentParser(prog="python -m tests.bench.search", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--texts", default="", help="a folder of .txt files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="factcheck-search-") as folder:
        table = measure(Path(folder), articles=options.articles, texts=options.texts)
    print(table.text())
    print(json.dumps({"bench": "search", **table.figures}))


if __name__ == "__main__":
    main()
