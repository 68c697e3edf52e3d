"""The model card says what was measured: its figures are those beside the shipped detectors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from annotations.detection.evaluation.binary import BINS
from annotations.detection.evaluation.calibration import draw_calibration
from annotations.detection.loading import PIPELINE_ROOT, base_folder
from annotations.detection.training.recipe import SIZES

ROOT = Path(__file__).resolve().parents[2]
CARD = (ROOT / "docs" / "detector.md").read_text(encoding="utf-8")
BLOCK = CARD.partition("<!-- figures: begin -->")[2].partition("<!-- figures: end -->")[0]

STATED = {
    "small": (
        "ewt_dev f1",
        "ewt_dev exact f1",
        "ewt_dev tags",
        "ewt_dev uas",
        "ewt_dev las",
        "polnear_dev_silver f1",
        "polnear_dev_silver exact f1",
        *(
            f"polnear_dev_attribution {role} {kind} f1"
            for role in ("content", "source", "cue", "attribution")
            for kind in ("token", "exact")
        ),
        "checkworthiness_held_out f1",
        "checkworthiness_held_out macro_f1",
        "checkworthiness_held_out ap",
        "checkworthiness_held_out brier",
        "checkworthiness_held_out ece",
        "claim_types_held_out accuracy",
        "claim_types_held_out macro_f1",
        "claim_types_held_out majority",
    ),
    "accurate": (
        "checkworthiness_held_out f1",
        "checkworthiness_held_out macro_f1",
        "checkworthiness_held_out ap",
        "checkworthiness_held_out brier",
        "checkworthiness_held_out ece",
    ),
}


def metrics(size: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PIPELINE_ROOT / size / "metrics.json").read_text())
    return found


def written(value: float) -> str:
    return f"{value:.3f}".lstrip("0")


@pytest.mark.parametrize(
    ("size", "path"), [(size, path) for size, paths in STATED.items() for path in paths]
)
def test_the_card_states_what_was_measured(size: str, path: str) -> None:
    value: Any = metrics(size)
    for key in path.split(" "):
        value = value[key]
    assert written(value) in BLOCK, f"{size}: {path} is {written(value)}"


@pytest.mark.parametrize("size", SIZES)
def test_the_swaps_are_stated(size: str) -> None:
    swaps = CARD.partition("## Names, parties, gender, dialect")[2]
    for group, change in metrics(size)["swaps"].items():
        for key in ("largest", "mean"):
            assert written(change[key]) in swaps, f"{size}: {group} {key} {written(change[key])}"


@pytest.mark.parametrize("size", SIZES)
def test_the_calibration_plot_is_of_what_was_measured(size: str) -> None:
    picture = (PIPELINE_ROOT / size / "calibration.svg").read_text(encoding="utf-8")
    assert f"pipelines/{size}/calibration.svg" in CARD
    bins = [(mean, share, number) for mean, share, number in metrics(size)["calibration"]]
    assert 5 <= len(bins) <= BINS
    assert picture == draw_calibration(bins, title=f"Calibration of {size}, held-out sentences")


@pytest.mark.parametrize("size", SIZES)
def test_a_shipped_detector_says_how_it_was_made(size: str) -> None:
    record = json.loads((PIPELINE_ROOT / size / "training.json").read_text())
    assert record["size"] == size
    assert record["seed"] == 0
    held_out = re.compile(r"(^|/)(dev|test)/|-(dev|test)\.conllu$")
    assert not [path for path in record["data"] if held_out.search(path)]


def test_accurate_is_built_on_the_small_that_is_shipped() -> None:
    assert base_folder(PIPELINE_ROOT / "accurate") == PIPELINE_ROOT / "small"


def test_what_is_shipped_is_small() -> None:
    for size, most in (("small", 30), ("accurate", 12)):
        files = [path for path in (PIPELINE_ROOT / size).rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) < most * 1024 * 1024
