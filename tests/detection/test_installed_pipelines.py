"""Somebody else's pipeline as a detector: one that is installed as a package and finds claims."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection import ArticleInput, DetectionError, detector_trouble, names
from annotations.detection.detector import build_detector
from annotations.detection.installed import InstalledDetector
from annotations.detection.names import Trouble

TEXT = "Ferries doubled in 1998 🚢. Nobody saw it. Unemployment fell."
Package = Callable[..., str]


@Language.component("test_scores")
def scores(doc: Doc) -> Doc:
    """What a SpanCategorizer leaves beside its spans: the first is likely, the others aren't."""
    doc.spans["claims"].attrs["scores"] = [0.9, *[0.3] * (len(doc.spans["claims"]) - 1)]
    return doc


@Language.component("test_quiet_claims")
def quiet_claims(doc: Doc) -> Doc:
    """Writes claims, and has no setting that says so."""
    doc.spans["claims"] = [doc[:4]]
    return doc


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """Makes packages as ``spacy package`` lays them out."""
    made: list[str] = []

    def make(
        name: str,
        *,
        language: str = "en",
        key: str = "claims",
        scored: bool = False,
        quiet: bool = False,
        off: bool = False,
        says: str = "",
    ) -> str:
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
        if quiet:
            nlp.add_pipe("test_quiet_claims")
        if off:
            nlp.disable_pipe("span_ruler")
        if says:
            nlp.meta["spans_key"] = says
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
        ("en_core_web_md", "not_installed"),
        ("en_core_web_xl", "unknown"),
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


def test_a_pipeline_whose_writer_is_switched_off(package: Package) -> None:
    name = package("en_sleeping_claims", off=True)
    assert detector_trouble(name) == Trouble("no_claims")
    with pytest.raises(DetectionError, match=r'doc.spans\["claims"\]') as caught:
        build_detector(name)
    assert caught.value.permanent


def test_a_pipeline_may_say_in_its_description_that_it_writes_claims(package: Package) -> None:
    quiet = package("en_quiet_claims", key="sc", quiet=True)
    assert detector_trouble(quiet) == Trouble("no_claims")
    other = package("en_quiet_spans", key="sc", quiet=True, says="sc")
    assert detector_trouble(other) == Trouble("no_claims")
    name = package("en_said_claims", key="sc", quiet=True, says="claims")
    assert detector_trouble(name) is None
    found = build_detector(name).detect(ArticleInput(TEXT))
    assert [c.quote for c in found.claims] == ["Ferries doubled in 1998"]


def broken_setting(folder: Path) -> None:
    config = folder / "config.cfg"
    config.write_text(config.read_text().replace('factory = "span_ruler"', ""))


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "config.cfg").write_text(""),
        lambda folder: (folder / "config.cfg").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "meta.json").write_text("{"),
        lambda folder: (folder / "meta.json").write_text("[]"),
        broken_setting,
    ],
)
def test_a_package_that_is_plainly_damaged_is_refused(
    package: Package, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    name = package("en_damaged_claims")
    damage(tmp_path / name / f"{name}-1.2.3")
    assert detector_trouble(name) == Trouble("damaged")
    with pytest.raises(DetectionError, match="damaged") as caught:
        build_detector(name)
    assert caught.value.permanent


def unknown_factory(folder: Path) -> None:
    config = folder / "config.cfg"
    config.write_text(config.read_text().replace('factory = "span_ruler"', 'factory = "nobodys"'))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (unknown_factory, "nobodys"),
        (lambda folder: (folder / "tokenizer").write_bytes(b"\xc1"), "can't be loaded"),
        (lambda folder: (folder / "tokenizer").unlink(), "can't be loaded"),
        (lambda folder: (folder.parent / "__init__.py").write_text("1 / 0"), "division"),
        (lambda folder: (folder.parent / "__init__.py").write_text("import nobodys"), "nobodys"),
    ],
)
def test_a_package_that_cannot_be_loaded_is_given_up_at_once(
    package: Package, tmp_path: Path, damage: Callable[[Path], object], said: str
) -> None:
    """What only loading shows: trying again doesn't help, so no job is tried thrice."""
    name = package("en_broken_claims")
    damage(tmp_path / name / f"{name}-1.2.3")
    assert detector_trouble(name) is None
    with pytest.raises(DetectionError, match=said) as caught:
        build_detector(name)
    assert caught.value.permanent


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.EMFILE, "too many open files")])
def test_what_the_machine_lacks_at_the_moment_may_be_tried_again(
    package: Package, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def load(name: str) -> Language:
        raise error

    name = package("en_large_claims")
    monkeypatch.setattr(spacy, "load", load)
    with pytest.raises(type(error)):
        build_detector(name)


def test_a_pretrained_name_whose_package_finds_claims_is_that_package(package: Package) -> None:
    detector = build_detector(package("en_core_web_lg"))
    assert isinstance(detector, InstalledDetector)
    assert detector.name == "en_core_web_lg"


@pytest.mark.parametrize("absent", [(), ("torch",)])
def test_accurate_is_refused_without_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, absent: tuple[str, ...]
) -> None:
    monkeypatch.setattr(names, "missing", lambda: absent)
    assert detector_trouble("small") is None
    wanted = Trouble("incomplete", lacks=absent) if absent else None
    assert detector_trouble("accurate") == wanted


def test_asking_imports_nothing(package: Package) -> None:
    name = package("en_untouched_claims")
    assert detector_trouble(name) is None
    assert name not in sys.modules
