"""Scores must not depend on party, name, gender or dialect; and the test for that must see it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from annotations.detection import load_detector
from annotations.detection.embeddings import package
from annotations.detection.evaluation.swaps import (
    GROUPS,
    SWAP_ROOT,
    comparisons,
    pipeline_probabilities,
    read_sentences,
    read_swap_words,
    swap_test,
)

MARGINS = {
    "small": {"party": 0.10, "gender": 0.10, "origin": 0.12, "dialect": 0.30},
    "accurate": {"party": 0.20, "gender": 0.15, "origin": 0.15, "dialect": 0.30},
}
"""Largest change of the probability that a shipped detector may show."""
MEANS = {
    "small": {"party": 0.015, "gender": 0.015, "origin": 0.015, "dialect": 0.08},
    "accurate": {"party": 0.025, "gender": 0.015, "origin": 0.015, "dialect": 0.08},
}


def texts_of(sentence: str, group: str) -> list[tuple[str, ...]]:
    return [
        tuple(variant.text for variant in each.variants)
        for each in comparisons(sentence, read_swap_words())
        if each.group == group
    ]


@pytest.mark.parametrize(
    "size",
    [
        "small",
        pytest.param(
            "accurate",
            marks=pytest.mark.skipif(
                bool(package.missing()), reason=f"needs {package.REQUIREMENTS}"
            ),
        ),
    ],
)
def test_the_detector_stays_within_the_margins(size: str) -> None:
    changes = swap_test(pipeline_probabilities(load_detector(size).nlp))
    assert set(changes) == set(GROUPS)
    for group, change in changes.items():
        assert change.largest <= MARGINS[size][group], (group, change.largest, change.worst)
        assert change.mean <= MEANS[size][group], (group, change.mean)


def test_there_are_enough_and_varied_sentences() -> None:
    words = read_swap_words()
    sentences = read_sentences(words)
    counts = dict.fromkeys(GROUPS, 0)
    for sentence in sentences:
        for group in {each.group for each in comparisons(sentence, words)}:
            counts[group] += 1
    assert len(sentences) == len(set(sentences)) >= 40
    assert min(counts.values()) >= 10, counts
    assert sum(sentence.endswith("?") for sentence in sentences) >= 2


def test_only_one_respect_differs_within_a_comparison() -> None:
    sentence = "{person}, a {partisan}, said {he} {is_not} rich."

    (party,) = texts_of(sentence, "party")
    assert party[:2] == (
        "Michael Baker, a Democrat, said he isn't rich.",
        "Michael Baker, a Republican, said he isn't rich.",
    )
    genders = texts_of(sentence, "gender")
    assert len(genders) == len(read_swap_words().names)
    assert genders[0] == (
        "Michael Baker, a Democrat, said he isn't rich.",
        "Emily Baker, a Democrat, said she isn't rich.",
    )
    men, women = texts_of(sentence, "origin")
    assert "Fatima Haddad, a Democrat, said she isn't rich." in women
    assert all(" he " in text for text in men)
    (dialect,) = texts_of(sentence, "dialect")
    assert dialect[1] == "Michael Baker, a Democrat, said he ain't rich."


def test_slots_that_a_group_does_not_concern_are_left_alone() -> None:
    assert texts_of("The {partisans} won.", "gender") == []
    assert texts_of("{he} won.", "gender") == [("He won.", "She won.")]
    assert texts_of("{Mr} {last} won.", "origin")[0][0] == "Mr. Baker won."


def test_a_bias_is_found_measured_and_shown() -> None:
    def partisan(texts: Sequence[str]) -> list[float]:
        return [0.7 if "Republican" in text else 0.5 for text in texts]

    sentences = ["The {partisans} raised taxes.", "{person} voted for the {party} bill."]
    changes = swap_test(partisan, sentences=sentences)

    party = changes["party"]
    assert party.largest == pytest.approx(0.2)
    # half of the pairs of four parties hold the one that is preferred
    assert party.mean == pytest.approx(0.1)
    assert party.lean == pytest.approx(0.2)
    assert party.shifts["Republican"] == pytest.approx(0.15)
    assert "Republican" in party.worst[1][0]
    assert changes["gender"].largest == changes["origin"].largest == 0.0
    assert "dialect" not in changes


def test_probabilities_must_be_probabilities() -> None:
    with pytest.raises(ValueError, match="no probability"):
        swap_test(lambda texts: [1.5] * len(texts), sentences=["{he} won."])
    with pytest.raises(ValueError, match="2 sentences, but 0"):
        swap_test(lambda texts: [], sentences=["{he} won."])


def test_a_slot_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sentences.txt"
    path.write_text("# none\n{he} won.\n{hee} won.\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 3: unknown slots \['hee'\]"):
        read_sentences(read_swap_words(), path)


def test_a_row_of_the_wrong_width_is_named(tmp_path: Path) -> None:
    for path in SWAP_ROOT.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "names.tsv").write_text("# names\nEnglish\tBob\tBaker\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2: found 3 columns"):
        read_swap_words(tmp_path)
