"""Teaching the attribution model from articles in which people marked who says what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection.attribution.continuation import (
    REACH,
    Sentences,
    ask,
    continuation_features,
    describe,
    read_sentences,
)
from annotations.detection.attribution.decoding import ROLES, Found, pair_up
from annotations.detection.attribution.features import cue_features, role_features
from annotations.detection.attribution.hashing import Codes
from annotations.detection.attribution.model import AttributionModel
from annotations.detection.attribution.network import Network, train_network
from annotations.detection.attribution.sheet import Sheet, read_sheet
from annotations.detection.attribution.targets import Target, read_targets, role_labels
from annotations.detection.attribution.view import Lexis, View, view
from annotations.detection.corpora.polnear import AttributionArticle

Progress = Callable[[str], None]

WORD_COUNT = 8
"""Times a form or lemma must occur to be named in features."""
CUE_COUNT = 2
CUE_SHARE = 0.003
"""How often, and in what share of its occurrences, a lemma must head a cue to be a candidate."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Shape and schedule of one network."""

    bits: int
    width: int
    epochs: int
    dropout: float
    feature_dropout: float


CUES = Sizes(bits=14, width=32, epochs=4, dropout=0.2, feature_dropout=0.1)
ROLE = Sizes(bits=15, width=32, epochs=3, dropout=0.2, feature_dropout=0.1)
LINKS = Sizes(bits=13, width=16, epochs=6, dropout=0.3, feature_dropout=0.2)


@dataclass(slots=True)
class Lesson:
    """An article's sheet and what is marked in it."""

    sheet: Sheet
    targets: list[Target]


def train_attribution(
    *,
    nlp: Language,
    articles: Iterable[AttributionArticle],
    seed: int = 0,
    progress: Progress | None = None,
) -> AttributionModel:
    """Learn from ``articles``, read by the pipeline ``nlp`` (sentences, tags, lemmas, parse,
    entities and quotations). Of several readings of an article the first is learnt from; articles
    without one are passed over. Raises ValueError where no attribution is left.
    """
    read = [article for article in articles if article.readings]
    docs = nlp.pipe((article.text for article in read), batch_size=16)
    return train_on_docs(zip(docs, read, strict=True), seed=seed, progress=progress)


