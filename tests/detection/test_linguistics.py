"""Linguistic components: reader, trees, training on a made-up treebank, saving, evaluation."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from annotations.detection import Detector
from annotations.detection.corpora.conllu import read_conllu
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.evaluation.sentences import evaluate_sentences
from annotations.detection.linguistics import parser
from annotations.detection.linguistics.trees import best_heads
from annotations.detection.training.linguistics import build_pipeline, train_linguistics
from annotations.detection.training.recipe import RECIPES
from annotations.detection.training.treebank import references

NAMES = ("Ann", "Bob", "Eve", "Max")
VERBS = (("sees", "see"), ("likes", "like"), ("hears", "hear"))
THINGS = (("dogs", "dog"), ("cats", "cat"), ("trees", "tree"))


def treebank() -> str:
    """A document a name; the rule is always the same: NAME VERB THING ``.``"""
    rows = []
    for number, name in enumerate(NAMES):
        rows.append(f"# newdoc id = d{number}")
        for verb, lemma in VERBS:
            rows.append("# newpar")
            for thing, single in THINGS:
                rows += [
                    f"1\t{name}\t{name}\tPROPN\tNNP\t_\t2\tnsubj\t_\tNER=PERSON",
                    f"2\t{verb}\t{lemma}\tVERB\tVBZ\t_\t0\troot\t_\tNER=O",
                    f"3\t{thing}\t{single}\tNOUN\tNNS\t_\t2\tobj\t_\tSpaceAfter=No|NER=O",
                    "4\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\tNER=O",
                    "",
                ]
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("treebank") / "tiny.conllu"
    file.write_text(treebank(), encoding="utf-8")
    return file


def train(path: Path, epochs: int = 12) -> Language:
    nlp = build_pipeline(RECIPES / "small.cfg")
    for name in nlp.pipe_names[nlp.pipe_names.index("claim_entities") + 1 :]:
        nlp.remove_pipe(name)
    train_linguistics(
        nlp,
        treebank=list(read_conllu(path)) * 6,
        news=list(read_conllu(path)) * 6,
        epochs=epochs,
        seed=0,
        report=lambda message, done: None,
    )
    return nlp


@pytest.fixture(scope="module")
def trained(path: Path) -> Language:
    return train(path)


def annotated(nlp: Language, text: str) -> list[tuple[str, str, str, int, str, str]]:
    return [
        (t.text, t.tag_, t.dep_.lower(), t.head.i, t.ent_type_, t.lemma_)
        for t in nlp(text)
        if not t.is_space
    ]


def test_the_text_is_rebuilt_with_its_spacing(path: Path) -> None:
    first = next(read_conllu(path))
    assert first.name == "d0"
    assert first.text.startswith("Ann sees dogs. Ann sees cats. Ann sees trees.\n\nAnn likes")
    for sentence in first.sentences:
        for token in sentence:
            assert first.text[token.start : token.end] == token.form


def test_multiword_tokens_and_empty_nodes(tmp_path: Path) -> None:
    file = tmp_path / "words.conllu"
    file.write_text(
        "1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"
        "1\tdo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_\n"
        "2\tn't\tnot\tPART\tRB\t_\t1\tadvmod\t_\t_\n"
        "2.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t_\t_\n"
        "3\t!\t!\tPUNCT\t.\t_\t1\tpunct\t_\t_\n\n",
        encoding="utf-8",
    )
    (document,) = read_conllu(file)
    assert document.text == "don't!"
    assert [(t.form, t.start, t.end) for t in document.sentences[0]] == [
        ("do", 0, 2),
        ("n't", 2, 5),
        ("!", 5, 6),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1\tword", "line 2: 2 columns"),
        ("1\ta\ta\tX\tX\t_\tnone\troot\t_\t_", "line 2: a number was expected"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "bad.conllu"
    file.write_text(f"# newdoc id = x\n{row}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(read_conllu(file))


def test_a_missing_text_is_named(path: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="d0"):
        list(read_conllu(path, tmp_path))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_whatever_the_scores_every_sentence_is_one_tree(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(3, 9, 10))
    scores[:, np.arange(9), np.arange(9)] = -1e9
    scores[:, :, size:9] = -1e9
    heads = best_heads(scores, np.full(3, size))
    for row in heads[:, :size].tolist():
        assert sum(head == at for at, head in enumerate(row)) == 1
        for at in range(size):
            steps = 0
            while row[at] != at and steps <= size:
                at, steps = row[at], steps + 1
            assert steps <= size


def test_clear_scores_are_followed() -> None:
    scores = np.full((1, 3, 4), -5.0)
    scores[0, 0, 1] = scores[0, 2, 1] = scores[0, 1, 3] = 5.0
    assert best_heads(scores, np.array([3])).tolist() == [[1, 1, 1]]


def test_a_cycle_with_much_hanging_from_it_is_mended_in_linear_time() -> None:
    size = 3000
    scores = np.zeros((1, size, size + 1), dtype="float32")
    at = np.arange(1, size - 1)
    # Two words name each other, all others one after the other hang from them; the last is a root.
    scores[0, at, at - 1] = scores[0, 0, 1] = scores[0, size - 1, size] = 5.0
    began = time.process_time()
    (heads,) = best_heads(scores, np.array([size])).tolist()
    assert time.process_time() - began < 0.15
    assert heads == [size - 1, *range(size - 2), size - 1]


def test_a_long_text_is_parsed_in_portions(
    trained: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = " ".join(
        f"{name} {verb} {thing}." for name in NAMES for verb, _ in VERBS for thing, _ in THINGS
    )
    whole = annotated(trained, text)
    # Fewer than one sentence has, and those of two and a half.
    for words in (1, 10):
        monkeypatch.setattr(parser, "_PORTION_WORDS", words)
        assert annotated(trained, text) == whole


def test_the_pipeline_learns_what_the_treebank_shows(trained: Language, path: Path) -> None:
    assert annotated(trained, "Ann likes trees. Eve hears cats.") == [
        ("Ann", "NNP", "nsubj", 1, "PERSON", "Ann"),
        ("likes", "VBZ", "root", 1, "", "like"),
        ("trees", "NNS", "obj", 1, "", "tree"),
        (".", ".", "punct", 1, "", "."),
        ("Eve", "NNP", "nsubj", 5, "PERSON", "Eve"),
        ("hears", "VBZ", "root", 5, "", "hear"),
        ("cats", "NNS", "obj", 5, "", "cat"),
        (".", ".", "punct", 5, "", "."),
    ]
    figures = evaluate_sentences(trained, read_conllu(path))
    assert figures["f1"] == figures["exact"]["f1"] == figures["tags"] == 1.0
    assert figures["uas"] == figures["las"] == figures["aligned"] == 1.0


def test_the_same_seed_gives_the_same_weights(path: Path) -> None:
    one, other = train(path, epochs=1), train(path, epochs=1)
    for name in ("tok2vec", "tagger", "claim_parser", "claim_entities"):
        assert one.get_pipe(name).to_bytes() == other.get_pipe(name).to_bytes()


def test_saved_and_loaded_it_reads_the_same(trained: Language, tmp_path: Path) -> None:
    trained.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    text = "Max sees dogs.\n\nBob likes cats. Unknown words stay readable!"
    assert annotated(again, text) == annotated(trained, text)
    packed = trained.get_pipe("claim_parser").to_bytes()
    fresh = spacy.load(tmp_path / "model")
    assert fresh.get_pipe("claim_parser").from_bytes(packed).labels
    assert annotated(fresh, text) == annotated(trained, text)


def test_what_the_two_sides_divide_differently_teaches_nothing(
    trained: Language, tmp_path: Path
) -> None:
    file = tmp_path / "x.conllu"
    file.write_text(
        "1\tAnn\tAnn\tX\tNNP\t_\t0\troot\t_\tSpaceAfter=No\n"
        "2\t-Bob\tBob\tX\tNNP\t_\t1\tflat\t_\t_\n\n",
        encoding="utf-8",
    )
    (reference,) = references(trained, read_conllu(file), silver=False)
    tags = {token.text: token.tag_ for token in reference}
    assert tags["Ann"] == "NNP"
    assert tags["Bob"] == ""


@pytest.mark.parametrize(
    ("word", "tag", "lemma"),
    [
        ("countries", "NNS", "country"),
        ("said", "VBD", "say"),
        ("hoping", "VBG", "hope"),
        ("planned", "VBD", "plan"),
        ("is", "VBZ", "be"),
        ("better", "JJR", "good"),
        ("blorks", "NNS", "blork"),
    ],
)
def test_lemmas(detector: Detector, word: str, tag: str, lemma: str) -> None:
    lexemes = detector.nlp.get_pipe("claim_lexemes")
    assert lexemes.lemma(word, tag) == lemma  # type: ignore[attr-defined]


def test_the_shipped_pipeline_knows_a_simple_sentence(detector: Detector) -> None:
    doc = detector.nlp("On Monday President Barack Obama met 30 ministers in Berlin.")
    words = {token.text: token for token in doc}
    assert words["Obama"].dep_ == "nsubj"
    assert words["Obama"].head.text == "met"
    assert words["met"].tag_ == "VBD"
    assert words["met"].lemma_ == "meet"
    assert words["met"].pos_ == "VERB"
    assert words["ministers"].dep_ == "obj"
    kinds = {(entity.text, entity.label_) for entity in doc.ents}
    assert {("Barack Obama", "PERSON"), ("Berlin", "LOC"), ("Monday", "DATE")} <= kinds
