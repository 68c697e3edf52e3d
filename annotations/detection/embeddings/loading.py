"""The name under which a pipeline's config asks for the encoder's loader."""

from __future__ import annotations

from collections.abc import Callable

from spacy.util import registry

from annotations.detection.embeddings.encoder import TunedEncoder


@registry.misc("factcheck.TunedEncoder.v1")  # type: ignore[untyped-decorator]
def create_encoder_loader() -> Callable[[bytes], TunedEncoder]:
    """For ``claim_scorer``'s setting ``encoder``."""
    return TunedEncoder.from_bytes
