"""Comparing an export with the file that is kept of it.

``GOLDEN=write`` writes the files anew; read the difference before keeping it.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotations.exporting import FORMATS, Options, export
from annotations.exporting.people import reviewer_urn
from annotations.models import Verdict

from .conftest import START, Exhibit

FOLDER = Path(__file__).parent / "golden"
# Of an export whose options matter.
PUBLISHER = Options(
    publisher="Ex News", publisher_url="https://ex.org", page="https://ex.org/fc/{uid}"
)
# The exhibit's one finding lies between supported and refuted; the verdicts behind it don't.
INDIVIDUAL = ("fever", "averitec")
# The first formats' files have the plain name.
FIRST = ("jsonl", "csv", "w3c")


def exported(exhibit: Exhibit, name: str) -> str:
    return b"".join(export(exhibit.cast.corpus, FORMATS[name])).decode()


def written(exhibit: Exhibit, name: str, options: Options = PUBLISHER) -> bytes:
    pieces = export(exhibit.cast.corpus, FORMATS[name], options=options, exported_at=START)
    return b"".join(pieces)


def readable(content: bytes) -> str:
    """An export as text: each member of an archive after a line with its name."""
    if not content.startswith(b"PK"):
        # What is all in ASCII is shown as what it says.
        if b"\\u" in content and content.startswith(b"{"):
            return _lines(map(json.loads, content.splitlines()))
        return content.decode()
    parts = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            parts.append(f"=== {name}\n{_member(name, archive.read(name))}")
    return "".join(parts)


def _member(name: str, content: bytes) -> str:
    if name.endswith(".parquet"):
        import pyarrow.parquet

        return _lines(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist())
    if name.endswith(".spacy"):
        import spacy
        from spacy.tokens import DocBin

        docs = DocBin().from_bytes(content).get_docs(spacy.blank("en").vocab)
        return _lines(
            {
                "text": doc.text,
                "claims": [
                    [s.start_char, s.end_char, s.label_, s.id_] for s in doc.spans["claims"]
                ],
                **doc.user_data,
            }
            for doc in docs
        )
    return content.decode()


def _lines(rows: Any) -> str:
    return "".join(
        json.dumps(row, ensure_ascii=False, default=str, separators=(",", ":")) + "\n"
        for row in rows
    )


def same_everywhere(exhibit: Exhibit, text: str) -> str:
    """The export with ids that the database chose, and names made of them, replaced."""
    for number, pk in ((1, exhibit.article.pk), (2, exhibit.empty.pk)):
        text = re.sub(rf'(?m)(^{{"id"|"article_id"):{pk},', rf"\1:{number},", text)
        text = re.sub(rf"\barticle-{pk}\b", f"article-{number}", text)
        text = text.replace(f"urn:factcheck:article:{pk}", f"urn:factcheck:article:{number}")
    text = re.sub(rf"(?m)^{exhibit.article.pk},", "1,", text)
    text = text.replace(
        f"urn:factcheck:corpus:{exhibit.cast.corpus.pk}:", "urn:factcheck:corpus:1:"
    )
    for user in exhibit.cast.everybody.values():
        text = text.replace(reviewer_urn(user), f"urn:reviewer:{user.username}")
    # A retraction's uid is random.
    retraction = Verdict.objects.get(kind="retraction")
    return text.replace(str(retraction.uid), "00000000-0000-0000-0000-00000000000f")


def assert_golden(exhibit: Exhibit, name: str) -> None:
    if name in FIRST:
        found = exported(exhibit, name)
        file = FOLDER / f"corpus.{FORMATS[name].extension}"
    else:
        labels: Any = "both" if name in INDIVIDUAL else ""
        found = readable(written(exhibit, name, replace(PUBLISHER, labels=labels)))
        ending = "txt" if FORMATS[name].extension == "zip" else FORMATS[name].extension
        file = FOLDER / f"corpus-{name}.{ending}"
    found = same_everywhere(exhibit, found)
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        file.write_bytes(found.encode())
    assert found == file.read_bytes().decode(), name
