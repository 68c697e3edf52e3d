"""spaCy's ``DocBin``: docs with ``doc.spans["claims"]``, ready for spancat and scorers.

A zip of one ``.spacy`` file for some hundred docs each, since a ``DocBin`` is written as a whole:
spaCy's corpus reader takes a folder of them as well as one file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .archive import zipped
from .base import DETAILS, Context, Format, Record
from .documents import LABEL, Document, about, documents, of_claim
from .tokens import doc_of, token_range

if TYPE_CHECKING:
    from spacy.tokens import Doc

MOVED = "edges inside a word"
SPANS_KEY = "claims"
DOCS_A_FILE = 500
CHARACTERS_A_FILE = 4_000_000


class SpacyDocBin(Format):
    name = "spacy"
    label = "spaCy DocBin"
    about = _('Docs with doc.spans["claims"], in files for spaCy\'s training.')
    media_type = "application/zip"
    goes_on = False
    extension = "zip"
    unit = "texts"
    by_workers = True
    foreseen = False
    loses = frozenset(
        {
            "earlier texts", "suggestions", "claim date", "place", "flags", "tags", "rationales",
            "evidence", "sets", "copies", "questions", "discussions", "guidelines",
            "fact-checks", "roles",
        }
    ) | DETAILS  # fmt: skip
    reasons = {MOVED: _("places that begin or end inside a word: their spans hold more")}

    def items(self, article: Record, context: Context) -> Iterator[Doc]:
        for document in documents(article):
            yield _doc(document, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        docs = (doc for article in articles for doc in self.counted(article, context))
        return zipped(_files(docs))


def _files(docs: Iterable[Doc]) -> Iterator[tuple[str, list[bytes]]]:
    from spacy.tokens import DocBin

    number, characters, some = 0, 0, DocBin(store_user_data=True)
    for doc in docs:
        some.add(doc)
        characters += len(doc.text)
        if len(some) >= DOCS_A_FILE or characters >= CHARACTERS_A_FILE:
            number += 1
            yield f"claims-{number:05d}.spacy", [some.to_bytes()]
            characters, some = 0, DocBin(store_user_data=True)
    if len(some) or not number:
        yield f"claims-{number + 1:05d}.spacy", [some.to_bytes()]


def _doc(document: Document, context: Context) -> Doc:
    from spacy.tokens import Span

    doc = doc_of(document.text, document.article["language"])
    spans = []
    for mark in document.marks:
        first, last, exact = token_range(doc, mark.start, mark.end)
        if not exact:
            context.leave_out(MOVED)
        # The same id for fragments of one claim.
        spans.append(Span(doc, first, last, label=LABEL, span_id=mark.claim["uid"]))
    doc.spans[SPANS_KEY] = spans
    doc.user_data["name"] = document.name
    doc.user_data["article"] = about(document.article)
    doc.user_data["claims"] = [
        {
            "spans": [[span["start"], span["end"]] for span in claim["spans"]],
            **of_claim(claim, context),
        }
        for claim in document.claims
    ]
    return doc
