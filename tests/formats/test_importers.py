"""What each importer makes of a file of its format, held to a file that is kept of it.

No database: a draft is made ready as for an import, and written down. ``GOLDEN=write`` writes the
files anew; read the difference before keeping it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ijson
import pytest

from annotations.errors import BadFile
from annotations.importing import (
    IMPORTERS,
    BadRow,
    FileSet,
    Options,
    Position,
    SourceFile,
    importer_of,
    items_of,
    open_files,
    prepare,
)
from tests.services.importing import tarred, zipped

FOLDER = Path(__file__).parent / "imports"
GOLDEN = Path(__file__).parent / "golden" / "imports"


def xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Headline", "Body", "Date", "Quote", "Label"])
    book.active.append(
        [
            "Ferries",
            "🚢 Ferries cost 12 million.",
            dt.date(2026, 3, 1),
            "12 million",
            "quantity",
        ]
    )
    book.active.append([None, None, None, None, None])
    book.active.append(["No text", None, None, None, None])
    book.create_sheet("Second").append(["text"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def docx() -> bytes:
    import docx as word

    document = word.Document()
    document.core_properties.title = "The harbour"
    document.core_properties.author = "A. Author"
    document.core_properties.created = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
    document.add_paragraph("The harbour cost 12 million. 🚢")
    document.add_paragraph("")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "2025", "12 million"
    document.add_paragraph("Ferries doubled.")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pdf() -> bytes:
    """Two lines that are one paragraph, a hyphenated word, and a second paragraph."""
    lines = [
        "The harbour cost twelve million crowns, the mayor said on Mon-",
        "day evening.",
        "",
        "Ferries doubled.",
    ]
    words = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {words} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (The harbour) /Author (A. Author) /CreationDate (D:20260301090000Z) >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )


# Files that are made here; all others lie in the folder.
MADE: dict[str, Callable[[], bytes]] = {"table.xlsx": xlsx, "word.docx": docx, "page.pdf": pdf}
# Name of the file → the format that has to be found, and options that differ.
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "plain.txt": ("text", {}),
    "page.md": ("markdown", {}),
    "page.html": ("html", {}),
    "latin.csv": ("csv", {"columns": {"text": "Artikel"}}),
    "table.tsv": ("csv", {}),
    "table.xlsx": ("xlsx", {}),
    "doccano.jsonl": ("doccano", {}),
    "label-studio.json": ("label-studio", {}),
    "prodigy.jsonl": ("prodigy", {}),
    "annotations.jsonld": ("w3c", {}),
    "20160926_1pres.tsv": ("checkthat", {}),
    "2024.tsv": ("checkthat", {}),
    "averitec.json": ("averitec", {}),
    "fever.jsonl": ("fever", {}),
    "feed-of-reviews.json": ("claimreview", {}),
    "rss.xml": ("feed", {}),
    "atom.xml": ("feed", {}),
    "page.pdf": ("pdf", {}),
    "word.docx": ("docx", {}),
    "brat.zip": ("brat", {}),
}


def content_of(name: str) -> bytes:
    if name in MADE:
        return MADE[name]()
    if name == "brat.zip":
        return zipped({p.name: p.read_bytes() for p in sorted((FOLDER / "brat").iterdir())})
    return (FOLDER / name).read_bytes()


def read(name: str, content: bytes, start: Position | None = None, **chosen: Any) -> list[Any]:
    """Every item of a file as plain values."""
    options = Options(**{"misplaced": "drop", **chosen})
    found: list[Any] = []
    with open_files(io.BytesIO(content), name, len(content), limit=10**9) as files:
        for item in items_of(files, options, start or Position()):
            found.append(plain(item.item, options))
        found.append({"encodings": [file.encoding for file in files.files]})
    return found


def plain(item: Any, options: Options) -> Any:
    if item.draft is None or item.draft.target:
        return without_nothing(asdict(item))
    try:
        ready = prepare(item.draft, options)
    except BadRow as error:
        return {"line": item.line, "reason": str(error)}
    draft = ready.draft
    return without_nothing(
        {
            "line": item.line,
            "title": ready.title,
            "text": ready.text,
            "author": draft.author,
            "publisher": draft.publisher,
            "url": draft.url,
            "published": ready.published,
            "language": draft.language,
            "notes": draft.notes,
            "misplaced": ready.misplaced,
            "marks": [
                {
                    **without_nothing(
                        {k: v for k, v in asdict(placed.mark).items() if k != "spans"}
                    ),
                    "spans": [[s.start, s.end, s.quote] for s in placed.spans],
                }
                for placed in ready.marks
            ],
        }
    )


def without_nothing(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if v not in (None, "", [], (), {}, False)}


def dumped(found: list[Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n"


@pytest.mark.parametrize("name", list(CASES))
def test_golden(name: str) -> None:
    format_, chosen = CASES[name]
    content = content_of(name)
    with open_files(io.BytesIO(content), name, len(content), limit=10**9) as files:
        importer = importer_of(files.files[0], files, Options())
        assert importer is not None
        assert importer.name == format_
    found = dumped(read(name, content, **chosen))
    kept = GOLDEN / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(parents=True, exist_ok=True)
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8")


def test_every_format_has_a_golden_file() -> None:
    # Our own format has its own tests, and lists of addresses need a server.
    assert {format_ for format_, _ in CASES.values()} == set(IMPORTERS) - {"jsonl", "urls"}


@pytest.mark.parametrize("name", list(CASES))
def test_a_resumed_import_reads_the_rest(name: str) -> None:
    _, chosen = CASES[name]
    content = content_of(name)
    with open_files(io.BytesIO(content), name, len(content), limit=10**9) as files:
        after = [r.after for r in items_of(files, Options(**chosen), Position())]
    whole = read(name, content, **chosen)[:-1]
    for number, position in enumerate(after, 1):
        assert read(name, content, position, **chosen)[:-1] == whole[number:]


@pytest.mark.parametrize(
    "name", [n for n in CASES if not n.endswith((".zip", ".txt", ".md", ".tsv", ".csv", ".html"))]
)
def test_what_is_cut_off_or_mixed_up_is_reported(name: str) -> None:
    """Whatever a file holds, there are items and reasons, and never another exception."""
    content = content_of(name)
    for broken in (
        content[: len(content) // 2],
        content[::-1],
        b"\xff\xfe\x00",
        b"{",
        b"[1, null]",
    ):
        importer = CASES[name][0]
        found = read(name, broken, format=importer)
        assert found[:-1] == [] or all(
            "reason" in row or "text" in row or "draft" in row for row in found[:-1]
        )


# --- Files made to do harm -----------------------------------------------------------------------


def test_a_feed_that_is_the_name_of_a_file_opens_none(tmp_path: Path) -> None:
    ours = tmp_path / "ours.xml"
    ours.write_bytes((FOLDER / "rss.xml").read_bytes())
    (item, _) = read("a.xml", str(ours).encode(), format="feed")
    assert item["reason"] == "not a feed that can be read"


def repacked(content: bytes, **changed: Any) -> bytes:
    """A zip with members (named without folders and suffix) put through functions."""
    members = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            change = changed.get(Path(name).stem)
            members[name] = change(archive.read(name)) if change else archive.read(name)
    return zipped(members)


def test_a_sheet_that_says_it_has_endless_rows_is_read_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("annotations.importing.xlsx.MAX_ROWS", 1000)
    endless = repacked(xlsx(), sheet1=lambda xml: xml.replace(b'r="4"', b'r="99999999999"'))
    found = read("a.xlsx", endless)
    assert (found[-2]["reason"], found[-2]["line"]) == ("a sheet of more than 1,000 rows", 1001)
    wide = repacked(xlsx(), sheet1=lambda xml: xml.replace(b"A1:E4", b"A1:ZZZ1048576"))
    assert read("a.xlsx", wide)[:-1] == read("a.xlsx", xlsx())[:-1]


def test_a_merged_cell_of_a_word_table_is_read_once() -> None:
    import docx as word

    document = word.Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "Costs"
    table.cell(1, 2).text = "12 million"
    target = io.BytesIO()
    document.save(target)
    merged = target.getvalue()
    assert read("a.docx", merged)[0]["text"] == "Costs\n\t\t12 million"
    many = repacked(merged, document=lambda xml: xml.replace(b'Span w:val="3"', b'Span w:val="99"'))
    assert read("a.docx", many)[0]["text"].count("Costs") == 1


def test_the_words_of_a_word_file_are_bounded_and_its_pictures_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("annotations.importing.docx.MAX_XML_BYTES", 1_000_000)
    noise = os.urandom(1_000_000)
    with zipfile.ZipFile(io.BytesIO(docx())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    pictured = zipped({**members, "word/media/image1.png": b"\x89PNG" + noise})
    assert "harbour" in read("a.docx", pictured)[0]["text"]
    for name in ("word/other.xml", "word/media/image1.png"):
        (item, _) = read("a.docx", zipped({**members, name: b"<?xml" + noise}))
        assert item["reason"] == "its words unpack to more than 1 MB"


def test_of_a_long_element_or_line_no_more_than_a_row_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("annotations.importing.json_files.MAX_ROW", 100_000)
    monkeypatch.setattr("annotations.importing.reading.MAX_ROW", 100_000)
    monkeypatch.setattr("annotations.importing.json_files.ijson.items", held := Held())
    task = '{"data": {"text": "%s"}, "annotations": []}'
    content = f"[{task % 'Ferries.'}, {task % ('x' * 3_000_000)}]".encode()
    found = read("a.json", content)
    assert found[0]["text"] == "Ferries."
    assert found[1]["reason"].startswith("an element longer than")
    assert held.bytes < 1_000_000
    many = f"[{', '.join([task % ('x' * 9_000)] * 200)}]".encode()
    assert len(read("a.json", many)[:-1]) == 200
    lines = ['{"text": "One.", "label": []}', "y" * 350_000, "", '{"text": "Two.", "label": []}']
    for encoding in ("utf-16", "utf-8"):
        found = read("a.jsonl", "\r\n".join(lines).encode(encoding), format="doccano")
        assert [row.get("line") for row in found[:-1]] == [1, 2, 4]
        assert found[1]["reason"].startswith("the line is longer than")


class Held:
    """ijson's reader, counting the bytes that it is given."""

    def __init__(self) -> None:
        self.bytes, self._items = 0, ijson.items

    def __call__(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        read = stream.read

        def counted(size: int = -1) -> bytes:
            data = read(size)
            self.bytes += len(data)
            return bytes(data)

        stream.read = counted
        return self._items(stream, *args, **kwargs)


def test_many_files_are_told_apart_without_a_look_at_all_of_them() -> None:
    files = FileSet(archive=True)
    for number in range(20_000):
        files.add(SourceFile(f"{number}.txt", 1, lambda: io.BytesIO(b"x")))
    began = time.process_time()
    for file in files.files:
        assert importer_of(file, files, Options()) is IMPORTERS["text"]
    assert time.process_time() - began < 5


def test_a_row_of_json_that_nobody_thought_of_fails_alone() -> None:
    deep = '{"a":' * 300 + "1" + "}" * 300
    odd = [deep, '{"data": {"text": "T."}, "annotations": [1]}', '{"data": {"text": {}}}']
    good = '{"data": {"text": "Ferries doubled."}, "annotations": []}'
    found = read("a.json", f"[{','.join([*odd, good])}]".encode(), format="label-studio")
    assert [row.get("line") for row in found[:-1]] == [1, 2, 3, 4]
    assert found[3]["text"] == "Ferries doubled."
    assert all(row["reason"] for row in found[:3])


def test_what_breaks_a_reader_is_the_fault_of_its_file_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*_: Any) -> Any:
        raise RecursionError("too deep")
        yield

    monkeypatch.setattr(type(IMPORTERS["markdown"]), "read", breaks)
    content = zipped({"1.md": "# A", "2.txt": "Ferries doubled."})
    with open_files(io.BytesIO(content), "a.zip", len(content), limit=10**9) as files:
        first, second = items_of(files, Options(), Position())
        assert first.item.reason == "it can't be read: RecursionError: too deep"
        assert (first.file.name, first.after) == ("1.md", Position(1, 0))
        assert second.item.draft is not None
        monkeypatch.setattr(
            type(IMPORTERS["text"]),
            "read",
            lambda *_: open("/nowhere/at/all"),  # noqa: PTH123, SIM115
        )
        with pytest.raises(OSError, match="nowhere"):
            list(items_of(files, Options(), Position(1)))


