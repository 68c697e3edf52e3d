"""Run the benchmarks: ``python -m tests.bench`` for all, or with the names of some."""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from pathlib import Path

from tests.bench.report import BENCHES, Table


def run(name: str, *, tiny: bool = False) -> Table:
    """One benchmark on sites of its own, in a folder that is removed at the end."""
    module = importlib.import_module(f"tests.bench.{name}")
    with tempfile.TemporaryDirectory(prefix=f"factcheck-{name}-") as folder:
        table: Table = module.measure(Path(folder), tiny=tiny)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(BENCHES))
    parser.add_argument("--tiny", action="store_true", help="few rounds: does it still run?")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"no benchmark named {', '.join(sorted(unknown))}; there are {BENCHES}")
    for name in options.names or BENCHES:
        table = run(name, tiny=options.tiny)
        print(table.text(), flush=True)
        print(json.dumps({"bench": name, **table.figures}), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
