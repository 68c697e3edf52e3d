"""Which claims of an article say again what an earlier one said."""

from __future__ import annotations

import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection.components import claim_spans, repeats
from annotations.detection.components.quotes import find_quotes
from annotations.detection.components.repeats import numbers_in, stem
from annotations.detection.detector import Detector

assert claim_spans
assert repeats


def make_pipeline() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("claim_repeats")
    return nlp


NLP = make_pipeline()


def build(claims: list[str]) -> Doc:
    """A doc whose sentences are all claims."""
    doc = NLP.make_doc(" ".join(claims))
    starts, at = [], 0
    for claim in claims:
        starts.append(at)
        at += len(claim) + 1
    for token in doc:
        token.is_sent_start = token.idx in starts
    doc.spans["claims"] = [
        doc.char_span(start, start + len(claim), label="claim")
        for start, claim in zip(starts, claims, strict=True)
    ]
    doc.spans["quotes"] = [
        doc.char_span(left, right, label=label, alignment_mode="expand")
        for left, right, label in find_quotes(doc.text, 0, len(doc.text))
    ]
    return doc


def links(claims: list[str], doc: Doc | None = None) -> list[int | None]:
    """For each claim the number of the one it repeats."""
    doc = NLP.get_pipe("claim_repeats")(doc or build(claims))
    starts = {(s.start_char, s.end_char): n for n, s in enumerate(doc.spans["claims"])}
    return [
        None if span._.first_mention is None else starts[span._.first_mention]
        for span in doc.spans["claims"]
    ]


FIRST = "Unemployment in Ohio fell by 5 percent in the first quarter, the lowest rate in decades."

SAME = [
    FIRST,
    "In Ohio, unemployment has fallen by 5 percent, the lowest rate in decades.",
    "Ohio's unemployment rate fell 5 percent.",
    "The lowest rates of unemployment in decades were seen in Ohio.",
]

OTHER = [
    "Unemployment in Ohio fell by 7 percent in the first quarter, the lowest rate in decades.",
    "Unemployment in Ohio did not fall by 5 percent in the first quarter, the lowest in decades.",
    "Unemployment in Ohio rose by 5 percent in the first quarter, the highest rate in decades.",
    "Unemployment in Texas fell by 5 percent in the first quarter, the lowest rate in decades.",
    "Ohio will vote on a tax for roads and bridges, the governor of the state announced.",
    "Unemployment fell.",
    "Unemployment in Ohio fell by 5 percent, the lowest rate in decades, and 300 firms opened.",
]


@pytest.mark.parametrize("again", SAME)
def test_the_same_in_other_words(again: str) -> None:
    assert links([FIRST, "It was a quiet day on the lake.", again]) == [None, None, 0]


@pytest.mark.parametrize("again", OTHER)
def test_something_else_in_much_the_same_words(again: str) -> None:
    assert links([FIRST, again]) == [None, None]


def test_names_the_other_way_round() -> None:
    first = "On the coast, Velmar beat Osterhal clearly in the final game of the season."
    assert links([first, "In the final game of the season Osterhal beat Velmar clearly."]) == [
        None,
        None,
    ]
    passive = "In the final game of the season Osterhal was beaten clearly by Velmar."
    assert links([first, passive]) == [None, 0]


def test_other_days() -> None:
    claims = [
        "The council of Velmar rejected the budget for trams on Monday.",
        "The council of Velmar rejected the budget for trams on Friday.",
    ]

    def dated(one: tuple[str, str], other: tuple[str, str]) -> Doc:
        doc = build(claims)
        spans = [
            span for span in (doc[at : at + 1] for at in range(len(doc))) if "day" in span.text
        ]
        for span, days in zip(spans, (one, other), strict=True):
            span._.interval = (*days, "day", "published")
        doc.spans["dates"] = spans
        return doc

    monday, friday = ("2021-11-29", "2021-11-29"), ("2021-12-03", "2021-12-03")
    assert links(claims, dated(monday, friday)) == [None, None]
    assert links(claims, dated(monday, ("2021-11-29", "2021-12-05"))) == [None, 0]


def test_the_link_goes_to_the_first_mention() -> None:
    assert links([FIRST, SAME[1], "It was a quiet day on the lake.", SAME[2]]) == [None, 0, None, 0]


def test_order_is_that_of_the_text() -> None:
    doc = build([FIRST, SAME[1]])
    doc.spans["claims"] = list(reversed(doc.spans["claims"]))
    assert links([], doc) == [0 + 1, None]


def test_lemmas_and_tags_are_used_where_there_are_any() -> None:
    words = ["Firms", "bought", "old", "trams", "cheaply", "."]
    again = ["Firms", "buy", "old", "tram", "cheap", "."]
    tags = ["NNS", "VBD", "JJ", "NNS", "RB", "."]
    lemmas = ["firm", "buy", "old", "tram", "cheap", "."]
    doc = Doc(NLP.vocab, words=words + again, tags=tags * 2, lemmas=lemmas * 2)
    doc.spans["claims"] = [doc[0:6], doc[6:12]]
    NLP.get_pipe("claim_repeats")(doc)
    assert doc.spans["claims"][1]._.first_mention == (doc[0:6].start_char, doc[0:6].end_char)


