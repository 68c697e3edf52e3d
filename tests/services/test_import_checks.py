"""What a check says of rows that say the same, or nearly: as the corpus, or as an earlier row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage

from annotations.errors import Conflict
from annotations.models import CheckedBand, CheckedText, Corpus, Import
from annotations.services.import_runs import import_check_run
from annotations.services.imports import (
    import_cancel,
    import_check,
    import_rollback,
    import_start,
)
from annotations.services.purging import purge_sweep

from .cast import make_article
from .importing import bring_in, check, json_lines, problems, roll_back, upload, work

pytestmark = pytest.mark.django_db

WORDS = " ".join(f"word{n}" for n in range(60))
LIKE = f"{WORDS} more"


@pytest.fixture
def rows(corpus: Corpus, settings: Any) -> str:
    """Each in a chunk of its own, and each chunk in a turn of its own."""
    settings.IMPORT_CHUNK_ROWS, settings.IMPORT_SLICE_SECONDS = 1, -1
    make_article(corpus, f"In the corpus: {WORDS}")
    texts = [
        "Ferries cost 3 million.",
        f"In the corpus: {WORDS}",
        f"In the corpus: {LIKE}",
        f"New here. {' '.join(reversed(WORDS.split()))}",
        "Ferries cost 3 million.",
        f"New here. {' '.join(reversed(LIKE.split()))}",
    ]
    return json_lines(*({"text": text} for text in texts))


def test_rows_are_compared_with_the_corpus_and_with_each_other(corpus: Corpus, rows: str) -> None:
    source = check(corpus, "a.jsonl", rows, format="doccano")
    assert problems(source, "duplicate") == [
        (2, "its text is in the corpus already"),
        (5, "its text is in the file already: line 1"),
    ]
    alike = dict(problems(source, "note"))
    assert "an article of the corpus" in alike[3]
    assert "line 4" in alike[6]
    assert (source.counts["duplicates"], source.counts["near_duplicates"]) == (2, 2)
    # Nothing is kept of it, and what comes in is what was said.
    assert not CheckedText.objects.exists()
    assert not CheckedBand.objects.exists()
    done = work(import_start(actor=None, source=source))
    assert (done.counts["duplicates"], done.counts["near_duplicates"]) == (2, 2)


def test_no_more_rows_are_remembered_than_may_be(corpus: Corpus, rows: str, settings: Any) -> None:
    settings.IMPORT_CHECK_COMPARED = 3
    source = check(corpus, "a.jsonl", rows, format="doccano")
    assert [line for line, _ in problems(source, "duplicate")] == [2, 5]
    assert [line for line, _ in problems(source, "note")] == [3]
    assert source.counts["compared"] == 3


def test_a_file_is_kept_for_a_while(corpus: Corpus, settings: Any) -> None:
    settings.IMPORT_KEEP_DAYS = 10
    done = bring_in(corpus, "a.jsonl", json_lines({"text": "One."}, {"no": 1}), format="doccano")
    waiting = upload(corpus, "b.txt", "Two.")
    running = import_start(actor=None, source=upload(corpus, "c.txt", "Three."))
    names = [source.file.name or "" for source in (done, waiting, running)]
    assert purge_sweep() == 0
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=11)):
        assert purge_sweep() == 2
        assert purge_sweep() == 0
    kept = [Import.objects.get(pk=source.pk).has_file for source in (done, waiting, running)]
    assert kept == [False, False, True]
    assert done.problems.filter(severity="rejected").get().row == '{"no": 1}'
    waiting.refresh_from_db()
    with pytest.raises(Conflict, match="no longer kept"):
        import_start(actor=None, source=waiting)
    # What needs no file goes on.
    assert roll_back(done).counts["removed"] == 1
    with pytest.raises(Conflict):
        import_rollback(actor=None, source=waiting)
    assert [default_storage.exists(name) for name in names[2:]] == [True]


def test_what_a_stopped_check_remembers_goes_with_its_file(
    corpus: Corpus, rows: str, settings: Any
) -> None:
    """It is there to go on with, and for nothing else."""
    settings.IMPORT_KEEP_DAYS = 10
    source = import_check(actor=None, source=upload(corpus, "a.jsonl", rows, format="doccano"))
    import_check_run(first=source.job_id)
    import_cancel(actor=None, source=source)
    assert CheckedText.objects.exists()
    assert CheckedBand.objects.exists()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=11)):
        assert purge_sweep() == 1
    assert not CheckedText.objects.exists()
    assert not CheckedBand.objects.exists()


@pytest.mark.parametrize("together", [1, 100])
def test_a_text_that_comes_twice_is_in_the_file_and_not_in_the_corpus(
    corpus: Corpus, settings: Any, together: int
) -> None:
    """Wherever the file is cut into chunks."""
    settings.IMPORT_CHUNK_ROWS = together
    content = json_lines(*({"text": text} for text in ("Ferries.", "Boats.", "Ferries.")))
    source = check(corpus, "a.jsonl", content, format="doccano")
    assert problems(source, "duplicate") == [(3, "its text is in the file already: line 1")]
