"""Our own format comes back as it went: an export of what was imported is the same file."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest

from annotations.exporting import FORMATS, export
from annotations.models import Corpus, User
from annotations.services.corpora import corpus_create, guidelines_restore
from tests.services.importing import bring_in, check, problems

from .conftest import Exhibit
from .golden import exported


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def write(corpus: Corpus) -> str:
    return b"".join(export(corpus, FORMATS["jsonl"])).decode()


def plain(text: str) -> str:
    """What no two exports share: the moment of each, and the numbers of articles."""
    text = re.sub(r'"exported_at":"[^"]*"', '"exported_at":""', text)
    return re.sub(r'(?m)^\{"id":\d+,', '{"id":0,', text)


def test_there_and_back(exhibit: Exhibit) -> None:
    sent = exported(exhibit, "jsonl")
    header = lines(sent)[0]["corpus"]
    exhibit.cast.corpus.delete()
    # As on a site that knows nobody of them.
    User.objects.filter(username="sam").update(username="sam-was-here")
    corpus = corpus_create(actor=None, name=header["name"], language=header["language"])
    guidelines_restore(corpus=corpus, records=header["guidelines"])
    source = bring_in(corpus, "corpus.jsonl", sent, people="same")
    assert (source.state, source.counts["articles"], source.counts.get("rejected", 0)) == (
        "done",
        2,
        0,
    )
    assert plain(write(corpus)) == plain(sent)
    # A person of this site is who they were; another one is a closed account.
    assert not User.objects.get(username="sam").is_active
    assert User.objects.get(username="rita").is_active


def test_a_copy_beside_the_original(exhibit: Exhibit) -> None:
    """By an admin: with stand-ins for the people, and uids of its own."""
    sent = exported(exhibit, "jsonl")
    corpus = exhibit.cast.other_corpus
    source = bring_in(corpus, "corpus.jsonl", sent, actor=exhibit.cast.outsider)
    assert source.counts["articles"] == 2
    assert exported(exhibit, "jsonl") == sent
    copied = lines(write(corpus))
    (claim, *_), (original, *_) = copied[1]["claims"], lines(sent)[1]["claims"]
    assert claim["uid"] != original["uid"]
    assert claim["spans"] == original["spans"]
    assert claim["verdict"] == original["verdict"]
    assert claim["created_by"] == {
        "username": f"imported+{corpus.pk}+rita-{hashlib.sha256(b'rita').hexdigest()[:12]}",
        "name": "rita",
    }
    # No guidelines came with it, and that is said.
    assert all(v["guideline_version"] is None for v in claim["verdicts"])
    assert problems(source, "note")
    again = bring_in(corpus, "corpus.jsonl", sent, actor=exhibit.cast.outsider)
    assert (again.counts["duplicates"], again.counts.get("articles", 0)) == (2, 0)


def change(record: dict[str, Any], where: str, value: Any) -> None:
    *path, last = where.split(".")
    target: Any = record
    for name in path:
        target = target[int(name) if name.isdecimal() else name]
    target[last] = value


@pytest.mark.parametrize(
    ("where", "value", "reason"),
    [
        ("claims.0.spans.0.quote", "Unemployment halved", "the text at [3, 31) is"),
        ("text_sha256", "0" * 64, "text_sha256"),
        ("text", "Grüße\r\n", "isn't normalised"),
        ("claims.0.verdicts.0.rating", "Splendid", "no rating 'Splendid'"),
        ("claims.0.types", ["nonsense"], "no 'nonsense'"),
        ("claims.0.uid", "12", "isn't whole"),
        ("claims.0.state", "lost", "isn't whole"),
        ("suggestions.0.end", 9999, "is not inside the text"),
        ("claims.0.created_by", None, "isn't whole"),
        ("published", "yesterday", "published: expected YYYY-MM-DD"),
    ],
)
def test_a_record_comes_whole_or_not_at_all(
    exhibit: Exhibit, where: str, value: Any, reason: str
) -> None:
    header, article, empty = lines(exported(exhibit, "jsonl"))
    change(article, where, value)
    sent = "\n".join(json.dumps(line) for line in (header, article, empty))
    source = bring_in(exhibit.cast.other_corpus, "a.jsonl", sent)
    ((line, said),) = problems(source)
    assert line == 2
    assert reason in said
    assert [a.title for a in exhibit.cast.other_corpus.articles.all()] == ["Empty"]
    assert json.loads(source.problems.get(severity="rejected").row)["title"] == article["title"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"format":"factcheck-jsonl","version":2}', "version 2"),
        ('{"format":"other"}', "has to be the header"),
        ("nonsense", "not JSON"),
    ],
)
def test_another_file_is_refused(exhibit: Exhibit, content: str, reason: str) -> None:
    source = check(exhibit.cast.corpus, "a.jsonl", content, format="jsonl")
    assert reason in problems(source)[0][1]
