"""The import command: what is new comes in, what is bad is named, and nothing stops the rest."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from annotations.importing import find_files, import_files
from annotations.models import Article, Corpus, Event, Job

pytestmark = pytest.mark.django_db


def run(*paths: Path, corpus: str = "Letters") -> tuple[str, str, str | None]:
    """What the command wrote, and the error that it ended with."""
    out, err, error = StringIO(), StringIO(), None
    try:
        call_command("import_articles", *map(str, paths), corpus=corpus, stdout=out, stderr=err)
    except CommandError as raised:
        # The exit code is 1 for every CommandError that doesn't say another.
        error = f"{raised}" if raised.returncode == 1 else None
    return out.getvalue(), err.getvalue(), error


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_folder_is_walked_and_other_files_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "b.txt", "date 2021-12-01\n\nThe second. 🚢")
    write(tmp_path / "deep/er/a.TXT", "The first.\r\nIts second line.")
    write(tmp_path / "README.md", "Not an article.")
    out, err, error = run(tmp_path)
    assert (err, error) == ("", None)
    assert "Made the corpus “Letters”" in out
    assert "2 imported, 0 already there, 0 bad." in out
    dated = Article.objects.get(source_name="b.txt")
    assert (dated.published, dated.title, dated.text.text) == (
        dt.date(2021, 12, 1),
        "The second. 🚢",
        "The second. 🚢",
    )
    assert Article.objects.get(source_name="a.TXT").text.text == "The first.\nIts second line."
    assert Job.objects.filter(state="queued").count() == 2
    assert Event.objects.filter(kind="article.created", actor=None).count() == 2


def test_a_text_that_is_there_is_skipped_and_said(tmp_path: Path) -> None:
    first = write(tmp_path / "a.txt", "The same words.")
    # Another name, line ends, a byte order mark and a date: the same article.
    again = write(tmp_path / "b.txt", b"\xef\xbb\xbfdate 2021-12-01 The same words.\r\n")
    run(first)
    jobs = Job.objects.count()
    out, _, error = run(first, again)
    assert error is None
    assert f"{first}: already there" in out
    assert f"{again}: already there" in out
    assert "0 imported, 2 already there, 0 bad." in out
    assert (Article.objects.count(), Job.objects.count()) == (1, jobs)
    out, _, _ = run(first, corpus="Other")
    assert "1 imported" in out


def test_bad_files_are_named_with_the_reason_and_hinder_no_other(tmp_path: Path) -> None:
    bad = {
        write(tmp_path / "1-latin.txt", b"Line one.\nGr\xfc\xdfe.\n"): "line 2: not UTF-8",
        write(tmp_path / "2-binary.txt", b"\x89PNG\r\n\x00\x00\x00"): "not a text file",
        write(tmp_path / "3-empty.txt", ""): "no text",
        write(tmp_path / "4-blank.txt", " \n\t\ufeff\n"): "no text",
        write(tmp_path / "5-only-date.txt", "date 2021-12-01\n"): "no text",
        write(tmp_path / "6-no-day.txt", "date 2021-13-45\nText."): "2021-13-45",
        write(tmp_path / "7-long.txt", "word " * 200_001): "1,000,000 at most",
        write(tmp_path / "8-image.png", b"\x89PNG"): "not a kind of file",
        tmp_path / "9-missing.txt": "no such file",
        tmp_path / ("x" * 300 + ".txt"): "name too long",
    }
    good = [write(tmp_path / f"{n}-good.txt", f"Good text {n}.") for n in (0, 5)]
    out, err, error = run(good[0], *bad, good[1])
    for path, reason in bad.items():
        (line,) = [line for line in err.splitlines() if line.startswith(str(path))]
        assert reason in line, line
    assert "2 imported, 0 already there, 10 bad." in out
    assert error == "10 could not be imported."
    assert Article.objects.count() == 2


def test_what_may_not_be_read_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # By hand, because the tests may run as root, whom no file mode stops.
    locked = write(tmp_path / "locked.txt", "Secret.")
    folder = write(tmp_path / "folder" / "a.txt", "In there.").parent
    read, iterate = Path.read_bytes, Path.iterdir

    def allowed(path: Path, refused: Path) -> Path:
        if path == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return path

    monkeypatch.setattr(Path, "read_bytes", lambda p: read(allowed(p, locked)))
    monkeypatch.setattr(Path, "iterdir", lambda p: iterate(allowed(p, folder)))
    good = write(tmp_path / "good.txt", "Good text.")
    out, err, error = run(locked, folder, good)
    assert f"{locked}: Permission denied" in err
    assert f"{folder}: Permission denied" in err
    assert "1 imported, 0 already there, 2 bad." in out
    assert error is not None


def test_nothing_to_read_is_an_error_and_makes_no_corpus(tmp_path: Path) -> None:
    _, _, error = run(tmp_path)
    assert error is not None
    assert "a folder without any file of .txt" in error
    assert not Corpus.objects.exists()


def test_utf16_with_its_mark_is_read(tmp_path: Path) -> None:
    run(write(tmp_path / "a.txt", "Grüße 🚢".encode("utf-16")))
    assert Article.objects.get().text.text == "Grüße 🚢"


def test_files_are_read_one_at_a_time(tmp_path: Path, corpus: Corpus) -> None:
    files, bad = find_files([write(tmp_path / f"{n}.txt", f"Text {n}.") for n in range(3)])
    assert bad == []
    outcomes = import_files(files, corpus=corpus, actor=None)
    first = next(outcomes)
    assert (first.status, Article.objects.count()) == ("imported", 1)
    assert first.article_id == Article.objects.get().pk


def test_the_sample_texts_import() -> None:
    out, err, error = run(settings.BASE_DIR / "seeds")
    assert (err, error) == ("", None)
    assert "5 imported" in out
    assert not Article.objects.filter(published=None).exists()
    assert not Article.objects.filter(source_name="README.md").exists()
