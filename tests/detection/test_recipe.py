"""The recipe and its commands, from data to figures, on made-up data."""

from __future__ import annotations

import io
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.detection import ArticleInput, DetectionError
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.detector import build_detector
from annotations.detection.training.recipe import train_detector
from tests.detection.tiny import write_data

TEXT = "Unemployment in Ohio fell by 7 percent last year.\n\nI think Maine is a great place."

SWAPPED = (
    "The {party} plan would cost 5 million dollars, {person} said.",
    "We {are_not} {going_to} close the mill, and {person} paid {his} staff.",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_data(folder)
    return folder


def train(data: Path, output: Path, **options: Any) -> dict[str, Any]:
    return train_detector(
        data=data, output=output, labels=data / "types.tsv", epochs=2, seed=1, **options
    )


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("models") / "tiny"
    train(data, output, swapped=SWAPPED)
    return output


def evaluate(*words: object) -> dict[str, Any]:
    out = io.StringIO()
    call_command("evaluate_detector", *map(str, words), stdout=out)
    figures: dict[str, Any] = json.loads(out.getvalue().strip().splitlines()[-1])
    return figures


def test_it_learns_what_is_worth_checking(model: Path) -> None:
    worth, idle = build_detector(model).explain(ArticleInput(TEXT))
    assert worth.score > 0.5 > idle.score
    for sentence in (worth, idle):
        total = math.fsum(reason.weight for reason in sentence.reasons)
        assert math.log(sentence.score / (1 - sentence.score)) == pytest.approx(total, abs=1e-9)


def test_loaded_twice_it_gives_the_same_and_keeps_no_words(model: Path) -> None:
    one, other = build_detector(model), build_detector(model)
    assert one.config_hash == other.config_hash
    assert one.detect(ArticleInput(TEXT)) == other.detect(ArticleInput(TEXT))
    strings = json.loads((model / "vocab" / "strings.json").read_text())
    assert "NNP" in strings
    assert "Ohio" not in strings


def test_the_same_seed_gives_the_same_detector(data: Path, model: Path, tmp_path: Path) -> None:
    train(data, tmp_path / "again", measure=False)
    assert build_detector(tmp_path / "again").config_hash == build_detector(model).config_hash


def test_what_was_read_and_measured_stands_beside_it(data: Path, model: Path) -> None:
    record = json.loads((model / "training.json").read_text())
    assert record["seed"] == 1
    assert record["versions"]["spacy"]
    assert len(record["data"]["claimbuster/kfold_25ncs.json"]) == 64
    assert not [path for path in record["data"] if "dev" in path]
    metrics = json.loads((model / "metrics.json").read_text())
    assert 0 < metrics["ewt_dev"]["tags"] <= 1
    assert metrics["checkworthiness_held_out"]["f1"] > 0.8
    assert set(metrics["swaps"]) == {"party", "gender", "origin", "dialect"}


def test_a_missing_file_is_named_before_anything_is_trained(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data")
    (tmp_path / "data" / "claimbuster" / "kfold_25ncs.json").unlink()
    with pytest.raises(CorpusError, match="kfold_25ncs"):
        train(tmp_path / "data", tmp_path / "output")
    assert not (tmp_path / "output").exists()


def test_a_folder_of_something_else_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError):
        train(data, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_checkworthiness(data: Path, model: Path) -> None:
    found = evaluate("checkworthiness", data / "checkthat2019", "--model", model)
    for key in ("map", "rprec", "p@5", "p@10", "p@20"):
        assert 0 <= found[key] <= 1
    assert len(found["files"]) == 4
    assert found["map"] > 0.6


def test_binary(data: Path, model: Path) -> None:
    file = data / "claimbuster" / "kfold_25ncs.json"
    found = evaluate("binary", file, "--model", model)
    folds = evaluate("binary", file, "--model", model, "--cross-validate", 4)
    for figures in (found, folds):
        assert {"f1", "macro_f1", "ap", "brier", "ece"} <= set(figures)
        assert figures["f1"] > 0.8
    assert len(folds["folds"]) == 4


def test_sentences_attribution_and_speed(data: Path, model: Path, tmp_path: Path) -> None:
    file = data / "ud-english-ewt" / "en_ewt-ud-dev.conllu"
    assert evaluate("sentences", file, "--model", model)["f1"] > 0.9
    found = evaluate("attribution", data / "polnear" / "data" / "dev", "--model", model)
    for role in ("source", "cue", "content", "attribution"):
        for measure in ("token", "exact"):
            assert set(found[role][measure]) == {"precision", "recall", "f1"}
    # Long enough that it needn't be read hundreds of times over.
    text = tmp_path / "long.txt"
    text.write_text("\n\n".join([TEXT] * 150), encoding="utf-8")
    speed = evaluate("speed", text, "--model", model)
    assert set(speed) == {"words_per_s", "sentences_per_s", "load_s", "rss_mib"}
    assert min(speed.values()) > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base": "nobody"}, "no detector named 'nobody'"),
        ({"base": "accurate"}, "built on another detector"),
        ({"base": "small", "linguistics": Path("x")}, "name one of the two"),
    ],
)
def test_a_base_that_cannot_be_one_is_refused_at_once(
    data: Path, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DetectionError, match=message):
        train(data, tmp_path / "output", **options)
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("binary", "nowhere.json"), "no such file or folder: nowhere.json"),
        (("speed", __file__, "--cross-validate", "4"), "only with the task binary"),
        (("binary", __file__, "--model", "no-such"), "no detector named 'no-such'"),
        (("speed", __file__, "--model", "no-such"), "^no detector named 'no-such'"),
        (("speed", __file__, "--model", "small+os"), "^'os' is no pretrained pipeline"),
        (("binary", __file__), "line 1: not JSON"),
        (("checkworthiness", __file__), "line 1: 1 columns"),
        (("sentences", __file__), "line 1: 1 columns"),
    ],
)
def test_bad_calls_are_explained(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("evaluate_detector", *words, stdout=io.StringIO())


def test_explain_shows_sentences_scores_and_reasons(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    out = io.StringIO()
    call_command("explain", str(file), stdout=out)
    shown = out.getvalue()
    assert "Unemployment in Ohio fell by 7 percent last year." in shown
    assert "●" in shown
    assert "a percentage" in shown
    with pytest.raises(CommandError, match="no such file"):
        call_command("explain", "nowhere.txt")


def test_an_untrained_detector_is_no_detector(tmp_path: Path) -> None:
    with pytest.raises(DetectionError, match="holds no trained detector"):
        build_detector(tmp_path)
