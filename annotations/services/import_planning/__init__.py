"""What becomes of a chunk of an import: planned first, then written with few statements.

``Planner.take`` decides everything and writes nothing, so a dry run is a plan that isn't inserted.
``planner`` sees to articles, ``annotations`` to what other tools say about them, ``restoring`` to
records of our own format and ``publishing`` to their fact-checks; ``vocabulary`` and ``people``
find or make the names that they use.
"""

from .entries import Entry, Plan, place, storable
from .planner import Planner

__all__ = ["Entry", "Plan", "Planner", "place", "storable"]
