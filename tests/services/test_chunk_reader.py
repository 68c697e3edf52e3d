"""The reader of an import's chunks, with the thread that it has outside of a transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction

from annotations.importing import FileSet, Item, Options, Position, Read, open_files
from annotations.models import Article, Corpus, ImportProblem, Job
from annotations.services import import_chunks, import_runs
from annotations.services.beside import beside
from annotations.services.import_chunks import ChunkReader
from annotations.services.imports import import_cancel, import_start
from tests.stack import wait_until

from .cast import Cast, make_article, make_claim, make_evidence
from .importing import bring_in, upload, work

pytestmark = pytest.mark.django_db(transaction=True)

Reading = Callable[..., AbstractContextManager[ChunkReader]]

LINES = "".join(f'{{"text": "Number {n}: ferries cost {n} million."}}\n' for n in range(9))


@pytest.fixture(autouse=True)
def two_rows_a_chunk(settings: Any) -> None:
    settings.IMPORT_CHUNK_ROWS = 2


@pytest.fixture
def files() -> Iterator[FileSet]:
    with open_files(BytesIO(b"x" * 10), "a.txt", 10, limit=1000) as found:
        yield found


@pytest.fixture
def read_all(files: FileSet) -> Reading:
    """A reader of so many rows; ``each`` is called with the number of each, as it is read."""

    @contextmanager
    def make(
        count: int, each: Callable[[int], object], job: Job | None = None
    ) -> Iterator[ChunkReader]:
        def reads() -> Iterator[Read]:
            for number in range(count):
                each(number)
                yield Read(Item(passed=True), files.files[0], Position(0, number + 1))

        with (
            beside("reader") as thread,
            ChunkReader(
                job or Job(),
                reads(),
                files,
                Options(),
                with_sketches=lambda: False,
                thread=thread,
            ) as reader,
        ):
            yield reader

    return make


def test_the_next_chunk_is_read_when_it_may_be(read_all: Reading) -> None:
    seen: list[tuple[int, str]] = []
    with read_all(5, lambda n: seen.append((n, threading.current_thread().name))) as reader:
        coming = iter(reader)
        assert len(next(coming).entries) == 2
        time.sleep(0.05)
        assert len(seen) == 2, "not before it is said"
        reader.read_on()
        reader.read_on()
        wait_until(lambda: len(seen) == 4, 5, "it is read while this thread does something else")
        assert [chunk.after.item for chunk in coming] == [4, 5]
    assert {name.partition("_")[0] for _, name in seen} == {"reader"}


def test_what_goes_wrong_comes_with_the_chunk(read_all: Reading) -> None:
    def breaks(number: int) -> None:
        if number == 3:
            raise OSError(5, "the disk")

    with read_all(6, breaks) as reader:
        coming = iter(reader)
        next(coming)
        reader.read_on()
        with pytest.raises(OSError, match="the disk"):
            next(coming)


def test_leaving_ends_the_thread_in_the_middle_of_a_chunk(read_all: Reading, settings: Any) -> None:
    settings.IMPORT_CHUNK_ROWS = 1000
    seen: list[int] = []

    def slow(number: int) -> None:
        seen.append(number)
        time.sleep(0.02)

    before = threading.active_count()
    with read_all(500, slow) as reader:
        reader.read_on()
        wait_until(lambda: len(seen) > 2, 5, "it has begun")
    assert len(seen) < 100
    assert threading.active_count() == before


def test_a_slow_file_keeps_its_lease(read_all: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed: list[object] = []
    monkeypatch.setattr(import_chunks, "RENEW_SECONDS", 0.05)
    monkeypatch.setattr(import_chunks, "jobs_renew", lambda *, lease: renewed.append(lease))
    job = Job(lease="5d0f7d6e-6a8c-4d0e-8c1e-3f5d6a7b8c9d")
    with read_all(1, lambda _: time.sleep(0.3), job) as reader:
        assert len(list(reader)) == 1
    assert len(renewed) >= 2
    assert set(renewed) == {job.lease}


def test_in_a_transaction_it_reads_by_itself(read_all: Reading) -> None:
    seen: set[str] = set()
    with (
        transaction.atomic(),
        read_all(5, lambda _: seen.add(threading.current_thread().name)) as reader,
    ):
        reader.read_on()
        assert [chunk.after.item for chunk in reader] == [2, 4, 5]
    assert seen == {threading.current_thread().name}


def test_an_import_reads_ahead_and_brings_all(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chunk after next isn't begun before the one at hand is in."""
    read: list[str] = []
    entry = import_chunks._entry

    def noted(*args: Any, **kwargs: Any) -> Any:
        read.append(threading.current_thread().name)
        return entry(*args, **kwargs)

    written: list[int] = []
    write = import_runs._write_chunk

    def slowly(*args: Any) -> None:
        write(*args)
        wait_until(
            lambda: len(read) >= min(2 * len(written) + 4, 9), 5, "the next one is read meanwhile"
        )
        written.append(len(read))

    monkeypatch.setattr(import_chunks, "_entry", noted)
    monkeypatch.setattr(import_runs, "_write_chunk", slowly)
    source = bring_in(corpus, "a.jsonl", LINES, format="doccano")
    assert (source.state, source.progress, source.counts["articles"]) == ("done", 1, 9)
    assert [article.text.text for article in Article.objects.order_by("pk")] == [
        f"Number {n}: ferries cost {n} million." for n in range(9)
    ]
    assert written == [4, 6, 8, 9, 9]
    assert all(name.startswith("reader") for name in read)


def test_a_cancelled_import_stops_where_it_is(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = import_start(actor=None, source=upload(corpus, "a.jsonl", LINES, format="doccano"))
    write = import_runs._write_chunk

    def cancels(*args: Any) -> None:
        write(*args)
        if Article.objects.count() == 4:
            import_cancel(actor=None, source=source)

    monkeypatch.setattr(import_runs, "_write_chunk", cancels)
    work(source)
    source.refresh_from_db()
    assert (source.state, source.at_item, Article.objects.count()) == ("cancelled", 4, 4)
    assert not [t for t in threading.enumerate() if t.name.startswith("reader")]


def test_the_thread_asks_which_pages_are_protected(cast: Cast, corpus: Corpus) -> None:
    claim = make_claim(cast.reviewer, make_article(corpus))
    url = "https://source.example/paper"
    make_evidence(cast.reviewer, claim, url=url, protected=True, protection_reason="Fear.")
    source = bring_in(corpus, "a.txt", f"{url}\n", format="urls")
    (reason,) = ImportProblem.objects.filter(source=source).values_list("reason", flat=True)
    assert "protected source" in reason
