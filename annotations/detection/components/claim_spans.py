"""``claim_spans``: of all sentences those worth checking, cut to the clause that claims.

Reads the scored sentences of ``doc.spans["candidates"]`` and writes ``doc.spans["claims"]``, each
with its score, reasons and kind, whether it is somebody's speech and whose.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from spacy.attrs import DEP, HEAD, TAG
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from annotations.detection.components.clauses import (
    ClauseCutter,
    Passage,
    Piece,
    Pointer,
    Quotation,
    spread,
)
from annotations.detection.components.extensions import Tokens, read_tokens, tokens_between
from annotations.detection.lexicon import lowered, read_lexicon

ScorerFunction = Callable[[Iterable[Example]], dict[str, Any]]

_COPIED = ("check_worthiness", "reasons", "kind", "kind_confidence")
_RANK = {"direct": 2, "mixed": 1, "transcript": 1, "indirect": 1}
_SCARE_WORDS = 5
_LEAST_SHARE = 3
"""A quotation of fewer tokens does not say whose claim the sentence is, unless it is half of it."""


@Language.factory(
    "claim_spans",
    requires=["doc.spans", "span._.check_worthiness", "span._.speaker"],
    assigns=["doc.spans", "span._.claimant", "span._.quoted"],
    default_config={
        "spans_key": "claims",
        "candidates_key": "candidates",
        "attributions_key": "attributions",
        "speech_key": "speech_cues",
        "quotes_key": "quotes",
        "threshold": 0.65,
        "min_clause_tokens": 5,
        "trim_attribution": True,
        "stating": "stating_verbs",
        "turning": "turning_words",
        "links": "clause_links",
        "scorer": {"@scorers": "factcheck.claims_scorer.v1", "spans_key": "claims"},
    },
    default_score_weights={"claims_f": 1.0, "claims_p": 0.0, "claims_r": 0.0},
)
def create_claim_spans(
    nlp: Language,
    name: str,
    spans_key: str,
    candidates_key: str,
    attributions_key: str,
    speech_key: str,
    quotes_key: str,
    threshold: float,
    min_clause_tokens: int,
    trim_attribution: bool,
    stating: str,
    turning: str,
    links: str,
    scorer: ScorerFunction | None,
) -> ClaimSpans:
    """``threshold`` is a probability; a clause of fewer than ``min_clause_tokens`` words is not cut
    out of its sentence, and none is without ``trim_attribution``. ``stating``,
    ``turning`` and ``links`` are names of lexicons."""
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold is a probability, not {threshold}")
    cutter = ClauseCutter(
        stating=frozenset(read_lexicon(stating)),
        turning=frozenset(read_lexicon(turning)),
        links=frozenset(read_lexicon(links)),
        min_tokens=min_clause_tokens,
    )
    return ClaimSpans(
        keys=(candidates_key, attributions_key, speech_key, quotes_key),
        spans_key=spans_key,
        threshold=threshold,
        cutter=cutter if trim_attribution else None,
        scorer=scorer,
    )


class Attributed(NamedTuple):
    """A piece of attributed content as plain values, in tokens."""

    first: int
    stop: int
    form: str
    number: int
    cue: tuple[int, int] | None
    speaker: tuple[str, int | None, int | None] | None


class ClaimSpans:
    def __init__(
        self,
        *,
        keys: tuple[str, str, str, str],
        spans_key: str,
        threshold: float,
        cutter: ClauseCutter | None,
        scorer: ScorerFunction | None,
    ) -> None:
        self.candidates_key, self.attributions_key, self.speech_key, self.quotes_key = keys
        self.spans_key = spans_key
        self.threshold = threshold
        self.cutter = cutter
        self.scorer = scorer

    def score(self, examples: Iterable[Example], **_: object) -> dict[str, Any]:
        return self.scorer(examples) if self.scorer is not None else {}

    def __call__(self, doc: Doc) -> Doc:
        chosen = [
            span
            for span in _group(doc, self.candidates_key)
            if span._.check_worthiness >= self.threshold
        ]
        chosen.sort(key=lambda span: span.start)
        claims: list[Span] = []
        if chosen:
            tokens = read_tokens(doc)
            firsts, stops = [span.start for span in chosen], [span.end for span in chosen]
            attributed = _attributed(doc, self.attributions_key, tokens.starts)
            places = [(piece.first, piece.stop) for piece in attributed]
            rows = spread(places, firsts, stops)
            quotations = [
                Quotation(quote.start, quote.end, quote.label_ != "open")
                for quote in _group(doc, self.quotes_key)
            ]
            quoted = spread([(one.first, one.stop) for one in quotations], firsts, stops)
            passages = self._passages(doc, tokens, chosen, attributed, rows, quotations, quoted)
            for number, (candidate, passage) in enumerate(zip(chosen, passages, strict=True)):
                first, stop = passage.first, passage.stop
                if self.cutter is not None:
                    first, stop = self.cutter.cut(passage)
                claim = Span(doc, first, stop, label="claim")
                for name in _COPIED:
                    claim._.set(name, candidate._.get(name))
                pieces = [attributed[row] for row in rows[number]]
                claim._.claimant, claim._.quoted = _speech(doc, claim, pieces, passage.quotations)
                claims.append(claim)
        doc.spans[self.spans_key] = claims
        return doc

    def _passages(
        self,
        doc: Doc,
        tokens: Tokens,
        chosen: list[Span],
        attributed: list[Attributed],
        rows: list[list[int]],
        quotations: list[Quotation],
        quoted: list[list[int]],
    ) -> list[Passage]:
        lower = lowered(tokens.words)
        firsts, stops = [span.start for span in chosen], [span.end for span in chosen]
        cues = [(cue.start, cue.end) for cue in _group(doc, self.speech_key)]
        reporting = spread(cues, firsts, stops)
        tags = _column(doc, TAG) if doc.has_annotation("TAG") else []
        parsed = doc.has_annotation("DEP")
        heads, deps = (_heads(doc), _column(doc, DEP)) if parsed else ([], [])
        passages = []
        for number, span in enumerate(chosen):
            first, stop = _tight(tokens.words, span.start, span.end)
            passages.append(
                Passage(
                    first=first,
                    stop=stop,
                    lower=lower,
                    pieces=[
                        Piece(one.first, one.stop, one.number, one.cue)
                        for one in (attributed[row] for row in rows[number])
                    ],
                    cues=[cues[row] for row in reporting[number]],
                    quotations=[quotations[row] for row in quoted[number]],
                    pointers=_pointers(span, tokens.starts),
                    tags=tags,
                    heads=heads,
                    deps=deps,
                )
            )
        return passages


def _group(doc: Doc, key: str) -> list[Span]:
    return list(doc.spans[key]) if key in doc.spans else []


def _tight(words: Sequence[str], first: int, stop: int) -> tuple[int, int]:
    """Tokens without the white space ones at both ends."""
    while first < stop - 1 and not words[first].strip():
        first += 1
    while stop - 1 > first and not words[stop - 1].strip():
        stop -= 1
    return first, stop


def _column(doc: Doc, attribute: int) -> list[str]:
    """An attribute of every token as text."""
    codes: list[Any] = doc.to_array([attribute]).reshape(-1).tolist()
    strings = doc.vocab.strings
    names = {code: strings[code] for code in set(codes)}
    return [names[code] for code in codes]


def _heads(doc: Doc) -> list[int]:
    offsets = doc.to_array([HEAD]).astype("uint64").astype("int64").reshape(-1)
    heads: list[int] = (np.arange(len(offsets)) + offsets).tolist()
    return heads


def _attributed(doc: Doc, key: str, starts: Sequence[int]) -> list[Attributed]:
    found = []
    for span in _group(doc, key):
        cue = span._.cue
        place = None if cue is None else tokens_between(starts, cue[0], cue[1])
        found.append(Attributed(span.start, span.end, span.label_, span.id, place, span._.speaker))
    return found


def _pointers(span: Span, starts: Sequence[int]) -> list[Pointer]:
    """Where the reasons point; a reason's weight is shared among its places."""
    found = []
    for feature, _, weight, places in span._.reasons:
        if feature == "attributed" or not places:
            continue
        for start, end in places:
            first = max(bisect_right(starts, start) - 1, 0)
            found.append(
                Pointer(first, max(bisect_left(starts, end), first + 1), weight / len(places))
            )
    return found


