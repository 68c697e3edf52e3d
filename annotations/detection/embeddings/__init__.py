"""Sentence embeddings for the ``accurate`` size: a transformer that comes inside a package.

``SentenceEmbeddings`` is a part of the scorer (``checkworthiness/parts.py``). Importing this
package imports neither torch nor the model's package; using it needs ``requirements-accurate.txt``.
"""

from annotations.detection.embeddings.encoder import SentenceEmbeddings

__all__ = ["SentenceEmbeddings"]
