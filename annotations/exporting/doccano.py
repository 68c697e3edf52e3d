"""doccano JSON lines: ``{"id": 1, "text": "…", "label": [[0, 12, "CLAIM"]], "Comments": []}``.

What doccano has no place for goes along under ``claims``, which it keeps as metadata.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from .base import Context, Format, Record
from .documents import LABEL, about, documents, of_claim


class Doccano(Format):
    name = "doccano"
    label = "doccano"
    about = _("JSON lines for doccano's sequence labelling, a text a line.")
    media_type = "application/x-ndjson"
    extension = "jsonl"
    unit = "texts"
    loses = frozenset(
        {
            "suggestions", "claim date", "place", "flags", "tags", "rationales", "evidence",
            "sets", "copies", "questions", "discussions", "guidelines", "earlier texts",
        }
    )  # fmt: skip

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for document in documents(article):
            yield {
                "id": article["id"],
                "name": document.name,
                "text": document.text,
                "label": [[mark.start, mark.end, LABEL] for mark in document.marks],
                "Comments": [],
                **about(article),
                "claims": [
                    {
                        "spans": [[span["start"], span["end"]] for span in claim["spans"]],
                        **of_claim(claim, context),
                    }
                    for claim in document.claims
                ],
            }
