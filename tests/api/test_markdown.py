"""The preview's address."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.test_problems import problem


def test_what_the_site_would_show(api: Client) -> None:
    answer = api.post("markdown/", {"text": "**No**, <script>alert(1)</script>"})
    assert answer.status_code == 200
    assert answer.json() == {
        "html": '<p dir="auto"><strong>No</strong>, &lt;script&gt;alert(1)&lt;/script&gt;</p>\n'
    }
    assert api.post("markdown/", {"text": "    code"}).json()["html"].startswith("<pre>")
    assert api.post("markdown/", {"text": ""}).json() == {"html": ""}


@pytest.mark.parametrize(
    "body", [{"text": "x" * 50_001}, {"text": None}, {"text": 5}, {"text": "nul\0"}, {}]
)
def test_what_is_refused(api: Client, body: dict[str, Any]) -> None:
    fields = problem(api.post("markdown/", body), 400, "invalid")["fields"]
    assert list(fields) == ["text"]
