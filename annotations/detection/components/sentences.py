"""``claim_sentences``: sets sentence boundaries by rule."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection.boundaries import SentenceRules, find_starts
from annotations.detection.components.extensions import token_starts
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
) -> ClaimSentences:
    """All arguments but ``heading_chars`` (in code points) are names of lexicons."""
    return ClaimSentences(
        SentenceRules(
            never_end=frozenset(read_lexicon(never_end)),
            before_number=frozenset(read_lexicon(before_number)),
            may_end=frozenset(read_lexicon(may_end)),
            openers=frozenset(read_lexicon(openers)),
            credits=frozenset(read_lexicon(photo_credits)),
            reporting=frozenset(read_lexicon(reporting)),
            heading_chars=heading_chars,
        )
    )


class ClaimSentences:
    def __init__(self, rules: SentenceRules) -> None:
        self.rules = rules

    def __call__(self, doc: Doc) -> Doc:
        boundaries = find_starts(doc.text, self.rules)
        starts = token_starts(doc)
        begins = [False] * len(starts)
        at = 0
        for boundary in boundaries:
            while at < len(starts) and starts[at] < boundary:
                at += 1
            if at == len(starts):
                break
            begins[at] = True
        for token, begin in zip(doc, begins, strict=True):
            token.is_sent_start = begin
        return doc
