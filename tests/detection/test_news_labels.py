"""The hand-labelled news sample, and how highlights are measured against it."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.detection.corpora.errors import CorpusError
from annotations.detection.evaluation.news import (
    CATEGORIES,
    FURNITURE,
    HEADER,
    ScoredSentence,
    evaluate_news,
    read_news_labels,
)

SAMPLE = Path(__file__).parent / "data" / "news"

ARTICLE = (
    "Mill to close.\n\nLEEDS - The mill lost 3 million pounds last year. "
    "It was a sad day. Who will pay?\n\nA photo of the mill.\n\nBy Ann Lee"
)
PASSAGES = (
    ("Mill to close.", "heading"),
    ("LEEDS", "dateline"),
    ("The mill lost 3 million pounds last year.", ""),
    ("It was a sad day.", "opinion"),
    ("Who will pay?", "question"),
    ("A photo of the mill.", "caption"),
    ("By Ann Lee", "byline"),
)
LEAD = "LEEDS - The mill lost 3 million pounds last year."


def row(file: str, text: str, words: str, category: str) -> str:
    start = text.index(words)
    digest = hashlib.sha256(words.encode()).hexdigest()[:16]
    label = "0" if category else "1"
    return f"{file}\t{start}\t{start + len(words)}\t{digest}\t{label}\t{category}"


@pytest.fixture
def sample(tmp_path: Path) -> tuple[Path, Path]:
    """Labels and texts of one made-up article."""
    texts = tmp_path / "text"
    texts.mkdir()
    (texts / "mill.txt").write_bytes(ARTICLE.encode())
    rows = [row("mill.txt", ARTICLE, words, category) for words, category in PASSAGES]
    labels = tmp_path / "labels.tsv"
    labels.write_text("\n".join(["\t".join(HEADER), *rows]) + "\n", encoding="utf-8")
    return labels, texts


def scorer(scores: dict[str, float], *, threshold: float = 0.5) -> Callable[..., object]:
    """A detector that knows the sentences by heart."""

    def score(text: str) -> list[ScoredSentence]:
        return [
            ScoredSentence(at, at + len(words), value, value >= threshold)
            for words, value in scores.items()
            if (at := text.find(words)) >= 0
        ]

    return score


def test_a_perfect_ranking_reaches_the_ceiling(sample: tuple[Path, Path]) -> None:
    labels, texts = sample
    good = scorer({LEAD: 0.9, "It was a sad day.": 0.2, "Who will pay?": 0.1})

    result = evaluate_news(good, labels=labels, texts=texts)

    assert result.precision == result.ceiling == pytest.approx(1 / 3)
    assert result.random == result.base_rate == pytest.approx(1 / 7)
    assert result.mean_average_precision == result.average_precision == 1.0
    assert (result.highlighted, result.highlighted_worthy) == (2, 1)


def test_a_dateline_inside_a_highlight_counts_unless_the_highlight_leaves_it_out(
    sample: tuple[Path, Path],
) -> None:
    labels, texts = sample

    def cut(text: str) -> list[ScoredSentence]:
        start = text.index(LEAD)
        end = start + len(LEAD)
        return [ScoredSentence(start, end, 0.9, True, highlight=(start + len("LEEDS - "), end))]

    whole = evaluate_news(scorer({LEAD: 0.9}), labels=labels, texts=texts)
    tight = evaluate_news(cut, labels=labels, texts=texts)

    assert [passage.category for passage in whole.highlighted_furniture] == ["dateline"]
    assert tight.highlighted_furniture == ()
    assert tight.highlighted_worthy == 1


def test_highlighted_furniture_is_listed(sample: tuple[Path, Path]) -> None:
    labels, texts = sample
    bad = scorer({words: 0.8 for words, category in PASSAGES if category} | {LEAD: 0.1})

    result = evaluate_news(bad, labels=labels, texts=texts)

    assert {passage.category for passage in result.highlighted_furniture} == FURNITURE
    assert result.furniture == 5
    assert [passage.text for passage in result.highlighted_furniture][-1] == "By Ann Lee"
    assert result.precision == 0.0
    assert result.mean_average_precision == pytest.approx(1 / 7)


def test_a_headline_run_into_the_lead_does_not_take_its_score(sample: tuple[Path, Path]) -> None:
    labels, texts = sample
    joined = scorer({f"Mill to close.\n\n{LEAD}": 0.9, "Who will pay?": 0.3})

    result = evaluate_news(joined, labels=labels, texts=texts)

    assert result.mean_average_precision == 1.0
    assert {p.category for p in result.highlighted_furniture} == {"heading", "dateline"}


def test_passages_that_no_sentence_stands_for_rank_last(sample: tuple[Path, Path]) -> None:
    labels, texts = sample
    blind = scorer({"It was a sad day.": 0.01})

    result = evaluate_news(blind, labels=labels, texts=texts)

    # after the one that has a score, the heading and the dateline
    assert result.mean_average_precision == pytest.approx(1 / 4)


def test_an_article_without_anything_to_check_lowers_the_ceiling(tmp_path: Path) -> None:
    texts = tmp_path
    text = "Lovely. Nice."
    (texts / "a.txt").write_text(text, encoding="utf-8")
    labels = tmp_path / "labels.tsv"
    rows = [row("a.txt", text, words, "opinion") for words in ("Lovely.", "Nice.")]
    labels.write_text("\n".join(["\t".join(HEADER), *rows]), encoding="utf-8")

    result = evaluate_news(scorer({"Lovely.": 1.0}), labels=labels, texts=texts)

    assert (result.precision, result.ceiling, result.average_precision) == (0.0, 0.0, 0.0)
    assert result.articles[0].average_precision is None


def test_a_score_that_is_no_number_is_an_error(sample: tuple[Path, Path]) -> None:
    labels, texts = sample
    with pytest.raises(ValueError, match="not a number"):
        evaluate_news(scorer({LEAD: math.nan}), labels=labels, texts=texts)


@pytest.mark.parametrize(
    ("damage", "line", "message"),
    [
        (lambda rows: [*rows[:2], rows[2].replace("\t14\t", "\t13\t"), *rows[3:]], 0, ""),
        (lambda rows: [rows[0], rows[1].replace("\t14\t", "\t13\t"), *rows[2:]], 2, "isn't what"),
        (lambda rows: [*rows[:3], rows[3].replace("mill.txt", "mil.txt")], 4, "no text named"),
        (lambda rows: [rows[0], rows[2], rows[1]], 3, "out of order"),
        (lambda rows: [*rows[:4], rows[4].replace("opinion", "rumour")], 5, "a category"),
        (lambda rows: [*rows[:3], rows[3] + "opinion"], 4, "a category"),
        (lambda rows: [*rows[:3], rows[3].rpartition("\t")[0]], 4, "columns"),
        (lambda rows: rows[1:], 1, "expected the columns"),
        (lambda rows: [*rows[:3], rows[3].replace("mill.txt", "../text/mill.txt")], 4, "no text"),
    ],
)
def test_a_damaged_row_is_named(
    sample: tuple[Path, Path],
    damage: Callable[[list[str]], list[str]],
    line: int,
    message: str,
) -> None:
    labels, texts = sample
    rows = damage(labels.read_text(encoding="utf-8").splitlines())
    labels.write_text("\n".join(rows), encoding="utf-8")
    if not message:
        assert len(read_news_labels(labels, texts)) == len(PASSAGES)
        return
    with pytest.raises(CorpusError, match=message) as caught:
        read_news_labels(labels, texts)
    assert caught.value.line == line


def test_offsets_count_carriage_returns(tmp_path: Path) -> None:
    text = "One.\r\n\r\nTwo."
    (tmp_path / "a.txt").write_bytes(text.encode())
    labels = tmp_path / "labels.tsv"
    labels.write_text(
        "\n".join(["\t".join(HEADER), row("a.txt", text, "Two.", "other")]), encoding="utf-8"
    )
    assert [passage.text for passage in read_news_labels(labels, tmp_path)] == ["Two."]


@pytest.mark.parametrize("name", ["labels.tsv", "furniture.tsv"])
def test_the_sample_in_the_repository_is_well_formed(name: str) -> None:
    lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(HEADER, line.split("\t"), strict=True)) for line in lines[1:]]

    assert tuple(lines[0].split("\t")) == HEADER
    assert all(len(r["sha256"]) == 16 and int(r["start"]) < int(r["end"]) for r in rows)
    assert all((r["label"] == "1") == (r["category"] == "") for r in rows)
    assert {r["category"] for r in rows} - {""} <= set(CATEGORIES)
    places = [(r["file"], int(r["start"])) for r in rows]
    assert places == sorted(places)


def test_the_sample_is_as_the_guideline_says() -> None:
    lines = (SAMPLE / "labels.tsv").read_text(encoding="utf-8").splitlines()[1:]
    files = Counter(line.split("\t")[0] for line in lines)
    publishers = Counter(file.split("_")[0] for file in files)

    assert set(files.values()) == {10}
    assert len(publishers) == 7
    assert set(publishers.values()) == {2}
    share = sum(line.split("\t")[4] == "1" for line in lines) / len(lines)
    assert 0.3 <= share <= 0.5
    furniture = (SAMPLE / "furniture.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert not {line.split("\t")[0] for line in furniture} & set(files)
    assert {"caption", "byline", "dateline", "heading"} <= {
        line.split("\t")[5] for line in furniture
    }