def _speech(
    doc: Doc, claim: Span, pieces: list[Attributed], quotations: Sequence[Quotation]
) -> tuple[tuple[str, int | None, int | None] | None, bool]:
    """Who makes the claim, if it is anybody's but the outlet's, and whether it is speech."""
    size = claim.end - claim.start
    covered = sum(_shared(claim, one.first, one.stop) for one in pieces)
    main = _main(claim, [one for one in pieces if one.speaker is not None])
    marked = sum(_shared(claim, one.first, one.stop) for one in quotations)
    quoted = main is not None or covered * 2 >= size or marked * 2 >= size
    if main is not None:
        return main.speaker, quoted
    if not pieces:
        for start, end, speaker in doc._.lines:
            if speaker and start <= claim.start_char and claim.end_char <= end:
                return (speaker, None, None), True
    return None, quoted


def _shared(claim: Span, first: int, stop: int) -> int:
    return max(0, min(claim.end, stop) - max(claim.start, first))


def _main(claim: Span, pieces: list[Attributed]) -> Attributed | None:
    """The attribution that covers most of the claim; quotations go before reports, unless they
    are a few words of it. One that covers less than a third says something in passing ("not the
    first time he has spoken out against …"): the claim is not its speaker's."""
    overlap: dict[int, int] = {}
    for place, one in enumerate(pieces):
        key = one.number or -1 - place  # pieces without a number stand alone
        overlap[key] = overlap.get(key, 0) + _shared(claim, one.first, one.stop)
    best: tuple[int, int, Attributed] | None = None
    for place, one in enumerate(pieces):
        size = overlap[one.number or -1 - place]
        level = _RANK.get(one.form, 1)
        if one.form == "direct" and size < _SCARE_WORDS and size * 2 < claim.end - claim.start:
            level = 0
        if size * _LEAST_SHARE < claim.end - claim.start:
            continue
        if size and (best is None or (level, size) > best[:2]):
            best = (level, size, one)
    return best[2] if best is not None else None
