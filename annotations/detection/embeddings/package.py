"""The model that comes inside a Python package, and what it needs to run.

Nothing is downloaded: the files are read from where pip put them. torch takes seconds and a few
hundred megabytes, so nothing is imported before a detector that needs it is loaded.
"""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from annotations.detection.errors import DetectionError
from annotations.detection.requirements import PACKAGE, REQUIREMENTS, missing

MAX_PIECES = 128
"""A longer sentence is read up to here: five times the mean, and 1 in 500 is longer."""
MAX_CHARACTERS = 4_000
"""What is given to the tokenizer: hostile input must not cost more than a long sentence."""

_loading = threading.Lock()


def model_folder() -> Path:
    """Where pip put the model's files.

    Raises DetectionError (permanent) when something that it needs is not installed.
    """
    absent = missing()
    if absent:
        raise DetectionError(
            f"this detector needs {REQUIREMENTS} (pip install -r {REQUIREMENTS}): "
            f"{', '.join(absent)} not installed",
            permanent=True,
        )
    # Not imported: the package's own code would pull in much more than its files.
    spec = find_spec(PACKAGE)
    folder = None if spec is None or spec.origin is None else Path(spec.origin).parent / "model"
    if folder is None or not (folder / "model.safetensors").is_file():
        raise DetectionError(
            f"{PACKAGE} is installed without its weights; install it again from {REQUIREMENTS}",
            permanent=True,
        )
    return folder


@cache
def base_digest() -> str:
    """SHA-256 of the package's weights: a change learnt on others would be noise."""
    with (model_folder() / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_torch() -> Any:
    """The module, imported. Raises DetectionError (permanent) when it is not installed."""
    model_folder()
    return import_module("torch")


@cache
def load_tokenizer() -> Any:
    """The package's tokenizer (of ``tokenizers``), with our limit and without padding.

    Its offsets are code points in the text as it was given. Shared: it must not be changed.
    """
    tokenizer = import_module("tokenizers").Tokenizer.from_file(
        str(model_folder() / "tokenizer.json")
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_PIECES)
    return tokenizer


def load_base() -> Any:
    """A fresh copy of the package's model (transformers' BertModel) on the CPU, in float32."""
    folder = model_folder()
    torch = import_module("torch")
    transformers = import_module("transformers")
    logging = import_module("transformers.utils.logging")
    with _loading:
        # It reports, in colour, that the pooler we leave out is left out.
        before = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            model = transformers.BertModel.from_pretrained(
                str(folder), add_pooling_layer=False, local_files_only=True, dtype=torch.float32
            )
        finally:
            logging.set_verbosity(before[0])
            if before[1]:
                logging.enable_progress_bar()
    model.eval()
    return model
