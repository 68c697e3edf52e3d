"""``claim_spotter``: weighs the cues of each sentence and keeps what is worth checking.

``doc.spans["candidates"]`` holds every sentence with its score; ``doc.spans["claims"]`` those at
or above the threshold, cut to the clause that makes the claim where that is safe.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from annotations.detection.components.weighing import (
    Hit,
    Reasons,
    kind_of,
    probability,
    weigh,
)
from annotations.detection.features import DEFAULT_WEIGHTS, FEATURES

ScorerFunction = Callable[[Iterable[Example]], dict[str, Any]]


@Language.factory(
    "claim_spotter",
    requires=["doc.sents", "doc.spans", "span._.speaker"],
    assigns=[
        "doc.spans",
        "span._.check_worthiness",
        "span._.reasons",
        "span._.claimant",
        "span._.kind",
        "span._.quoted",
    ],
    default_config={
        "spans_key": "claims",
        "candidates_key": "candidates",
        "cues_key": "cues",
        "attributions_key": "attributions",
        "speech_key": "speech_cues",
        "quotes_key": "quotes",
        "threshold": 0.5,
        "repeat": 0.25,
        "trim_attribution": True,
        "min_clause_tokens": 8,
        "weights": DEFAULT_WEIGHTS,
        "scorer": {"@scorers": "factcheck.claims_scorer.v1", "spans_key": "claims"},
    },
    default_score_weights={"claims_f": 1.0, "claims_p": 0.0, "claims_r": 0.0},
)
def create_claim_spotter(
    nlp: Language,
    name: str,
    spans_key: str,
    candidates_key: str,
    cues_key: str,
    attributions_key: str,
    speech_key: str,
    quotes_key: str,
    threshold: float,
    repeat: float,
    trim_attribution: bool,
    min_clause_tokens: int,
    weights: dict[str, float],
    scorer: ScorerFunction | None,
) -> ClaimSpotter:
    """``threshold`` is a probability; ``repeat`` is the share of a weight that a second and a
    third cue of the same kind add; ``weights`` are in logits, one for every feature."""
    expected = set(FEATURES) - {"limit"}
    if set(weights) != expected:
        odd = sorted(set(weights) ^ expected)
        raise ValueError(f"weights must name every feature exactly once; see {odd}")
    keys = {
        "spans": spans_key,
        "candidates": candidates_key,
        "cues": cues_key,
        "attributions": attributions_key,
        "speech": speech_key,
        "quotes": quotes_key,
    }
    clause = min_clause_tokens if trim_attribution else None
    return ClaimSpotter(keys, threshold, repeat, clause, weights, scorer)


class ClaimSpotter:
    def __init__(
        self,
        keys: dict[str, str],
        threshold: float,
        repeat: float,
        min_clause_tokens: int | None,
        weights: dict[str, float],
        scorer: ScorerFunction | None,
    ) -> None:
        self.keys = keys
        self.threshold = threshold
        self.repeat = repeat
        self.min_clause_tokens = min_clause_tokens
        self.weights = dict(weights)
        self.scorer = scorer

    def score(self, examples: Iterable[Example], **_: object) -> dict[str, Any]:
        return self.scorer(examples) if self.scorer is not None else {}

    def __call__(self, doc: Doc) -> Doc:
        sentences = [span for span in doc.sents if span.text.strip()]
        cues = _spread(doc.spans[self.keys["cues"]], sentences)
        attributions = _spread(doc.spans[self.keys["attributions"]], sentences)
        speech = _spread(doc.spans[self.keys["speech"]], sentences)
        quotes = _spread(doc.spans[self.keys["quotes"]], sentences)
        candidates, claims = [], []
        for row, sentence in enumerate(sentences):
            said = _main_attribution(sentence, attributions[row])
            hits = [Hit(cue.label_, cue.start_char, cue.end_char) for cue in cues[row]]
            if said is not None:
                _, start, end = said._.speaker
                hits.append(Hit("attributed", start, end))
            reasons = weigh(hits, self.weights, self.repeat)
            logit = math.fsum(weight for _, _, weight, _ in reasons)
            score = probability(logit)
            span = _tight(doc, sentence)
            self._describe(span, score, reasons, said, quotes[row])
            candidates.append(span)
            if score >= self.threshold:
                claim = self._clause(doc, span, said, speech[row], quotes[row])
                if claim is not span:
                    self._describe(claim, score, reasons, said, quotes[row])
                claims.append(claim)
        doc.spans[self.keys["candidates"]] = candidates
        doc.spans[self.keys["spans"]] = claims
        return doc

    def _describe(
        self, span: Span, score: float, reasons: Reasons, said: Span | None, quotes: list[Span]
    ) -> None:
        span._.check_worthiness = score
        span._.reasons = reasons
        span._.claimant = said._.speaker if said is not None else None
        span._.kind = kind_of(reasons, score, self.threshold)
        marked = sum(
            max(0, min(quote.end, span.end) - max(quote.start, span.start)) for quote in quotes
        )
        span._.quoted = said is not None or marked * 2 >= len(span)

    def _clause(
        self, doc: Doc, span: Span, said: Span | None, speech: list[Span], quotes: list[Span]
    ) -> Span:
        """What follows a leading ``NAME said that``, unless the cut could change its meaning."""
        if self.min_clause_tokens is None or said is None or said.label_ != "indirect":
            return span
        if len(speech) != 1 or quotes:
            return span
        cue = speech[0]
        _, start, _ = said._.speaker
        leads = cue.start - span.start <= 6 and start - span.start_char <= 40
        that = cue.end < span.end and doc[cue.end].lower_ == "that"
        if not leads or not that or doc[cue.start - 1].lower_ in {"not", "n't", "never"}:
            return span
        words = [token.lower_ for token in doc[span.start : cue.start]]
        if "," in words or span.end - cue.end - 1 < self.min_clause_tokens:
            return span
        return Span(doc, cue.end + 1, span.end, label="claim")


def _tight(doc: Doc, sentence: Span) -> Span:
    """The sentence without surrounding white space tokens."""
    first, stop = sentence.start, sentence.end
    while first < stop - 1 and doc[first].is_space:
        first += 1
    while stop - 1 > first and doc[stop - 1].is_space:
        stop -= 1
    return Span(doc, first, stop, label="claim")


def _spread(spans: Iterable[Span], sentences: list[Span]) -> list[list[Span]]:
    """For each sentence the spans that overlap it. Both are in order of their starts."""
    rows: list[list[Span]] = [[] for _ in sentences]
    place = 0
    for span in sorted(spans, key=lambda span: span.start):
        while place < len(sentences) and sentences[place].end <= span.start:
            place += 1
        row = place
        while row < len(sentences) and sentences[row].start < span.end:
            rows[row].append(span)
            row += 1
    return rows


def _main_attribution(sentence: Span, found: list[Span]) -> Span | None:
    """The attribution that covers most of the sentence; quotations go before reports."""
    best: tuple[int, int, Span] | None = None
    rank = {"direct": 2, "transcript": 1, "indirect": 1}
    for span in found:
        if span._.speaker is None:
            continue
        overlap = min(span.end, sentence.end) - max(span.start, sentence.start)
        level = rank[span.label_]
        if span.label_ == "direct" and overlap < 5 and overlap * 2 < len(sentence):
            level = 0
        if best is None or (level, overlap) > (best[0], best[1]):
            best = (level, overlap, span)
    return best[2] if best is not None else None
