"""From CoNLL-U documents to spaCy references: gold annotation on the pipeline's own tokens.

A token has the annotation of the gold word that begins where it begins; where the two divide
the text differently, only what surely holds is kept and the rest is missing, which teaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from spacy.attrs import DEP, HEAD, SENT_START, TAG
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.corpora.conllu import ConlluDocument, ConlluToken

# PolNeAR's machine annotation has the first version of Universal Dependencies.
_RELATIONS = {
    "dobj": "obj",
    "nsubjpass": "nsubj:pass",
    "csubjpass": "csubj:pass",
    "auxpass": "aux:pass",
    "neg": "advmod",
    "mwe": "fixed",
    "name": "flat",
    "nmod:tmod": "obl:tmod",
    "nmod:npmod": "obl:npmod",
    "nmod:agent": "obl:agent",
    "foreign": "flat",
    "dep": "",
    "discourse": "discourse",
}
_COMMON = frozenset(
    {
        *("root", "nsubj", "nsubj:pass", "csubj", "csubj:pass", "obj", "iobj", "expl"),
        *("obl", "obl:tmod", "obl:npmod", "obl:agent", "nmod", "nmod:poss", "appos", "nummod"),
        *("ccomp", "xcomp", "advcl", "acl", "acl:relcl", "parataxis", "conj", "cc", "mark"),
        *("aux", "aux:pass", "cop", "case", "det", "punct", "amod", "advmod", "list"),
        *("flat", "fixed", "compound", "compound:prt", "discourse", "vocative", "cc:preconj"),
        *("det:predet", "dislocated", "orphan", "goeswith", "reparandum"),
    }
)
_VERBAL = ("VB", "MD", "JJ", "RB")
_ENTITIES = {
    "PERSON": "PERSON",
    "ORGANIZATION": "ORG",
    "LOCATION": "LOC",
    "MISC": "MISC",
    "DATE": "DATE",
    "SET": "DATE",
    "TIME": "TIME",
    "MONEY": "MONEY",
    "PERCENT": "PERCENT",
    "NUMBER": "QUANTITY",
    "DURATION": "QUANTITY",
}
_BRACKETS = {"(": "-LRB-", "[": "-LRB-", "{": "-LRB-", ")": "-RRB-", "]": "-RRB-", "}": "-RRB-"}


def references(
    nlp: Language, documents: Iterable[ConlluDocument], *, silver: bool, max_tokens: int = 1200
) -> Iterator[Doc]:
    """One reference a document, or a piece of one of about ``max_tokens`` tokens.

    ``silver``: the annotation is PolNeAR's, whose labels are brought to the treebank's.
    """
    for document in documents:
        for text, sentences in _pieces(document, max_tokens):
            doc = nlp.make_doc(text)
            if len(doc):
                _annotate(doc, sentences, silver=silver)
                yield doc


def _pieces(
    document: ConlluDocument, max_tokens: int
) -> Iterator[tuple[str, list[list[ConlluToken]]]]:
    """Cut a long document between sentences, and its offsets with it."""
    group: list[list[ConlluToken]] = []
    count = 0
    for place, sentence in enumerate(document.sentences):
        group.append(sentence)
        count += len(sentence)
        last = place == len(document.sentences) - 1
        if sentence and (count >= max_tokens or last):
            begin = group[0][0].start
            end = len(document.text) if last else document.sentences[place + 1][0].start
            for row in group:
                for token in row:
                    token.start -= begin
                    token.end -= begin
            yield document.text[begin:end], group
            group, count = [], 0


def _annotate(doc: Doc, sentences: list[list[ConlluToken]], *, silver: bool) -> None:
    strings = doc.vocab.strings
    starts = [token.idx for token in doc]
    at_start = {start: at for at, start in enumerate(starts) if not doc[at].is_space}
    ends = [token.idx + len(token) for token in doc]
    tags = np.zeros(len(doc), dtype="uint64")
    heads = np.zeros(len(doc), dtype="int64")
    deps = np.zeros(len(doc), dtype="uint64")
    begins = np.full(len(doc), -1, dtype="int64")
    entities: list[Span] = []
    annotated = np.zeros(len(doc), dtype=bool)
    for sentence in sentences:
        places = [at_start.get(token.start, -1) for token in sentence]
        first = next((place for place in places if place >= 0), -1)
        if first >= 0 and places[0] >= 0:
            begins[first] = 1
        for token, place in zip(sentence, places, strict=True):
            if place < 0:
                continue
            if token.end == ends[place]:
                tags[place] = strings.add(_tag(token, sentence, silver))
                dep = _relation(token, sentence, silver)
                head = places[token.head] if token.head >= 0 else -1
                if dep and head >= 0:
                    deps[place] = strings.add(dep)
                    heads[place] = head - place
        entities.extend(_entities(doc, sentence, places, annotated))
    values: Any = np.stack([tags, heads.astype("uint64"), deps], axis=1)
    doc.from_array([TAG, HEAD, DEP], values)
    sentence_starts: Any = begins.astype("uint64")
    doc.from_array([SENT_START], sentence_starts)
    if annotated.any():
        doc.set_ents(entities, default="outside")


def _tag(token: ConlluToken, sentence: list[ConlluToken], silver: bool) -> str:
    if not silver:
        return token.tag
    if token.tag == "TO" and token.dep == "case":
        return "IN"  # the treebank keeps TO for the infinitive
    if token.form in _BRACKETS:
        return _BRACKETS[token.form]
    if token.form in {"--", "—", "–"}:
        return ","
    if token.form == "-":
        return "HYPH" if token.tag == ":" else token.tag
    return token.tag


def _relation(token: ConlluToken, sentence: list[ConlluToken], silver: bool) -> str:
    dep = token.dep
    if silver:
        dep = _RELATIONS.get(dep, dep)
        if dep == "nmod" and sentence[token.head].tag.startswith(_VERBAL):
            dep = "obl"
    if dep in _COMMON:
        return dep
    coarse = dep.partition(":")[0]
    return coarse if coarse in _COMMON else ""


def _entities(
    doc: Doc, sentence: list[ConlluToken], places: list[int], annotated: np.ndarray
) -> Iterator[Span]:
    at = 0
    while at < len(sentence):
        kind = sentence[at].entity
        if kind and places[at] >= 0:
            annotated[places[at]] = True
        stop = at + 1
        label = _ENTITIES.get(kind, "")
        if label:
            while stop < len(sentence) and sentence[stop].entity == kind:
                stop += 1
            inside = [place for place in places[at:stop] if place >= 0]
            if inside:
                last = inside[-1] + 1
                edge = sentence[stop - 1].end
                while last < len(doc) and doc[last].idx < edge:
                    last += 1
                first = inside[0]
                if (
                    label in {"DATE", "QUANTITY"}
                    or doc[first:last].text[:1].isalnum()
                    or label in {"MONEY", "PERCENT"}
                ):
                    yield Span(doc, first, last, label=label)
        at = stop
