"""From a folder to a pipeline. A folder may hold some components only, and name a shipped
detector as the base that has the others: two detectors that differ in one part are stored once.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import load_config, load_model_from_config, load_model_from_path

from annotations.detection.errors import DetectionError
from annotations.detection.linguistics.products import multiply_with_numpy

PIPELINE_ROOT = Path(__file__).parent / "pipelines"
BASE_FILE = "base.json"


def detector_folder(name: str | Path) -> Path:
    """Where a detector lies: a shipped one by name, or any by its folder; what a name adds after
    a plus is no part of it. Raises DetectionError (permanent) where there is none."""
    if isinstance(name, Path):
        if not (name / "config.cfg").is_file():
            raise DetectionError(f"{name} holds no trained detector", permanent=True)
        return name
    name = name.partition("+")[0]
    path = PIPELINE_ROOT / name
    plain = name.replace("-", "").replace("_", "").isalnum()
    if not plain or not (path / "config.cfg").is_file():
        known = sorted(file.parent.name for file in PIPELINE_ROOT.glob("*/config.cfg"))
        raise DetectionError(f"no detector named {name!r}; there are {known}", permanent=True)
    return path


def load_pipeline(path: Path, overrides: Mapping[str, Any] | None = None) -> Language:
    """The pipeline in a folder, and in its base's where it has one, with dotted ``overrides``.

    Raises DetectionError (permanent) where the base is missing or is not the one that the folder
    was made for.
    """
    base = base_folder(path)
    if base is None:
        nlp = load_model_from_path(path, config=dict(overrides or {}))
    else:
        settings: Any = load_config(path / "config.cfg", overrides=dict(overrides or {}))
        nlp = load_model_from_config(settings, auto_fill=True)
        own = [name for name in nlp.component_names if (path / name).exists()]
        others = [name for name in nlp.component_names if name not in own]
        nlp.from_disk(base, exclude=own)
        nlp.from_disk(path, exclude=["tokenizer", "vocab", *others])
    multiply_with_numpy(nlp)
    return nlp


def load_package(package: str) -> Language:
    """The pipeline of an installed package.

    Raises DetectionError (permanent) where it can't be loaded, for whatever reason its files or
    its own code have; what the machine lacks at the moment, memory or open files, is raised as
    it is.
    """
    try:
        return spacy.load(package)
    except Exception as error:
        of_the_machine = isinstance(error, OSError) and error.errno not in {None, errno.ENOENT}
        if of_the_machine or isinstance(error, MemoryError):
            raise
        raise DetectionError(
            f"{package} is installed and can't be loaded: {_first_line(error)}", permanent=True
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:500] or type(error).__name__


def base_folder(path: Path) -> Path | None:
    """The folder of the detector that this one is built on; None where it stands alone."""
    file = path / BASE_FILE
    if not file.is_file():
        return None
    try:
        wanted = json.loads(file.read_text(encoding="utf-8"))
        name, weights = str(wanted["detector"]), str(wanted["weights"])
    except (ValueError, KeyError, TypeError) as error:
        raise DetectionError(f"{file} is damaged: {error!r}", permanent=True) from error
    folder = detector_folder(name)
    if folder == path or files_digest(folder) != weights:
        raise DetectionError(
            f"{path.name} was made for another {name}: train it again with --base {name}",
            permanent=True,
        )
    return folder


def base_record(name: str) -> str:
    """What ``BASE_FILE`` says of a shipped detector."""
    content = {"detector": name, "weights": files_digest(detector_folder(name))}
    return json.dumps(content, indent=2) + "\n"


def weights_digest(folder: Path) -> str:
    """SHA-256 over all that a trained pipeline has learnt, its base's part included."""
    base = base_folder(folder)
    own = files_digest(folder)
    if base is None:
        return own
    return hashlib.sha256(f"{files_digest(base)} {own}".encode()).hexdigest()


def files_digest(folder: Path) -> str:
    """SHA-256 over the files of a folder but its settings and its measurements."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in {".cfg", ".json", ".md", ".svg"}:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
