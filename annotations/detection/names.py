"""Which detectors there are, said without loading spaCy: the web process asks.

A detector is one that comes with the site (``small``), one of those with the entities of an
installed pipeline (``small+en_core_web_md``), or any spaCy pipeline that is installed as a package
and writes ``doc.spans["claims"]``. The name of one of spaCy's pretrained pipelines alone, which
find no claims, stands for ``small`` with its entities.
"""

from __future__ import annotations

import configparser
import json
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from annotations.detection.requirements import missing

PIPELINES = Path(__file__).parent / "pipelines"
SPANS_KEY = "claims"

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ENTITIES = re.compile(r"en_core_web_(?:sm|md|lg|trf)")
# What a pretrained pipeline that is named alone is added to.
_UNDER = "small"
_EMBEDDINGS = "factcheck.SentenceEmbeddings.v1"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a name can't be a corpus's detector. ``reason`` is one of ``unknown``, ``not_added``
    (nothing that can stand after a plus), ``not_installed``, ``damaged`` (a package whose settings
    can't be read), ``no_claims`` (a pipeline that finds none), ``incomplete``, with ``lacks`` the
    packages that it needs, and ``language``, with ``reads`` what it reads."""

    reason: str
    reads: str = ""
    lacks: tuple[str, ...] = ()


def shipped_detectors() -> list[str]:
    """The names of the detectors that come with the site, sorted."""
    return sorted(file.parent.name for file in PIPELINES.glob("*/config.cfg"))


def full_name(name: str) -> str:
    """What a corpus's name for its detector stands for: ``small+en_core_web_md`` for
    ``en_core_web_md``, unless what is installed under that name finds claims itself."""
    if not _ENTITIES.fullmatch(name):
        return name
    folder = installed_pipeline(name)
    return name if folder is not None and _finds_claims(folder) else f"{_UNDER}+{name}"


def detector_trouble(name: str, language: str = "") -> Trouble | None:
    """What stands in the way of a detector of this name, for texts in this language.

    ``language`` is a BCP 47 tag; empty or ``und``: unknown, which any detector takes. None where
    it can be used. Says nothing of what is installed on other machines than this one.
    """
    shipped, plus, package = full_name(name).partition("+")
    if shipped in shipped_detectors():
        folder = PIPELINES / shipped
        if (trouble := _trouble_of_shipped(folder, plus, package)) is not None:
            return trouble
    else:
        found = None if plus else installed_pipeline(name)
        if found is None:
            return Trouble("unknown")
        folder = found
        if _is_damaged(folder):
            return Trouble("damaged")
        if not _finds_claims(folder):
            return Trouble("no_claims")
    reads = str(_settings(folder)["nlp"].get("lang", ""))
    primary = language.replace("_", "-").split("-")[0].lower()
    if primary not in {"", "und", "mul", "zxx", reads} and reads != "xx":
        return Trouble("language", reads)
    return None


def _trouble_of_shipped(folder: Path, plus: str, package: str) -> Trouble | None:
    if plus and not _ENTITIES.fullmatch(package):
        return Trouble("not_added")
    if plus:
        installed = installed_pipeline(package)
        if installed is None:
            return Trouble("not_installed")
        if _is_damaged(installed):
            return Trouble("damaged")
    parts = _settings(folder).values()
    needs = any(_EMBEDDINGS in settings.values() for settings in parts)
    return Trouble("incomplete", lacks=missing()) if needs and missing() else None


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


def _running(settings: dict[str, dict[str, object]]) -> list[str]:
    """The names of the components that run: of the pipeline, but those that are switched off."""
    nlp = settings.get("nlp", {})
    names, disabled = nlp.get("pipeline"), nlp.get("disabled")
    off = disabled if isinstance(disabled, list) else []
    return [name for name in names if name not in off] if isinstance(names, list) else []


def _finds_claims(folder: Path) -> bool:
    """Whether a component that runs has the setting ``spans_key = "claims"``, or the package's
    ``meta.json`` says it of the pipeline: one with no such setting may put spans there too."""
    settings = _settings(folder)
    runs = _running(settings)
    keys = [settings.get(f"components.{name}", {}).get("spans_key") for name in runs]
    declared = (_meta(folder) or {}).get("spans_key") if runs else None
    return SPANS_KEY in [*keys, declared]


def _is_damaged(folder: Path) -> bool:
    """Whether it is plain without loading it that it can't be loaded."""
    settings = _settings(folder)
    named = [f"components.{name}" for name in _running(settings)]
    return (
        _meta(folder) is None
        or not settings.get("nlp", {}).get("lang")
        or any(not settings.get(name, {}).get("factory") for name in named)
    )


def _meta(folder: Path) -> dict[str, object] | None:
    """A pipeline's ``meta.json``; None where it can't be read."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return meta if isinstance(meta, dict) else None
