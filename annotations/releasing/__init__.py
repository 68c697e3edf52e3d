"""Making releases: records frozen at one moment, and all files made of them.

``source`` freezes and reads them, ``survey`` counts what is in them, ``clusters``, ``splitting``
and ``leakage`` divide them, ``bundle`` writes the archive. Nothing but ``source`` and ``index``,
while they freeze, asks the site's database.
"""

from .bundle import Bundle, passes, sums
from .facts import Facts, software_of
from .index import Index, index
from .licences import LICENCES
from .plan import Plan
from .source import Source, frozen

__all__ = [
    "LICENCES",
    "Bundle",
    "Facts",
    "Index",
    "Plan",
    "Source",
    "frozen",
    "index",
    "passes",
    "software_of",
    "sums",
]
