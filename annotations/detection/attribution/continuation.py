"""Following what somebody says over the sentences before and after the one that holds the cue.

A unit is what one sentence may add: its quotations where it has words beside them, else the whole
sentence. From the cue's sentence units are asked outwards in each direction until one is refused,
so that the work is bounded by ``REACH`` sentences a cue.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from annotations.detection.attribution.decoding import Found
from annotations.detection.attribution.hashing import Codes, Columns
from annotations.detection.attribution.network import Floats, Network
from annotations.detection.attribution.sheet import code_of
from annotations.detection.attribution.view import View, bucket, contains

REACH = {1: 24, -1: 6}
"""Sentences after and before the cue's that may be asked."""

_SELF = np.array(
    sorted(
        code_of(word)
        for word in [
            "i",
            "we",
            "my",
            "our",
            "me",
            "us",
            "i'm",
            "we're",
            "i've",
            "we've",
            "mine",
            "ours",
        ]
    ),
    dtype=np.uint32,
)
_NOTHING, _WHOLE, _PARTLY = range(3)
_STRENGTHS = np.array([0.1, 0.3, 0.6, 0.9], dtype=np.float32)


@dataclass(slots=True)
class Sentences:
    """A sheet's sentences as lists: what questions about them are made of."""

    runs: list[list[tuple[int, int]]]
    """Token ranges of the unit."""
    state: list[int]
    """0 no quotation, 1 wholly inside quotations, 2 quotations and words beside them."""
    first_quote: list[int]
    """Number of the quotation that the sentence begins in, 0 for none."""
    last_quote: list[int]
    size: list[int]
    """Tokens, as a bucket."""
    paragraph: list[int]
    first_word: list[int]
    own: list[int]
    """Whether words such as "I" and "we" occur."""
    strength: list[int]
    """How sure the surest cue is, 0 to 4."""
    part: list[int]
    """The text that the sentence is of."""
    bounds: list[int]
    """First token of each, then the number of tokens."""

    def __len__(self) -> int:
        return len(self.state)

    def beside(self, place: int, home: int) -> bool:
        """Whether there is a sentence ``place``, of the text that sentence ``home`` is of."""
        return 0 <= place < len(self.state) and self.part[place] == self.part[home]

    def between(self, begin: int, end: int, first: int) -> Sentences:
        """Sentences ``[begin, end)``, with tokens counted from ``first``."""
        cut = slice(begin, end)
        return Sentences(
            runs=[[(a - first, b - first) for a, b in runs] for runs in self.runs[cut]],
            state=self.state[cut],
            first_quote=self.first_quote[cut],
            last_quote=self.last_quote[cut],
            size=self.size[cut],
            paragraph=self.paragraph[cut],
            first_word=self.first_word[cut],
            own=self.own[cut],
            strength=self.strength[cut],
            part=self.part[cut],
            bounds=[bound - first for bound in self.bounds[begin : end + 1]],
        )


def read_sentences(v: View, cue_probability: Floats) -> Sentences:
    """``cue_probability``: (n,) that a token of the sheet is a cue's head."""
    s = v.sheet
    if not len(s):
        return Sentences([], [], [], [], [], [], [], [], [], [], [0])
    begins, last = s.firsts[:-1], s.firsts[1:] - 1
    letters = s.cased != 3
    words = np.add.reduceat(letters.astype(np.int32), begins)
    quoted = np.add.reduceat((s.long_quote & letters).astype(np.int32), begins)
    # One word beside the quotation is a slip of the marks rather than a frame.
    state = np.where(
        quoted == 0, _NOTHING, np.where(quoted >= words - (words > 4), _WHOLE, _PARTLY)
    )
    own = np.maximum.reduceat(contains(_SELF, s.lower).astype(np.int32), begins)
    strongest = np.maximum.reduceat(cue_probability, begins)
    bounds = s.firsts.tolist()
    runs = [[(first, stop)] for first, stop in pairwise(bounds)]
    for number in np.flatnonzero(state == _PARTLY).tolist():
        first, stop = bounds[number], bounds[number + 1]
        inside = np.concatenate([[False], s.long_quote[first:stop], [False]])
        edges = (np.flatnonzero(inside[1:] != inside[:-1]) + first).tolist()
        runs[number] = list(zip(edges[::2], edges[1::2], strict=True))
    return Sentences(
        runs=runs,
        state=state.tolist(),
        first_quote=np.where(s.long_quote[begins], s.quote[begins], 0).tolist(),
        last_quote=np.where(s.long_quote[last], s.quote[last], 0).tolist(),
        size=bucket(np.diff(s.firsts)).tolist(),
        paragraph=s.paragraph[begins].tolist(),
        first_word=v.lower[begins].tolist(),
        own=own.tolist(),
        strength=np.searchsorted(_STRENGTHS, strongest).tolist(),
        part=s.parts.tolist(),
        bounds=bounds,
    )


def describe(v: View, sentences: Sentences, home: int, found: Found, way: int) -> tuple[int, ...]:
    """What of an attribution matters to its continuation one way (1 on, -1 back)."""
    s = v.sheet
    first, stop = sentences.bounds[home], sentences.bounds[home + 1]
    content = found.content
    quoted = int(s.long_quote[content].sum()) if content else 0
    share = 0 if not content else 1 if not quoted else 3 if quoted * 2 > len(content) else 2
    if way > 0:
        edge = bool(content) and content[-1] >= stop - 3
        mark = int(v.mark[stop - 1])
    else:
        edge = bool(content) and content[0] <= first + 2
        mark = int(v.mark[first])
    return (
        share,
        int(edge),
        mark,
        min(stop - 1 - found.cue[-1], 9),
        min(found.head - first, 9),
        int(v.lemma[found.head]),
        sentences.state[home],
        int(s.tag[found.head]),
        int(bool(found.source)),
    )


