"""What a check finds out about rows that say the same, or nearly.

Nothing of the file is in the corpus yet, so a check remembers the rows that it has been through, as
many as ``CHECK_COMPARED``, and compares each with them and with the corpus.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings

from annotations.importing import Options
from annotations.models import CheckedBand, CheckedText, Import

from .bulk import keys_assign, rows_insert
from .import_planning import Entry, Plan, Planner, place
from .likeness import (
    MOST_COMPARED,
    THRESHOLD,
    Signature,
    bands_of,
    of_bands,
    owners_of,
    packed,
    signatures_of,
    similarity,
    unpacked,
)

COMPARED = "compared"


def check_compares(source: Import) -> bool:
    """Whether rows are still remembered; behind the bound only what is in the corpus is known."""
    return int(source.counts.get(COMPARED, 0)) < settings.IMPORT_CHECK_COMPARED


def check_plan(source: Import, options: Options, entries: Sequence[Entry]) -> Plan:
    """Plan a chunk of a check; its rows are remembered. Inside the caller's transaction."""
    hashes = {entry.prepared.sha256 for entry in entries if entry.prepared}
    known = CheckedText.objects.filter(source=source, sha256__in=hashes)
    before = {row.sha256: place(row.file, row.line) for row in known}
    planner = Planner(source, options, before=before)
    plan = planner.take(entries)
    for problem in plan.problems:
        # One that is planned, and won't be there.
        if problem.article is not None and problem.article.pk is None:
            problem.article = None
    if check_compares(source):
        _compare(source, plan)
    return plan


def check_forget(source: Import) -> None:
    """The rows that a check remembered."""
    CheckedBand.objects.filter(source=source).delete()
    CheckedText.objects.filter(source=source).delete()


def _compare(source: Import, plan: Plan) -> None:
    rows = [
        CheckedText(
            source=source,
            file=entry.file[:500],
            line=entry.line,
            sha256=article.content_hash,
            signature=packed(entry.signature) if entry.signature else None,
        )
        for article, entry in plan.entered
    ]
    keys_assign(rows)
    sketched = [
        (row, entry, entry.signature, bands_of(entry.signature))
        for row, (_, entry) in zip(rows, plan.entered, strict=True)
        if entry.signature
    ]
    wanted = {band for *_, bands in sketched for band in bands}
    owners = owners_of(source.corpus, wanted)
    signatures = signatures_of({pk for pks in owners.values() for pk in pks})
    earlier, texts = _remembered(source, wanted)
    fresh: list[CheckedBand] = []
    for row, entry, signature, bands in sketched:
        alike = _alike(signature, bands, owners, signatures)
        before = _alike(signature, bands, earlier, {pk: s for pk, (s, _) in texts.items()})
        if alike or before:
            plan.counts["near_duplicates"] += 1
            where = (
                f"an article of the corpus (no. {alike[1]})" if alike else texts[before[1]][1]  # type: ignore[index]
            )
            share = round(100 * (alike or before)[0])  # type: ignore[index]
            plan.problem(entry, "note", f"nearly the same, {share} %, as {where}")
        texts[row.pk] = signature, place(entry.file, entry.line)
        for band in bands:
            earlier[band].append(row.pk)
            fresh.append(CheckedBand(source=source, text=row, band=band))
    rows_insert(rows)
    rows_insert(fresh)
    plan.counts[COMPARED] += len(rows)


def _remembered(
    source: Import, bands: set[int]
) -> tuple[dict[int, list[int]], dict[int, tuple[Signature, str]]]:
    """Band → earlier rows, and what is to be known of these: signature and place."""
    earlier: dict[int, list[int]] = defaultdict(list)
    for band, pk in of_bands(CheckedBand.objects.filter(source=source), bands, "text_id"):
        earlier[band].append(pk)
    rows = CheckedText.objects.in_bulk({pk for pks in earlier.values() for pk in pks})
    return earlier, {
        pk: (unpacked(row.signature), place(row.file, row.line))
        for pk, row in rows.items()
        if row.signature is not None
    }


def _alike(
    signature: Signature,
    bands: Sequence[int],
    owners: dict[int, list[int]],
    known: dict[int, Signature],
) -> tuple[float, int] | None:
    """The likest of those that share a band: how like, and which."""
    candidates = sorted({pk for band in bands for pk in owners.get(band, ())})[:MOST_COMPARED]
    shares = [(similarity(signature, known[pk]), -pk) for pk in candidates if pk in known]
    share, key = max(shares, default=(0.0, 0))
    return (share, -key) if share >= THRESHOLD else None
