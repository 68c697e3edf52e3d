"""``installed_entities``: the entities of a pretrained English pipeline that is installed here.

Such a pipeline learnt names from far more text than this project may ship. A detector named
``small+en_core_web_md`` is ``small`` with this component in the place of ``claim_entities``; all
the rest, and what the scorer makes of it, is as it was trained. ``en_core_web_md`` alone, which
finds no claims, is another name of the same detector.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import get_package_version, is_package, minibatch

from annotations.detection.errors import DetectionError
from annotations.detection.loading import load_package

_NAME = re.compile(r"en_core_web_(?:sm|md|lg|trf)")
_KINDS = {
    "PERSON": "PERSON",
    "ORG": "ORG",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "LOC",
    "NORP": "MISC",
    "PRODUCT": "MISC",
    "EVENT": "MISC",
    "WORK_OF_ART": "MISC",
    "LAW": "MISC",
    "LANGUAGE": "MISC",
    "DATE": "DATE",
    "TIME": "TIME",
    "MONEY": "MONEY",
    "PERCENT": "PERCENT",
    "QUANTITY": "QUANTITY",
    "CARDINAL": "QUANTITY",
    "ORDINAL": "QUANTITY",
}
"""OntoNotes' types to those of ``claim_entities``."""
_NEEDED = frozenset({"tok2vec", "transformer", "ner", "entity_ruler"})


def use_installed(nlp: Language, package: str) -> None:
    """Put the package's entities into a detector's pipeline, in place.

    Raises DetectionError (permanent) for a name that is not such a package's, or one that is not
    installed.
    """
    if not _NAME.fullmatch(package):
        raise DetectionError(
            f"{package!r} is no pretrained pipeline that can be added; the names are "
            "en_core_web_sm, _md, _lg and _trf",
            permanent=True,
        )
    if not is_package(package):
        raise DetectionError(
            f"{package} is not installed here; install spaCy's package of that name",
            permanent=True,
        )
    settings = {"package": package, "version": get_package_version(package) or ""}
    nlp.replace_pipe("claim_entities", "installed_entities", config=settings)


@Language.factory(
    "installed_entities",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"package": "en_core_web_sm", "version": ""},
)
def create_installed_entities(
    nlp: Language, name: str, package: str, version: str
) -> InstalledEntities:
    """``version`` is there to tell one detector from another; what is installed is used."""
    return InstalledEntities(package)


class InstalledEntities:
    def __init__(self, package: str) -> None:
        self.package = package
        self.other = _load(package)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int = 16) -> Iterator[Doc]:
        """Sets ``doc.ents``, with this project's types; others are left out."""
        for batch in minibatch(docs, batch_size):  # type: ignore[no-untyped-call]
            for doc, found in zip(batch, self._read(batch), strict=True):
                spans = [Span(doc, start, end, label=kind) for start, end, kind in found]
                doc.set_ents(spans, default="outside")
                yield doc

    def _read(self, docs: list[Doc]) -> list[list[tuple[int, int, str]]]:
        """(first token, token after the last, type) of the entities of each doc."""
        # The words it sees are forgotten afterwards: its vocabulary must not grow with a corpus.
        with self.other.memory_zone():
            return [
                [(e.start, e.end, _KINDS[e.label_]) for e in read.ents if e.label_ in _KINDS]
                for read in self.other.pipe(map(self._copy, docs), batch_size=len(docs))
            ]

    def _copy(self, doc: Doc) -> Doc:
        """The same tokens with the other's vocabulary, so that places agree."""
        return Doc(
            self.other.vocab,
            words=[token.text for token in doc],
            spaces=[bool(token.whitespace_) for token in doc],
        )


@cache
def _load(package: str) -> Language:
    found = load_package(package)
    found.select_pipes(enable=[name for name in found.pipe_names if name in _NEEDED])
    return found
