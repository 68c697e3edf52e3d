"""Training of the linguistic components: one shared layer, learnt by all of them together."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.attrs import TAG
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed, load_config, load_model_from_config
from thinc.api import Adam, Config
from thinc.schedules import warmup_linear

from annotations.detection import components as _registered  # noqa: F401  (registers factories)
from annotations.detection.corpora.conllu import ConlluDocument, read_conllu
from annotations.detection.linguistics.products import multiply_with_numpy
from annotations.detection.training.treebank import references

Report = Callable[[str, float], None]
"""Told what is going on, and how much of it is done, from 0 to 1."""

_BATCH_TOKENS = 1500
_FIRST_RATE, _SECOND_RATE = 1.5e-3, 1e-3
_FIRST_DROPOUT, _SECOND_DROPOUT = 0.15, 0.2
_SECOND_SHARE = 1.6
"""Passes of the second part for each of the first: they are three times as short."""

LEARNT = ("tok2vec", "tagger", "senter", "claim_parser", "claim_entities")
"""The components trained here; the others of the pipeline are rules."""


def build_pipeline(config: Path, overrides: Mapping[str, Any] | None = None) -> Language:
    """The untrained pipeline of a config file, with dotted ``overrides``."""
    settings: Config = load_config(config, overrides=dict(overrides or {}), interpolate=True)
    nlp = load_model_from_config(settings, auto_fill=True)
    multiply_with_numpy(nlp)
    return nlp


def train_linguistics(
    nlp: Language,
    *,
    treebank: list[ConlluDocument],
    news: list[ConlluDocument],
    epochs: int,
    seed: int,
    report: Report,
) -> None:
    """Teach the learnt components in place. The same for the same seed.

    First ``epochs`` over everything, the treebank twice in each: gold tags, parses and sentences
    from it, silver ones and entities from the news. Then some more over the treebank and a quarter
    of the news without its tags, so that the last word on tags is people's.
    """
    fix_random_seed(seed)
    order = random.Random(seed)  # noqa: S311  (shuffling, not a secret)
    gold = list(references(nlp, treebank, silver=False, max_tokens=400))
    silver = list(references(nlp, news, silver=True, max_tokens=400))
    lexemes: Any = nlp.get_pipe("claim_lexemes")
    lexemes.learn(
        (token.form, token.tag, token.lemma)
        for document in treebank
        for sentence in document.sentences
        for token in sentence
    )
    # Every label must be known before the first step; the sample alone may miss a rare one.
    for name, labels in _labels(chain(gold, silver)).items():
        pipe: Any = nlp.get_pipe(name)
        for label in labels:
            pipe.add_label(label)
    sample = [_example(nlp, doc) for doc in chain(islice(gold, 300), islice(silver, 300))]
    others = [name for name in nlp.pipe_names if name not in LEARNT]
    with nlp.select_pipes(disable=others):
        nlp.initialize(lambda: sample)
    first = [[*gold, *gold, *silver]] * epochs
    train_passes(nlp, first, rate=_FIRST_RATE, dropout=_FIRST_DROPOUT, order=order, report=report)
    passes = round(_SECOND_SHARE * epochs)
    refine(nlp, gold, silver, epochs=passes, order=order, report=report)


def refine(
    nlp: Language,
    gold: list[Doc],
    silver: list[Doc],
    *,
    epochs: int,
    order: random.Random,
    report: Report,
) -> None:
    """The second part of the training; changes ``silver``, whose tags are taken away."""
    for doc in silver:
        blank: Any = np.zeros((len(doc), 1), dtype="uint64")
        doc.from_array([TAG], blank)
    share = max(1, len(silver) // 4) if silver else 0
    passes = [[*gold, *order.sample(silver, share)] for _ in range(epochs)]
    train_passes(
        nlp, passes, rate=_SECOND_RATE, dropout=_SECOND_DROPOUT, order=order, report=report
    )


def train_passes(
    nlp: Language,
    passes: list[list[Doc]],
    *,
    rate: float,
    dropout: float,
    order: random.Random,
    report: Report,
) -> None:
    """Train on each list of references in turn, shuffled, the rate falling from ``rate`` to 0."""
    total = sum(len(doc) for docs in passes for doc in docs)
    steps = max(1, total // _BATCH_TOKENS)
    schedule: Any = warmup_linear(rate, min(200, steps // 10 + 1), steps)
    optimizer = Adam(schedule, L2=0.01, grad_clip=1.0, use_averages=True)
    others = [name for name in nlp.pipe_names if name not in LEARNT]
    done = 0
    with nlp.select_pipes(disable=others):
        for epoch, docs in enumerate(passes):
            pool = list(docs)
            order.shuffle(pool)
            losses: dict[str, float] = {}
            for batch in _batches(pool, _BATCH_TOKENS):
                examples = [_example(nlp, doc) for doc in batch]
                nlp.update(examples, sgd=optimizer, drop=dropout, losses=losses)
                optimizer.step_schedules()
                done += sum(map(len, batch))
                report(f"linguistics, pass {epoch + 1} of {len(passes)}", done / total)
            report(
                "  ".join(f"{name} {loss:.0f}" for name, loss in losses.items() if loss),
                done / total,
            )
    with nlp.use_params(optimizer.averages):
        data = nlp.to_bytes(exclude=["vocab", *others])
    nlp.from_bytes(data, exclude=["vocab", *others])


def _labels(docs: Iterable[Doc]) -> dict[str, list[str]]:
    tags: set[str] = set()
    relations: set[str] = set()
    for doc in docs:
        for token in doc:
            tags.add(token.tag_)
            relations.add(token.dep_)
    return {"tagger": sorted(tags - {""}), "claim_parser": sorted(relations - {""})}


def _example(nlp: Language, reference: Doc) -> Example:
    return Example(nlp.make_doc(reference.text), reference)


def _batches(docs: list[Doc], size: int) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    count = 0
    for doc in docs:
        batch.append(doc)
        count += len(doc)
        if count >= size:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def read_training_parts(data: Path) -> tuple[list[ConlluDocument], list[ConlluDocument]]:
    """The treebank and the news that the components learn from, both training parts.

    Raises CorpusError for a file that is missing or not what it should be.
    """
    treebank = list(read_conllu(data / "ud-english-ewt" / "en_ewt-ud-train.conllu"))
    news = list(
        read_conllu(
            data / "polnear-corenlp" / "train.conllu", data / "polnear" / "data" / "train" / "text"
        )
    )
    return treebank, news
