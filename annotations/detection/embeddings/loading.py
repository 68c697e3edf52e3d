"""The name under which a pipeline's config asks for the encoder's loader."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spacy.util import registry

if TYPE_CHECKING:
    from annotations.detection.embeddings.encoder import SentenceEmbeddings


@registry.misc("factcheck.SentenceEmbeddings.v1")  # type: ignore[untyped-decorator]
def create_encoder_loader() -> Callable[[bytes], SentenceEmbeddings]:
    """For ``claim_scorer``'s setting ``encoder``.

    What it returns loads the model at once, so that a detector that can't run fails when it is
    asked for, with DetectionError (permanent), rather than at the first article.
    """

    # The components register this file, and the encoder is made of parts of theirs.
    from annotations.detection.embeddings.encoder import SentenceEmbeddings

    def load(data: bytes) -> SentenceEmbeddings:
        encoder = SentenceEmbeddings.from_bytes(data)
        encoder.load()
        return encoder

    return load
