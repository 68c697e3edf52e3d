from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotations.detection.corpora.claimbuster import LabelledSentence, read_sentences
from annotations.detection.corpora.errors import CorpusError


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "sentences.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_records_are_read_in_order(tmp_path: Path) -> None:
    records = [{"text": "Nine.", "label": 1, "sentence_id": 7}, {"text": "So.", "label": 0}]
    found = read_sentences(write(tmp_path, json.dumps(records)))
    assert found == [LabelledSentence("Nine.", 1), LabelledSentence("So.", 0)]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('[\n{"text": "a", "label": 1},\n]', 3, "not JSON"),
        (b'[\n{"text": "\xff", "label": 1}]', 2, "not UTF-8"),
        ('{"text": "a", "label": 1}', None, "list of records"),
        ('[{"label": 1}]', None, "record 0 has no text"),
        ('[{"text": "a", "label": 1}, {"text": "b", "label": "1"}]', None, "record 1"),
        ('[{"text": "a", "label": true}]', None, "True"),
        ('[{"text": "a"}]', None, "None"),
        ("[]", None, "no records"),
        ("[" * 100_000, None, "deep"),
    ],
)
def test_an_error_names_the_place(
    tmp_path: Path, content: str | bytes, line: int | None, message: str
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(CorpusError, match=message) as caught:
        read_sentences(path)
    assert caught.value.line == line
    assert str(path) in str(caught.value)
