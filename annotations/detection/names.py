"""Which names of detectors there are, said without loading spaCy: the web process asks."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PIPELINES = Path(__file__).parent / "pipelines"


def shipped_detectors() -> list[str]:
    """The names of the detectors that come with the site, sorted."""
    return sorted(file.parent.name for file in PIPELINES.glob("*/config.cfg"))


def detector_is_known(name: str) -> bool:
    """Is it a shipped detector's name, or one with an installed pipeline's added after a plus?"""
    shipped, plus, package = name.partition("+")
    if shipped not in shipped_detectors():
        return False
    return not plus or _is_installed(package)


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except (PackageNotFoundError, ValueError):
        return False
    return True
