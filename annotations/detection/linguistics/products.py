"""Which library multiplies the networks' matrices.

Thinc brings BLIS, built for the oldest processors; numpy brings OpenBLAS, which picks its kernels
for the processor it runs on, and is two to four times as fast on anything of the last ten years.
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language
from thinc.api import Model, NumpyOps

_OPS = NumpyOps(use_blis=False)


def multiply_with_numpy(nlp: Language) -> None:
    """Set it for every network of a pipeline, in place. Results differ by rounding only."""
    for _name, pipe in nlp.components:
        model: Any = getattr(pipe, "model", None)
        if isinstance(model, Model):
            for layer in model.walk():
                layer.ops = _OPS
