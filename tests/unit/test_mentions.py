"""Names in what people write: which words are one, and how they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.markdown import render
from annotations.domain.mentions import marked, names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ask @rita about it", {"rita"}),
        ("@rita: see above", {"rita"}),
        ("(@rita) and **@sven**", {"rita", "sven"}),
        ("@rita's table", {"rita"}),
        ("@rita.", {"rita", "rita."}),
        ("@rita..", {"rita", "rita.", "rita.."}),
        ("@rita@example.org", {"rita@example.org"}),
        ("@anna-lena_b+2", {"anna-lena_b+2"}),
        ("@Ζωή & @שרה", {"Ζωή", "שרה"}),
        ("> @rita said", {"rita"}),
        ("mail rita@example.org", set()),
        ("a path/@rita and @@rita", set()),
        ("`@rita`", set()),
        ("```\n@rita\n```", set()),
        ("[@rita](https://a.example/)", set()),
        ("@ rita, @. and @", set()),
        ("&commat;rita", {"rita"}),
        ("&lt;@rita&gt;", {"rita"}),
    ],
)
def test_names(text: str, names: set[str]) -> None:
    assert names_in(render(text)) == names


def test_names_are_shown() -> None:
    html = marked(render("@rita. @ritas *@sven* `@rita`"), {"rita": "Rita R.", "sven": "Sven"})
    assert html == (
        '<p dir="auto"><bdi class="mention" title="@rita">@Rita R.</bdi>. @ritas '
        '<em><bdi class="mention" title="@sven">@Sven</bdi></em> <code>@rita</code></p>\n'
    )


def test_what_somebody_is_called_is_no_markup() -> None:
    html = marked(render("@eve"), {"eve": '<img src=x onerror="alert(1)">'})
    assert "<img" not in html
    assert "@&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</bdi>" in html


@given(st.text())
def test_nothing_else_is_touched(text: str) -> None:
    html = render(text)
    assert marked(html, {"no such name\0": "x"}) == html
