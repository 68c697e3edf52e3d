from __future__ import annotations

from collections.abc import Callable

import pytest

from annotations.detection import ArticleInput, Detector

Speakers = Callable[[str], dict[str, str | None]]
BEGIN = "Jens Stoltenberg, the Secretary-General of NATO, spoke in Riga. "


def last(found: dict[str, str | None]) -> str | None:
    return list(found.values())[-1]


@pytest.mark.parametrize(
    "sentence",
    [
        '"The alliance has 30 members today," Stoltenberg said.',
        '"The alliance has 30 members today," said Stoltenberg.',
        "Stoltenberg said that the alliance has 30 members.",
        "Stoltenberg, who is Norwegian, warned that the alliance has 30 members.",
        "The alliance has 30 members, according to Stoltenberg.",
        "The Secretary-General declared that the alliance has 30 members.",
        "“The alliance has 30 members,” the Secretary-General said.",
        "He told reporters that the alliance has 30 members.",
        "According to him, the alliance has 30 members.",
    ],
)
def test_forms_of_attribution(speakers: Speakers, sentence: str) -> None:
    assert last(speakers(BEGIN + sentence)) == "Jens Stoltenberg"


def test_a_quotation_goes_on_over_sentences_and_paragraphs(speakers: Speakers) -> None:
    found = speakers(
        '"The first point is this," Ann Miller said. "The second point is that we won.\n\n'
        '"The third point is that they lost."'
    )
    assert list(found.values()) == ["Ann Miller"] * 3


def test_the_outlets_own_voice_has_no_claimant(speakers: Speakers) -> None:
    assert speakers("The alliance has 30 members.") == {"The alliance has 30 members.": None}


def test_two_speakers_are_kept_apart(speakers: Speakers) -> None:
    found = speakers(
        '"We cut taxes by half," John Smith said.\n\n'
        '"They raised taxes by half," Mary Jones said.\n\n'
        "She added that the debt doubled.\n\nHe denied that the debt doubled."
    )
    assert list(found.values()) == ["John Smith", "Mary Jones", "Mary Jones", "John Smith"]


def test_a_pronoun_without_anybody_near_stays_open(speakers: Speakers) -> None:
    assert last(speakers("He said that the debt doubled in 2010.")) is None


def test_a_spokeswoman_is_not_her_principal(speakers: Speakers) -> None:
    found = speakers("A spokeswoman for Hillary Clinton said that the server was wiped.")
    assert last(found) == "A spokeswoman for Hillary Clinton"


def test_a_bare_surname_is_the_person_most_written_about(speakers: Speakers) -> None:
    found = speakers(
        "Hillary Clinton spoke in Ohio. Hillary Clinton then flew home to Chelsea Clinton. "
        "Clinton said that wages fell by a tenth."
    )
    assert last(found) == "Hillary Clinton"


def test_a_participle_makes_nobody_up(speakers: Speakers) -> None:
    found = speakers("The bill was dropped on Monday, saying the courts have no business here.")
    assert last(found) is None


def test_transcript_labels_name_the_speaker(speakers: Speakers) -> None:
    found = speakers(
        "Hillary Clinton and Donald Trump met.\n\n"
        "CLINTON: Wages fell by a tenth last year.\nTRUMP: Our debt doubled."
    )
    assert found["Wages fell by a tenth last year."] == "Hillary Clinton"
    assert found["Our debt doubled."] == "Donald Trump"


def test_the_mention_points_into_the_text(detector: Detector) -> None:
    text = BEGIN + "He said that the alliance grew to 30 members in 2020."
    (claim,) = [c for c in detector.detect(ArticleInput(text)).claims if "30 members" in c.quote]
    assert claim.claimant is not None
    assert claim.claimant.start is not None
    assert text[claim.claimant.start : claim.claimant.end] == "He"
    assert claim.quoted


def test_a_leading_frame_is_trimmed_only_before_that(detector: Detector) -> None:
    plain = "John Smith said that unemployment in Ohio rose by 5 percent last year."
    denied = "John Smith did not say that unemployment in Ohio rose by 5 percent last year."
    assert [c.quote for c in detector.detect(ArticleInput(plain)).claims] == [
        "unemployment in Ohio rose by 5 percent last year."
    ]
    assert [c.quote for c in detector.detect(ArticleInput(denied)).claims] == [denied]
    loose = "John Smith said unemployment in Ohio rose by 5 percent last year."
    assert [c.quote for c in detector.detect(ArticleInput(loose)).claims] == [loose]


def test_a_possessive_is_not_a_pronoun(speakers: Speakers) -> None:
    begin = "Ann Miller spoke in Riga. According to her"
    assert last(speakers(f"{begin}, exports fell by 4 percent in 2021.")) == "Ann Miller"
    assert last(speakers(f"{begin} lawyer, exports fell by 4 percent in 2021.")) == "her lawyer"
