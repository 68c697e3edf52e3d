from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotations.detection import (
    ArticleInput,
    Detection,
    DetectionError,
    Detector,
    load_detector,
)
from annotations.detection import detector as module
from annotations.detection import lexicon as lexicon_module
from annotations.detection.detector import build_detector

FACT = "Unemployment in Ohio fell by {} percent last year."


def articles(count: int) -> list[ArticleInput]:
    return [ArticleInput(FACT.format(number + 2)) for number in range(count)]


@pytest.mark.parametrize("batch_size", [1, 2, 3, 16])
def test_a_stream_keeps_order_and_equals_single_calls(
    detector: Detector, nato: str, batch_size: int
) -> None:
    sources = [*articles(4), ArticleInput(nato), ArticleInput(""), *articles(1)]
    streamed = list(detector.stream(iter(sources), batch_size=batch_size))
    assert streamed == [detector.detect(source) for source in sources]
    assert [found.claims[0].quote for found in streamed[:4]] == [a.text for a in sources[:4]]


def test_long_articles_are_read_apart(detector: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of the greatest length come together, they take the memory of one."""
    short, long = (ArticleInput(" ".join([FACT.format(5)] * times)) for times in (1, 4))
    monkeypatch.setattr(module, "_CHARACTERS_AT_ONCE", 2 * len(short.text))
    read, together = Detector._read, list[list[bool]]()

    def watched(self: Detector, batch: list[ArticleInput]) -> list[Detection]:
        together.append([article is long for article in batch])
        return read(self, batch)

    sources = [short, short, short, long, long, short]
    alone = [detector.detect(source) for source in sources]
    monkeypatch.setattr(Detector, "_read", watched)
    assert list(detector.stream(sources)) == alone
    assert together == [[False, False], [False], [True], [True], [False]]


def test_a_stream_reads_no_further_than_a_batch(detector: Detector) -> None:
    taken = 0

    def endless() -> Iterator[ArticleInput]:
        nonlocal taken
        while True:
            taken += 1
            yield ArticleInput(FACT.format(taken + 1))

    stream = detector.stream(endless(), batch_size=4)
    assert taken == 0
    next(stream)
    assert taken == 4
    for _ in range(4):
        next(stream)
    assert taken == 8


def test_new_words_are_forgotten(detector: Detector) -> None:
    list(detector.stream(articles(1)))
    before = len(detector.nlp.vocab.strings)
    list(detector.stream(ArticleInput(f"Xq{n}zz met Yq{n}ww.") for n in range(50)))
    assert len(detector.nlp.vocab.strings) == before


def test_threads_share_a_detector(detector: Detector, nato: str) -> None:
    assert load_detector() is detector
    expected = detector.detect(ArticleInput(nato))
    results: list[bool] = []

    def work() -> None:
        stream = detector.stream([ArticleInput(nato)] * 5, batch_size=2)
        results.extend(found == expected for found in stream)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 20


def test_too_long_a_text_is_refused_for_good(detector: Detector) -> None:
    with pytest.raises(DetectionError, match="1000001 characters") as caught:
        detector.detect(ArticleInput("a" * 1_000_001))
    assert caught.value.permanent


def test_the_limit_is_a_setting() -> None:
    small = build_detector("small", max_length=60)
    assert len(small.detect(ArticleInput(FACT.format(5))).claims) == 1
    with pytest.raises(DetectionError):
        small.detect(ArticleInput("a" * 61))


@pytest.mark.parametrize(("language", "accepted"), [("en-GB", True), ("", True), ("de", False)])
def test_languages(detector: Detector, language: str, accepted: bool) -> None:
    article = ArticleInput(FACT.format(5), language=language)
    if accepted:
        assert detector.detect(article).claims
    else:
        with pytest.raises(DetectionError) as caught:
            detector.detect(article)
        assert caught.value.permanent


def test_a_bad_article_does_not_lose_the_ones_before_it(detector: Detector) -> None:
    stream = detector.stream([*articles(2), ArticleInput("", language="fr"), *articles(1)])
    assert next(stream).claims
    assert next(stream).claims
    with pytest.raises(DetectionError):
        next(stream)


@pytest.mark.parametrize("name", ["no-such", "../small", "", "small/"])
def test_an_unknown_name_is_a_clear_error(name: str) -> None:
    with pytest.raises(DetectionError, match="small") as caught:
        load_detector(name)
    assert caught.value.permanent


def test_the_threshold_decides(nato: str) -> None:
    strict = build_detector("small", overrides={"components.claim_spans.threshold": 0.85})
    claims = strict.detect(ArticleInput(nato)).claims
    assert strict.threshold == 0.85
    assert claims
    assert all(claim.score >= 0.85 for claim in claims)
    assert len(claims) < len(load_detector().detect(ArticleInput(nato)).claims)


def test_the_hash_follows_settings_and_word_lists(
    detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.fullmatch("[0-9a-f]{64}", detector.config_hash)
    assert build_detector("small").config_hash == detector.config_hash
    changed = build_detector("small", overrides={"components.claim_spans.threshold": 0.7})
    assert changed.config_hash != detector.config_hash
    for file in lexicon_module.LEXICON_ROOT.glob("*.txt"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(lexicon_module, "LEXICON_ROOT", tmp_path)
    monkeypatch.setattr(module, "LEXICON_ROOT", tmp_path)
    assert build_detector("small").config_hash == detector.config_hash
    with (tmp_path / "topic.txt").open("a") as topic:
        topic.write("beekeeping\n")
    assert build_detector("small").config_hash != detector.config_hash


def test_the_hash_is_the_same_in_another_process(detector: Detector) -> None:
    code = "from annotations.detection import load_detector; print(load_detector().config_hash)"
    assert _python(code) == detector.config_hash


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys, annotations.detection as d; d.ArticleInput('x'); "
        "print([m for m in ('spacy', 'thinc', 'numpy', 'django') if m in sys.modules])"
    )
    assert _python(code) == "[]"


def test_the_detector_never_imports_django() -> None:
    code = (
        "import sys; from annotations.detection import load_detector; load_detector(); "
        "print([m for m in ('spacy', 'django', 'rest_framework', 'celery') if m in sys.modules])"
    )
    assert _python(code) == "['spacy']"


def _python(code: str) -> str:
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_a_suggestion_has_the_reasons_that_explain_gives(detector: Detector, nato: str) -> None:
    """Reading works out fewer reasons than explaining does, and never other ones."""
    article = ArticleInput(nato)
    explained = detector.explain(article)
    claims = detector.detect(article).claims
    assert detector.explain(article) == explained
    suggested = [one for one in explained if one.claim is not None]
    assert len(suggested) == len(claims)
    for sentence, claim in zip(suggested, claims, strict=True):
        assert claim.score == sentence.score
        assert claim.reasons == sentence.reasons
        assert len(claim.reasons) > 3