def train_on_docs(
    pairs: Iterable[tuple[Doc, AttributionArticle]],
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> AttributionModel:
    """The same for docs that were already read."""
    say = progress or (lambda message: None)
    lessons = []
    for doc, article in pairs:
        sheet = read_sheet(doc)
        reading = article.readings[min(article.readings)]
        lessons.append(Lesson(sheet, read_targets(sheet, reading)))
    total = sum(len(lesson.targets) for lesson in lessons)
    if not total:
        raise ValueError("no attribution to learn from in these articles")
    say(f"attribution: {len(lessons)} articles, {total} attributions")
    rng = np.random.default_rng(seed)
    lexis = Lexis(_frequent(lessons))
    empty = Network.initialise(bits=1, width=1, labels=2, rng=rng)
    model = AttributionModel(lexis, _cue_lemmas(lessons), empty, empty, empty)
    views = [view(lesson.sheet, lexis) for lesson in lessons]
    model.cues = _train(CUES, *_cue_lessons(model, views, lessons), 2, rng, say, "cues")
    model.roles = _train(ROLE, *_role_lessons(views, lessons), ROLES, rng, say, "roles")
    model.links = _train(LINKS, *_link_lessons(model, views, lessons), 2, rng, say, "links")
    return model


def _train(
    sizes: Sizes,
    features: Codes,
    labels: np.ndarray,
    count: int,
    rng: np.random.Generator,
    say: Progress,
    name: str,
) -> Network:
    def told(epoch: int, loss: float) -> None:
        say(f"attribution: {name}, epoch {epoch + 1} of {sizes.epochs}, loss {loss:.4f}")

    network = train_network(
        features,
        labels,
        bits=sizes.bits,
        width=sizes.width,
        count=count,
        epochs=sizes.epochs,
        rng=rng,
        dropout=sizes.dropout,
        feature_dropout=sizes.feature_dropout,
        progress=told,
    )
    # As it will be when loaded from disk, so that a saved model finds the very same.
    return Network.from_arrays(network.to_arrays())


def _frequent(lessons: Sequence[Lesson]) -> Codes:
    counts: Counter[int] = Counter()
    for lesson in lessons:
        counts.update(lesson.sheet.lower.tolist())
        counts.update(lesson.sheet.lemma.tolist())
    least = WORD_COUNT if len(lessons) >= 100 else 2
    return np.array(sorted(word for word, n in counts.items() if n >= least), dtype=np.uint32)


def _cue_lemmas(lessons: Sequence[Lesson]) -> Codes:
    counts: Counter[int] = Counter()
    heads: Counter[int] = Counter()
    for lesson in lessons:
        counts.update(lesson.sheet.lemma.tolist())
        heads.update(lesson.sheet.lemma[[one.head for one in lesson.targets]].tolist())
    kept = [
        lemma
        for lemma, n in heads.items()
        if n >= (CUE_COUNT if len(lessons) >= 100 else 1) and n >= CUE_SHARE * counts[lemma]
    ]
    return np.array(sorted(kept), dtype=np.uint32)


def _cue_lessons(
    model: AttributionModel, views: list[View], lessons: list[Lesson]
) -> tuple[Codes, np.ndarray]:
    features, labels = [], []
    for v, lesson in zip(views, lessons, strict=True):
        at = model.candidates(lesson.sheet)
        is_head = np.zeros(len(lesson.sheet), dtype=np.int64)
        is_head[[one.head for one in lesson.targets]] = 1
        features.append(cue_features(v, at, CUES.bits))
        labels.append(is_head[at])
    return np.concatenate(features, axis=1), np.concatenate(labels)


def _role_lessons(views: list[View], lessons: list[Lesson]) -> tuple[Codes, np.ndarray]:
    features, labels = [], []
    for v, lesson in zip(views, lessons, strict=True):
        heads = np.array([one.head for one in lesson.targets], dtype=np.int32)
        cue, token = pair_up(lesson.sheet, heads)
        features.append(role_features(v, heads, cue, token, ROLE.bits))
        labels.append(role_labels(lesson.targets, cue, token))
    return np.concatenate(features, axis=1), np.concatenate(labels)


def _link_lessons(
    model: AttributionModel, views: list[View], lessons: list[Lesson]
) -> tuple[Codes, np.ndarray]:
    questions: list[tuple[int, ...]] = []
    labels: list[int] = []
    for v, lesson in zip(views, lessons, strict=True):
        sentences = read_sentences(v, model.cue_probabilities(v))
        for target in lesson.targets:
            _ask_all(v, sentences, target, questions, labels)
    return continuation_features(questions, LINKS.bits), np.array(labels, dtype=np.int64)


def _ask_all(
    v: View,
    sentences: Sentences,
    target: Target,
    questions: list[tuple[int, ...]],
    labels: list[int],
) -> None:
    """Add the questions about one attribution with their answers, up to the first no each way."""
    home = int(v.sheet.sentence[target.head])
    first, stop = sentences.bounds[home], sentences.bounds[home + 1]
    found = Found(
        head=target.head,
        probability=1.0,
        source=sorted(target.source),
        cue=sorted(token for token in target.cue if first <= token < stop),
        content=sorted(token for token in target.content if first <= token < stop),
    )
    for way in (1, -1):
        about = describe(v, sentences, home, found, way)
        for step in range(1, REACH[way] + 1):
            place = home + way * step
            if not 0 <= place < len(sentences):
                break
            unit = [at for run in sentences.runs[place] for at in range(*run)]
            belongs = sum(at in target.content for at in unit) * 2 > len(unit)
            questions.append(ask(sentences, home, place, about))
            labels.append(int(belongs))
            if not belongs:
                break