# --- Archives ------------------------------------------------------------------------------------


def opened(name: str, content: bytes, limit: int = 10**9) -> FileSet:
    with open_files(io.BytesIO(content), name, len(content), limit=limit) as files:
        return files


TRICKS = {
    "../../etc/cron.d/x.txt": "leads out of the archive",
    "/etc/passwd.txt": "absolute or foreign path",
    "C:/windows/x.txt": "absolute or foreign path",
    "a\\..\\x.txt": "absolute or foreign path",
    "inner.zip": "an archive inside of an archive",
    "a" * 600 + ".txt": "empty or too long",
}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_path_tricks_are_refused(pack: Any) -> None:
    name = "a.zip" if pack is zipped else "a.tar.gz"
    files = opened(name, pack({**dict.fromkeys(TRICKS, "x"), "good.txt": "x"}))
    assert [file.name for file in files.files] == ["good.txt"]
    refused = dict(files.refused)
    assert len(refused) == len(TRICKS)
    for member, reason in TRICKS.items():
        assert reason in refused[member[:500]]


def test_links_and_devices_are_refused() -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, kind in (
            ("a.txt", tarfile.SYMTYPE),
            ("b.txt", tarfile.LNKTYPE),
            ("c.txt", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert opened("a.tgz", target.getvalue()).files == []
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped_link:
        zipped_link.writestr(link, "/etc/passwd")
    assert opened("a.zip", target.getvalue()).refused == [("a.txt", "it is a link")]


def test_bombs_are_refused() -> None:
    zeros = b"0" * 20_000_000
    table = "".join(f"{n};Ferries cost 12 million.\n" for n in range(100_000))
    for name, pack in (("a.zip", zipped), ("a.tar.gz", tarred)):
        files = opened(name, pack({"bomb.txt": zeros * 3, "good.txt": "x", "table.csv": table}))
        assert files.refused == [("bomb.txt", "it unpacks to more than 200 times its size")]
        assert [file.name for file in files.files] == ["good.txt", "table.csv"]
        with pytest.raises(BadFile, match="unpacks to more than"):
            opened(name, pack({f"{n}.txt": zeros for n in range(3)}), limit=50_000_000)


def test_a_bomb_in_a_workbook_is_refused() -> None:
    bomb = zipped({"xl/workbook.xml": b" " * 30_000_000})
    (item, _) = read("a.xlsx", bomb)
    assert "unpacks to far more" in item["reason"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tgz"])
def test_what_is_no_archive_is_said(name: str) -> None:
    with pytest.raises(BadFile, match="archive that can be read"):
        opened(name, b"nothing of the kind")


def test_tar_headers_are_bounded_and_their_names_are_text() -> None:
    for kind, name, headers in (
        (tarfile.PAX_FORMAT, "a.txt", {"comment": "x" * 20_000}),
        (tarfile.GNU_FORMAT, "a" * 20_000, {}),
    ):
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode="w", format=kind) as archive:
            info = tarfile.TarInfo(name)
            info.pax_headers = headers
            archive.addfile(info)
        with pytest.raises(BadFile, match="a header of more than 16,000 bytes"):
            opened("a.tar", target.getvalue())
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("caf\udce9.txt"))
    assert [file.name for file in opened("a.tar", target.getvalue()).files] == ["caf\ufffd.txt"]


def test_a_sparse_file_with_an_endless_map_is_refused() -> None:
    target, size = io.BytesIO(), 40_000_000
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = size
        info.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "a.txt",
            "GNU.sparse.realsize": "1",
        }
        archive.addfile(info, io.BytesIO(b"1" * size))
    began = time.process_time()
    with pytest.raises(BadFile, match="a sparse file"):
        opened("a.tar", target.getvalue())
    assert time.process_time() - began < 5


