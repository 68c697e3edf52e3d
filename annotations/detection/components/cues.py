"""``claim_cues``: words that speak for or against checking, into ``doc.spans["cues"]``.

Each span's label is a feature key of ``annotations.detection.features``. Cues that concern a
whole sentence (a question, a fragment) are spans over it. Nothing is weighed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spacy.attrs import TAG
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.components.extensions import is_capitalised, read_tokens, trim
from annotations.detection.features import FEATURES
from annotations.detection.lexicon import (
    PhraseIndex,
    PhraseIndexes,
    Tokenize,
    lowered,
    read_lexicon,
)

_HEADER = re.compile(r"date\s+\d{4}-\d{2}-\d{2}", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_DIGITS = re.compile(r"[$£€]?\d{1,15}(?:[.,:]\d{1,6}){0,5}(?:[A-Za-z]{1,3})?$")
_ORDINAL = re.compile(r"\d{1,4}(?:st|nd|rd|th)$")
_SCALES = frozenset({"m", "bn", "k", "tn", "million", "billion", "trillion", "thousand"})
_CLOCK = frozenset({"a.m.", "p.m.", "am", "pm", "a.m", "p.m", "o'clock"})
_CLOSING = "\"'”\u2019»)] "
_ADJECTIVAL = frozenset({"a", "an", "the", "his", "her", "their", "its", "of", "more"})
_VAGUE = frozenset({"it", "this", "that", "they", "we", "he", "she", "these", "those", "there"})
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_PAST = frozenset({"VBD", "VBN"})
_STAMP = frozenset({"updated", "published", "posted", "date", "est", "edt", "gmt", "pst", "pdt"})
_TITLE_WORDS, _LABEL_WORDS = 16, 12
"""The longest title, and the longest heading without a verb, that may end in a full stop."""
_ARTICLES = (["a"], ["an"], ["the"])
_BYLINE = re.compile(r"(?:by|from)\s+[A-Z]", re.IGNORECASE)

DEFAULT_LEXICONS = {
    key: key
    for key in (
        "percent",
        "money",
        "comparison",
        "change",
        "causation",
        "law",
        "topic",
        "negation",
        "opinion",
        "belief",
        "experience",
        "prediction",
        "modal",
        "hedge",
        "self_reference",
        "caption",
        "byline",
        "state",
    )
}


@Language.factory(
    "claim_cues",
    requires=["doc.sents", "doc.spans"],
    assigns=["doc.spans"],
    default_config={
        "spans_key": "cues",
        "names_key": "names",
        "speech_key": "speech_cues",
        "lexicons": DEFAULT_LEXICONS,
        "numbers": "number_words",
        "dates": "date_words",
        "months": "months",
        "imperatives": "imperative",
        "irregular_past": "irregular_past",
        "not_past": "not_past",
        "short_words": 6,
    },
)
def create_claim_cues(
    nlp: Language,
    name: str,
    spans_key: str,
    names_key: str,
    speech_key: str,
    lexicons: dict[str, str],
    numbers: str,
    dates: str,
    months: str,
    imperatives: str,
    irregular_past: str,
    not_past: str,
    short_words: int,
) -> ClaimCues:
    """``lexicons`` maps a feature to the lexicon of its phrases; ``short_words`` is the number of
    words below which a sentence counts as very short."""

    def tokenize(phrase: str) -> list[str]:
        return [token.text for token in nlp.make_doc(phrase)]

    if unknown := set(lexicons) - set(FEATURES):
        raise ValueError(f"lexicons for features that do not exist: {sorted(unknown)}")
    component = ClaimCues((spans_key, names_key, speech_key), short_words)
    phrases = {feature: read_lexicon(file) for feature, file in lexicons.items()}
    phrases["number"] = read_lexicon(numbers)
    phrases["date"] = read_lexicon(dates)
    component.load(
        phrases,
        tokenize,
        imperatives=read_lexicon(imperatives),
        past=frozenset(read_lexicon(irregular_past)),
        not_past=frozenset(read_lexicon(not_past)),
        months=frozenset(read_lexicon(months)),
    )
    return component


class ClaimCues:
    def __init__(self, keys: tuple[str, str, str], short_words: int) -> None:
        self.spans_key, self.names_key, self.speech_key = keys
        self.short_words = short_words

    def load(
        self,
        phrases: dict[str, tuple[str, ...]],
        tokenize: Tokenize,
        *,
        imperatives: Iterable[str],
        past: frozenset[str],
        not_past: frozenset[str],
        months: frozenset[str],
    ) -> None:
        self.indexes = PhraseIndexes(phrases, tokenize)
        self.imperatives = PhraseIndex(imperatives, tokenize)
        self.past = past
        self.not_past = not_past
        self.months = months

    def __call__(self, doc: Doc) -> Doc:
        tokens = read_tokens(doc)
        words = tokens.words
        lower = lowered(words)
        tags = _read_tags(doc)
        speech = {
            at for cue in doc.spans.get(self.speech_key, ()) for at in range(cue.start, cue.end)
        }
        names: list[Span] = sorted(doc.spans.get(self.names_key, ()), key=lambda name: name.start)
        named = {at for name in names for at in range(name.start, name.end)}
        persons = {
            at for name in names if name.label_ == "PERSON" for at in range(name.start, name.end)
        }
        places = {
            at for name in names if name.label_ == "PLACE" for at in range(name.start, name.end)
        }
        spans = [
            Span(doc, name.start, name.end, label="place" if name.label_ == "PLACE" else "actor")
            for name in names
            if name.label_ != "ROLE"
        ]
        text = tokens.text
        final = len(text.rstrip())
        titled = bool(doc._.lines)  # whether what may be the title has been seen
        for sentence in doc.sents:
            begin, end = sentence.start, sentence.end
            while begin < end - 1 and words[begin].isspace():
                begin += 1  # what is said of the whole sentence is said of its words
            found: list[tuple[int, int, str]] = []
            for first, stop, feature in self.indexes.find(lower, begin, end):
                named_matter = feature in {"topic", "law"} and first not in persons
                if stop - first > 1 or first not in named or named_matter:
                    found.append((first, stop, feature))
            found.extend(self._figures(words, lower, begin, end))
            events = list(self._events(words, lower, tags, begin, end, speech, named))
            found.extend(events)
            start, close = trim(text, sentence.start_char, sentence.end_char)
            verb = (
                bool(events)
                or any(at in speech for at in range(begin, end))
                or any(feature in {"state", "prediction", "modal"} for _, _, feature in found)
                or any(tag in _FINITE for tag in tags[begin:end])
            )
            dates = {at for a, b, feature in found if feature == "date" for at in range(a, b)}
            stamp = close - start < 40 and _HEADER.fullmatch(text, start, close) is not None
            if stamp or (not verb and self._is_dateline(words, lower, begin, end, places, dates)):
                found.append((begin, end, "dateline"))
            shape = set(self._shape(text[start:close], words, lower, begin, end, verb))
            if _is_paragraph(text, start, close):
                length = sum(words[at][0].isalnum() for at in range(begin, end))
                headed = not titled and not stamp and length <= _TITLE_WORDS
                if close < final and (headed or (length <= _LABEL_WORDS and not verb)):
                    shape.add("heading")
                if close >= final and titled and _is_about_the_writer(lower, begin, end, persons):
                    shape.add("byline")
            titled = titled or not stamp
            whole = [(begin, end, feature) for feature in sorted(shape)]
            spans.extend(Span(doc, a, b, label=key) for a, b, key in (*found, *whole))
        doc.spans[self.spans_key] = spans
        return doc

    def _figures(
        self, words: list[str], lower: list[str], begin: int, end: int
    ) -> Iterator[tuple[int, int, str]]:
        """Figures are numbers, unless they are years, days of a month or times of day."""
        for at in range(begin, end):
            word = words[at]
            if not word[0].isdigit() and word[0] not in "$£€":
                continue
            if not _DIGITS.match(word):
                continue
            before = lower[at - 1] if at > begin else ""
            after = lower[at + 1] if at + 1 < end else ""
            year = _YEAR.match(word) is not None and after not in _SCALES and before not in "$£€"
            if year or before in self.months or after in _CLOCK or _ORDINAL.match(word):
                yield at, at + 1, "date"
            elif before != "no." and not (at == begin and after in {".", ")"}):
                yield at, at + 1, "number"

    def _events(
        self,
        words: list[str],
        lower: list[str],
        tags: list[str],
        begin: int,
        end: int,
        speech: set[int],
        named: set[int],
    ) -> Iterator[tuple[int, int, str]]:
        """Verbs in the past, apart from those that only report speech."""
        for at in range(begin, end):
            word = lower[at]
            if at in speech or at in named or word in self.not_past:
                continue
            if tags and tags[at] not in _PAST:
                continue
            regular = word.endswith("ed") and len(word) > 4 and word.isalpha()
            if not regular and word not in self.past:
                continue
            before = lower[at - 1] if at > begin else ""
            if before in _ADJECTIVAL or before == "to" or is_capitalised(words[at]):
                continue
            yield at, at + 1, "event"

    def _is_dateline(
        self,
        words: list[str],
        lower: list[str],
        begin: int,
        end: int,
        places: set[int],
        dates: set[int],
    ) -> bool:
        """A place or a time, with nothing said about it: "RIGA, Latvia (Reuters) —"."""
        if not places.intersection(range(begin, end)) and not dates.intersection(range(begin, end)):
            return False
        tokens = [at for at in range(begin, end) if words[at][0].isalnum()]
        if len(tokens) > 14:
            return False
        fitting = sum(
            at in places
            or at in dates
            or words[at][0].isdigit()
            or (len(words[at]) > 1 and words[at].isupper())
            or lower[at] in _CLOCK
            or lower[at] in _STAMP
            for at in tokens
        )
        return fitting * 4 >= len(tokens) * 3

    def _shape(
        self, text: str, words: list[str], lower: list[str], begin: int, end: int, verb: bool
    ) -> Iterator[str]:
        """Features of the sentence as a whole."""
        tokens = [at for at in range(begin, end) if words[at][0].isalnum()]
        if len(tokens) < self.short_words:
            yield "short"
        bare = text.rstrip(_CLOSING)
        if bare.endswith("?") or bare.endswith("؟"):
            yield "question"
        unfinished = len(tokens) <= 8 or bare[-1:] not in ".…"
        if not verb and unfinished and not bare.endswith(("?", "!")):
            yield "fragment"
        if tokens:
            capitals = sum(1 for at in tokens if is_capitalised(words[at]))
            if bare[-1:] not in ".!?…:;," and (len(tokens) < 16 or capitals * 10 > len(tokens) * 6):
                yield "heading"
            if self.imperatives.match_at(lower, tokens[0], end) > 0:
                yield "imperative"
            pronoun = lower[tokens[0]] in _VAGUE
            if pronoun and not any(is_capitalised(words[at]) for at in tokens[1:]):
                yield "vague"
            if len(tokens) <= 10 and _BYLINE.match(text) and capitals * 2 >= len(tokens):
                yield "byline"


def _is_paragraph(text: str, start: int, end: int) -> bool:
    """Whether a sentence stands alone between line ends."""
    before, after = text[max(0, start - 80) : start].rstrip(" "), text[end : end + 2].lstrip(" ")
    return (not before or before[-1] == "\n") and (not after or after[0] == "\n")


def _is_about_the_writer(lower: list[str], begin: int, end: int, persons: set[int]) -> bool:
    """ "Ann Lee is a reporter in Ohio.", as it stands under a piece by Ann Lee."""
    at = begin
    while at < end and at in persons:
        at += 1
    return at - begin >= 2 and lower[at : at + 1] == ["is"] and lower[at + 1 : at + 2] in _ARTICLES


def _read_tags(doc: Doc) -> list[str]:
    """The Penn tag of each token; nothing where no tagger ran."""
    tags = doc.to_array(TAG).tolist()
    if not any(tags):
        return []
    strings = doc.vocab.strings
    return [strings[tag] for tag in tags]
