"""The rating that stands for a claim: adjudication, else a majority, else an explicit tie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.finding import finding_of
from annotations.models import Rating, Verdict

RATINGS = {
    label: Rating(pk=number, position=number, label=label)
    for number, label in enumerate(["True", "Half", "False"], 1)
}


def verdicts(*given_: str) -> list[Verdict]:
    """``"False"`` is a review, ``"!False"`` an adjudication; in order of time."""
    return [
        Verdict(
            pk=number,
            rating=RATINGS[one.removeprefix("!")],
            kind="adjudication" if one.startswith("!") else "review",
        )
        for number, one in enumerate(given_, 1)
    ]


@pytest.mark.parametrize(
    ("given_", "label", "basis", "tie"),
    [
        ([], None, None, False),
        (["False"], "False", "majority", False),
        (["False", "True", "False"], "False", "majority", False),
        # The maximum is kept, wherever it comes: a later label doesn't win by being later.
        (["False", "False", "True"], "False", "majority", False),
        (["True", "False", "False"], "False", "majority", False),
        (["False", "True"], None, "majority", True),
        (["False", "True", "Half"], None, "majority", True),
        (["False", "False", "True", "True", "Half"], None, "majority", True),
        # A plurality is enough.
        (["False", "False", "True", "Half"], "False", "majority", False),
        (["False", "False", "!True"], "True", "adjudication", False),
        (["!True", "False", "False"], "True", "adjudication", False),
        (["!True", "!Half"], "Half", "adjudication", False),
    ],
)
def test_finding(given_: list[str], label: str | None, basis: str | None, tie: bool) -> None:
    finding = finding_of(verdicts(*given_))
    assert (finding.rating.label if finding.rating else None) == label
    assert (finding.basis, finding.tie) == (basis, tie)


@given(st.lists(st.sampled_from(sorted(RATINGS))), st.randoms())
def test_the_order_of_reviews_does_not_matter(labels: list[str], random: object) -> None:
    one = finding_of(verdicts(*labels))
    random.shuffle(labels)  # type: ignore[attr-defined]
    assert finding_of(verdicts(*labels)) == one
    assert sum(one.votes.values()) == len(labels)
