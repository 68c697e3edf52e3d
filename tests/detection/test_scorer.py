"""The scorer, trained on made-up sentences: does it learn, add up, and survive being stored?"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.checkworthiness.component import ClaimScorer
from annotations.detection.checkworthiness.debates import AROUND, around, lines_text
from annotations.detection.checkworthiness.material import (
    divided_doc,
    read_debate_parts,
    text_key,
)
from annotations.detection.checkworthiness.ngrams import look_up, word_grams
from annotations.detection.checkworthiness.parts import PartLogit, WordWeight
from annotations.detection.checkworthiness.reasons import MOST
from annotations.detection.checkworthiness.sheet import read_sheet
from annotations.detection.checkworthiness.training import (
    Learnt,
    debate_folds,
    key_folds,
    train_scorer,
)
from annotations.detection.checkworthiness.validation import (
    cross_validate,
    cross_validate_debates,
)
from annotations.detection.checkworthiness.vocabulary import Vocabulary, normalise, pieces_of
from annotations.detection.corpora.checkthat import Debate, DebateLine
from annotations.detection.corpora.claimbuster import LabelledSentence
from annotations.detection.errors import DetectionError

_WHO = ("Ohio", "The mayor", "Our country", "Norway", "The bank", "Congress", "My opponent")
_DID = ("cut", "raised", "lost", "built", "closed", "spent")
_WHAT = ("jobs", "dollars", "schools", "bridges", "taxes", "hospitals")
_TALK = (
    "Thank you very much, {who} is wonderful.",
    "I think {who} should be proud of its {what}.",
    "We must believe in {what} and in {who}.",
    "What do you think about {what} in {who}?",
    "I hope {who} will love {what}.",
)


def somewhere(draw: random.Random) -> str:
    """A name that hardly comes twice, so that sentences differ."""
    return "".join(
        draw.choice(("Ba", "Do", "Fe", "Gi", "Lu", "Ma", "Nor")) for _ in range(3)
    ).title()


def fact(draw: random.Random) -> str:
    what = f"{draw.choice((12, 30, 450, 7000))} {draw.choice(_WHAT)} in {somewhere(draw)}"
    return f"{draw.choice(_WHO)} {draw.choice(_DID)} {what} last year."


def talk(draw: random.Random) -> str:
    who = f"{draw.choice(_WHO)} and {somewhere(draw)}"
    return draw.choice(_TALK).format(who=who, what=draw.choice(_WHAT))


def made_sentences(count: int = 160) -> list[LabelledSentence]:
    draw = random.Random(5)
    return [
        LabelledSentence(fact(draw) if at % 3 == 0 else talk(draw), int(at % 3 == 0))
        for at in range(count)
    ]


def made_debates(count: int = 6) -> list[Debate]:
    """A moderator asks, two guests answer; one fact of four is checked."""
    draw = random.Random(6)
    debates = []
    for number in range(count):
        lines = []
        for at in range(60):
            speaker = ("HOST", "ADA", "ADA", "BEN", "BEN")[at % 5]
            stated = speaker != "HOST" and draw.random() < 0.3
            text = fact(draw) if stated else talk(draw)
            label = int(stated and speaker == "ADA")
            lines.append(DebateLine(at + 1, speaker, text, label))
        debates.append(Debate(f"debate {number}", tuple(lines)))
    return debates


@pytest.fixture(scope="module")
def nlp() -> Language:
    tokenizer = {"@tokenizers": "factcheck.GuardedTokenizer.v1", "max_word": 200}
    pipeline = spacy.blank("en", config={"nlp": {"tokenizer": tokenizer}})
    for name in ("claim_sentences", "claim_quotes", "claim_names", "claim_cues"):
        pipeline.add_pipe(name)
    return pipeline


@pytest.fixture(scope="module")
def learnt(nlp: Language) -> Learnt:
    return train_scorer(nlp=nlp, debates=made_debates(), sentences=made_sentences(), seed=1)


@pytest.fixture(scope="module")
def scorer(learnt: Learnt) -> ClaimScorer:
    component = ClaimScorer()
    component.learn_from(learnt)
    return component


def scored(nlp: Language, scorer: ClaimScorer, text: str) -> list[Span]:
    doc = scorer(nlp(text))
    return list(doc.spans["candidates"])


def debate_doc(nlp: Language, lines: Sequence[tuple[str, str]]) -> Doc:
    return nlp(divided_doc(nlp, lines))


def scored_lines(
    nlp: Language, scorer: ClaimScorer, lines: Sequence[tuple[str, str]]
) -> list[Span]:
    doc = scorer(debate_doc(nlp, lines))
    return list(doc.spans["candidates"])


def assert_adds_up(spans: Sequence[Span]) -> None:
    for span in spans:
        score = span._.check_worthiness
        assert 0 < score < 1
        total = math.fsum(weight for _, _, weight, _ in span._.reasons)
        assert math.log(score / (1 - score)) == pytest.approx(total, abs=1e-9)
        assert span._.reasons[0][0] == "bias"
        assert len(span._.reasons) <= MOST
        assert all(weight for _, _, weight, _ in span._.reasons[1:])
        assert len({key for key, *_ in span._.reasons}) == len(span._.reasons)


def test_facts_score_above_talk(nlp: Language, scorer: ClaimScorer) -> None:
    spans = scored(nlp, scorer, "Sweden closed 80 bridges last year. I think bridges are great.")
    assert [span.text[:6] for span in spans] == ["Sweden", "I thin"]
    assert spans[0]._.check_worthiness > 0.7 > 0.3 > spans[1]._.check_worthiness
    assert (spans[0]._.kind, spans[0]._.kind_confidence) == ("other", 0.0)


def test_an_unlearnt_scorer_is_undecided(nlp: Language) -> None:
    spans = scored(nlp, ClaimScorer(), "Sweden closed 80 bridges. I think so.")
    assert [span._.check_worthiness for span in spans] == [0.5, 0.5]


def test_reasons_add_up_everywhere(nlp: Language, scorer: ClaimScorer, nato: str) -> None:
    assert_adds_up(scored(nlp, scorer, nato))
    lines = [(line.speaker, line.text) for line in made_debates(1)[0].lines]
    assert_adds_up(scored_lines(nlp, scorer, lines))


def test_reasons_point_at_their_words(nlp: Language, scorer: ClaimScorer) -> None:
    text = "Hello there.\n\n  Sweden closed 80 bridges last year, my friend."
    (span,) = [s for s in scored(nlp, scorer, text) if "Sweden" in s.text]
    reasons = {key: (weight, spans) for key, _, weight, spans in span._.reasons}
    words = {key: [text[a:b] for a, b in spans] for key, (_, spans) in reasons.items()}
    assert words["number"] == ["80"]
    assert "last year" in words["date"]
    assert reasons["number"][0] > 0
    assert reasons["wording_for"][0] > 0 > reasons["wording_against"][0]
    assert set(words["wording_for"]) <= set(text.replace(",", " ,").replace(".", " .").split())


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("President Ann Lee, left, cut 30 taxes last year in Ohio.", "caption"),
        ("By John Smith", "byline"),
        ("Ohio Cuts 30 Taxes", "heading"),
        ("PARIS, Ohio (30 June)", "dateline"),
    ],
)
def test_newspaper_furniture_is_held_down(
    nlp: Language, scorer: ClaimScorer, text: str, cue: str
) -> None:
    (span,) = scored(nlp, scorer, text)
    weights = {key: weight for key, _, weight, _ in span._.reasons}
    assert weights[cue] == scorer.model.structure[cue] < 0
    (line,) = scored_lines(nlp, scorer, [("", text)])
    assert cue not in {key for key, *_ in line._.reasons}
    assert line._.check_worthiness > span._.check_worthiness


def test_who_speaks_counts_in_a_debate_only(nlp: Language, scorer: ClaimScorer) -> None:
    lines = [(line.speaker, line.text) for line in made_debates(1)[0].lines]
    swapped = [({"ADA": "BEN", "BEN": "ADA"}.get(who, who), text) for who, text in lines]
    nameless = [("", text) for _, text in lines]
    keys = {key for span in scored_lines(nlp, scorer, lines) for key, *_ in span._.reasons}
    assert {"speaker", "context"} <= keys
    plain = scored_lines(nlp, scorer, nameless)
    assert not {"speaker", "context"} & {key for span in plain for key, *_ in span._.reasons}
    # Names themselves mean nothing: only how somebody speaks does.
    one, other = (
        [s._.check_worthiness for s in scored_lines(nlp, scorer, rows)] for rows in (lines, swapped)
    )
    assert one == other


def test_a_line_is_a_unit_and_empty_ones_are_none(nlp: Language, scorer: ClaimScorer) -> None:
    lines = [("A", "We won. We lost."), ("B", "   "), ("A", "Ohio cut 30 taxes.")]
    assert [span.text for span in scored_lines(nlp, scorer, lines)] == [
        "We won. We lost.",
        "Ohio cut 30 taxes.",
    ]
    assert not scored(nlp, scorer, "")
    assert not scored(nlp, scorer, " \n\n ")


def test_storing_changes_nothing(
    nlp: Language, scorer: ClaimScorer, nato: str, tmp_path: Any
) -> None:
    scorer.to_disk(tmp_path / "scorer")
    for again in (
        ClaimScorer().from_disk(tmp_path / "scorer"),
        ClaimScorer().from_bytes(scorer.to_bytes()),
    ):
        before = [span._.reasons for span in scored(nlp, scorer, nato)]
        assert [span._.reasons for span in scored(nlp, again, nato)] == before
        assert again.to_bytes() == scorer.to_bytes()


@pytest.mark.parametrize("data", [b"\x80", b"\x81\xa5model\xc4\x01\x80"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        ClaimScorer().from_bytes(data)


def test_the_same_seed_gives_the_same_scorer(nlp: Language, learnt: Learnt) -> None:
    again = train_scorer(nlp=nlp, debates=made_debates(), sentences=made_sentences(), seed=1)
    assert again.model.to_bytes() == learnt.model.to_bytes()
    assert np.array_equal(again.held_out, learnt.held_out)


def test_held_out_probabilities_are_calibrated(learnt: Learnt) -> None:
    labels = [sentence.label for sentence in made_sentences()]
    assert learnt.held_out.mean() == pytest.approx(np.mean(labels), abs=0.05)


def test_training_needs_both_labels(nlp: Language) -> None:
    with pytest.raises(ValueError, match="at least 20"):
        train_scorer(nlp=nlp, debates=[], sentences=made_sentences(9), seed=0)
    one_sided = [LabelledSentence(text, 1) for text, _ in made_sentences(40)]
    with pytest.raises(ValueError, match="both classes"):
        train_scorer(nlp=nlp, debates=[], sentences=one_sided, seed=0)


def test_cross_validation_measures_each_fold(nlp: Language) -> None:
    found = cross_validate(nlp=nlp, sentences=made_sentences(90), folds=3, seed=0)
    assert found["f1"] > 0.9
    assert len(found["folds"]) == 3
    assert found["f1"] == pytest.approx(np.mean([fold["f1"] for fold in found["folds"]]))
    assert {"macro_f1", "ap", "brier", "ece"} < set(found)
    with pytest.raises(ValueError, match="2 sentences"):
        cross_validate(nlp=nlp, sentences=made_sentences(2), folds=2, seed=0)


def test_debates_are_cross_validated_whole(nlp: Language) -> None:
    debates = made_debates()
    twin = Debate("twin", debates[0].lines)
    parts = read_debate_parts(nlp, [*debates, twin])
    found = cross_validate_debates(parts, [*_sentence_parts(nlp)], folds=3, seed=0)
    assert set(found["files"]) == {part.name for part in parts}
    assert found["map"] > 0.4
    folds = debate_folds(parts, 0)
    assert folds[0] == folds[-1]  # a debate and its twin stay together


def _sentence_parts(nlp: Language) -> list[Any]:
    from annotations.detection.checkworthiness.material import read_sentence_parts

    return read_sentence_parts(nlp, made_sentences())


def test_equal_texts_share_a_fold() -> None:
    keys = np.asarray([text_key(text) for text in ("It\u2019s so.", "its SO", "No.", "Yes.")])
    for seed in range(5):
        folds = key_folds(keys, seed)
        assert folds[0] == folds[1]


class Lengths:
    """A part that has learnt how long a sentence worth checking is."""

    def __init__(self, share: float = 0.0) -> None:
        self.share = share

    def fit(
        self,
        texts: Sequence[str],
        labels: NDArray[np.int8],
        weights: NDArray[np.float64],
        *,
        seed: int,
    ) -> Lengths:
        lengths = np.asarray([len(text) for text in texts])
        return Lengths(float(lengths[labels == 1].mean() - lengths[labels == 0].mean()) / 100)

    def values(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return np.asarray([len(text) * self.share for text in texts])

    def logits(self, texts: Sequence[str]) -> list[PartLogit]:
        return [
            PartLogit(len(text) * self.share, [WordWeight(0, 2, 1.0)] if text else [])
            for text in texts
        ]

    def to_bytes(self) -> bytes:
        return str(self.share).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Lengths:
        return cls(float(data.decode()))


def test_a_part_from_outside_is_weighed_explained_and_stored(nlp: Language) -> None:
    learnt = train_scorer(
        nlp=nlp, debates=made_debates(3), sentences=made_sentences(60), seed=0, extra=Lengths()
    )
    scorer = ClaimScorer(load_encoder=Lengths.from_bytes)
    scorer.learn_from(learnt)
    text = "So. Sweden closed 80 bridges last year."
    spans = scored(nlp, scorer, text)
    assert_adds_up(spans)
    meaning = {key: spans for key, _, _, spans in spans[1]._.reasons}["meaning"]
    assert [text[a:b] for a, b in meaning] == ["Sw"]
    again = ClaimScorer(load_encoder=Lengths.from_bytes).from_bytes(scorer.to_bytes())
    assert [s._.reasons for s in scored(nlp, again, text)] == [s._.reasons for s in spans]
    with pytest.raises(DetectionError, match="encoder"):
        ClaimScorer().from_bytes(scorer.to_bytes())


def test_word_grams_stay_inside_their_sentence() -> None:
    numbers = np.asarray([1, 2, 3, 1, 2], dtype=np.uint64)
    grams = word_grams(numbers, np.asarray([0, 3, 5]))
    assert len(grams.keys) == (3 + 4 + 3) + (2 + 3 + 2)
    pairs = list(zip(grams.keys.tolist(), grams.sentences.tolist(), strict=True))
    shared = {key for key, row in pairs if row == 0} & {key for key, row in pairs if row == 1}
    # 1; 2; begin 1; 1 2; begin 1 2
    assert len(shared) == 5
    assert all(
        grams.first[at] <= grams.last[at] <= grams.first[at] + 2 for at in range(len(grams.keys))
    )
    other = word_grams(numbers, np.asarray([0, 3, 5]), seed=1)
    assert not set(other.keys.tolist()) & set(grams.keys.tolist())
    empty = word_grams(np.zeros(0, dtype=np.uint64), np.asarray([0]))
    assert len(empty.keys) == 0


def test_look_up_knows_what_is_there() -> None:
    known = np.asarray([2, 5, 9], dtype=np.uint32)
    keys = np.asarray([9, 1, 5, 10], dtype=np.uint32)
    assert look_up(known, keys).tolist() == [2, -1, 1, -1]
    assert look_up(known[:0], keys).tolist() == [-1, -1, -1, -1]


def test_words_are_normalised() -> None:
    assert normalise("Don\u2019T") == "don't"
    assert normalise("$1,250") == "$0,000"
    assert len(normalise("a" * 5000)) == 40
    for marked, standard in (("yinz", "you"), ("finna", "going"), ("workin'", "working")):
        assert normalise(marked) == normalise(standard)
    for word in ("AI", "Dem", "wit", "fixing"):  # words of their own
        assert normalise(word) == word.lower()
    assert pieces_of("ab") == ["<ab", "ab>", "<ab>"]
    assert pieces_of("a") == ["<a>"]


def test_a_clipped_ending_is_read_as_the_whole_word(nlp: Language) -> None:
    vocabulary = Vocabulary({})
    for text in ("Folks are workin' hard.", "Folks are workin\u2019 hard."):
        sheet = read_sheet(nlp(text), vocabulary)
        assert "working" in sheet.spelled
        assert "workin" not in sheet.spelled
        assert text[sheet.starts[2] : sheet.ends[2]] == "workin"
    assert "begin" in read_sheet(nlp("We begin now."), vocabulary).spelled


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("We ain't here.", ["We", "is", "n't", "here", "."]),
        ("They're gonna go.", ["They", "'re", "going", "to", "go", "."]),
        ("You gotta go.", ["You", "have", "to", "go", "."]),
        ("AI is here.", ["AI", "is", "here", "."]),
        ("The AI isn't.", ["The", "AI", "is", "n't", "."]),
    ],
)
def test_divided_dialect_is_read_as_the_standard(
    nlp: Language, text: str, spelled: list[str]
) -> None:
    assert read_sheet(nlp(text), Vocabulary({})).spelled == spelled


def test_the_cache_of_words_is_bounded() -> None:
    vocabulary = Vocabulary({})
    vocabulary.words([f"w{number}" for number in range(40_500)])
    vocabulary.words(["again"])
    assert len(vocabulary._words) < 1000


def test_what_stands_around_a_line(nlp: Language) -> None:
    lines = [("HOST", "Is it so?"), ("ADA", "It is."), ("ADA", "Yes."), ("SYSTEM", "[applause]")]
    text, places = lines_text(lines)
    assert [text[a:b] for a, b, _ in places] == [line for _, line in lines]
    sheet = read_sheet(debate_doc(nlp, lines), Vocabulary({}))
    columns = around(sheet, [who for who, _ in lines], np.asarray([1.0, 2.0, 3.0, 4.0]))
    named = {name: columns[:, at].tolist() for at, name in enumerate(AROUND)}
    assert named["not a person"] == [0, 0, 0, 1]
    assert named["share of questions"] == [1, 0, 0, 0]
    assert named["begins the turn"] == [1, 1, 0, 1]
    assert named["answers a question"] == [0, 1, 0, 0]
    assert named["before a note"] == [0, 0, 1, 0]
    assert named["logit before"] == [1, 1, 2, 3]
    assert named["logit after"] == [2, 3, 4, 4]


@pytest.mark.parametrize(
    "text",
    ["a" + "\u0301" * 50_000, "(" * 50_000, "said " * 30_000, "1" * 50_000, "Ab. " * 10_000],
)
@pytest.mark.timeout(60)
def test_hostile_text_takes_linear_time(nlp: Language, scorer: ClaimScorer, text: str) -> None:
    assert_adds_up(scored(nlp, scorer, text)[:50])
