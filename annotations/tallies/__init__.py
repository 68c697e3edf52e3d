"""How many articles, claims and extraction jobs each corpus has, by state, without counting them.

Triggers keep the sums; ``schema`` has them. Asked here, a count costs the same in every corpus.
"""

from .counts import (
    ARTICLES,
    CLAIMS,
    EXTRACTIONS,
    articles_by_state,
    claims_by_state,
    extractions_by_state,
    fold,
    tallied,
)

__all__ = [
    "ARTICLES",
    "CLAIMS",
    "EXTRACTIONS",
    "articles_by_state",
    "claims_by_state",
    "extractions_by_state",
    "fold",
    "tallied",
]
