"""``claim_lexemes``: coarse part of speech and lemma of every word, from its tag, after the tags
that the writing settles have been set.

Lemmas are looked up by word and tag in a table learnt from the treebank; a word that it never
had follows the commonest ending rules of its tag.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.attrs import DEP, IS_SPACE, LEMMA, LOWER, ORTH, POS, TAG
from spacy.language import Language
from spacy.symbols import IDS as symbol_ids
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotations.detection.components.extensions import read_tokens
from annotations.detection.linguistics.settled import settled_tags

# Penn tags to Universal ones. A verb that helps another is AUX, which the parse says.
COARSE: dict[str, str] = {
    "CC": "CCONJ", "CD": "NUM", "DT": "DET", "EX": "PRON", "FW": "X", "IN": "ADP", "JJ": "ADJ",
    "JJR": "ADJ", "JJS": "ADJ", "LS": "X", "MD": "AUX", "NN": "NOUN", "NNS": "NOUN",
    "NNP": "PROPN", "NNPS": "PROPN", "PDT": "DET", "POS": "PART", "PRP": "PRON", "PRP$": "PRON",
    "RB": "ADV", "RBR": "ADV", "RBS": "ADV", "RP": "ADP", "SYM": "SYM", "TO": "PART", "UH": "INTJ",
    "VB": "VERB", "VBD": "VERB", "VBG": "VERB", "VBN": "VERB", "VBP": "VERB", "VBZ": "VERB",
    "WDT": "PRON", "WP": "PRON", "WP$": "PRON", "WRB": "ADV", "ADD": "X", "AFX": "X", "GW": "X",
    "HYPH": "PUNCT", "NFP": "PUNCT", "XX": "X", "$": "SYM", "#": "SYM", ".": "PUNCT",
    ",": "PUNCT", ":": "PUNCT", "``": "PUNCT", "''": "PUNCT", "-LRB-": "PUNCT", "-RRB-": "PUNCT",
    "_SP": "SPACE",
}  # fmt: skip

# Endings of words that the table does not have, tried in order.
_ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "NNS": (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("s", "")),
    "NNPS": (("ies", "y"), ("s", "")),
    "VBZ": (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("s", "")),
    "VBG": (("ying", "y"), ("ing", "")),
    "VBD": (("ied", "y"), ("ed", "")),
    "VBN": (("ied", "y"), ("ed", "")),
}


@Language.factory(
    "claim_lexemes",
    requires=["token.tag", "token.dep"],
    assigns=["token.tag", "token.pos", "token.lemma"],
)
def create_claim_lexemes(nlp: Language, name: str) -> ClaimLexemes:
    return ClaimLexemes(nlp.vocab, name)


class ClaimLexemes:
    def __init__(self, vocab: Vocab, name: str = "claim_lexemes") -> None:
        self.vocab = vocab
        self.name = name
        self.table: dict[str, dict[str, str]] = {}
        """Tag to word to lemma, only where the lemma is not the word itself in lower case."""
        self.stems: frozenset[str] = frozenset()
        """Lemmas that were seen, which tell "hop" from "hope"."""

    def learn(self, words: Iterable[tuple[str, str, str]]) -> None:
        """``words``: (form, tag, lemma) of a treebank. The commonest lemma of a pair is kept."""
        counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        stems: set[str] = set()
        for form, tag, lemma in words:
            if lemma and lemma != "_":
                counts[form.lower(), tag][lemma.lower()] += 1
                stems.add(lemma.lower())
        self.stems = frozenset(stem for stem in stems if stem.isalpha())
        self.table = {}
        for (form, tag), options in sorted(counts.items()):
            lemma = min(options, key=lambda one: (-options[one], one))
            if lemma != self._guess(form, tag):
                self.table.setdefault(tag, {})[form] = lemma

    def lemma(self, form: str, tag: str) -> str:
        """The lemma of a lower-case word with a Penn tag."""
        known = self.table.get(tag, {}).get(form)
        return known if known is not None else self._guess(form, tag)

    def _guess(self, form: str, tag: str) -> str:
        for ending, put in _ENDINGS.get(tag, ()):
            if form.endswith(ending) and len(form) - len(ending) >= 2:
                stem = form[: len(form) - len(ending)] + put
                if tag in {"VBG", "VBD", "VBN"} and not put:
                    if stem in self.stems:
                        return stem
                    if stem + "e" in self.stems:
                        return stem + "e"
                    if stem[-1:] == stem[-2:-1] and stem[:-1] in self.stems:
                        return stem[:-1]
                return stem
        return form

    def __call__(self, doc: Doc) -> Doc:
        if not len(doc):
            return doc
        strings = self.vocab.strings
        rows = doc.to_array([LOWER, TAG, DEP, IS_SPACE, ORTH])
        tokens = read_tokens(doc)
        for at, tag in settled_tags(tokens.words, tokens.spaced):
            rows[at, 1] = strings.add(tag)
        keys = rows[:, :2].tolist()
        values: Any = np.zeros((len(doc), 2), dtype="uint64")
        aux = {strings[name] for name in ("aux", "aux:pass", "cop")}
        for at, (lower, tag) in enumerate(keys):
            name = strings[tag] if tag else ""
            values[at, 0] = symbol_ids[COARSE.get(name, "X")]
            if name == "NNP":
                values[at, 1] = rows[at, 4]  # a name is its own lemma, capitals and all
            else:
                values[at, 1] = strings.add(self.lemma(strings[lower], name))
        helps = np.isin(rows[:, 2], np.asarray(sorted(aux), dtype="uint64"))
        values[helps & (values[:, 0] == symbol_ids["VERB"]), 0] = symbol_ids["AUX"]
        values[rows[:, 3] == 1, 0] = symbol_ids["SPACE"]
        table: Any = np.column_stack([rows[:, 1], values])
        doc.from_array([TAG, POS, LEMMA], table)
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return bytes(srsly.msgpack_dumps({"table": self.table, "stems": sorted(self.stems)}))

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ClaimLexemes:
        content: dict[str, Any] = srsly.msgpack_loads(data)
        self.table = content["table"]
        self.stems = frozenset(content["stems"])
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> ClaimLexemes:
        return self.from_bytes(Path(path).read_bytes())