def test_headers_about_headers_are_no_tar() -> None:
    info = tarfile.TarInfo("a")
    info.type = tarfile.XHDTYPE
    with pytest.raises(BadFile, match="not a tar archive that can be read"):
        opened("a.tar", info.tobuf() * 5000)


def test_a_zip_with_names_in_no_encoding_is_said_to_be_none() -> None:
    with pytest.raises(BadFile, match="not a zip archive that can be read"):
        opened("a.zip", zipped({"\u00e9.txt": "x"}).replace(b"\xc3\xa9", b"\xff\xff"))


def test_a_member_of_a_zip_that_is_broken_fails_alone() -> None:
    content = zipped({"1.txt": "Ferries doubled. " * 100, "2.txt": "Ferries halved."})
    middle = content.index(b"1.txt") + 12
    broken = content[:middle] + b"\xff\xff" + content[middle + 2 :]
    found = read("a.zip", broken)
    assert found[0]["reason"].startswith("it can't be read: ")
    assert found[1]["text"] == "Ferries halved."


@pytest.mark.parametrize("divider", ["\u2028", "\x85", "\x0b"])
def test_what_divides_lines_elsewhere_is_inside_of_a_sentence(divider: str) -> None:
    debate = f"1\tANN\tIt was{divider}so.\t1\n2\tBEN\tNo.\t0\n"
    headed = f"Sentence_id\tText\tclass_label\n1\tIt was{divider}so.\tYes\n"
    for content in (debate, headed):
        (article, _) = read("a.tsv", content.encode(), format="checkthat")
        assert [mark["labels"] for mark in article["marks"]] == [["check-worthy"]]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("doccano", {"text": "A b.", "entities": [], "relations": [{"from_id": 1, "to_id": 2}]}),
        ("prodigy", {"text": "A b.", "spans": [], "relations": [{"head": 0, "child": 1}]}),
    ],
)
def test_relations_are_left_out_and_said(name: str, row: Any) -> None:
    (article, _) = read("a.jsonl", json.dumps(row).encode(), format=name)
    assert article["notes"] == ["1 relation between annotations was left out"]


