"""Sentence embeddings for the ``accurate`` size: a transformer from a Python package, tuned.

``TunedEncoder`` is a part of the scorer (``checkworthiness/parts.py``). Importing this package
imports neither torch nor the model's package; using it needs ``requirements-accurate.txt``.
"""

from annotations.detection.embeddings.encoder import TunedEncoder
from annotations.detection.embeddings.training import TuningSettings

__all__ = ["TunedEncoder", "TuningSettings"]
