from __future__ import annotations

from collections.abc import Callable

import pytest

Split = Callable[[str], list[str]]

CASES = {
    "acronym before a name": ["U.S. Secretary of State Antony Blinken left.", "He was late."],
    "acronym at the end": ["They live in the U.S.", "The others do not."],
    "month": ["It began on Jan. 5 in Kyiv.", "It ended on Feb. 6."],
    "initials": ["J. K. Rowling wrote it.", "John F. Kennedy did not."],
    "number sign": ["He lives at No. 5 Downing Street.", "She lives at no. 12."],
    "no as a word": ["The answer was no.", "They left."],
    "decimals": ["Prices rose 3.5 percent to $2.50 a litre.", "Wages fell 0.4 percent."],
    "closing quotation": [
        '"And that is the same for Ukraine."',
        '"So this idea is wrong," he said.',
    ],
    "curly quotation": ["“It is over.”", "He left."],
    "question in a quotation": ['"Why now?" he asked.', "Nobody knew."],
    "question and a name": ['"Why now?" Trump asked.', "Nobody knew."],
    "ellipsis inside": ["He waited ... and waited.", "Then he left..."],
    "ellipsis at the end": ["He waited…", "Then he left."],
    "titles": ["Mr. Smith met Sen. Mary Jones and Dr. No.", "They talked."],
    "company": ["Acme Inc. said so.", "It works for Acme Inc.", "The firm is large."],
    "time of day": ["It struck at 8 p.m. on Monday.", "It stopped at 9 a.m.", "The city slept."],
    "no space": ["The first ends here.", "The second follows."],
    "brackets": ["He left (in a hurry.)", "She stayed."],
    "exclamations": ["Stop!!", "Really?!", "Yes."],
}


@pytest.mark.parametrize("name", CASES)
def test_trap(sentences: Split, name: str) -> None:
    joint = "" if name == "no space" else " "
    assert sentences(joint.join(CASES[name])) == CASES[name]


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\n \n", "\u2029"])
def test_a_paragraph_break_always_ends_a_sentence(sentences: Split, gap: str) -> None:
    assert sentences(f"no full stop here{gap}and lower case there") == [
        "no full stop here",
        "and lower case there",
    ]


def test_a_heading_on_its_own_line(sentences: Split) -> None:
    text = "Prices Rise Again\nPrices rose by a tenth last year.\nWhat comes next\nNobody knows."
    assert sentences(text) == text.split("\n")


def test_hard_wrapped_lines_are_joined(sentences: Split) -> None:
    text = (
        "The minister said on Tuesday that the number of people\n"
        "waiting for treatment had fallen for the third month in a\n"
        "row, although doctors dispute the figure and say that the\n"
        "Government counts only part of the list. He left early and\n"
        "answered no questions."
    )
    found = sentences(text)
    assert len(found) == 2
    assert found[1].startswith("He left early")


@pytest.mark.parametrize(
    ("credit", "caption"),
    [
        ("U.S. Army", "A U.S. Army paratrooper, at left, together with a soldier in Ukraine."),
        ("Getty Images", "The president, right, in Ohio."),
    ],
)
def test_a_caption_run_into_the_text(sentences: Split, credit: str, caption: str) -> None:
    assert sentences(f"They met.\n\n{credit} {caption}") == ["They met.", credit, caption]


def test_transcript_labels_stand_apart(sentences: Split) -> None:
    text = "CLINTON: Well, thank you. It is true.\nTRUMP: Wrong."
    assert sentences(text) == ["CLINTON:", "Well, thank you.", "It is true.", "TRUMP:", "Wrong."]


@pytest.mark.parametrize(
    "dateline", ["WASHINGTON (AP) —", "RIGA, Latvia (Reuters) -", "NEW YORK, Jan. 5 --"]
)
def test_a_dateline_stands_apart(sentences: Split, dateline: str) -> None:
    assert sentences(f"{dateline} The talks ended on Friday.") == [
        dateline,
        "The talks ended on Friday.",
    ]


def test_a_leading_date_header_stands_apart(sentences: Split) -> None:
    assert sentences(" date 2021-12-01 Jens Stoltenberg met reporters.") == [
        "date 2021-12-01",
        "Jens Stoltenberg met reporters.",
    ]


def test_web_addresses_are_not_split(sentences: Split) -> None:
    assert len(sentences("See www.gov.Uk and mail a.b@news.Org today.")) == 1
