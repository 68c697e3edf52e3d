"""Dates: finding the words that name a time, and the days they mean.

``words`` and ``context`` hold the vocabulary and the text, ``absolute`` and ``relative`` the rules,
``finding`` applies them, ``references`` and ``intervals`` say what is meant, ``anchors`` from which
day it is reckoned and ``tense`` in which direction. Importing this package registers the component
``claim_dates``.
"""

from annotations.detection.dates.anchors import Anchor, find_anchor
from annotations.detection.dates.component import ClaimDates
from annotations.detection.dates.finding import find_expressions
from annotations.detection.dates.intervals import GRANULARITIES, Interval
from annotations.detection.dates.references import Tense, resolve

__all__ = [
    "GRANULARITIES",
    "Anchor",
    "ClaimDates",
    "Interval",
    "Tense",
    "find_anchor",
    "find_expressions",
    "resolve",
]
