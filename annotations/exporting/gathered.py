"""What was gathered about a claim, and published: evidence, questions, discussions, fact-checks.

The half of ``records`` in which protected sources, and what came later, are kept back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson

from annotations.domain.pages import PageKey, page_among
from annotations.services.fact_check_content import Guard

from .base import Context, Record
from .options import Options
from .people import People, Person
from .reading import Chunk, Row
from .rows import given_day, given_moment, given_uid

# That there is a protected source is known; who or what it is, and when it came, leaves nowhere.
PROTECTED_KEEPS = frozenset({"uid", "stance", "set_number", "protected"})
# Reasons of ``Report.left_out``, whatever the format: the options' doing, and what stays published.
NOT_KNOWN, ANSWER_NOT_KNOWN = "evidence not known at the time", "answers not known at the time"
FACT_CHECK_NOT_KNOWN = "contents of fact-checks, which know more than was known at the time"
CLAIM_WITHDRAWN = "published fact-checks of withdrawn claims"
WHATEVER_FORMAT = (NOT_KNOWN, ANSWER_NOT_KNOWN, FACT_CHECK_NOT_KNOWN, CLAIM_WITHDRAWN)

_NO_COPY: list[Any] = [None] * 9


def _copy(row: list[Any]) -> Record | None:
    """What is known of a saved copy, its words and the file itself apart."""
    url, final_url, fetched_at, media_type, size, sha256, title, publisher, published = row
    if not fetched_at:
        return None
    return {
        "url": url,
        "final_url": final_url,
        "fetched_at": given_moment(fetched_at),
        "media_type": media_type,
        "size": size,
        "sha256": sha256,
        # What the page said of itself.
        "title": title,
        "publisher": publisher,
        "published": given_day(published),
    }


class Gathered:
    """Records of what hangs on a claim, by the chunk's rows."""

    context: Context
    options: Options
    people: People
    shown: Mapping[int, Person]
    chunk: Chunk
    # Of the corpus's protected sources.
    pages: set[PageKey]
    guard: Guard

    def _words(self, text: str) -> str:
        """What somebody wrote, without addresses of protected sources, and without names where
        they are kept back."""
        return self.people.said(self.guard.text(text))

    def _all_evidence(self, rows: list[Row], claim_date: dt.date | None) -> list[Record]:
        found = [self._evidence(row, claim_date) for row in rows]
        if not self.options.known_only:
            return found
        # Of a protected source is not said when it was published, so it counts as unknown.
        known = [evidence for evidence in found if evidence["was_known"]]
        self.context.report.left_out[NOT_KNOWN] += len(found) - len(known)
        return known

    def _evidence(self, row: Row, claim_date: dt.date | None) -> Record:
        (
            _, uid, url, citation, title, publisher, published, quote, stance, medium, note,
            set_number, protected, added_by, created_at, updated_at, revision, *copy,
        ) = row  # fmt: skip
        published = given_day(published)
        # A protected source's page leaves under no other row either.
        if self.pages and any(page_among(u, self.pages) for u in (url, *copy[:2]) if u):
            protected = True
        post = None if published is None or claim_date is None else published > claim_date
        record = {
            "uid": given_uid(uid),
            "url": url,
            "citation": citation and self.guard.text(citation),
            "title": title and self.guard.text(title),
            "publisher": publisher,
            "published": published,
            "quote": quote and self.guard.text(quote),
            "stance": stance,
            "source_medium": medium,
            "note": note and self._words(note),
            "set_number": set_number,
            "protected": bool(protected),
            "is_post_claim": post,
            # An unknown date is a no.
            "was_known": post is False,
            "snapshot": _copy(copy),
            "added_by": self.shown[added_by],
            "created_at": given_moment(created_at),
            "updated_at": given_moment(updated_at),
            "revision": revision,
        }
        if protected:
            return {name: record[name] if name in PROTECTED_KEEPS else None for name in record}
        return record

    def _questions(self, rows: list[Row], claim_date: dt.date | None) -> list[Record]:
        return [
            {
                "uid": given_uid(uid),
                "text": self._words(text),
                "asked_by": self.shown[asked_by],
                "created_at": given_moment(created_at),
                "updated_at": given_moment(updated_at),
                "revision": revision,
                "answers": self._answers(pk, claim_date),
            }
            for _, pk, uid, text, asked_by, created_at, updated_at, revision in rows
        ]

    def _answers(self, question: int, claim_date: dt.date | None) -> list[Record]:
        rows = self.chunk.answers.pop(question, ())
        found = [self._answer(row) for row in rows if not self._came_later(row, claim_date)]
        if len(found) < len(rows):
            self.context.report.left_out[ANSWER_NOT_KNOWN] += len(rows) - len(found)
        return found

    def _came_later(self, row: Row, claim_date: dt.date | None) -> bool:
        """Is it from a source that wasn't surely there to be known? Its saved copy may say."""
        if not self.options.known_only or not row[5]:
            return False
        published = given_day(row[-1])
        return published is None or claim_date is None or published > claim_date

    def _answer(self, row: Row) -> Record:
        (
            _, uid, answer_type, text, explanation, url, medium, added_by, created_at, updated_at,
            revision, *copy,
        ) = row  # fmt: skip
        if self.pages and any(page_among(u, self.pages) for u in (url, *copy[:2]) if u):
            url, copy = "", _NO_COPY
        return {
            "uid": given_uid(uid),
            "answer_type": answer_type,
            "text": self.guard.text(text),
            "boolean_explanation": self._words(explanation),
            "source_url": url,
            "source_medium": medium,
            "snapshot": _copy(copy),
            "added_by": self.shown[added_by],
            "created_at": given_moment(created_at),
            "updated_at": given_moment(updated_at),
            "revision": revision,
        }

    def _thread(self, row: Row) -> Record:
        _, pk, uid, started_by, created_at, resolved_by, resolved_at = row
        return {
            "uid": given_uid(uid),
            "started_by": self.shown[started_by],
            "created_at": given_moment(created_at),
            "resolved_by": self.people.get(resolved_by),
            "resolved_at": given_moment(resolved_at),
            "comments": [self._comment(comment) for comment in self.chunk.comments.pop(pk, ())],
        }

    def _comment(self, row: Row) -> Record:
        _, pk, uid, author, text, created_at, edited_at = row
        mentioned = (self.shown[who] for _, who in self.chunk.mentions.pop(pk, ()))
        return {
            "uid": given_uid(uid),
            "author": self.shown[author],
            "text": self._words(text),
            "mentions": sorted(person["username"] for person in mentioned),
            "created_at": given_moment(created_at),
            "edited_at": given_moment(edited_at),
        }

    # --- What was published -----------------------------------------------------------------

    def _fact_check(self, row: Row) -> Record:
        (
            _, pk, uid, slug, state, rating, version, published_at, published_by, updated_at,
            withdrawn_at, revision,
        ) = row  # fmt: skip
        whole = not self.options.known_only
        if not whole:
            self.context.report.left_out[FACT_CHECK_NOT_KNOWN] += 1
        versions = self.chunk.versions.pop(pk, ())
        notices = self.chunk.corrections.pop(pk, ())
        return {
            "uid": given_uid(uid),
            "slug": slug,
            "state": state,
            "rating": rating,
            "version": version,
            "published_at": given_moment(published_at),
            "published_by": self.shown[published_by],
            "updated_at": given_moment(updated_at),
            "withdrawn_at": given_moment(withdrawn_at),
            "revision": revision,
            "versions": [self._version(row) for row in versions] if whole else [],
            "corrections": [self._correction(row) for row in notices] if whole else [],
        }

    def _version(self, row: Row) -> Record:
        _, number, content, digest, published_at, published_by = row
        return {
            "version": number,
            "content": self._said(self.guard.content(orjson.loads(content))),
            "digest": digest,
            "published_at": given_moment(published_at),
            "published_by": self.shown[published_by],
        }

    def _correction(self, row: Row) -> Record:
        _, kind, version, what, why, old_rating, new_rating, made_at, made_by = row
        return {
            "kind": kind,
            "version": version,
            "what": self._words(what),
            "why": self._words(why),
            "old_rating": old_rating,
            "new_rating": new_rating,
            "made_at": given_moment(made_at),
            "made_by": self.shown[made_by],
        }

    def _said(self, content: Any) -> Any:
        """In the order of the keys: PostgreSQL keeps none, and the file is the same from every
        database."""
        if isinstance(content, str):
            return self.people.said(content)
        if isinstance(content, list):
            return [self._said(item) for item in content]
        if isinstance(content, dict):
            return {key: self._said(content[key]) for key in sorted(content)}
        return content