def ask(sentences: Sentences, home: int, place: int, about: tuple[int, ...]) -> tuple[int, ...]:
    """The values of the question whether sentence ``place`` goes on with an attribution."""
    way = 1 if place > home else -1
    before, beyond = place - way, place + way
    if way > 0:
        near, far = sentences.last_quote[before], sentences.first_quote[place]
    else:
        near, far = sentences.first_quote[before], sentences.last_quote[place]
    return (
        *about,
        way + 1,
        min(abs(place - home), 6),
        int(near > 0 and near == far),
        min(abs(sentences.paragraph[place] - sentences.paragraph[before]), 2),
        min(abs(sentences.paragraph[place] - sentences.paragraph[home]), 3),
        sentences.state[place],
        int(sentences.first_quote[place] > 0),
        int(sentences.last_quote[place] > 0),
        sentences.strength[place],
        sentences.own[place],
        sentences.first_word[place],
        sentences.size[place],
        sentences.state[before],
        int(sentences.last_quote[before] > 0),
        sentences.strength[beyond] if sentences.beside(beyond, home) else 9,
    )


# Positions in what ``describe`` and ``ask`` give.
_SHARE, _EDGE, _ENDS, _TO_END, _FROM, _LEMMA, _HOME, _TAG, _SOURCED = range(9)
_WAY, _FAR, _SAME, _PARAGRAPHS, _FROM_HOME, _STATE, _OPENS, _CLOSES = range(9, 17)
_STRENGTH, _OWN, _WORD, _SIZE, _BEFORE, _BEFORE_QUOTE, _BEYOND = range(17, 24)

_GROUPS = (
    (_WAY, _FAR),
    (_WAY, _SAME, _PARAGRAPHS),
    (_WAY, _STATE, _SHARE),
    (_WAY, _STATE, _SHARE, _EDGE),
    (_WAY, _STATE, _STRENGTH, _PARAGRAPHS),
    (_WAY, _STATE, _SHARE, _PARAGRAPHS, _STRENGTH),
    (_WAY, _OPENS, _CLOSES, _SAME, _BEFORE_QUOTE),
    (_WAY, _LEMMA, _STATE),
    (_WAY, _LEMMA, _SHARE),
    (_WAY, _WORD, _STATE),
    (_WAY, _OWN, _STATE, _SHARE),
    (_WAY, _ENDS, _EDGE, _STATE),
    (_WAY, _TO_END, _FROM, _STATE),
    (_WAY, _TO_END, _STATE, _SHARE, _PARAGRAPHS),
    (_WAY, _SIZE, _STATE),
    (_WAY, _BEFORE, _STATE, _PARAGRAPHS, _STRENGTH),
    (_WAY, _FROM_HOME, _STATE, _SHARE),
    (_WAY, _TAG, _SHARE, _STATE),
    (_WAY, _SOURCED, _SHARE),
    (_WAY, _HOME, _STATE, _STRENGTH, _FAR),
    (_WAY, _BEYOND, _STRENGTH, _STATE),
    (_WAY, _STRENGTH, _SAME, _SHARE, _FAR),
    (_WAY, _SHARE, _HOME, _EDGE, _STATE, _PARAGRAPHS),
)


_LONGEST = max(map(len, _GROUPS))
# Positions of each group's values; the last value, which is always 0, fills up.
_POSITIONS = np.array([[*group, *(24,) * (_LONGEST - len(group))] for group in _GROUPS])


def continuation_features(questions: list[tuple[int, ...]], bits: int) -> Codes:
    """(features, questions) row numbers of the values that ``ask`` gives."""
    values = np.zeros((25, len(questions)), dtype=np.uint32)
    values[:24] = np.array(questions, dtype=np.int64).reshape(-1, 24).T.astype(np.uint32)
    columns = Columns(len(questions), bits)
    columns.add_groups([values[_POSITIONS[:, place]] for place in range(_LONGEST)])
    return columns.rows()


def follow(
    v: View, sentences: Sentences, found: list[Found], network: Network, threshold: float
) -> None:
    """Give each attribution its ``links``: all are asked together, a step outwards at a time."""
    homes = [int(v.sheet.sentence[one.head]) for one in found]
    active = [
        (number, way, describe(v, sentences, homes[number], one, way))
        for number, one in enumerate(found)
        for way in (1, -1)
    ]
    for step in range(1, max(REACH.values()) + 1):
        questions = []
        asked = []
        for number, way, about in active:
            place = homes[number] + way * step
            if step <= REACH[way] and sentences.beside(place, homes[number]):
                questions.append(ask(sentences, homes[number], place, about))
                asked.append((number, way, about))
        if not questions:
            break
        logs = network.log_probabilities(continuation_features(questions, network.bits))
        answers = np.exp(logs[:, 1]).tolist()
        active = []
        for (number, way, about), answer in zip(asked, answers, strict=True):
            if answer >= threshold:
                found[number].links.append((homes[number] + way * step, answer))
                active.append((number, way, about))
