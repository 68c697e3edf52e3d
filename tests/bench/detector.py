"""How fast the default detector reads, on one core, beside spaCy's tokenizer alone.

Each is measured in a process of its own, so that nothing else is loaded and nothing is warm.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from annotations.detection import DEFAULT_DETECTOR
from annotations.detection.evaluation.speed import measure_speed
from tests.bench.report import Table

ROOT = Path(__file__).resolve().parents[2]
AIM_WORDS, AIM_LOAD, AIM_MIB = 10_000, 3.0, 400

_TOKENIZER = """
import json, os, sys, time
from pathlib import Path
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
began = time.perf_counter()
import spacy
nlp = spacy.blank("en")
load = time.perf_counter() - began
texts = [Path(path).read_text(encoding="utf-8") for path in sys.argv[1:]]
words = sum(len(text.split()) for text in texts)
rounds = max(1, 50_000 // words)
began = time.perf_counter()
for _ in range(rounds):
    for doc in nlp.pipe(texts):
        pass
seconds = time.perf_counter() - began
print(json.dumps({"words_per_s": rounds * words / seconds, "load_s": load}))
"""


def measure(folder: Path, *, tiny: bool = False) -> Table:
    """``tiny`` changes nothing: it takes seconds as it is."""
    paths = sorted((ROOT / "seeds").glob("*.txt"))
    found = measure_speed(DEFAULT_DETECTOR, paths)
    bare = _tokenizer(paths)
    ratio = bare["words_per_s"] / found["words_per_s"]
    table = Table(f"Detector {DEFAULT_DETECTOR}, one core", ["figure", "measured", "aim"])
    table.rows += [
        ["words a second", f"{found['words_per_s']:.0f}", f">= {AIM_WORDS}"],
        ["sentences a second", f"{found['sentences_per_s']:.0f}", ""],
        ["spaCy's tokenizer alone, words a second", f"{bare['words_per_s']:.0f}", ""],
        ["the tokenizer is faster by", f"{ratio:.1f} x", ""],
        ["seconds to load, spaCy included", f"{found['load_s']:.2f}", f"<= {AIM_LOAD:.0f}"],
        ["... spaCy alone", f"{bare['load_s']:.2f}", ""],
        ["largest resident size, MiB", f"{found['rss_mib']:.0f}", f"<= {AIM_MIB}"],
    ]
    table.figures |= {
        **found,
        "tokenizer_words_per_s": round(bare["words_per_s"], 1),
        "tokenizer_ratio": round(ratio, 2),
        "load_ratio": round(found["load_s"] / bare["load_s"], 2),
    }
    return table


def _tokenizer(paths: list[Path]) -> dict[str, float]:
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", _TOKENIZER, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **one_thread},
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
