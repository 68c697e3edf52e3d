"""Training of the linguistic components: one shared layer, learnt by all of them together."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed, load_config, load_model_from_config
from thinc.api import Adam, Config
from thinc.schedules import warmup_linear

from annotations.detection import components as _registered  # noqa: F401  (registers factories)
from annotations.detection.corpora.conllu import ConlluDocument, read_conllu
from annotations.detection.training.treebank import references

Report = Callable[[str, float], None]
"""Told what is going on, and how much of it is done, from 0 to 1."""

LEARNT = ("tok2vec", "tagger", "senter", "claim_parser", "claim_entities")
"""The components trained here; the others of the pipeline are rules."""


def build_linguistic(config: Path) -> Language:
    """The untrained pipeline of a config file, without the components that come later."""
    settings: Config = load_config(config, interpolate=True)
    return load_model_from_config(settings, auto_fill=True)


def train_linguistics(
    nlp: Language,
    *,
    treebank: list[ConlluDocument],
    news: list[ConlluDocument],
    epochs: int,
    seed: int,
    report: Report,
) -> None:
    """Teach the learnt components in place: gold tags, parses and sentences from the treebank,
    silver ones and entities from the news. The same for the same seed.

    The treebank, a fifth of the news in size, is read twice an epoch.
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
        total = epochs * (2 * sum(map(len, gold)) + sum(map(len, silver)))
        steps = max(1, total // 1500)
        schedule: Any = warmup_linear(1.5e-3, min(200, steps // 10 + 1), steps)
        optimizer = Adam(schedule, L2=0.01, grad_clip=1.0, use_averages=True)
        done = 0
        for epoch in range(epochs):
            pool = [*gold, *gold, *silver]
            order.shuffle(pool)
            losses: dict[str, float] = {}
            for batch in _batches(pool, 1500):
                examples = [_example(nlp, doc) for doc in batch]
                nlp.update(examples, sgd=optimizer, drop=0.1, losses=losses)
                optimizer.step_schedules()
                done += sum(map(len, batch))
                report(f"epoch {epoch + 1} of {epochs}", done / total)
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
