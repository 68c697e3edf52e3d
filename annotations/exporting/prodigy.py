"""Prodigy JSON lines: ``{"text": "…", "tokens": […], "spans": [{"start": 0, "end": 12,
"token_start": 0, "token_end": 2, "label": "CLAIM"}], "answer": "accept"}``.

``token_end`` is the last token's number, as Prodigy counts. Overlapping spans are what its
``spans.manual`` reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from .base import DETAILS, Context, Format, Record
from .documents import LABEL, about, documents, of_claim
from .tokens import doc_of, token_range

MOVED = "edges inside a word"


class Prodigy(Format):
    name = "prodigy"
    label = "Prodigy"
    about = _("JSON lines with tokens and spans, a text a line.")
    media_type = "application/x-ndjson"
    extension = "jsonl"
    unit = "texts"
    by_workers = True
    foreseen = False
    loses = frozenset(
        {
            "suggestions", "claim date", "place", "flags", "tags", "rationales", "evidence",
            "sets", "copies", "questions", "discussions", "guidelines", "earlier texts",
            "fact-checks", "roles",
        }
    ) | DETAILS  # fmt: skip
    reasons = {MOVED: _("places that begin or end inside a word: their tokens hold more")}

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for document in documents(article):
            doc = doc_of(document.text, article["language"])
            spans = []
            for mark in document.marks:
                first, last, exact = token_range(doc, mark.start, mark.end)
                if not exact:
                    context.leave_out(MOVED)
                spans.append(
                    {
                        "start": mark.start,
                        "end": mark.end,
                        "token_start": first,
                        "token_end": last - 1,
                        "label": LABEL,
                        "text": mark.quote,
                        **of_claim(mark.claim, context),
                    }
                )
            yield {
                "text": document.text,
                "tokens": [
                    {
                        "text": token.text,
                        "start": token.idx,
                        "end": token.idx + len(token),
                        "id": token.i,
                        "ws": bool(token.whitespace_),
                    }
                    for token in doc
                ],
                "spans": spans,
                "answer": "accept",
                "meta": {"name": document.name, **about(article)},
            }
