"""Somebody else's pipeline as a detector: one that is installed as a package and finds claims."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection import ArticleInput, DetectionError, detector_trouble
from annotations.detection.detector import build_detector
from annotations.detection.installed import InstalledDetector

TEXT = "Ferries doubled in 1998 🚢. Nobody saw it. Unemployment fell."
Package = Callable[..., str]


@Language.component("test_scores")
def scores(doc: Doc) -> Doc:
    """What a SpanCategorizer leaves beside its spans: the first is likely, the others aren't."""
    doc.spans["claims"].attrs["scores"] = [0.9, *[0.3] * (len(doc.spans["claims"]) - 1)]
    return doc


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """Makes packages as ``spacy package`` lays them out."""
    made: list[str] = []

    def make(name: str, *, language: str = "en", key: str = "claims", scored: bool = False) -> str:
        nlp = spacy.blank(language)
        ruler: Any = nlp.add_pipe("span_ruler", config={"spans_key": key})
        ruler.add_patterns(
            [
                {"label": "Quantity", "pattern": "Ferries doubled in 1998"},
                {"label": "odd", "pattern": "Unemployment fell"},
                {"label": "twice", "pattern": "Unemployment fell"},
            ]
        )
        if scored:
            nlp.add_pipe("test_scores")
        home = tmp_path / name
        home.mkdir()
        nlp.to_disk(home / f"{name}-1.2.3")
        facts = json.dumps({"lang": language, "name": name[3:], "version": "1.2.3"})
        (home / "meta.json").write_text(facts)
        (home / "__init__.py").write_text(
            "from pathlib import Path\n"
            "from spacy.util import load_model_from_init_py\n"
            "def load(**rest):\n    return load_model_from_init_py(__file__, **rest)\n"
        )
        info = tmp_path / f"{name}-1.2.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        made.append(name)
        return name

    yield make
    for name in made:
        sys.modules.pop(name, None)


def test_its_spans_are_the_claims(package: Package) -> None:
    detector = build_detector(package("en_newsroom_claims"))
    assert isinstance(detector, InstalledDetector)
    assert (detector.name, detector.version) == ("en_newsroom_claims", "1.2.3")
    found = detector.detect(ArticleInput(TEXT))
    assert [(c.quote, c.kind, c.score) for c in found.claims] == [
        ("Ferries doubled in 1998", "quantity", 1.0),
        ("Unemployment fell", "other", 1.0),
    ]
    assert all(TEXT[c.start : c.end] == c.quote for c in found.claims)
    assert [TEXT[a:b] for a, b in found.sentences] == [
        "Ferries doubled in 1998 🚢.",
        "Nobody saw it.",
        "Unemployment fell.",
    ]
    assert found.words == len(TEXT.split())


def test_its_scores_meet_the_threshold(package: Package) -> None:
    detector = build_detector(package("en_scored_claims", scored=True))
    assert [c.score for c in detector.detect(ArticleInput(TEXT)).claims] == [0.9]
    lower = detector.at(0.2)
    assert [c.score for c in lower.detect(ArticleInput(TEXT)).claims] == [0.9, 0.3]
    assert lower.config_hash != detector.config_hash
    assert detector.threshold == 0.5


def test_it_gives_no_reasons(package: Package) -> None:
    detector = build_detector(package("en_plain_claims"))
    with pytest.raises(DetectionError, match="no reasons"):
        detector.explain(ArticleInput(TEXT))


def test_it_may_read_another_language(package: Package) -> None:
    name = package("de_newsroom_claims", language="de")
    assert detector_trouble(name, "de-AT") is None
    trouble = detector_trouble(name, "en")
    assert trouble is not None
    assert (trouble.reason, trouble.reads) == ("language", "de")
    with pytest.raises(DetectionError, match="reads 'de'"):
        build_detector(name).detect(ArticleInput(TEXT))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("small", None),
        ("small+en_core_web_md", "not_installed"),
        ("small+json", "not_added"),
        ("no_such_pipeline", "unknown"),
        ("json", "unknown"),  # a package, and no pipeline
        ("../small", "unknown"),
        ("os.path", "unknown"),
        ("", "unknown"),
    ],
)
def test_names(name: str, reason: str | None) -> None:
    trouble = detector_trouble(name)
    assert (trouble and trouble.reason) == reason


def test_a_pipeline_that_finds_no_claims(package: Package) -> None:
    name = package("en_other_spans", key="sc")
    trouble = detector_trouble(name)
    assert trouble is not None
    assert trouble.reason == "no_claims"
    with pytest.raises(DetectionError, match=r'doc.spans\["claims"\]'):
        build_detector(name)


def test_asking_imports_nothing(package: Package) -> None:
    name = package("en_untouched_claims")
    assert detector_trouble(name) is None
    assert name not in sys.modules
