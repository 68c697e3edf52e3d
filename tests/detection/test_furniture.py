"""Titles, headings and the line about the writer: nothing that is worth a check."""

from __future__ import annotations

import pytest

from annotations.detection import ArticleInput, Detector

TITLE = "Council cuts spending on roads by 12 percent."
LEAD = (
    "LEEDS (AP) - The council cut its spending on roads by 12 percent last year, the auditor "
    "said in a report on Tuesday. It spent 40 million pounds in 2019."
)
LABEL = "Lowest share of spending in the north."
MORE = "Only two councils spend less, and the number of repairs fell from 900 to 400 in a year."
WRITER = "Ann Lee is the former mayor of Leeds."


def kinds(detector: Detector, text: str) -> dict[str, set[str]]:
    """What each sentence is seen as."""
    doc = detector.nlp(text)
    return {
        sentence.text.strip(): {
            cue.label_
            for cue in doc.spans["cues"]
            if cue.start >= sentence.start and cue.end <= sentence.end
        }
        for sentence in doc.sents
    }


def test_a_title_a_label_and_the_line_about_the_writer(detector: Detector) -> None:
    text = "\n\n".join((TITLE, LEAD, LABEL, MORE, WRITER))
    found = kinds(detector, text)
    assert "heading" in found[TITLE]
    assert "heading" in found[LABEL]
    assert "byline" in found[WRITER]
    assert "heading" not in found[MORE]
    suggested = {claim.quote for claim in detector.detect(ArticleInput(text)).claims}
    assert not [quote for quote in suggested if quote in TITLE + LABEL + WRITER]
    assert suggested


@pytest.mark.parametrize(
    ("text", "sentence", "kind"),
    [
        # A text of one paragraph has no title.
        (TITLE, TITLE, "heading"),
        # Two sentences in the first paragraph are the story.
        (f"{TITLE} It spent less on schools.\n\n{MORE}", TITLE, "heading"),
        # A long first paragraph is the story.
        (
            "The council of Leeds cut its spending on roads by 12 percent last year, the lowest "
            f"share in a decade.\n\n{MORE}",
            "The council of Leeds cut its spending on roads by 12 percent last year, the lowest "
            "share in a decade.",
            "heading",
        ),
        # After the header with the date comes the title, and after it the story.
        (f"date 2021-12-01\n\n{TITLE}\n\nThe mayor resigned.\n\n{MORE}", "The mayor resigned.",
         "heading"),
        # In the middle, or of one name only, it is a statement.
        (f"{TITLE}\n\n{WRITER}\n\n{MORE}", WRITER, "byline"),
        (f"{TITLE}\n\n{MORE}\n\nLeeds is the largest city of Yorkshire.",
         "Leeds is the largest city of Yorkshire.", "byline"),
    ],
)  # fmt: skip
def test_what_is_none(detector: Detector, text: str, sentence: str, kind: str) -> None:
    assert kind not in kinds(detector, text)[sentence]


def test_the_title_after_a_header(detector: Detector) -> None:
    found = kinds(detector, f"date 2021-12-01\n\n{TITLE}\n\n{MORE}")
    assert "heading" in found[TITLE]
