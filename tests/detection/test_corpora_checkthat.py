from __future__ import annotations

from pathlib import Path

import pytest

from annotations.detection.corpora.checkthat import DebateLine, read_debate, read_debates
from annotations.detection.corpora.errors import CorpusError

GOOD = "1\tADA\tWe built nine bridges.\t1\n2\tSYSTEM\t[applause]\t0\n"


def write(folder: Path, text: str | bytes, name: str = "one.tsv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_debate_is_read_in_order(tmp_path: Path) -> None:
    debate = read_debate(write(tmp_path, GOOD))
    assert debate.name == "one"
    assert debate.lines == (
        DebateLine(1, "ADA", "We built nine bridges.", 1),
        DebateLine(2, "SYSTEM", "[applause]", 0),
    )


def test_line_ends_marks_and_odd_separators(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").replace("nine", "ni\u2028ne").encode()
    debate = read_debate(write(tmp_path, raw))
    assert [line.number for line in debate.lines] == [1, 2]
    assert debate.lines[0].text == "We built ni\u2028ne bridges."


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (GOOD + "3\tADA\tNo label.\n", 3, "3 columns"),
        (GOOD + "3\tADA\tTwo\ttabs.\t0\n", 3, "5 columns"),
        (GOOD + "3\tADA\tOdd.\tyes\n", 3, "'yes'"),
        (GOOD + "3\tADA\tOdd.\t2\n", 3, "expected 0 or 1"),
        ("x\tADA\tOdd.\t0\n", 1, "line number"),
        (GOOD.encode() + b"3\tADA\tbad \xff byte\t0\n", 3, "not UTF-8"),
    ],
)
def test_an_error_names_file_and_line(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(CorpusError, match=message) as caught:
        read_debate(path)
    assert caught.value.line == line
    assert str(path) in str(caught.value)


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no lines"):
        read_debate(write(tmp_path, "\n\n"))


def test_folders_are_read_by_name(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "b.tsv")
    write(tmp_path, GOOD, "a.tsv")
    write(tmp_path, "not a debate", "notes.txt")
    assert [debate.name for debate in read_debates([tmp_path])] == ["a", "b"]
    assert len(read_debates([tmp_path / "b.tsv"])) == 1


def test_missing_paths_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file"):
        read_debates([tmp_path / "none.tsv"])
    with pytest.raises(CorpusError, match=r"no \.tsv"):
        read_debates([tmp_path])
