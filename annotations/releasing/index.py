"""What a release keeps for the next one: which claims it had, and which were gone by then."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO

import orjson

from annotations.domain.transitions import ClaimState
from annotations.exporting.archive import zipped
from annotations.exporting.base import Record, line
from annotations.models import Claim, Corpus

CLAIMS, GONE, NUMBER = "claims.txt", "tombstones.jsonl", "number.txt"
WITHDRAWN, MERGED, DELETED, REMOVED = "withdrawn", "merged", "article deleted", "removed"
AT_ONCE = 1000


def index(number: int, claims: Iterator[str], stones: Iterator[Record]) -> Iterator[bytes]:
    return zipped(
        [
            (CLAIMS, (f"{uid}\n".encode() for uid in claims)),
            (GONE, (line(stone) for stone in stones)),
            (NUMBER, [str(number).encode()]),
        ]
    )


class Index:
    """Reads what ``index`` wrote."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(file)
        self.number = int(self._archive.read(NUMBER))

    def claims(self) -> Iterator[str]:
        with self._archive.open(CLAIMS) as member:
            for row in member:
                yield row.decode().strip()

    def tombstones(self) -> Iterator[Record]:
        with self._archive.open(GONE) as member:
            for row in member:
                yield orjson.loads(row)


def tombstones(corpus: Corpus, previous: Index | None) -> Iterator[Record]:
    """Of each claim that an earlier release had and that is gone: when, how, and no content.

    ``uid``, ``withdrawn_at`` (None where nothing is left that says it), ``reason``,
    ``merged_into`` (the uid of the claim that took it in) and ``last_in``, the number of the last
    release that had it. A claim that stands and that this release merely doesn't choose has none.
    """
    if previous is None:
        return
    was_gone = ((stone["uid"], stone["last_in"]) for stone in previous.tombstones())
    while some := dict(islice(was_gone, AT_ONCE)):
        yield from _among(corpus, some)
    had = ((uid, previous.number) for uid in previous.claims())
    while some := dict(islice(had, AT_ONCE)):
        yield from _among(corpus, some)


def _among(corpus: Corpus, last_in: dict[str, int]) -> Iterator[Record]:
    found = Claim.objects.filter(uid__in=last_in, article__corpus=corpus).values_list(
        "uid", "state", "updated_at", "merged_into__uid", "article__deleted_at"
    )
    known = {str(row[0]): row for row in found}
    for uid in sorted(last_in):
        row = known.get(uid)
        at, reason, merged = None, REMOVED, None
        if row is not None:
            _, state, updated_at, merged, deleted_at = row
            if state == ClaimState.WITHDRAWN:
                at, reason = updated_at, MERGED if merged else WITHDRAWN
            elif deleted_at is not None:
                at, reason = deleted_at, DELETED
            else:
                continue
        yield {
            "uid": uid,
            "withdrawn_at": at,
            "reason": reason,
            "merged_into": str(merged) if isinstance(merged, uuid.UUID) else None,
            "last_in": last_in[uid],
        }
