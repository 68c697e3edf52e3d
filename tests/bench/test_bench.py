"""The benchmarks still run. What they measure is not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.report import BENCHES
from tests.services_needed import require

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.broker]


# The others share their parts with these, and take minutes together.
ALIKE = {
    "page_open", "next_article", "span_write", "start", "export", "extraction", "api", "search",
    "scale",
}  # fmt: skip
QUICK = [name for name in BENCHES if name not in ALIKE]


@pytest.mark.parametrize("name", QUICK)
def test_runs(name: str) -> None:
    if name == "workbench":
        require("chromium")
    # In a process of its own, as a person runs it: a browser that the tests before drive from
    # this one would be in its way.
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--tiny", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    assert figures.pop("bench") == name
    assert figures
    errors = {key: value for key, value in figures.items() if key.endswith("_errors")}
    assert not any(errors.values()), errors
