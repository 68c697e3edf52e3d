"""doccano JSON lines: ``{"id": 1, "text": "…", "label": [[0, 12, "CLAIM"]], "Comments": []}``.

What doccano has no place for goes along under ``claims``, which it keeps as metadata. It guesses
at the encoding of what it reads, and takes short texts for Turkish; so all is written in ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from .base import DETAILS, Context, Format, Record
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
            "fact-checks", "roles",
        }
    ) | DETAILS  # fmt: skip

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        for article in articles:
            lines = (json.dumps(item) + "\n" for item in self.counted(article, context))
            yield "".join(lines).encode("ascii")

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
