"""``claim_sentences``: sets sentence boundaries, by rule and by what was learnt.

The rules know lines, marks, abbreviations, datelines, captions and transcripts. Where a trained
component has set boundaries before this one, those that the rules do not forbid are kept too.
Text that came divided (``doc._.lines``) has a sentence a line.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import numpy as np
from spacy.attrs import SENT_START
from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection.boundaries import SentenceRules, find_starts, is_forbidden
from annotations.detection.components.extensions import read_tokens
from annotations.detection.lexicon import read_lexicon


@Language.factory(
    "claim_sentences",
    assigns=["token.is_sent_start", "doc.sents"],
    default_config={
        "never_end": "abbreviations_never_end",
        "before_number": "abbreviations_before_number",
        "may_end": "abbreviations_may_end",
        "openers": "sentence_openers",
        "photo_credits": "photo_credits",
        "reporting": "reporting_verbs",
        "heading_chars": 80,
        "max_tokens": 400,
    },
    default_score_weights={"sents_f": 0.0},
)
def create_claim_sentences(
    nlp: Language,
    name: str,
    never_end: str,
    before_number: str,
    may_end: str,
    openers: str,
    photo_credits: str,
    reporting: str,
    heading_chars: int,
    max_tokens: int,
) -> ClaimSentences:
    """All arguments but the numbers are names of lexicons. ``heading_chars`` is in code points;
    a sentence of more than ``max_tokens`` is cut, which keeps later components to linear time."""
    return ClaimSentences(
        SentenceRules(
            never_end=frozenset(read_lexicon(never_end)),
            before_number=frozenset(read_lexicon(before_number)),
            may_end=frozenset(read_lexicon(may_end)),
            openers=frozenset(read_lexicon(openers)),
            credits=frozenset(read_lexicon(photo_credits)),
            reporting=frozenset(read_lexicon(reporting)),
            heading_chars=heading_chars,
        ),
        max_tokens,
    )


class ClaimSentences:
    def __init__(self, rules: SentenceRules, max_tokens: int) -> None:
        self.rules = rules
        self.max_tokens = max_tokens

    def __call__(self, doc: Doc) -> Doc:
        tokens = read_tokens(doc)
        begins = [-1] * len(tokens.starts)
        if doc._.lines:
            boundaries = sorted(start for start, _, _ in doc._.lines)
        else:
            boundaries = find_starts(tokens.text, self.rules)
        at = 0
        for boundary in boundaries:
            at = bisect_left(tokens.starts, boundary, at)
            if at == len(begins):
                break
            # A boundary inside a token is none: the sentence would lose half a word.
            if not tokens.text[boundary : tokens.starts[at]].strip():
                begins[at] = 1
        if not doc._.lines:
            learnt = doc.to_array(SENT_START)
            for at in np.flatnonzero(learnt == 1).tolist():
                # A mark that already begins a sentence keeps the word after it.
                opened = at > 0 and begins[at - 1] == 1 and not tokens.words[at - 1][:1].isalnum()
                offset = tokens.starts[at]
                if not opened and not is_forbidden(tokens.text, offset, self.rules):
                    begins[at] = 1
        run = 0
        for at, begin in enumerate(begins):
            run = 1 if begin == 1 else run + 1
            if run > self.max_tokens:
                begins[at], run = 1, 1
        # Setting token.is_sent_start one by one would look at the whole doc each time.
        values: Any = np.asarray(begins, dtype="int64").astype("uint64")
        return doc.from_array([SENT_START], values)
