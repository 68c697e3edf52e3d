"""Full Fact's claim types: which kind of claim a sentence makes, learnt from hand labels.

``features`` reads a doc, ``model`` weighs, ``fitting`` learns the weights, ``labels`` resolves the
hand labels against the data folder, ``training`` puts them together, ``component`` is the
``claim_types`` factory of the pipeline.
"""

from annotations.detection.claim_types.component import ClaimTypes
from annotations.detection.claim_types.labels import LabelledText, read_labels
from annotations.detection.claim_types.model import TypeModel
from annotations.detection.claim_types.training import (
    CrossValidation,
    cross_validate,
    train_claim_types,
)

__all__ = [
    "ClaimTypes",
    "CrossValidation",
    "LabelledText",
    "TypeModel",
    "cross_validate",
    "read_labels",
    "train_claim_types",
]
