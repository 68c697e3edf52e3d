"""Our own format comes back as it went: an export of what was imported is the same file."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from annotations.exporting import FORMATS, export
from annotations.models import Corpus, Correction, FactCheck, FactCheckVersion, User
from annotations.services.corpus_restoring import corpus_restore
from annotations.services.deletion import articles_hide
from tests.services.importing import bring_in, check, problems, roll_back

from .conftest import Exhibit
from .golden import exported


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def delete_whole(corpus: Corpus) -> None:
    """As no service does: what was published would stay."""
    FactCheck.objects.update(current=None)
    for model in (Correction, FactCheckVersion, FactCheck):
        model.objects.all().delete()
    corpus.delete()


def write(corpus: Corpus) -> str:
    return b"".join(export(corpus, FORMATS["jsonl"])).decode()


def plain(text: str) -> str:
    """What no two exports share: the moment of each, and the numbers of articles."""
    text = re.sub(r'"exported_at":"[^"]*"', '"exported_at":""', text)
    return re.sub(r'(?m)^\{"id":\d+,', '{"id":0,', text)


def test_there_and_back(exhibit: Exhibit) -> None:
    sent = exported(exhibit, "jsonl")
    header = lines(sent)[0]["corpus"]
    delete_whole(exhibit.cast.corpus)
    # As on a site that knows nobody of them.
    User.objects.filter(username="sam").update(username="sam-was-here")
    corpus, notes = corpus_restore(name=header["name"], described=header)
    assert notes == []
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
    # An admin's file publishes nothing here.
    assert claim["fact_check"] is None
    assert any("fact-check is left out" in reason for _, reason in problems(source, "note"))
    again = bring_in(corpus, "corpus.jsonl", sent, actor=exhibit.cast.outsider)
    assert (again.counts["duplicates"], again.counts.get("articles", 0)) == (2, 0)


def test_what_was_deleted_comes_back_as_often_as_it_is_sent(exhibit: Exhibit) -> None:
    """Deleted claims keep their uids for as long as they can be restored."""
    sent, corpus = exported(exhibit, "jsonl"), exhibit.cast.corpus
    FactCheck.objects.update(current=None)
    for model in (Correction, FactCheckVersion, FactCheck):
        model.objects.all().delete()
    for _ in range(3):
        articles = list(corpus.articles.values_list("pk", flat=True))
        with transaction.atomic():
            assert articles_hide(actor=None, corpus=corpus, articles=articles) == articles
        source = bring_in(corpus, "corpus.jsonl", sent)
        assert problems(source) == []
        assert source.counts["articles"] == len(articles)


def test_what_was_published_is_published_again(exhibit: Exhibit) -> None:
    sent = exported(exhibit, "jsonl")
    page = "/fact-checks/unemployment-doubled/"
    before = Client().get(page)
    assert before.status_code == 200
    corpus, _ = corpus_restore(name="Copy", described=lines(sent)[0]["corpus"])
    source = bring_in(corpus, "corpus.jsonl", sent, people="same")
    copied = FactCheck.objects.get(corpus=corpus)
    # Its address is taken by the original.
    assert copied.slug.startswith("unemployment-doubled-")
    again = Client().get(page.replace("unemployment-doubled", copied.slug))
    for words in ("Twice as many out of work", "It was unclear.", "Ex News"):
        assert words in before.content.decode()
        assert words in again.content.decode()
    # Taken back, the import leaves it: what was published never goes away.
    source = roll_back(source)
    assert Client().get(page.replace("unemployment-doubled", copied.slug)).status_code == 200
    assert (source.counts["removed"], source.counts["kept"]) == (1, 1)


def test_a_longer_description_than_a_corpus_may_have_is_cut(exhibit: Exhibit) -> None:
    header = lines(exported(exhibit, "jsonl"))[0]["corpus"] | {"description": "x" * 10_001}
    corpus, notes = corpus_restore(name="Copy", described=header)
    assert len(corpus.description) == 10_000
    assert notes == ["the description was cut to 10,000 characters"]


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
    assert json.dumps(article["title"]) in source.problems.get(severity="rejected").row


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"format":"factcheck-jsonl","version":3}', "version 3"),
        ('{"format":"other"}', "has to be the header"),
        ("nonsense", "not JSON"),
    ],
)
def test_another_file_is_refused(exhibit: Exhibit, content: str, reason: str) -> None:
    source = check(exhibit.cast.corpus, "a.jsonl", content, format="jsonl")
    assert reason in problems(source)[0][1]
