"""What is in the frozen records: counted once, into tables of a temporary database.

Memory doesn't grow with the corpus but for the distinct sources, people and labels in it, and,
while near-identical texts are looked for, for some tens of bytes a text.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from annotations.domain.agreement import Agreement, Judged
from annotations.domain.vocabulary import VerdictKind
from annotations.exporting.base import Record

from .clusters import Sketches
from .source import Source

TIE, NO_VERDICT = "tie", "no verdict"
_TABLES = """
CREATE TABLE articles (
    n INTEGER PRIMARY KEY, id INTEGER UNIQUE, title TEXT, source TEXT, name TEXT,
    domain TEXT, url TEXT, day TEXT, claims INTEGER, cluster INTEGER, part TEXT
);
CREATE TABLE claims (
    n INTEGER PRIMARY KEY, uid TEXT UNIQUE, article INTEGER, words TEXT, rating TEXT,
    claimant TEXT, cluster INTEGER, part TEXT
);
CREATE INDEX claims_article ON claims (article);
CREATE TABLE pages (url TEXT, claim INTEGER);
"""
EXCERPT = 200


class Survey:
    """A pass over the records. ``counts`` and the tables are complete after ``take``."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="release-")
        self.db = sqlite3.connect(Path(self._folder.name) / "survey.sqlite3")
        self.db.execute("PRAGMA journal_mode = OFF")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(_TABLES)
        self.totals: Counter[str] = Counter()
        self.by: dict[str, Counter[str]] = {
            name: Counter()
            for name in (
                "article_states", "claim_states", "claim_types", "ratings", "flags", "languages",
                "guideline_versions", "detectors", "judges_per_claim",
            )
        }  # fmt: skip
        self.days: dict[str, list[str]] = {}
        self.judges: set[str] = set()
        self.people: set[str] = set()
        self.agreement = Agreement()

    def close(self) -> None:
        self.db.close()
        self._folder.cleanup()

    def take(self, source: Source, tick: Callable[[], None]) -> None:
        texts, words = Sketches.of_articles(), Sketches.of_claims()
        try:
            for article in source.articles():
                self._article(article, texts, words)
                tick()
            self._cluster("articles", texts)
            self._cluster("claims", words)
        finally:
            texts.close()
            words.close()
        self.db.commit()

    def rows(self, sql: str, *given: Any) -> Iterator[Any]:
        return iter(self.db.execute(sql, given))

    def one(self, sql: str, *given: Any) -> Any:
        return self.db.execute(sql, given).fetchone()[0]

    # --- One after the other ----------------------------------------------------------------

    def _article(self, article: Record, texts: Sketches, words: Sketches) -> None:
        self.totals["articles"] += 1
        self.by["article_states"][article["state"]] += 1
        self.by["languages"][article["language"]] += 1
        run = article["run"]
        if run:
            self.by["detectors"][f"{run['detector']} {run['version']}"] += 1
        else:
            self.totals["articles_not_extracted"] += 1
        day = article["published"].isoformat() if article["published"] else None
        self._day("articles", day)
        self.totals["suggestions"] += len(article["suggestions"])
        texts.add(article["text"])
        domain = domain_of(article["url"])
        # Who isn't known is nobody else's like.
        source = " ".join(article["publisher"].split()) or domain or f"article {article['id']}"
        self.totals["articles_without_source"] += not (article["publisher"].strip() or domain)
        self.db.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (
                self.totals["articles"] - 1, article["id"], article["title"][:EXCERPT],
                source.casefold(), source, domain, page_of(article["url"]), day,
                len(article["claims"]),
            ),
        )  # fmt: skip
        for claim in article["claims"]:
            self._claim(article, claim, words)

    def _claim(self, article: Record, claim: Record, words: Sketches) -> None:
        number = self.totals["claims"]
        self.totals["claims"] += 1
        self.by["claim_states"][claim["state"]] += 1
        self.by["claim_types"].update(claim["types"])
        if claim["flag"]:
            self.by["flags"][claim["flag"]] += 1
        self._day("claims", claim["claim_date"].isoformat() if claim["claim_date"] else None)
        self.people.add(claim["created_by"]["username"])
        found = claim["verdict"]
        rating = found["rating"] or (TIE if found["tie"] else NO_VERDICT)
        self.by["ratings"][rating] += 1
        said = claim["normalised"] or claim["quote"]
        words.add(said)
        self.db.execute(
            "INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)",
            (
                number, claim["uid"], article["id"], said[:EXCERPT], rating,
                (claim["claimant"] or "").casefold() or None,
            ),
        )  # fmt: skip
        self._judged(claim)
        for piece in claim["evidence"]:
            self.totals["evidence"] += 1
            if piece["protected"]:
                self.totals["evidence_protected"] += 1
            elif piece["url"]:
                self._page(piece["url"], number)
        for question in claim["questions"]:
            self.totals["questions"] += 1
            self.totals["answers"] += len(question["answers"])
            for answer in question["answers"]:
                if answer["source_url"]:
                    self._page(answer["source_url"], number)
        self.totals["discussions"] += len(claim["threads"])

    def _judged(self, claim: Record) -> None:
        judged = []
        for verdict in claim["verdicts"]:
            self.totals["verdicts"] += 1
            self._day("verdicts", verdict["created_at"].date().isoformat())
            version = verdict["guideline_version"]
            if verdict["kind"] != VerdictKind.RETRACTION:
                self.by["guideline_versions"]["none" if version is None else str(version)] += 1
                self.judges.add(verdict["reviewer"]["username"])
            if not verdict["stands"]:
                continue
            self.totals["verdicts_standing"] += 1
            if verdict["kind"] == VerdictKind.REVIEW:
                who = verdict["reviewer"]["username"]
                judged.append(Judged(who, verdict["rating"], verdict["number"]))
            else:
                self.totals["adjudications"] += 1
        self.by["judges_per_claim"][str(len(judged))] += 1
        self.agreement.add(judged)

    def _page(self, url: str, claim: int) -> None:
        self.db.execute("INSERT INTO pages VALUES (?, ?)", (page_of(url), claim))

    def _day(self, of: str, day: str | None) -> None:
        if day is None:
            self.totals[f"{of}_undated"] += 1
            return
        known = self.days.setdefault(of, [day, day])
        known[:] = [min(known[0], day), max(known[1], day)]

    def _cluster(self, table: str, sketches: Sketches) -> None:
        self.db.executemany(
            f"UPDATE {table} SET cluster = ? WHERE n = ?",  # noqa: S608  one of two names
            ((cluster, number) for number, cluster in enumerate(sketches.clusters())),
        )
        self.db.execute(f"CREATE INDEX {table}_cluster ON {table} (cluster)")


def domain_of(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def page_of(url: str) -> str | None:
    """The page that an address leads to: without scheme, ``www.``, fragment and final slash."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return url
    if not host:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{host.removeprefix('www.')}{parts.path.rstrip('/')}{query}"
