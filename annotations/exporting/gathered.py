"""What was gathered about a claim: evidence, questions with their answers, discussions.

The half of ``records`` in which protected sources, and what came later, are kept back.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from annotations.services.evidence import PageKey, page_among

from .base import Context, Record
from .options import Options
from .people import People
from .reading import Chunk, Row

# That there is a protected source is known; who or what it is, and when it came, leaves nowhere.
PROTECTED_KEEPS = frozenset({"uid", "stance", "set_number", "protected"})
# Reasons of ``Report.left_out`` that are the options' doing, whatever the format.
NOT_KNOWN, ANSWER_NOT_KNOWN = "evidence not known at the time", "answers not known at the time"


def uid_of(stored: Any) -> str:
    """SQLite keeps the 32 digits."""
    if isinstance(stored, str):
        return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"
    return str(stored)


class Gathered:
    """Records of what hangs on a claim, by the chunk's rows."""

    context: Context
    options: Options
    people: People
    chunk: Chunk
    # Of the corpus's protected sources.
    pages: set[PageKey]

    def _all_evidence(self, claim: int, claim_date: dt.date | None) -> list[Record]:
        rows = self.chunk.evidence.pop(claim, None)
        if not rows:
            return []
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
            set_number, protected, added_by, created_at, updated_at, revision, copy_url,
            final_url, fetched_at, media_type, size, sha256,
        ) = row  # fmt: skip
        # A protected source's page leaves under no other row either.
        if self.pages and any(page_among(u, self.pages) for u in (url, copy_url, final_url) if u):
            protected = True
        post = None if published is None or claim_date is None else published > claim_date
        record = {
            "uid": uid_of(uid),
            "url": url,
            "citation": citation,
            "title": title,
            "publisher": publisher,
            "published": published,
            "quote": quote,
            "stance": stance,
            "source_medium": medium,
            "note": self.people.said(note),
            "set_number": set_number,
            "protected": bool(protected),
            "is_post_claim": post,
            # An unknown date is a no.
            "was_known": post is False,
            "snapshot": {
                "url": copy_url,
                "final_url": final_url,
                "fetched_at": fetched_at,
                "media_type": media_type,
                "size": size,
                "sha256": sha256,
            }
            if fetched_at
            else None,
            "added_by": self.people[added_by],
            "created_at": created_at,
            "updated_at": updated_at,
            "revision": revision,
        }
        if protected:
            return {name: record[name] if name in PROTECTED_KEEPS else None for name in record}
        return record

    def _questions(self, claim: int, claim_date: dt.date | None) -> list[Record]:
        return [
            {
                "uid": uid_of(uid),
                "text": self.people.said(text),
                "asked_by": self.people[asked_by],
                "created_at": created_at,
                "updated_at": updated_at,
                "revision": revision,
                "answers": self._answers(pk, claim_date),
            }
            for _, pk, uid, text, asked_by, created_at, updated_at, revision in (
                self.chunk.questions.pop(claim, ())
            )
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
        published = row[13]
        return published is None or claim_date is None or published > claim_date

    def _answer(self, row: Row) -> Record:
        (
            _, uid, answer_type, text, explanation, url, medium, added_by, created_at, updated_at,
            revision, *_copy,
        ) = row  # fmt: skip
        if self.pages and page_among(url, self.pages):
            url = ""
        return {
            "uid": uid_of(uid),
            "answer_type": answer_type,
            "text": text,
            "boolean_explanation": self.people.said(explanation),
            "source_url": url,
            "source_medium": medium,
            "added_by": self.people[added_by],
            "created_at": created_at,
            "updated_at": updated_at,
            "revision": revision,
        }

    def _thread(self, row: Row) -> Record:
        _, pk, uid, started_by, created_at, resolved_by, resolved_at = row
        return {
            "uid": uid_of(uid),
            "started_by": self.people[started_by],
            "created_at": created_at,
            "resolved_by": self.people.get(resolved_by),
            "resolved_at": resolved_at,
            "comments": [self._comment(comment) for comment in self.chunk.comments.pop(pk, ())],
        }

    def _comment(self, row: Row) -> Record:
        _, pk, uid, author, text, created_at, edited_at = row
        mentioned = (self.people[who] for _, who in self.chunk.mentions.pop(pk, ()))
        return {
            "uid": uid_of(uid),
            "author": self.people[author],
            "text": self.people.said(text),
            "mentions": sorted(person["username"] for person in mentioned),
            "created_at": created_at,
            "edited_at": edited_at,
        }
