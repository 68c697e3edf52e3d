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
from .keyset import listed
from .likeness import (
    Signature,
    alike,
    bands_of,
    of_bands,
    owners_of,
    packed,
    signatures_of,
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
    earlier, remembered, places = _remembered(source, wanted)
    fresh: list[CheckedBand] = []
    for row, entry, signature, bands in sketched:
        likest = [
            (share, f"an article of the corpus (no. {pk})")
            for share, pk in alike(signature, bands, owners, signatures)[:1]
        ] or [(share, places[pk]) for share, pk in alike(signature, bands, earlier, remembered)[:1]]
        for share, where in likest:
            plan.counts["near_duplicates"] += 1
            plan.problem(entry, "note", f"nearly the same, {100 * share:.0f} %, as {where}")
        remembered[row.pk], places[row.pk] = signature, place(entry.file, entry.line)
        for band in bands:
            earlier[band].append(row.pk)
            fresh.append(CheckedBand(source=source, text=row, band=band))
    rows_insert(rows)
    rows_insert(fresh)
    plan.counts[COMPARED] += len(rows)


def _remembered(
    source: Import, bands: set[int]
) -> tuple[dict[int, list[int]], dict[int, Signature], dict[int, str]]:
    """Band → earlier rows, and of these the signatures and the places."""
    earlier: dict[int, list[int]] = defaultdict(list)
    for band, pk in of_bands(CheckedBand.objects.filter(source=source), bands, "text_id"):
        earlier[band].append(pk)
    owners = listed({pk for pks in earlier.values() for pk in pks})
    rows = list(CheckedText.objects.filter(pk__in=owners, signature__isnull=False))
    return (
        earlier,
        {row.pk: unpacked(row.signature) for row in rows},
        {row.pk: place(row.file, row.line) for row in rows},
    )