def test_all_that_is_said_in_an_annotation_is_kept() -> None:
    bodies = [
        {"type": "TextualBody", "purpose": "commenting", "value": v} for v in ("One.", "Two.")
    ]
    target = {"source": "https://news.example/1", "selector": {"type": "TextQuoteSelector"}}
    note = {"type": "Annotation", "body": bodies, "bodyValue": "Three.", "target": target}
    (item, _) = read("a.jsonld", json.dumps(note).encode(), format="w3c")
    (mark,) = item["draft"]["marks"]
    assert mark["note"] == "One.\nTwo.\nThree."


def test_words_over_many_lines_of_brat_are_joined_once() -> None:
    lines = 400_000
    text = "\n".join(["w"] * lines)
    content = zipped({"1.txt": text, "1.ann": f"T1\tClaim 0 {len(text)}\t{text}\n"})
    began = time.process_time()
    assert len(read("a.zip", content)[0]["marks"]) == 1
    assert time.process_time() - began < 2


SAID = "🚢 Hello again,\nsaid the mayor of Velmar on Monday."


def brat(annotations: str, text: str = SAID, **chosen: Any) -> dict[str, Any]:
    (item, _) = read("a.zip", zipped({"1.txt": text, "1.ann": annotations}), **chosen)[-2:]
    return {"marks": [], "misplaced": [], "notes": [], **item}


