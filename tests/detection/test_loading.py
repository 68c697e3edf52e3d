"""A detector that is stored as what differs from another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from annotations.detection import ArticleInput, DetectionError
from annotations.detection.detector import build_detector
from annotations.detection.loading import (
    BASE_FILE,
    PIPELINE_ROOT,
    base_record,
    files_digest,
    weights_digest,
)

TEXT = "Unemployment in Ohio fell by 7 percent last year, Ann Lee said.\n\nI like Maine."
SMALL = PIPELINE_ROOT / "small"


@pytest.fixture
def thin(tmp_path: Path) -> Path:
    """The shipped detector's scorer alone, with the rest named."""
    folder = tmp_path / "thin"
    folder.mkdir()
    for name in ("config.cfg", "meta.json"):
        shutil.copy(SMALL / name, folder / name)
    shutil.copytree(SMALL / "claim_scorer", folder / "claim_scorer")
    (folder / BASE_FILE).write_text(base_record("small"), encoding="utf-8")
    return folder


def test_it_reads_as_if_it_held_everything(thin: Path) -> None:
    one, other = build_detector(thin), build_detector("small")
    article = ArticleInput(TEXT)
    assert one.detect(article) == other.detect(article)
    assert one.explain(article) == other.explain(article)


def test_its_weights_are_the_base_s_and_its_own(thin: Path) -> None:
    before = weights_digest(thin)
    assert before not in {files_digest(thin), files_digest(SMALL)}
    with (thin / "claim_scorer" / "scorer.msgpack").open("ab") as file:
        file.write(b"\0")
    assert weights_digest(thin) != before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps({"detector": "small", "weights": "00" * 32}), "made for another small"),
        (json.dumps({"detector": "nobody", "weights": "00" * 32}), "no detector named 'nobody'"),
        (json.dumps({"detector": "../small", "weights": ""}), "no detector named"),
        (json.dumps(["small"]), "damaged"),
        ("{", "damaged"),
    ],
)
def test_a_wrong_base_is_refused(thin: Path, content: str, message: str) -> None:
    (thin / BASE_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(DetectionError, match=message) as caught:
        build_detector(thin)
    assert caught.value.permanent
