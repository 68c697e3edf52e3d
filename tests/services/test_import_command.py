"""The import command: what is new comes in, what is bad is named, and nothing stops the rest."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from annotations.importing import Options
from annotations.management.commands.import_corpus import Command
from annotations.models import Article, Claim, Corpus, Event, Import, Job

from .importing import zipped

pytestmark = pytest.mark.django_db


def run(*paths: Path, corpus: str = "Letters", **options: Any) -> tuple[str, str, str | None]:
    """What the command wrote, and the error that it ended with."""
    out, err, error = StringIO(), StringIO(), None
    try:
        call_command(
            "import_corpus", *map(str, paths), corpus=corpus, stdout=out, stderr=err, **options
        )
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
    out, err, error = run(tmp_path, format="text")
    assert (err, error) == ("", None)
    assert "Made the corpus “Letters”" in out
    assert "2 imported, 0 already there, 0 rejected." in out
    dated = Article.objects.get(source_name="b.txt")
    assert (dated.published, dated.title, dated.text.text) == (
        dt.date(2021, 12, 1),
        "The second. 🚢",
        "The second. 🚢",
    )
    assert Article.objects.get(source_name="a.TXT").text.text == "The first.\nIts second line."
    assert Job.objects.filter(kind="extraction", state="queued").count() == 2
    assert Event.objects.filter(kind="import.chunk", actor=None).count() == 1


def test_a_text_that_is_there_is_skipped_and_said(tmp_path: Path) -> None:
    first = write(tmp_path / "a.txt", "The same words.")
    # Another name, line ends, a byte order mark and a date: the same article.
    again = write(tmp_path / "b.txt", b"\xef\xbb\xbfdate 2021-12-01 The same words.\r\n")
    run(first)
    jobs = Job.objects.filter(kind="extraction").count()
    out, _, error = run(first, again)
    assert error is None
    assert "a.txt: already there" in out
    assert "b.txt: already there" in out
    assert "0 imported, 2 already there, 0 rejected." in out
    assert (Article.objects.count(), Job.objects.filter(kind="extraction").count()) == (1, jobs)
    out, _, _ = run(first, corpus="Other")
    assert "1 imported" in out


def test_bad_files_are_named_with_the_reason_and_hinder_no_other(tmp_path: Path) -> None:
    bad = {
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
        (line,) = [line for line in err.splitlines() if path.name in line]
        assert reason in line, line
    assert "2 imported, 0 already there, 6 rejected." in out
    assert error == "9 could not be imported."
    assert Article.objects.count() == 2


def test_another_encoding_is_found_out_and_said(tmp_path: Path) -> None:
    latin = write(
        tmp_path / "a.txt",
        "Viele Grüße aus Köln, sagte die Bürgermeisterin über die Fähre.".encode("latin-1"),
    )
    out, err, error = run(latin, write(tmp_path / "b.txt", "Grüße."))
    assert (err, error) == ("", None)
    assert "Files: 1 in cp1252 (guessed), 1 in utf-8." in out
    assert "Köln" in Article.objects.get(source_name="a.txt").text.text


def test_what_may_not_be_read_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # By hand, because the tests may run as root, whom no file mode stops.
    locked = write(tmp_path / "locked.txt", "Secret.")
    folder = write(tmp_path / "folder" / "a.txt", "In there.").parent
    opened, iterate = Path.open, Path.iterdir

    def allowed(path: Path, refused: Path) -> Path:
        if path == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return path

    monkeypatch.setattr(Path, "open", lambda p, *a, **k: opened(allowed(p, locked), *a, **k))
    monkeypatch.setattr(Path, "iterdir", lambda p: iterate(allowed(p, folder)))
    good = write(tmp_path / "good.txt", "Good text.")
    out, err, error = run(locked, folder, good)
    assert f"{locked}: Permission denied" in err
    assert f"{folder}: Permission denied" in err
    assert "1 imported, 0 already there, 0 rejected." in out
    assert error == "2 could not be imported."


def test_nothing_to_read_is_an_error_and_makes_no_corpus(tmp_path: Path) -> None:
    _, _, error = run(tmp_path)
    assert error is not None
    assert "a folder without any file" in error
    assert not Corpus.objects.exists()


def test_utf16_with_its_mark_is_read(tmp_path: Path) -> None:
    run(write(tmp_path / "a.txt", "Grüße 🚢".encode("utf-16")))
    assert Article.objects.get().text.text == "Grüße 🚢"


def test_a_dry_run_brings_nothing_in(tmp_path: Path) -> None:
    archive = write(
        tmp_path / "a.zip",
        zipped({"1.txt": "Ferries.", "1.ann": "T1\tquantity 0 7\tFerries\n", "2.txt": " "}),
    )
    out, err, error = run(archive, dry_run=True)
    assert "Would be: 1 imported, 0 already there, 1 rejected, 1 claims." in out
    assert "2.txt: there is no text" in err
    assert error == "1 could not be imported."
    assert not Article.objects.exists()


def test_all_or_nothing(tmp_path: Path) -> None:
    archive = write(tmp_path / "a.zip", zipped({"1.txt": "Ferries.", "2.txt": " "}))
    _, err, error = run(archive, all_or_nothing=True)
    assert "2.txt: there is no text" in err
    assert error == "1 could not be imported."
    assert not Article.objects.exists()
    write(archive, zipped({"1.txt": "Ferries."}))
    out, _, error = run(archive, all_or_nothing=True)
    assert (error, "1 imported" in out) == (None, True)


def test_in_the_background_the_workers_do_it(tmp_path: Path) -> None:
    out, _, error = run(write(tmp_path / "a.txt", "Text."), background=True)
    source = Import.objects.get()
    assert (out.splitlines()[-1], error) == (f"Import {source.pk} is in the workers' queue.", None)
    assert source.state == "running"
    assert not Article.objects.exists()


def test_options_reach_the_import(tmp_path: Path) -> None:
    archive = write(
        tmp_path / "a.zip", zipped({"1.txt": "Ferries.", "1.ann": "T1\tother 0 7\tFerries\n"})
    )
    run(archive, annotator="Ann", no_extract=True)
    assert Claim.objects.get().created_by.name == "Ann"
    assert Article.objects.get().state == "ready"
    _, _, error = run(archive, encoding="zip")
    assert error is not None
    assert "not the name of an encoding" in error


def test_the_command_has_every_option_that_there_is() -> None:
    parser = Command().create_parser("manage.py", "import_corpus")
    named = {action.dest.removeprefix("no_") for action in parser._actions}
    # Who runs commands may be anybody anyway: accounts of the same names.
    missing = {field.name for field in fields(Options)} - named
    assert missing == {"columns", "people"}
    assert "column" in named
    for given in ("tab", "\\t", "\t"):
        parsed = parser.parse_args(["a.csv", "--corpus", "A", "--delimiter", given])
        assert parsed.delimiter == "\t"


def test_tables_are_divided_as_is_said(tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", "text,more\tauthor\nOne, two.\tAnn\n")
    run(table, delimiter="\t", language="de", column=["text=text,more"])
    article = Article.objects.get()
    assert (article.text.text, article.author, article.language) == ("One, two.", "Ann", "de")
    brat = {"1.txt": "🚢 Ferries.", "1.ann": "T1\tother 3 10\tFerries\n"}
    run(write(tmp_path / "a.zip", zipped(brat)), unit="utf-16")
    assert Claim.objects.get().quote == "Ferries"
    assert Import.objects.latest("pk").options["unit"] == "utf-16"


def test_a_sheet_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Second").append(["text"])
    book["Second"].append(["Ferries doubled."])
    book.save(tmp_path / "a.xlsx")
    run(tmp_path / "a.xlsx", sheet="Second")
    assert Article.objects.get().text.text == "Ferries doubled."


def test_the_sample_texts_import() -> None:
    out, err, error = run(settings.BASE_DIR / "seeds", format="text")
    assert (err, error) == ("", None)
    assert "5 imported" in out
    assert not Article.objects.filter(published=None).exists()
    assert not Article.objects.filter(source_name="README.md").exists()
