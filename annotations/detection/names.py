"""Which detectors there are, said without loading spaCy: the web process asks.

A detector is one that comes with the site (``small``), one of those with the entities of an
installed pipeline (``small+en_core_web_md``), or any spaCy pipeline that is installed as a package
and writes ``doc.spans["claims"]``.
"""

from __future__ import annotations

import configparser
import json
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PIPELINES = Path(__file__).parent / "pipelines"
SPANS_KEY = "claims"

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ENTITIES = re.compile(r"en_core_web_(?:sm|md|lg|trf)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a name can't be a corpus's detector. ``reason`` is one of ``unknown``, ``not_added``
    (nothing that can stand after a plus), ``not_installed``, ``no_claims`` (a pipeline that finds
    none), and ``language``, with ``reads`` what it reads."""

    reason: str
    reads: str = ""


def shipped_detectors() -> list[str]:
    """The names of the detectors that come with the site, sorted."""
    return sorted(file.parent.name for file in PIPELINES.glob("*/config.cfg"))


def detector_trouble(name: str, language: str = "") -> Trouble | None:
    """What stands in the way of a detector of this name, for texts in this language.

    ``language`` is a BCP 47 tag; empty or ``und``: unknown, which any detector takes. None where
    it can be used. Says nothing of what is installed on other machines than this one.
    """
    shipped, plus, package = name.partition("+")
    if shipped in shipped_detectors():
        folder = PIPELINES / shipped
        if plus and not _ENTITIES.fullmatch(package):
            return Trouble("not_added")
        if plus and installed_pipeline(package) is None:
            return Trouble("not_installed")
    else:
        found = None if plus else installed_pipeline(name)
        if found is None:
            return Trouble("unknown")
        folder = found
    settings = _settings(folder)
    if SPANS_KEY not in _spans_keys(settings):
        return Trouble("no_claims")
    reads = str(settings.get("nlp", {}).get("lang", ""))
    primary = language.replace("_", "-").split("-")[0].lower()
    if primary not in {"", "und", "mul", "zxx", reads} and reads != "xx":
        return Trouble("language", reads)
    return None


def installed_pipeline(package: str) -> Path | None:
    """The folder of an installed package's pipeline; None where it is no pipeline's package.

    The package is looked at, not imported: it may be anybody's.
    """
    if not _PACKAGE.fullmatch(package):
        return None
    found = find_spec(package)
    for place in (found.submodule_search_locations or ()) if found else ():
        folders = (Path(place), *sorted(Path(place).iterdir()))
        for folder in folders:
            if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file():
                return folder
    return None


def _settings(folder: Path) -> dict[str, dict[str, object]]:
    """The sections of a pipeline's ``config.cfg``, their values read; {} where it can't be."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string((folder / "config.cfg").read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return {}
    return {name: {k: _value(v) for k, v in parser[name].items()} for name in parser.sections()}


def _value(raw: str) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def _spans_keys(settings: dict[str, dict[str, object]]) -> set[object]:
    """The names under which the components that run put spans."""
    runs = settings.get("nlp", {}).get("pipeline")
    names = runs if isinstance(runs, list) else []
    return {settings.get(f"components.{name}", {}).get("spans_key") for name in names}
