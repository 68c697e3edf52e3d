"""How fast a detector reads and how much memory it takes, alone in a process on one core.

``python -m annotations.detection.evaluation.speed MODEL FILE…`` measures and prints one JSON
line; ``measure_speed`` runs that in a fresh interpreter, so that nothing else is counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

MIN_WORDS = 50_000
"""The texts are read again until so many words have been, so that a short file can be timed."""

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def measure_speed(model: str | Path, paths: Sequence[Path]) -> dict[str, float]:
    """``words_per_s`` and ``sentences_per_s`` of the whole pipeline, ``load_s`` in seconds from
    before spaCy is imported, ``rss_mib`` the largest resident size of the process in MiB.

    Raises DetectionError where there is no such detector, and ValueError with what the process
    said where it fails.
    """
    from annotations.detection.errors import DetectionError
    from annotations.detection.loading import detector_folder

    detector_folder(model)  # says what is wrong with the name before a process is started
    root = Path(__file__).parents[3]
    environment = {**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), "PYTHONPATH": str(root)}
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            __spec__.name if __spec__ else __name__,
            str(model),
            *map(str, paths),
        ],
        capture_output=True,
        text=True,
        env=environment,
        cwd=root,
        check=False,
    )
    if result.returncode:
        last = result.stderr.strip().rpartition("\n")[2] or "no result"
        # What we refuse is said in our words, without the name of the exception.
        raise ValueError(last.rpartition(f"{DetectionError.__name__}: ")[2])
    figures: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    return figures


def _measure(model: str, paths: Sequence[str]) -> dict[str, float]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    began = time.perf_counter()
    from annotations.detection import ArticleInput
    from annotations.detection.detector import build_detector

    detector = build_detector(Path(model) if os.sep in model else model)
    load = time.perf_counter() - began
    texts = [Path(path).read_text(encoding="utf-8") for path in paths]
    words_once = sum(len(text.split()) for text in texts)
    if not words_once:
        raise ValueError("no words in these files")
    articles = [ArticleInput(text) for text in texts] * max(1, -(-MIN_WORDS // words_once))
    detector.detect(articles[0])
    words = sentences = 0
    began = time.perf_counter()
    for found in detector.stream(articles):
        words += found.words
        sentences += len(found.sentences)
    seconds = time.perf_counter() - began
    return {
        "words_per_s": round(words / seconds, 1),
        "sentences_per_s": round(sentences / seconds, 1),
        "load_s": round(load, 3),
        "rss_mib": round(_peak_rss(), 1),
    }


def _peak_rss() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kibibytes on Linux, bytes on macOS.
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(sys.argv[1], sys.argv[2:])) + "\n")
