"""Sentence boundaries, tags and parses against CoNLL-U.

A *boundary* is the first letter or figure of a sentence, in code points: treebanks and tools
differ in which sentence they give a quotation mark or a dash to, which is another question. The
beginning of a document is none, since nobody can miss it. ``exact`` counts whole sentences
instead, as the CoNLL shared tasks do. Tags and parses
are measured on the words that both sides divide alike (``aligned`` is their share of the gold
words), the parses with the sentences that the pipeline found.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spacy.language import Language

from annotations.detection.components.extensions import trim
from annotations.detection.corpora.conllu import ConlluDocument
from annotations.detection.evaluation.counts import Counts

_IGNORED = frozenset({"punct", "dep", ""})


def evaluate_sentences(nlp: Language, documents: Iterable[ConlluDocument]) -> dict[str, Any]:
    """``precision``, ``recall`` and ``f1`` of boundaries, each in [0, 1]; the same under
    ``exact``; ``tags``, ``uas`` and ``las`` where gold has them, else None."""
    boundaries, exact = Counts(), Counts()
    words = aligned = tags = tag_right = arcs = heads_right = labels_right = 0
    for document in documents:
        doc = nlp(document.text)
        gold = [(row[0].start, row[-1].end) for row in document.sentences if row]
        found = [
            trim(document.text, sent.start_char, sent.end_char)
            for sent in doc.sents
            if sent.text.strip()
        ]
        boundaries.add(_boundaries(document.text, gold), _boundaries(document.text, found))
        exact.add(set(gold), set(found))
        place = {(token.idx, token.idx + len(token)): token for token in doc}
        for row in document.sentences:
            pairs = [place.get((word.start, word.end)) for word in row]
            words += len(row)
            for word, token in zip(row, pairs, strict=True):
                if token is None:
                    continue
                aligned += 1
                if word.tag and word.tag != "_":
                    tags += 1
                    tag_right += token.tag_ == word.tag
                head = pairs[word.head] if word.head >= 0 else None
                relation = _coarse(word.dep)
                if head is None or relation in _IGNORED:
                    continue
                arcs += 1
                if _head(token) == head.i:
                    heads_right += 1
                    labels_right += _coarse(_relation(token)) == relation
    return {
        **boundaries.figures(),
        "exact": exact.figures(),
        "aligned": aligned / words if words else None,
        "tags": tag_right / tags if tags else None,
        "uas": heads_right / arcs if arcs else None,
        "las": labels_right / arcs if arcs else None,
    }


def _boundaries(text: str, sentences: list[tuple[int, int]]) -> set[int]:
    """First letters or figures of the sentences but the first; one without any has no boundary."""
    places = set()
    for start, end in sentences:
        place = next((at for at in range(start, end) if text[at].isalnum()), -1)
        if place >= 0:
            places.add(place)
    return places - {min(places, default=-1)}


def _head(token: Any) -> int:
    return int(token.head.i)


def _relation(token: Any) -> str:
    relation = str(token.dep_)
    return "root" if relation == "ROOT" else relation


def _coarse(relation: str) -> str:
    """The universal part of a relation: subtypes differ between treebanks."""
    return relation.partition(":")[0].lower()
