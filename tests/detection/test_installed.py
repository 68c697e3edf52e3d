"""The entities of an installed pipeline in the place of our own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import spacy

from annotations.detection import ArticleInput, DetectionError, detector_trouble, load_detector
from annotations.detection.detector import build_detector
from annotations.detection.linguistics import installed
from annotations.detection.names import Trouble, installed_pipeline

TEXT = "Blorp said that Zanzu lost 40 ships in 1998."


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package built as spaCy's are, with a pipeline that knows two names nobody else knows."""
    name = "en_core_web_md"
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [
            {"label": "PERSON", "pattern": "Blorp"},
            {"label": "GPE", "pattern": "Zanzu"},
            {"label": "SECRET", "pattern": "ships"},
        ]
    )
    home = tmp_path / name
    home.mkdir()
    nlp.to_disk(home / "data")
    (home / "__init__.py").write_text(
        "from pathlib import Path\nimport spacy\n"
        "def load(**rest):\n    return spacy.load(Path(__file__).parent / 'data', **rest)\n"
    )
    facts = tmp_path / f"{name}-9.9.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.9.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    installed._load.cache_clear()
    yield name  # type: ignore[misc]
    installed._load.cache_clear()
    sys.modules.pop(name, None)


def test_its_entities_are_used_with_our_types(package: str) -> None:
    detector = build_detector(f"small+{package}")
    assert detector.name == f"small+{package}"
    doc = detector.nlp(TEXT)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Blorp", "PERSON"), ("Zanzu", "LOC")]
    assert detector.detect(ArticleInput(TEXT)).sentences


def test_alone_it_stands_for_small_with_its_entities(package: str) -> None:
    assert detector_trouble(package) is None
    assert detector_trouble(package, "de") == Trouble("language", "en")
    alone, added = build_detector(package), build_detector(f"small+{package}")
    assert alone.name == added.name == f"small+{package}"
    assert (alone.version, alone.config_hash) == (added.version, added.config_hash)
    found = [detector.detect(ArticleInput(TEXT)) for detector in (alone, added)]
    assert found[0] == found[1]
    assert load_detector(package) is load_detector(f"small+{package}")


def test_one_that_cannot_be_loaded_is_given_up_at_once(package: str) -> None:
    home = Path(installed_pipeline(package) or "")
    (home / "tokenizer").unlink()
    for name in (package, f"small+{package}"):
        with pytest.raises(DetectionError, match=f"{package} is installed and can't") as caught:
            build_detector(name)
        assert caught.value.permanent
    (home / "meta.json").write_text("{")
    assert detector_trouble(package) == detector_trouble(f"small+{package}") == Trouble("damaged")


def test_it_is_another_detector(package: str) -> None:
    assert build_detector(f"small+{package}").config_hash != build_detector("small").config_hash


def test_its_words_are_forgotten(package: str) -> None:
    detector = build_detector(f"small+{package}")
    other = installed._load(package)
    detector.detect(ArticleInput("The Frobnicators won."))
    assert "Frobnicators" not in other.vocab.strings


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("en_core_web_trf", "en_core_web_trf is not installed"),
        ("small+en_core_web_trf", "en_core_web_trf is not installed"),
        ("small+os", "no pretrained pipeline"),
        ("small+", None),
        ("nobody+en_core_web_sm", "no detector named 'nobody'"),
    ],
)
def test_what_cannot_be_added_is_named(name: str, message: str | None) -> None:
    if message is None:
        assert build_detector(name).name == "small"
        return
    with pytest.raises(DetectionError, match=message) as caught:
        build_detector(name)
    assert caught.value.permanent
