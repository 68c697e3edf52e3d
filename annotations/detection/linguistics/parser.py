"""``claim_parser``: heads and Universal Dependencies relations, a tree for each sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.attrs import DEP, HEAD, IS_SPACE, SENT_START
from spacy.language import Language
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import Model, Optimizer, set_dropout_rate

from annotations.detection.linguistics.biaffine import ArcScorer
from annotations.detection.linguistics.trees import best_heads

_BATCH_CELLS = 60_000
"""Cells of the padded score table that one group of sentences may have."""

_PORTION_WORDS = 20_000
"""Words of a doc that are read at one time: what longer ones take of the memory stays bounded."""

_SHARE = 0.2
"""Weight of the parser's gradient in the layer that all components share: arcs pull far harder
than tags, and would otherwise have the layer to themselves."""

DEFAULT_MODEL = {
    "@architectures": "factcheck.Biaffine.v1",
    "arc_width": 64,
    "label_width": 64,
    "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"},
}


@Language.factory(
    "claim_parser",
    requires=["token.is_sent_start"],
    assigns=["token.head", "token.dep", "doc.sents"],
    default_config={"model": DEFAULT_MODEL},
    default_score_weights={"dep_uas": 0.5, "dep_las": 0.5},
)
def create_claim_parser(nlp: Language, name: str, model: Model[Any, Any]) -> ClaimParser:
    """``model``: word vectors in, see ``factcheck.Biaffine.v1``."""
    return ClaimParser(nlp.vocab, model, name)


class ClaimParser(TrainablePipe):  # type: ignore[misc]
    """Parses within sentence boundaries that are already set; it moves none."""

    def __init__(self, vocab: Vocab, model: Model[Any, Any], name: str = "claim_parser") -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {"labels": []}
        self.scorer = None

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> list[str]:
        return list(self.cfg["labels"])

    def add_label(self, label: str) -> int:
        if label in self.cfg["labels"]:
            return 0
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        return 1

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: list[str] | None = None,
    ) -> None:
        """``labels``: the relations, else those of the examples."""
        if labels is None:
            found = {
                token.dep_ for example in get_examples() for token in example.reference if token.dep
            }
            labels = sorted(found)
        for label in labels:
            self.add_label(label)
        self.model.attrs["resize_output"](self.model, len(self.cfg["labels"]))
        sample = [example.x for example, _ in zip(get_examples(), range(3), strict=False)]
        self.model.initialize(X=sample)

    def predict(self, docs: Iterable[Doc]) -> list[tuple[Any, Any]]:
        docs = list(docs)
        vectors = self.model.predict(docs)
        results = []
        for doc, array in zip(docs, vectors, strict=True):
            words = _words(doc)
            if not len(words):
                results.append((words, (words, words)))
                continue
            results.append((words, self._parse(array, words, _sentences(doc, words))))
        return results

    def _parse(self, array: Any, words: Any, sentences: list[tuple[int, int]]) -> tuple[Any, Any]:
        heads, labels = np.arange(len(words)), np.zeros(len(words), dtype="int64")
        for portion in _portions(sentences):
            begin, end = portion[0][0], portion[-1][1]
            vectors = np.ascontiguousarray(array[words[begin:end]])
            scorer = ArcScorer(self.model, vectors, is_train=False)
            own = np.arange(end - begin)
            for index, mask, lengths in _groups([(a - begin, b - begin) for a, b in portion]):
                found = best_heads(scorer.score(index, mask), lengths)
                own[index[mask]] = np.take_along_axis(index, found, axis=1)[mask]
            scores, _ = scorer.label(own, is_train=False)
            heads[begin:end] = own + begin
            labels[begin:end] = scores.argmax(axis=1)
        return heads, labels

    def set_annotations(self, docs: Iterable[Doc], results: list[tuple[Any, Any]]) -> None:
        keys = np.asarray(
            [self.vocab.strings.add(label) for label in self.cfg["labels"]], dtype="uint64"
        )
        for doc, (words, (heads, labels)) in zip(docs, results, strict=True):
            size = len(doc)
            if not size:
                continue
            # White space hangs from the word before it, or the one after where none is before.
            at = np.arange(size)
            target = at.copy()
            deps = np.zeros(size, dtype="uint64")
            starts: Any = doc.to_array(SENT_START)
            begin = np.maximum.accumulate(np.where(starts == 1, at, 0))
            if len(words):
                target[words] = words[heads]
                deps[words] = keys[labels]
                blank = np.ones(size, dtype=bool)
                blank[words] = False
                _attach_blanks(target, np.flatnonzero(blank), words, begin)
            offsets = (target - at).astype("int64").astype("uint64")
            table: Any = np.stack([offsets, deps], axis=1)
            doc.from_array([HEAD, DEP], table)
            # The tree's edges would move the boundaries of white space; these were decided.
            doc.from_array([SENT_START], starts)

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from references that share the predicted doc's tokens. A word whose relation is
        missing teaches nothing."""
        losses = losses if losses is not None else {}
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        set_dropout_rate(self.model, drop)
        vectors, backprop = self.model.begin_update([example.predicted for example in examples])
        gradients = []
        for example, array in zip(examples, vectors, strict=True):
            gradient, loss = self._learn(example.reference, array)
            losses[self.name] += loss
            gradients.append(gradient)
        backprop(gradients)
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def _learn(self, reference: Doc, array: Any) -> tuple[Any, float]:
        words = _words(reference)
        full = np.zeros_like(array)
        table = reference.to_array([HEAD, DEP])
        known = table[words, 1] != 0
        if not known.any():
            return full, 0.0
        place = np.full(len(reference), -1)
        place[words] = np.arange(len(words))
        gold = place[words + table[words, 0].astype("int64")]
        numbers = {self.vocab.strings[label]: n for n, label in enumerate(self.cfg["labels"])}
        labels = np.asarray([numbers.get(int(dep), -1) for dep in table[words, 1]])
        known &= (gold >= 0) & (labels >= 0)
        scorer = ArcScorer(self.model, np.ascontiguousarray(array[words]), is_train=True)
        loss = 0.0
        for index, mask, _ in _groups(_sentences(reference, words)):
            scores = scorer.score(index, mask)
            length = index.shape[1]
            scores -= scores.max(axis=2, keepdims=True)
            chances = np.exp(scores)
            chances /= chances.sum(axis=2, keepdims=True)
            heads = gold[index] - index[:, :1]
            own = gold[index] == index
            # A head outside its sentence can't be learnt.
            use = mask & known[index] & (own | ((heads >= 0) & (heads < mask.sum(1)[:, None])))
            columns = np.where(own, length, np.clip(heads, 0, length - 1))
            rows, cells = np.nonzero(use)
            chosen = chances[rows, cells, columns[rows, cells]]
            loss -= float(np.log(chosen + 1e-9).sum())
            gradient = chances * use[:, :, None]
            gradient[rows, cells, columns[rows, cells]] -= 1
            scorer.backprop(index, gradient.astype("float32"))
        heads = np.where(gold >= 0, gold, np.arange(len(words)))
        scores, back = scorer.label(heads, is_train=True)
        scores = scores - scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        rows = np.flatnonzero(known)
        gradient = np.zeros_like(chances)
        gradient[rows] = chances[rows]
        gradient[rows, labels[rows]] -= 1
        loss -= float(np.log(chances[rows, labels[rows]] + 1e-9).sum())
        full[words] = _SHARE * (scorer.finish() + back(gradient))
        return full, loss

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return bytes(srsly.msgpack_dumps({"cfg": self.cfg, "model": self.model.to_bytes()}))

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ClaimParser:
        content = srsly.msgpack_loads(data)
        self._restore(content["cfg"])
        self.model.from_bytes(content["model"])
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        srsly.write_json(folder / "cfg", self.cfg)
        (folder / "model").write_bytes(self.model.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> ClaimParser:
        folder = Path(path)
        self._restore(srsly.read_json(folder / "cfg"))
        self.model.from_bytes((folder / "model").read_bytes())
        return self

    def _restore(self, cfg: dict[str, Any]) -> None:
        self.cfg = {"labels": list(cfg["labels"])}
        for label in self.cfg["labels"]:
            self.vocab.strings.add(label)
        self.model.attrs["resize_output"](self.model, len(self.cfg["labels"]))
        if not self.model.has_param("bilinear"):
            self.model.initialize()


def _words(doc: Doc) -> Any:
    """Numbers of the tokens that are no white space."""
    return np.flatnonzero(doc.to_array(IS_SPACE) == 0)


def _sentences(doc: Doc, words: Any) -> list[tuple[int, int]]:
    """Sentences as ranges of positions in ``words``; a start on white space moves to a word."""
    starts = doc.to_array(SENT_START) == 1
    number = np.cumsum(starts)[words]
    cuts = np.flatnonzero(np.diff(number)) + 1
    edges = [0, *cuts.tolist(), len(words)]
    return [(a, b) for a, b in pairwise(edges) if b > a]


def _portions(sentences: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Sentences that follow each other, of so many words together; one at least."""
    first = 0
    for number, (_, end) in enumerate(sentences):
        if end - sentences[first][0] > _PORTION_WORDS and number > first:
            yield sentences[first:number]
            first = number
    yield sentences[first:]


def _groups(sentences: list[tuple[int, int]]) -> Iterator[tuple[Any, Any, Any]]:
    """Sentences of like length together: word numbers (B, L), a mask, and lengths (B,)."""
    order = sorted(sentences, key=lambda span: span[1] - span[0])
    begin = 0
    while begin < len(order):
        stop = begin + 1
        while stop < len(order):
            longest = order[stop][1] - order[stop][0]
            shortest = order[begin][1] - order[begin][0]
            cells = (stop - begin + 1) * longest * longest
            if cells > _BATCH_CELLS or longest > shortest * 1.5 + 4:
                break
            stop += 1
        rows = order[begin:stop]
        lengths = np.asarray([b - a for a, b in rows])
        longest = int(lengths[-1])
        at = np.arange(longest)[None, :]
        mask = at < lengths[:, None]
        firsts = np.asarray([a for a, _ in rows])[:, None]
        index = np.where(mask, firsts + at, firsts)
        yield index, mask, lengths
        begin = stop


def _attach_blanks(target: Any, blanks: Any, words: Any, begin: Any) -> None:
    places = np.searchsorted(words, blanks)
    for blank, place in zip(blanks.tolist(), places.tolist(), strict=True):
        before = int(words[place - 1]) if place else -1
        if before >= 0 and begin[before] == begin[blank]:
            target[blank] = before
        elif place < len(words) and begin[words[place]] == begin[blank]:
            target[blank] = int(words[place])
