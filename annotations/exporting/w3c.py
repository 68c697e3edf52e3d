"""W3C Web Annotation: one annotation a claim, both selectors always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import DETAILS, Context, Format, Record, dumps, iso
from .judging import shown

NO_ADDRESS = "evidence without an address"
CONTEXT = "http://www.w3.org/ns/anno.jsonld"


class WebAnnotation(Format):
    """One ``AnnotationCollection`` whose only page is written as it is read."""

    name = "w3c"
    label = "W3C Web Annotation"
    about = _("JSON-LD for annotation tools and the web of data, an annotation a claim.")
    media_type = "application/ld+json"
    extension = "jsonld"
    unit = "claims"
    loses = frozenset(
        {
            "text", "earlier texts", "article", "suggestions", "claimant", "claim date", "place",
            "flags", "rationales", "sets", "questions", "discussions", "guidelines",
            "fact-checks", "roles",
        }
    ) | (DETAILS - {"authors"})  # fmt: skip
    reasons = {NO_ADDRESS: _("pieces of evidence without an address")}

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for claim in article["claims"]:
            yield annotation(article, claim, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        collection = f"urn:factcheck:corpus:{context.corpus_id}:claims"
        page = f"{collection}:page:1"
        head = {
            "@context": CONTEXT,
            "id": collection,
            "type": "AnnotationCollection",
            "label": context.corpus_name,
        }
        start = {"id": page, "type": "AnnotationPage", "startIndex": 0}
        if not context.going_on:
            yield dumps(head)[:-1] + b',"first":' + dumps(start)[:-1] + b',"items":['
        total = context.report.written
        for article in articles:
            # One piece an article; its annotations come apart only in the file.
            lines = []
            for item in self.counted(article, context):
                lines.append((b",\n" if total else b"\n") + dumps(item))
                total += 1
            if lines:
                yield b"".join(lines)
        # Only now is it known how many there are.
        yield b"\n]}," + dumps({"last": page, "total": total})[1:] + b"\n"


def annotation(article: Record, claim: Record, context: Context) -> Record:
    labels = context.type_labels
    body: list[Record] = [_words("classifying", labels.get(key, key)) for key in claim["types"]]
    body += [_words("tagging", tag) for tag in claim["tags"]]
    if claim["normalised"]:
        described = _words("describing", claim["normalised"])
        body.append({**described, "language": article["language"]})
    found = claim["verdict"]
    if found and found["rating"]:
        body.append(_words("assessing", found["rating"]))
    body += [_assessed(verdict, context) for verdict in shown(claim, context) if verdict["stands"]]
    for evidence in claim["evidence"]:
        if evidence["url"] and not evidence["protected"]:
            body.append(_link(evidence))
        else:
            context.leave_out(NO_ADDRESS)
    source = article["url"] or f"urn:factcheck:article:{article['id']}"
    targets = [{"source": source, "selector": _selectors(span)} for span in claim["spans"]]
    return {
        "@context": CONTEXT,
        "id": f"urn:uuid:{claim['uid']}",
        "type": "Annotation",
        "motivation": "assessing",
        "creator": {"id": context.people.urn(claim["created_by"]), "type": "Person"},
        "created": iso(claim["created_at"]),
        "modified": iso(claim["updated_at"]),
        "body": body,
        "target": targets[0] if len(targets) == 1 else targets,
    }


def _assessed(verdict: Record, context: Context) -> Record:
    """One reviewer's verdict, with who gave it and when."""
    return {
        **_words("assessing", verdict["rating"]),
        "creator": {"id": context.people.urn(verdict["reviewer"]), "type": "Person"},
        "created": iso(verdict["created_at"]),
    }


def _words(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "value": value}


def _link(evidence: Record) -> Record:
    """A source on the web; with the moment of its saved copy, where there is one."""
    link: dict[str, Any] = {
        "type": "SpecificResource",
        "purpose": "linking",
        "source": evidence["url"],
    }
    if copy := evidence["snapshot"]:
        link["state"] = {"type": "TimeState", "sourceDate": iso(copy["fetched_at"])}
    return link


def _selectors(span: Record) -> list[Record]:
    return [
        {"type": "TextPositionSelector", "start": span["start"], "end": span["end"]},
        {
            "type": "TextQuoteSelector",
            "prefix": span["prefix"],
            "exact": span["quote"],
            "suffix": span["suffix"],
        },
    ]
