"""From cues to a score: additive reasons, a logistic curve, and the kind of claim."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from annotations.detection.features import FEATURES

Reasons = tuple[tuple[str, str, float, tuple[tuple[int, int], ...]], ...]
"""(feature, label, weight, spans in characters): plain, so that a doc can be serialised."""

_LIMIT = 10.0
"""Beyond this many logits a float near 1 no longer tells its logit to nine digits."""
_WHOLE = frozenset({"question", "imperative", "short", "vague", "fragment", "heading", "byline"})


class Hit(NamedTuple):
    feature: str
    start: int
    end: int


def weigh(hits: Iterable[Hit], weights: Mapping[str, float], repeat: float) -> Reasons:
    """One reason a feature, strongest first, after the bias. A second and a third hit of the same
    feature add ``repeat`` of its weight each; more add nothing."""
    grouped: dict[str, list[tuple[int, int]]] = {}
    for feature, start, end in hits:
        grouped.setdefault(feature, []).append((start, end))
    reasons = []
    for feature, spans in grouped.items():
        places = tuple(sorted(set(spans)))
        extra = 0 if feature in _WHOLE else min(len(places) - 1, 2)
        weight = weights[feature] * (1 + repeat * extra)
        if weight:
            reasons.append((feature, FEATURES[feature], weight, places))
    reasons.sort(key=lambda reason: (-abs(reason[2]), reason[0]))
    reasons.insert(0, ("bias", FEATURES["bias"], weights["bias"], ()))
    logit = math.fsum(reason[2] for reason in reasons)
    if abs(logit) > _LIMIT:
        excess = math.copysign(_LIMIT, logit) - logit
        reasons.append(("limit", FEATURES["limit"], excess, ()))
    return tuple(reasons)


def probability(logit: float) -> float:
    """The logistic function, without overflow on either side."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    power = math.exp(logit)
    return power / (1 + power)


def kind_of(reasons: Reasons, score: float, threshold: float) -> str:
    """Full Fact's claim type, from what weighed most."""
    weight = {feature: amount for feature, _, amount, _ in reasons}
    count = {feature: len(spans) for feature, _, _, spans in reasons}
    if score < threshold and ("question" in weight or "belief" in weight or "opinion" in weight):
        return "not_a_claim"
    happened = count.get("event", 0) + count.get("change", 0)
    quantity = "percent" in weight or "money" in weight or "number" in weight
    if count.get("prediction", 0) > (happened if quantity else max(happened - 1, 0)):
        return "prediction"
    if quantity:
        return "quantity"
    if "law" in weight and count["law"] >= happened:
        return "law"
    if "causation" in weight:
        return "causation"
    if "law" in weight:
        return "law"
    if "experience" in weight:
        return "personal_experience"
    return "other" if score >= threshold else "not_a_claim"
