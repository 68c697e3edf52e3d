"""Twenty kills in a run of a thousand articles. More, or others: ``python -m tests.faults``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.faults.run import run
from tests.faults.servers import postgres_programs
from tests.services_needed import everything_required

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(900)]


def test_nothing_is_lost_done_twice_or_left_hanging() -> None:
    if not (postgres_programs() and shutil.which("redis-server")):
        advice = "PostgreSQL's or Redis's server programs are not installed, so none can be killed"
        if everything_required():
            pytest.fail(f"REQUIRE_ALL=1, and {advice}", pytrace=False)
        pytest.skip(advice)
    # Not in pytest's own folder: the database's account has to get there.
    with tempfile.TemporaryDirectory(prefix="factcheck-faults-") as folder:
        outcome = run(Path(folder), seed=20, rounds=20)
    assert outcome.problems == []
    assert sum(outcome.killed.values()) == 20
    assert sum(map(bool, outcome.at_hand)) >= 10, "most are in the middle of something"
    assert outcome.articles == 1000
    assert outcome.claims > 10
    assert outcome.met > 5, "she works where extraction is about to be"
    assert outcome.decided > 4
    assert outcome.asked > 2
