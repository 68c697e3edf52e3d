"""Kill what can be killed during a run of extractions: ``python -m tests.faults --rounds 100``."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.faults.run import run
from tests.faults.servers import BROKERS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same kills in the same order")
    parser.add_argument("--rounds", type=int, default=20, help="how many kills")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--broker", choices=sorted(BROKERS), default="redis")
    parser.add_argument("--keep", type=Path, help="leave everything in this new folder")
    chosen = parser.parse_args()

    def tell(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with contextlib.ExitStack() as after:
        if chosen.keep:
            chosen.keep.mkdir(parents=True)
            folder = str(chosen.keep)
        else:
            folder = after.enter_context(tempfile.TemporaryDirectory(prefix="factcheck-faults-"))
        outcome = run(
            Path(folder),
            seed=chosen.seed,
            rounds=chosen.rounds,
            articles=chosen.articles,
            broker=chosen.broker,
            tell=tell,
        )
    tell(
        f"{sum(outcome.killed.values())} kills {dict(outcome.killed)}, {outcome.articles} articles,"
        f" {outcome.claims} claims acknowledged, {outcome.met} of them before an extraction,"
        f" {outcome.decided} suggestions decided, {outcome.asked} articles asked for again,"
        f" jobs by attempts {outcome.attempts}, {outcome.seconds:.0f} s"
    )
    for problem in outcome.problems:
        tell(f"PROBLEM: {problem}")
    return bool(outcome.problems)


if __name__ == "__main__":
    sys.exit(main())
