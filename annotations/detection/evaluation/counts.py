"""Precision, recall and F1 from sets of things found and things wanted."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Counts:
    """Counts over many documents; ``figures`` are micro-averages."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, wanted: Set[Any], found: Set[Any]) -> None:
        self.right += len(wanted & found)
        self.found += len(found)
        self.wanted += len(wanted)

    def figures(self) -> dict[str, float]:
        """Each in [0, 1]; 0 where there was nothing to count."""
        precision = self.right / self.found if self.found else 0.0
        recall = self.right / self.wanted if self.wanted else 0.0
        both = precision + recall
        return {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / both if both else 0.0,
        }
