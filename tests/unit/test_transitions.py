"""The state that follows from verdicts, and the hash chain of events."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.hashing import GENESIS, event_hash
from annotations.domain.transitions import ACTIVE_JOB_STATES, ClaimState, JobState, claim_state
from annotations.domain.vocabulary import CLAIM_TYPE_SCHEMES

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("ratings", "adjudicated", "withdrawn", "expected"),
    [
        ([], False, False, ClaimState.OPEN),
        ([1], False, False, ClaimState.VERIFIED),
        ([1, 1, 1], False, False, ClaimState.VERIFIED),
        ([1, 1, 2], False, False, ClaimState.DISPUTED),
        ([1, 2], True, False, ClaimState.ADJUDICATED),
        ([], True, False, ClaimState.ADJUDICATED),
        ([1, 2], True, True, ClaimState.WITHDRAWN),
    ],
)
def test_claim_states(
    ratings: list[int], adjudicated: bool, withdrawn: bool, expected: ClaimState
) -> None:
    assert (
        claim_state(review_ratings=ratings, adjudicated=adjudicated, withdrawn=withdrawn)
        is expected
    )


def test_active_jobs() -> None:
    assert set(ACTIVE_JOB_STATES) == {JobState.QUEUED, JobState.RUNNING}
    assert set(CLAIM_TYPE_SCHEMES.values()) == {"single", "several"}


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, min_size=1), st.data())
def test_the_hash_depends_on_the_content_and_not_on_its_order(
    content: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = dict(data.draw(st.permutations(list(content.items()))))
    digest = event_hash(GENESIS, content)
    assert event_hash(GENESIS, shuffled) == digest
    assert event_hash(digest, content) != digest
    key = data.draw(st.sampled_from(sorted(content)))
    assert event_hash(GENESIS, {**content, key: [content[key]]}) != digest