@pytest.mark.parametrize(
    ("places", "words", "misplaced"),
    [
        ("2 7;15 19", "Hello said", ""),
        # However the white space between and in the pieces is written.
        ("2 7;8 19", "Hello again, said", ""),
        ("2 7;15 19", "Hellosaid", ""),
        ("2 5;5 7", "Hel lo", ""),
        # In UTF-16 units and in bytes.
        ("3 8;16 20", "Hello said", ""),
        ("5 10;18 22", "Hello said", ""),
        ("0 7;15 19", "🚢 Hello said", ""),
        ("2 7;15 19", "WRONG", "the text at [2, 7) and [15, 19) is 'Hello said', not 'WRONG'"),
        ("2 7;15 19", "Hello", "the text at [2, 7) and [15, 19) is 'Hello said', not 'Hello'"),
    ],
)
def test_the_words_of_a_span_in_pieces_are_compared(
    places: str, words: str, misplaced: str
) -> None:
    item = brat(f"T2\tClaim {places}\t{words}\n")
    if misplaced:
        assert item["misplaced"] == [(None, f"1.ann, line 1: {misplaced}")]
        assert item["marks"] == []
        return
    assert item["misplaced"] == []
    said = "".join(quote for _, _, quote in item["marks"][0]["spans"])
    assert "".join(said.split()) == "".join(words.split())


def said_of(item: dict[str, Any]) -> list[tuple[str, list[str], str]]:
    return [
        (" ".join(quote for *_, quote in mark["spans"]), mark["labels"], mark.get("claimant", ""))
        for mark in item["marks"]
    ]


T123 = "T1\tClaim 2 13\tHello again\nT2\tPerson 20 39\tthe mayor of Velmar\nT3\tCue 15 19\tsaid\n"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            "Saying:T3 Source:T2 Content:T1",
            [("Hello again", ["Saying"], "the mayor of Velmar")],
        ),
        # Of roles that nobody knows here.
        (
            "Saying:T3 Speaker:T2 Statement:T1",
            [
                ("Hello again", ["Claim"], ""),
                ("the mayor of Velmar", ["Person"], ""),
                ("said", ["Saying"], ""),
            ],
        ),
        (
            "Saying:T3 Content:T1 Content2:T2 Time:T2",
            [("Hello again the mayor of Velmar", ["Saying"], "")],
        ),
        # An event about an event leaves it what it is.
        (
            "Saying:T3 Content:T1\nE2\tDenial:T2 Content:E1",
            [("Hello again", ["Saying"], ""), ("said", ["Denial"], "")],
        ),
    ],
)
def test_nothing_that_an_event_names_is_lost(
    event: str, expected: list[tuple[str, list[str], str]]
) -> None:
    item = brat(f"{T123}E1\t{event}\n")
    assert said_of(item) == expected
    assert item["notes"] == []


