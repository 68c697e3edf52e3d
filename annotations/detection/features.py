"""The features a score is made of: stable keys, and what they are called for people."""

from __future__ import annotations

from annotations.domain.marking import gettext_noop as _

FEATURES: dict[str, str] = {
    "bias": _("where every sentence starts"),
    # what speaks for checking
    "number": _("a number"),
    "percent": _("a percentage"),
    "money": _("an amount of money"),
    "comparison": _("a comparison or superlative"),
    "change": _("a change over time"),
    "event": _("something reported to have happened"),
    "state": _("a statement of how things are"),
    "actor": _("a named person or organisation"),
    "place": _("a place"),
    "date": _("a date or time"),
    "causation": _("a cause and its effect"),
    "law": _("a law, rule or court case"),
    "topic": _("a matter of public policy"),
    "attributed": _("said by a speaker who is named"),
    "negation": _("a denial that can be checked"),
    # what speaks against it
    "opinion": _("a judgement of taste or value"),
    "belief": _("what the speaker believes, hopes or wants"),
    "experience": _("the speaker's own experience"),
    "prediction": _("about the future"),
    "modal": _("a possibility or condition"),
    "hedge": _("hedged"),
    "question": _("a question"),
    "imperative": _("an order or invitation"),
    "short": _("very short"),
    "vague": _("names nobody and points elsewhere"),
    "fragment": _("no full sentence"),
    "heading": _("a heading"),
    "caption": _("a picture caption"),
    "byline": _("a byline or notice"),
    "self_reference": _("about the article itself"),
    # keeps the score away from 0 and 1, where a logit can no longer be computed
    "limit": _("kept within the scale"),
}

LEARNT_REASONS: dict[str, str] = {
    "wording_for": _("wording that fact-checkers pick"),
    "wording_against": _("wording that is rarely checked"),
    "meaning": _("close in meaning to what was checked, or not"),
    "length": _("how long it is"),
    "first_person": _("about the speaker"),
    "second_person": _("speaks to somebody"),
    "third_person": _("about somebody else"),
    "pointing": _("points to something said before"),
    "opener": _("how it begins"),
    "capitals": _("words written as names"),
    "digits": _("figures"),
    "signs": _("its punctuation"),
    "grammar": _("its grammar"),
    "dateline": _("a dateline"),
    "speaker": _("who speaks, and when"),
    "context": _("the sentences around it"),
    "other": _("smaller reasons together"),
}
"""What the scorer sees beside the cues of FEATURES."""

LABELS: dict[str, str] = {**FEATURES, **LEARNT_REASONS}
"""Every reason's name for people."""
