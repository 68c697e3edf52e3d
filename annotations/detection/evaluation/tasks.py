"""The evaluation tasks: files in, figures out, for a detector by name or folder.

Every function raises CorpusError for data that is not in its format, naming file and line, and
DetectionError where the detector can't be loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from annotations.detection.checkworthiness.material import divided_doc
from annotations.detection.checkworthiness.validation import cross_validate
from annotations.detection.corpora.checkthat import read_debates
from annotations.detection.corpora.claimbuster import LabelledSentence, read_sentences
from annotations.detection.corpora.conllu import read_conllu
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.detector import Detector, build_detector
from annotations.detection.evaluation.attribution import doc_attributions, evaluate_attribution
from annotations.detection.evaluation.binary import binary_metrics
from annotations.detection.evaluation.ranking import mean_ranking
from annotations.detection.evaluation.sentences import evaluate_sentences
from annotations.detection.evaluation.speed import measure_speed

Model = str | Path


def checkworthiness(model: Model, paths: Sequence[Path]) -> dict[str, Any]:
    """Each file is scored as a debate; ``map``, ``rprec`` and ``p@k``, per file and mean."""
    detector = build_detector(model)
    results = {}
    for debate in read_debates(paths):
        lines = [(line.speaker, line.text) for line in debate.lines]
        scores = line_scores(detector, lines)
        # Two folders may hold files of one name.
        name = debate.name
        while name in results:
            name += "'"
        results[name] = ([line.label for line in debate.lines], scores)
    return mean_ranking(results)


def line_scores(detector: Detector, lines: Sequence[tuple[str, str]]) -> list[float]:
    """Check-worthiness of each (speaker, text) of a debate, in [0, 1]; 0 for an empty line."""
    nlp = detector.nlp
    with nlp.memory_zone():
        doc = nlp(divided_doc(nlp, lines))
        scored = {
            span.start_char: float(span._.check_worthiness)
            for span in doc.spans[detector.candidates_key]
        }
        places = sorted(scored)
        scores = []
        at = 0
        for start, end, _ in doc._.lines:
            while at < len(places) and places[at] < start:
                at += 1
            inside = at < len(places) and places[at] < end
            scores.append(scored[places[at]] if inside else 0.0)
        return scores


def binary(
    model: Model, paths: Sequence[Path], *, folds: int | None = None, seed: int = 0
) -> dict[str, Any]:
    """Sentences by themselves. ``folds``: the scorer is retrained in folds of these sentences."""
    detector = build_detector(model)
    records = [record for path in paths for record in read_sentences(path)]
    nlp = detector.nlp
    if folds is not None:
        scorer: Any = nlp.get_pipe("claim_scorer")
        names = nlp.component_names
        encoders = list(scorer.encoders.values())
        with nlp.select_pipes(enable=names[: names.index("claim_scorer")]):
            return cross_validate(
                nlp=nlp,
                sentences=records,
                folds=folds,
                seed=seed,
                extra=encoders[0] if encoders else None,
            )
    labels = [record.label for record in records]
    # Half, whatever the detector highlights from on: the score is a probability.
    return binary_metrics(labels, sentence_scores(detector, records), threshold=0.5)


def sentence_scores(detector: Detector, records: Iterable[LabelledSentence]) -> list[float]:
    """Check-worthiness of each record as one sentence, in [0, 1]."""
    nlp = detector.nlp
    scores = []
    with nlp.memory_zone():
        docs = (divided_doc(nlp, [("", record.text)]) for record in records)
        for doc in nlp.pipe(docs, batch_size=256):
            spans = list(doc.spans[detector.candidates_key])
            scores.append(max((float(s._.check_worthiness) for s in spans), default=0.0))
    return scores


def sentences(model: Model, paths: Sequence[Path], *, texts: Path | None = None) -> dict[str, Any]:
    """Boundaries, tags and parses against CoNLL-U; ``texts`` is a folder its offsets point into."""
    detector = build_detector(model)
    nlp = detector.nlp
    names = nlp.component_names
    documents = (document for path in paths for document in read_conllu(path, texts))
    with nlp.select_pipes(enable=names[: names.index("claim_quotes")]):
        return evaluate_sentences(nlp, documents)


def attribution(model: Model, paths: Sequence[Path]) -> dict[str, Any]:
    """Source, cue, content and the three linked, against brat standoff as in PolNeAR."""
    if len(paths) != 1:
        raise CorpusError(paths[1], None, "one folder with text/ and attributions/ at a time")
    detector = build_detector(model)
    nlp = detector.nlp
    names = nlp.component_names
    with nlp.select_pipes(enable=names[: names.index("claim_dates")]):
        return dict(
            evaluate_attribution(
                paths[0], lambda texts: map(doc_attributions, nlp.pipe(texts, batch_size=16))
            )
        )


def speed(model: Model, paths: Sequence[Path]) -> dict[str, Any]:
    """Words and sentences a second on one core, seconds to load, resident MiB."""
    files = [
        path for one in paths for path in (sorted(one.glob("*.txt")) if one.is_dir() else [one])
    ]
    return dict(measure_speed(model, files))
