"""The features a score is made of: stable keys, and what they are called for people."""

from __future__ import annotations

FEATURES: dict[str, str] = {
    "bias": "where every sentence starts",
    # what speaks for checking
    "number": "a number",
    "percent": "a percentage",
    "money": "an amount of money",
    "comparison": "a comparison or superlative",
    "change": "a change over time",
    "event": "something reported to have happened",
    "state": "a statement of how things are",
    "actor": "a named person or organisation",
    "place": "a place",
    "date": "a date or time",
    "causation": "a cause and its effect",
    "law": "a law, rule or court case",
    "topic": "a matter of public policy",
    "attributed": "said by a speaker who is named",
    "negation": "a denial that can be checked",
    # what speaks against it
    "opinion": "a judgement of taste or value",
    "belief": "what the speaker believes, hopes or wants",
    "experience": "the speaker's own experience",
    "prediction": "about the future",
    "modal": "a possibility or condition",
    "hedge": "hedged",
    "question": "a question",
    "imperative": "an order or invitation",
    "short": "very short",
    "vague": "names nobody and points elsewhere",
    "fragment": "no full sentence",
    "heading": "a heading",
    "caption": "a picture caption",
    "byline": "a byline or notice",
    "self_reference": "about the article itself",
    # keeps the score away from 0 and 1, where a logit can no longer be computed
    "limit": "kept within the scale",
}

LEARNT_REASONS: dict[str, str] = {
    "wording_for": "wording that fact-checkers pick",
    "wording_against": "wording that is rarely checked",
    "meaning": "close in meaning to what was checked, or not",
    "length": "how long it is",
    "first_person": "about the speaker",
    "second_person": "speaks to somebody",
    "third_person": "about somebody else",
    "pointing": "points to something said before",
    "opener": "how it begins",
    "capitals": "words written as names",
    "digits": "figures",
    "signs": "its punctuation",
    "grammar": "its grammar",
    "dateline": "a dateline",
    "speaker": "who speaks, and when",
    "context": "the sentences around it",
    "other": "smaller reasons together",
}
"""What the scorer sees beside the cues of FEATURES."""

LABELS: dict[str, str] = {**FEATURES, **LEARNT_REASONS}
"""Every reason's name for people."""
