"""The pipeline as spaCy sees it: declarations, settings, saving, scoring."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example

from annotations.detection import Detector
from annotations.detection.detector import build_detector

COMPONENTS = [
    "tok2vec",
    "tagger",
    "senter",
    "claim_sentences",
    "claim_parser",
    "claim_lexemes",
    "claim_entities",
    "claim_quotes",
    "claim_names",
    "claim_attributions",
    "claim_dates",
    "claim_cues",
    "claim_scorer",
    "claim_types",
    "claim_spans",
    "claim_repeats",
]
OWN = [name for name in COMPONENTS if name.startswith("claim_")]


def scores(doc: Doc) -> list[tuple[str, float, str]]:
    return [(s.text, s._.check_worthiness, s._.kind) for s in doc.spans["candidates"]]


def test_components_declare_what_they_need_and_give(detector: Detector) -> None:
    assert detector.nlp.pipe_names == COMPONENTS
    analysis = detector.nlp.analyze_pipes(keys=["assigns", "requires"])
    assert analysis is not None
    assert not any(analysis["problems"].values())
    assert all(analysis["summary"][name]["assigns"] for name in COMPONENTS)
    assert "span._.check_worthiness" in analysis["summary"]["claim_scorer"]["assigns"]


@pytest.mark.parametrize("name", OWN)
def test_the_shipped_settings_name_every_default(detector: Detector, name: str) -> None:
    defaults = detector.nlp.get_factory_meta(name).default_config
    shipped = detector.nlp.get_pipe_config(name)
    # Sizes of learnt layers are the recipe's to choose.
    defaults = {key: value for key, value in defaults.items() if key != "model"}
    assert {key: shipped[key] for key in defaults} == defaults


def test_saving_and_loading_gives_the_same_scores(
    detector: Detector, nato: str, tmp_path: Path
) -> None:
    detector.nlp.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    assert scores(loaded(nato)) == scores(detector.nlp(nato))


def test_docs_survive_a_docbin(detector: Detector, nato: str) -> None:
    doc = detector.nlp(nato)
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (again,) = DocBin().from_bytes(packed).get_docs(detector.nlp.vocab)
    assert scores(again) == scores(doc)


def test_an_unknown_word_list_is_an_error() -> None:
    with pytest.raises(ValueError, match="no_such_list"):
        build_detector("small", overrides={"components.claim_names.titles": "no_such_list"})


def test_evaluation_uses_the_registered_scorer(detector: Detector) -> None:
    text = "Unemployment in Ohio fell by 5 percent last year. It was a quiet day."
    examples = []
    for gold in ([(0, 49)], [(50, 69)]):
        reference = detector.nlp.make_doc(text)
        spans = [reference.char_span(start, end, label="claim") for start, end in gold]
        reference.spans["claims"] = [span for span in spans if isinstance(span, Span)]
        assert len(reference.spans["claims"]) == 1
        examples.append(Example(detector.nlp.make_doc(text), reference))
    result = detector.nlp.evaluate(examples)
    assert (result["claims_p"], result["claims_r"], result["claims_f"]) == (0.5, 0.5, 0.5)


def test_a_reference_without_claims_is_not_scored(detector: Detector) -> None:
    doc = detector.nlp.make_doc("It was a quiet day.")
    result = detector.nlp.evaluate([Example(doc.copy(), doc)])
    assert result["claims_f"] is None