def test_what_is_said_of_a_span_may_stand_before_it() -> None:
    lines = [
        "A1\tVerdict T1 False",
        "#1\tAnnotatorNotes T1\tClear.",
        "A2\tChecked T1 False",
        "A3\tNegation T1",
        "A4\tValue T1 High",
        "T1\tClaim 2 7\tHello",
    ]
    (mark,) = brat("\n".join(lines))["marks"]
    assert (mark["rating"], mark["note"]) == ("False", "Clear.")
    # A rating hides no other attribute of the same value.
    assert mark["labels"] == ["Claim", "Checked: False", "Negation", "Value: High"]


def test_what_brat_says_and_is_not_kept_is_reported() -> None:
    lines = [
        "Made by hand",
        "A1\tVerdict T9 False",
        "R1\tSame Arg1:T1 Arg2:T3",
        "E1\tSaying:T3 Content:T1 Source:T8",
        "A2\tUrgent T3",
        "again",
        "T1\tLaw 2 7\tHello",
        "A3\tValue E1 High",
        "A4\tValue E1 Low",
    ]
    item = brat(f"{T123}A0\tNegation T1\n" + "\n".join(lines))
    assert said_of(item) == [
        ("the mayor of Velmar", ["Person"], ""),
        ("Hello again", ["Saying", "Negation", "Value: High"], ""),
    ]
    assert item["notes"] == [
        "1.ann, line 7: a R1 says nothing that is kept",
        "1.ann, line 11: there is a T1 in line 1 already",
        "1.ann, line 6: A1 is about T9, which isn't there",
        "1.ann, line 13: E1 has another Value already",
        "1.ann, line 5, 10: no annotation",
        "1.ann, line 8: E1 names T8, which isn't there",
        "1.ann, line 3: nothing is kept of its attributes: Urgent",
    ]


def test_a_long_claimant_of_brat_is_cut_and_said() -> None:
    text = f"{'The mayor of Velmar ' * 12}said so."
    lines = [f"T1\tSource 0 239\t{text[:239]}", "T2\tCue 240 244\tsaid"]
    item = brat("\n".join([*lines, "E1\tSaying:T2 Source:T1"]), text)
    assert [mark["claimant"] for mark in item["marks"]] == [text[:200]]
    assert item["notes"] == ["1.ann, line 3: the claimant was cut to 200 characters"]


def test_only_a_text_with_annotations_is_brats() -> None:
    members = {
        "a/1.txt": "Hello.",
        "a/1.ann": "T1\tClaim 0 5\tHello\n",
        "a/1_anna.ann": "T1\tClaim 0 5\tHello\n",
        "b/1.txt": "Another text of that name.",
        "c/1_bert.ann": "T1\tClaim 0 5\tHello\n",
        "text/2.txt": "World.",
        "marks/2_anna.ann": "T1\tClaim 0 5\tWorld\n",
        "20160926_1pres.txt": "1\tHOLT\tGood evening.\t0\n2\tTRUMP\tSales fell.\t1\n",
        "pages.txt": "# None yet\nhttp://127.0.0.1:9/a\n",
        "2020.ann": "T1\tClaim 0 5\tWorld\n",
    }
    content = zipped(members)
    with open_files(io.BytesIO(content), "a.zip", len(content), limit=10**9) as files:
        found = {
            file.name: importer.name
            for file in files.files
            if (importer := importer_of(file, files, Options())) and file.suffix == ".txt"
        }
    assert found == {
        "a/1.txt": "brat",
        "b/1.txt": "brat",
        "text/2.txt": "brat",
        "20160926_1pres.txt": "checkthat",
        "pages.txt": "urls",
    }
    (*items, _) = read("a.zip", content)
    marks = [[m.get("file") for m in item["marks"]] for item in items if "marks" in item]
    assert marks == [["1.ann", "1_anna.ann"], ["2_anna.ann"], [None]]
    assert "there is no 2020.txt for it" in [item.get("reason") for item in items]


@pytest.mark.parametrize("name", ["UTF16", "u16", "utf_16"])
def test_an_encoding_goes_by_any_of_its_names(name: str) -> None:
    options = Options.read({"encoding": name}, formats=frozenset(IMPORTERS))
    assert options.encoding == "utf-16"
