"""brat standoff: ``NAME.txt`` with ``NAME.ann`` beside it, and the ``annotation.conf`` for both.

``T1⇥Claim 0 12⇥words``, pieces divided by ``;``; ``A1⇥Verdict T1 False``; notes for what is longer
than a word. brat refuses entities that overlap, and events that do it lets be: a claim that
overlaps an earlier one is an event. See https://brat.nlplab.org/standoff.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import Flag

from .archive import zipped
from .base import DETAILS, Context, Format, Record
from .documents import Document, documents
from .judging import shown

CLAIM, OVERLAPPING = "Claim", "Overlapping_claim"
_CONF = """[entities]
{claim}

[relations]

[events]
{overlapping}

[attributes]
Verdict\tArg:<ENTITY>|<EVENT>, Value:{verdicts}
Type\tArg:<ENTITY>|<EVENT>, Value:{types}
Flag\tArg:<ENTITY>|<EVENT>, Value:{flags}
"""


class Brat(Format):
    name = "brat"
    label = "brat standoff"
    about = _("A zip of texts with their annotations beside them, for brat and its readers.")
    media_type = "application/zip"
    goes_on = False
    extension = "zip"
    unit = "texts"
    loses = frozenset(
        {
            "earlier texts", "article", "suggestions", "claim date", "place", "rationales",
            "evidence", "sets", "copies", "questions", "discussions", "guidelines",
            "fact-checks", "roles",
        }
    ) | DETAILS  # fmt: skip

    def items(self, article: Record, context: Context) -> Iterator[tuple[str, str, str]]:
        for document in documents(article):
            yield document.name, document.text, _annotations(document, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        return zipped(self._members(articles, context))

    def _members(
        self, articles: Iterable[Record], context: Context
    ) -> Iterator[tuple[str, list[bytes]]]:
        yield "annotation.conf", [_configuration(context).encode()]
        for article in articles:
            for name, text, standoff in self.counted(article, context):
                yield f"{name}.txt", [text.encode()]
                yield f"{name}.ann", [standoff.encode()]


def _configuration(context: Context) -> str:
    ratings = [rating["label"] for rating in context.head()["rating_scale"]["ratings"]]
    return _CONF.format(
        claim=CLAIM,
        overlapping=OVERLAPPING,
        verdicts="|".join(_value(label) for label in ratings),
        types="|".join(sorted(context.type_labels)),
        flags="|".join(Flag),
    )


def _value(label: str) -> str:
    """brat's configuration divides values by what a label may hold, spaces among it."""
    return "_".join(label.replace("|", "/").replace(",", ";").split())


def _annotations(document: Document, context: Context) -> str:
    lines: list[str] = []
    attributes = notes = 0
    reached: list[tuple[int, int]] = []
    for number, claim in enumerate(document.claims, 1):
        places = _places(document.text, claim)
        extent = (places[0][0], places[-1][1])
        overlaps = any(extent[0] < end and start < extent[1] for start, end in reached)
        reached.append(extent)
        kind = OVERLAPPING if overlaps else CLAIM
        words = " ".join(document.text[start:end] for start, end in places)
        offsets = ";".join(f"{start} {end}" for start, end in places)
        lines.append(f"T{number}\t{kind} {offsets}\t{words}")
        about = f"T{number}"
        if overlaps:
            about = f"E{number}"
            lines.append(f"{about}\t{OVERLAPPING}:T{number}")
        for name, value in _attributes(claim):
            attributes += 1
            lines.append(f"A{attributes}\t{name} {about} {value}")
        for said in _notes(claim, context):
            notes += 1
            lines.append(f"#{notes}\tAnnotatorNotes {about}\t{said}")
    return "".join(f"{text}\n" for text in lines)


def _places(text: str, claim: Record) -> list[tuple[int, int]]:
    """The fragments, cut at line breaks: a piece of brat's stands in one line."""
    places: list[tuple[int, int]] = []
    for span in claim["spans"]:
        start = span["start"]
        for piece in span["quote"].split("\n"):
            lead = len(piece) - len(piece.lstrip())
            if words := piece.strip():
                places.append((start + lead, start + lead + len(words)))
            start += len(piece) + 1
    return [*_apart(places)]


def _apart(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """brat takes pieces that touch for one."""
    current = places[0]
    for _before, piece in pairwise(places):
        if piece[0] <= current[1]:
            current = (current[0], piece[1])
        else:
            yield current
            current = piece
    yield current


def _attributes(claim: Record) -> Iterator[tuple[str, str]]:
    found = claim["verdict"]
    if found and found["rating"]:
        yield "Verdict", _value(found["rating"])
    for key in claim["types"]:
        yield "Type", key
    if claim["flag"]:
        yield "Flag", claim["flag"]


def _notes(claim: Record, context: Context) -> Iterator[str]:
    """What has more words than an attribute may: each in one line."""
    said = {
        "Normalised": claim["normalised"],
        "Claimant": claim["claimant"],
        "Tags": ", ".join(claim["tags"]),
        "Verdicts": "; ".join(
            f"{v['reviewer']['username']} ({v['kind']}): {v['rating']}"
            for v in shown(claim, context)
            if v["stands"]
        ),
        "Note on the flag": claim["flag_note"],
    }
    for name, words in said.items():
        if words:
            yield f"{name}: {' '.join(words.split())}"
