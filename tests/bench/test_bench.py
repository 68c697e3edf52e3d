"""The benchmarks still run. What they measure is not judged here."""

from __future__ import annotations

import pytest

from tests.bench.__main__ import run
from tests.bench.report import BENCHES
from tests.services_needed import require

pytestmark = [pytest.mark.slow, pytest.mark.broker]


@pytest.mark.parametrize("name", BENCHES)
def test_runs(name: str) -> None:
    if name == "page_open":
        require("chromium")
    table = run(name, tiny=True)
    assert table.rows
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert table.figures
    errors = {key: value for key, value in table.figures.items() if key.endswith("_errors")}
    assert not any(errors.values()), errors
