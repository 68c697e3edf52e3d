"""Comparing an export with the file that is kept of it.

``GOLDEN=write`` writes the files anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from annotations.exporting import FORMATS, export
from annotations.exporting.w3c import reviewer_urn
from annotations.models import Verdict

from .conftest import Exhibit

FOLDER = Path(__file__).parent / "golden"


def exported(exhibit: Exhibit, name: str) -> str:
    return b"".join(export(exhibit.cast.corpus, FORMATS[name])).decode()


def same_everywhere(exhibit: Exhibit, text: str) -> str:
    """The export with ids that the database chose, and names made of them, replaced."""
    text = text.replace(f'"id":{exhibit.article.pk},', '"id":1,')
    text = text.replace(f'"id":{exhibit.empty.pk},', '"id":2,')
    text = re.sub(rf"(?m)^{exhibit.article.pk},", "1,", text)
    text = text.replace(
        f"urn:factcheck:corpus:{exhibit.cast.corpus.pk}:", "urn:factcheck:corpus:1:"
    )
    text = text.replace(f"urn:factcheck:article:{exhibit.article.pk}", "urn:factcheck:article:1")
    for user in exhibit.cast.everybody.values():
        text = text.replace(reviewer_urn(user), f"urn:reviewer:{user.username}")
    # A retraction's uid is random.
    retraction = Verdict.objects.get(kind="retraction")
    return text.replace(str(retraction.uid), "00000000-0000-0000-0000-00000000000f")


def assert_golden(exhibit: Exhibit, name: str) -> None:
    found = same_everywhere(exhibit, exported(exhibit, name))
    file = FOLDER / f"corpus.{FORMATS[name].extension}"
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        file.write_bytes(found.encode())
    assert found == file.read_bytes().decode()