def test_a_quoted_phrase_weighs_more() -> None:
    first = 'Putin declared that missiles near Moscow would be a "red line" for the Kremlin.'
    again = 'He told an investment forum that such missiles would cross a "red line" for Moscow.'
    nlp = spacy.blank("en")
    nlp.add_pipe("claim_repeats", config={"threshold": 0.53})
    doc = build([first, again])
    nlp.get_pipe("claim_repeats")(doc)
    assert doc.spans["claims"][1]._.first_mention is not None
    doc = build([first.replace('"', ""), again.replace('"', "")])
    nlp.get_pipe("claim_repeats")(doc)
    assert doc.spans["claims"][1]._.first_mention is None


def test_in_the_product_s_own_example(detector: Detector, nato: str) -> None:
    doc = detector.nlp(nato)
    red = [span for span in doc.spans["claims"] if "red line" in span.text]
    assert [span._.first_mention for span in red] == [None, (red[0].start_char, red[0].end_char)]
    assert sum(span._.first_mention is not None for span in doc.spans["claims"]) == 1


def test_the_example_without_its_frames() -> None:
    first = (
        "an expansion of NATO's presence in Ukraine, especially the deployment of any long-range "
        'missiles capable of striking Moscow, would be a "red line" issue for the Kremlin.'
    )
    again = (
        "any new deployments of NATO forces and materiel to Ukraine would be crossing a "
        '"red line" for his country.'
    )
    other = "All of NATO's 30 members met in Riga to discuss the situation around Ukraine."
    assert links([first, other, again]) == [None, None, 0]


def test_settings_and_nothing_to_read() -> None:
    with pytest.raises(ValueError, match="threshold"):
        spacy.blank("en").add_pipe("claim_repeats", config={"threshold": 0.0})
    with pytest.raises(ValueError, match="no_such_list"):
        spacy.blank("en").add_pipe("claim_repeats", config={"opposites": "no_such_list"})
    strict = spacy.blank("en")
    strict.add_pipe("claim_repeats", config={"threshold": 1.0})
    doc = build([FIRST, SAME[2]])
    strict.get_pipe("claim_repeats")(doc)
    assert doc.spans["claims"][1]._.first_mention is None
    for text in ("", " ", "No claims."):
        assert "claims" not in NLP(text).spans
    assert links([FIRST]) == [None]


@pytest.mark.parametrize(
    ("words", "base"),
    [
        ("deployment deployments", "deployment"),
        ("deploy deploys deployed deploying", "deploy"),
        ("city cities city's", "city"),
        ("stop stopped stopping stops", "stop"),
        ("raise raised raising raises", "rais"),
        ("crisis", "crisis"),
        ("bus", "bus"),
    ],
)
def test_stems(words: str, base: str) -> None:
    assert {stem(word) for word in words.split(" ")} == {base}


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("1,250", ["1250"]),
        ("5.50", ["5.5"]),
        ("5.0", ["5"]),
        ("007", ["7"]),
        ("0", ["0"]),
        ("five", ["5"]),
        ("bn", ["billion"]),
        ("15-year", ["15"]),
        ("90-95", ["90", "95"]),
        ("one", []),
        ("word", []),
        ("\u0665", []),
    ],
)
def test_numbers(word: str, numbers: list[str]) -> None:
    assert list(numbers_in(word)) == numbers


@given(st.text(max_size=40))
def test_stems_and_numbers_of_anything(word: str) -> None:
    assert len(stem(word)) <= len(word) + 1
    assert all(number for number in numbers_in(word.lower()))


SENTENCES = st.lists(st.sampled_from([*SAME, *OTHER]), max_size=10)


@settings(max_examples=100, deadline=None)
@given(SENTENCES)
def test_links_go_back_to_a_claim_that_repeats_nothing(claims: list[str]) -> None:
    found = links(claims) if claims else []
    for number, first in enumerate(found):
        if first is not None:
            assert first < number
            assert found[first] is None
        if claims[number] in claims[:number]:
            assert first is not None or len(claims[number].split()) < 4


@pytest.mark.parametrize(
    "unit", ["Velmar beat Osterhal 5 times in every season. ", "(", "5 ", "a "]
)
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    doc = Doc(NLP.vocab, words=unit.split() * (150_000 // len(unit)))
    doc.spans["claims"] = [doc[at : at + 8] for at in range(0, len(doc) - 8, 8)]
    began = time.perf_counter()
    NLP.get_pipe("claim_repeats")(doc)
    assert time.perf_counter() - began < 20
