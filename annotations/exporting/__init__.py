"""Writing corpora into files: a registry, and one file a format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from django.db.models import Exists, OuterRef
from django.utils import timezone

from annotations.models import ClaimType, Corpus, Verdict

from .averitec import Averitec
from .base import Context, ExportError, Format, LiveContext, Record, Report
from .brat import Brat
from .checkthat import Matching, Normalisation, Worthiness
from .claim_review import ClaimReviews, DataFeed
from .conll import Conll
from .csv import Table
from .docbin import SpacyDocBin
from .doccano import Doccano
from .fever import Fever
from .jsonl import JsonLines
from .label_studio import LabelStudio
from .options import Options
from .parquet import Parquet
from .people import People
from .prodigy import Prodigy
from .reading import Parts
from .records import header, records
from .selection import EVERYTHING, Selection
from .w3c import WebAnnotation

__all__ = [
    "FORMATS",
    "Context",
    "ExportError",
    "Format",
    "LiveContext",
    "Options",
    "Preview",
    "Report",
    "Selection",
    "begin",
    "export",
    "gathered",
    "preview",
    "records_of",
    "write",
]

FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        JsonLines(),
        Table(),
        Parquet(),
        WebAnnotation(),
        ClaimReviews(),
        DataFeed(),
        Fever(),
        Averitec(),
        Worthiness(),
        Normalisation(),
        Matching(),
        Brat(),
        Doccano(),
        LabelStudio(),
        Prodigy(),
        SpacyDocBin(),
        Conll(),
    )
}
_PIECE = 64 * 1024
# Articles in which is looked up beforehand what a format would leave out.
LOOKED_AT = 1000


def begin(
    corpus: Corpus,
    format_: Format,
    *,
    selection: Selection = EVERYTHING,
    options: Options | None = None,
    exported_at: dt.datetime | None = None,
    report: Report | None = None,
) -> LiveContext:
    """What ``write`` needs. The same state of the data, arguments and moment: the same bytes.

    ``report`` is that of the beginning of the file, where the rest of it is wanted.
    """
    options = options or Options()
    if options.pseudonyms:
        selection.require_nameless()
    people = People(corpus, options)
    return LiveContext(
        corpus=corpus,
        corpus_id=corpus.pk,
        corpus_name=corpus.name,
        head=cache(lambda: header(corpus, people)),
        options=options,
        people=people,
        exported_at=exported_at or timezone.now(),
        type_labels=dict(ClaimType.objects.values_list("key", "label")),
        labels=options.labels or format_.labels,
        chosen={**selection.as_json(), **options.as_json()},
        report=report or Report(),
        going_on=report is not None,
    )


def write(
    context: LiveContext, format_: Format, selection: Selection = EVERYTHING
) -> Iterator[bytes]:
    """The file, in pieces of about 64 KB, in memory that doesn't grow with it.

    What was written and left out is in ``context.report``, complete with the last piece.
    """
    return gathered(format_.write(records_of(context, format_, selection), context))


def export(
    corpus: Corpus,
    format_: Format,
    *,
    selection: Selection = EVERYTHING,
    options: Options | None = None,
    exported_at: dt.datetime | None = None,
) -> Iterator[bytes]:
    """The corpus in a format: ``begin`` and ``write`` for whom the report is of no interest."""
    context = begin(corpus, format_, selection=selection, options=options, exported_at=exported_at)
    return write(context, format_, selection)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would hold. What its format would leave out is looked up in the first
    ``looked_at`` articles, as if it wrote them; None where only writing can tell."""

    articles: int
    claims: int
    verdicts: int
    looked_at: int
    left_out: dict[str, int] | None
    written: int | None


def preview(
    corpus: Corpus,
    format_: Format,
    *,
    selection: Selection = EVERYTHING,
    options: Options | None = None,
) -> Preview:
    """Counts for before an export is started."""
    context = begin(corpus, format_, selection=selection, options=_salted(options))
    claims = selection.claims(corpus)
    verdicts = Verdict.objects.filter(claim__in=claims)
    if context.labels == "aggregated":
        # One where anybody judged.
        judged = Exists(Verdict.objects.standing().filter(claim=OuterRef("pk")))
        verdicts_count = claims.filter(judged).count()
    else:
        verdicts_count = verdicts.count()
    if format_.foreseen:
        for record in islice(records_of(context, format_, selection), LOOKED_AT):
            for _item in format_.counted(record, context):
                pass
    report = context.report
    return Preview(
        articles=selection.articles(corpus).count(),
        claims=claims.count(),
        verdicts=verdicts_count,
        looked_at=report.articles,
        left_out=dict(report.left_out) if format_.foreseen else None,
        written=report.written if format_.foreseen else None,
    )


def _salted(options: Options | None) -> Options:
    """Whatever salt: nothing of it is shown."""
    return replace(options or Options(), salt=b"preview")


def records_of(
    context: LiveContext, format_: Format, selection: Selection, after: int = 0
) -> Iterator[Record]:
    """What the format is given: articles with an id beyond ``after``, in order of it."""
    parts = Parts(format_.needs_suggestions, format_.needs_discussions, format_.needs_fact_checks)
    return records(context, selection, parts, after)


def gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines are small, and every piece costs a trip through the middleware and the socket."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
