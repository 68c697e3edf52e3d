"""The claim type classifier: learnt on made-up sentences, saved, loaded, and the same again."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection import Detector
from annotations.detection.claim_types import (
    ClaimTypes,
    LabelledText,
    TypeModel,
    cross_validate,
    read_labels,
    train_claim_types,
)
from annotations.detection.claim_types.features import Featurizer, read_word_lists
from annotations.detection.claim_types.fitting import fit, join, temperature
from annotations.detection.claim_types.labels import HEADER, LABELS, digest
from annotations.detection.claim_types.model import softmax
from annotations.detection.claim_types.training import CUES, Learnt, measure
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.interface import CLAIM_KINDS

EXAMPLES = {
    "personal_experience": (
        "I remember the day my father lost his job.",
        "I grew up in a small house with my mother and my sister.",
        "My wife told me that she could not sleep.",
        "I met a woman in Dayton who cried when she saw me.",
        "When I was a boy I saw the river burn.",
        "I know what it is like to wait in a hospital with my son.",
    ),
    "quantity": (
        "Unemployment fell to 4.1 percent last year.",
        "The city spent $3 million more than the year before.",
        "More than 20,000 people have lost their homes.",
        "Exports doubled between 2010 and 2015.",
        "The average wage is 12 percent lower than in 1990.",
        "We have the highest debt in our history, at 19 trillion dollars.",
    ),
    "causation": (
        "The dam failed because of the heavy rain.",
        "Smoking causes cancer.",
        "The tariff led to a loss of factories.",
        "Wages fell as a result of the strike.",
        "The fire was caused by a broken cable.",
        "High rents are due to the lack of new houses.",
    ),
    "law": (
        "The law requires a licence for every dog.",
        "It is illegal to sell alcohol to minors under the act.",
        "The constitution gives the senate the power to declare war.",
        "Foreign companies are not allowed to own land.",
        "Under the treaty, both states are required to share the water.",
        "Veterans are entitled to free care.",
    ),
    "prediction": (
        "Taxes will rise next year.",
        "The plan would cost us a fortune.",
        "If they win, prices will go up.",
        "The bridge is going to collapse before long.",
        "He will announce a new cabinet in May.",
        "Voters could turn against the mayor in the autumn.",
    ),
    "other": (
        "The senator voted against the bill in March.",
        "The minister met the ambassador in Geneva.",
        "She signed the petition and endorsed the mayor.",
        "The company released the report on Monday.",
        "The council rejected the offer from the bank.",
        "Police arrested the driver after the match.",
    ),
    "not_a_claim": (
        "Thank you very much.",
        "What do you think about that?",
        "I think we should all be kinder to each other.",
        "Let me be clear about this.",
        "It is time for a change in this great country.",
        "We ought to be proud of our children.",
    ),
}
CLEAR = {
    "personal_experience": "I remember when my mother told me about the war.",
    "quantity": "Unemployment rose to 7.2 percent in 2012.",
    "causation": "The loss of houses was caused by the rain.",
    "law": "The law requires every driver to have a licence.",
    "prediction": "Prices will go up next year.",
    "other": "The mayor signed the bill on Monday.",
    "not_a_claim": "What do you think about this?",
}


def rows() -> list[LabelledText]:
    return [
        LabelledText("made up", f"{kind} {at}", text, kind)
        for kind, texts in EXAMPLES.items()
        for at, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def nlp(detector: Detector) -> Language:
    return detector.nlp


@pytest.fixture(scope="module")
def learnt(nlp: Language) -> Learnt:
    return train_claim_types(nlp=nlp, rows=rows())


@pytest.fixture
def component(nlp: Language, learnt: Learnt) -> ClaimTypes:
    types = ClaimTypes(nlp)
    types.assign(learnt.model, learnt.featurizer)
    return types


def judged(component: ClaimTypes, nlp: Language, text: str) -> list[Span]:
    doc = component(nlp(text))
    return list(doc.spans["candidates"])


@pytest.mark.parametrize("kind", CLAIM_KINDS)
def test_every_type_has_a_clear_example(component: ClaimTypes, nlp: Language, kind: str) -> None:
    (span,) = judged(component, nlp, CLEAR[kind])
    assert span._.kind == kind
    assert 1 / len(CLAIM_KINDS) < span._.kind_confidence <= 1


def test_saved_and_loaded_it_says_the_same(
    component: ClaimTypes, nlp: Language, tmp_path: Path
) -> None:
    text = " ".join(CLEAR.values())
    before = [(span._.kind, span._.kind_confidence) for span in judged(component, nlp, text)]

    component.to_disk(tmp_path / "types")
    from_disk = ClaimTypes(nlp).from_disk(tmp_path / "types")
    from_bytes = ClaimTypes(nlp).from_bytes(component.to_bytes())

    assert len(before) == len(CLEAR)
    for loaded in (from_disk, from_bytes):
        spans = judged(loaded, nlp, text)
        assert [(span._.kind, span._.kind_confidence) for span in spans] == before
    assert sum(f.stat().st_size for f in tmp_path.rglob("*") if f.is_file()) < 500_000


def test_it_is_a_factory_that_spacy_saves(nlp: Language, learnt: Learnt, tmp_path: Path) -> None:
    import spacy

    blank = spacy.blank("en")
    pipe = blank.add_pipe("claim_types", config={"claim_threshold": 0.5})
    assert isinstance(pipe, ClaimTypes)
    pipe.assign(learnt.model, learnt.featurizer)
    blank.to_disk(tmp_path)
    again = spacy.load(tmp_path).get_pipe("claim_types")

    assert isinstance(again, ClaimTypes)
    assert again.claim_threshold == 0.5
    assert again.to_bytes() == pipe.to_bytes()


def test_training_again_gives_the_same_weights(nlp: Language, learnt: Learnt) -> None:
    again = train_claim_types(nlp=nlp, rows=rows())
    other_seed = train_claim_types(nlp=nlp, rows=rows(), seed=7)

    assert again.model.to_bytes() == learnt.model.to_bytes()
    np.testing.assert_array_equal(other_seed.model.named, learnt.model.named)


def test_a_check_worthy_candidate_is_some_claim(component: ClaimTypes, nlp: Language) -> None:
    doc = nlp(CLEAR["not_a_claim"])
    (span,) = doc.spans["candidates"]
    component(doc)
    assert span._.kind == "not_a_claim"

    component.claim_threshold = span._.check_worthiness
    component(doc)
    assert span._.kind != "not_a_claim"
    assert 0 < span._.kind_confidence <= 1

    component.claim_threshold = span._.check_worthiness + 0.01
    component(doc)
    assert span._.kind == "not_a_claim"


def test_confidence_is_a_probability_on_odd_texts(component: ClaimTypes, nlp: Language) -> None:
    odd = ["", " ", "?", "\u0301" * 500, "( " * 2000, "said " * 2000, "🙂 🙂", "“…”\n\n’"]
    for doc in nlp.pipe(odd):
        for span in component(doc).spans["candidates"]:
            assert 0 <= span._.kind_confidence <= 1
            assert span._.kind in CLAIM_KINDS


def test_a_long_text_takes_time_in_proportion(component: ClaimTypes, nlp: Language) -> None:
    def seconds(words: int) -> float:
        doc = nlp.make_doc("The law caused it , they said . " * (words // 8))
        doc.spans["cues"] = [Span(doc, at, at + 1, "law") for at in range(1, len(doc), 8)]
        doc.spans["candidates"] = [Span(doc, at, at + 8) for at in range(0, len(doc) - 8, 8)]
        began = time.perf_counter()
        component(doc)
        return time.perf_counter() - began

    seconds(1_000)
    short, long = min(seconds(8_000) for _ in range(3)), seconds(80_000)
    assert long < 40 * short + 0.2


def test_untrained_it_says_so(nlp: Language) -> None:
    with pytest.raises(ValueError, match="no weights yet"):
        ClaimTypes(nlp)(nlp("One."))


def test_weights_of_other_features_are_refused(nlp: Language, learnt: Learnt) -> None:
    other = Featurizer(make_doc=nlp.make_doc, cues=CUES[1:], word_lists=read_word_lists())
    with pytest.raises(ValueError, match="other features"):
        ClaimTypes(nlp).assign(learnt.model, other)
    data = learnt.model.to_dict()
    with pytest.raises(ValueError, match="another version"):
        TypeModel.from_dict({**data, "format": 0})
    with pytest.raises(ValueError, match="unexpected shapes"):
        TypeModel.from_dict({**data, "hashed": data["hashed"][:8]})


def test_a_type_with_too_few_examples_is_refused(nlp: Language) -> None:
    few = [row for row in rows() if row.kind != "law" or row.id == "law 0"]
    with pytest.raises(ValueError, match="law has 1 examples"):
        train_claim_types(nlp=nlp, rows=few)


def test_validation_figures_are_of_sentences_not_learnt_from(nlp: Language) -> None:
    # Labels that nothing can tell: learnt by heart they would be right, in folds they can't be.
    kinds = list(EXAMPLES)
    noise = [
        LabelledText("made up", str(at), f"Zq{at} wv{at} xk{at}.", kinds[at % len(kinds)])
        for at in range(70)
    ]
    assert cross_validate(nlp=nlp, rows=noise).accuracy < 0.4
    # Sentences that read the same are kept together.
    twice = [*noise, *(LabelledText("again", r.id, r.text.upper(), r.kind) for r in noise)]
    assert cross_validate(nlp=nlp, rows=twice).accuracy < 0.4


class TestFeatures:
    def names(self, featurizer: Featurizer, doc: Doc) -> set[str]:
        named = featurizer(doc, [(0, len(doc))]).named[0]
        return {name for name, value in zip(featurizer.names, named, strict=True) if value > 0}

    @pytest.fixture
    def featurizer(self, nlp: Language) -> Featurizer:
        return Featurizer(make_doc=nlp.make_doc, cues=CUES, word_lists=read_word_lists())

    def test_words_cues_and_shape(self, nlp: Language, featurizer: Featurizer) -> None:
        doc = nlp.make_doc("I’ve met him because of 3 laws?”")
        doc.spans["cues"] = [Span(doc, 1, 2, "law"), Span(doc, 2, 3, "law"), Span(doc, 1, 2, "odd")]
        found = self.names(featurizer, doc)

        assert {"words:self", "words:causation", "words:law", "opens:self", "figure"} <= found
        assert {"cue:law", "cue:law+", "question_mark"} <= found
        assert not found & {"cue:odd", "cue:causation", "words:prediction", "longer:40"}

    def test_phrases_do_not_reach_into_the_next_sentence(
        self, nlp: Language, featurizer: Featurizer
    ) -> None:
        doc = nlp.make_doc("As a kid you")
        column = featurizer.names.index("words:experience")
        assert featurizer(doc, [(0, 4)]).named[0, column] == 1
        assert featurizer(doc, [(0, 2), (2, 4)]).named[:, column].tolist() == [0, 0]

    def test_a_sentence_has_the_same_features_alone_and_among_others(
        self, nlp: Language, featurizer: Featurizer
    ) -> None:
        docs = [nlp.make_doc(text) for text in CLEAR.values()]
        alone = join([featurizer(doc, [(0, len(doc))]) for doc in docs])
        whole = Doc.from_docs(docs)
        stops = np.cumsum([len(doc) for doc in docs]).tolist()
        among = featurizer(whole, list(zip([0, *stops], stops, strict=False)))
        for one, other in zip(alone, among, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_the_same_hash_in_every_process(self, nlp: Language, featurizer: Featurizer) -> None:
        doc = nlp.make_doc("Taxes rose")
        assert sorted(featurizer(doc, [(0, 2)]).columns.tolist()) == [1611, 3436, 3894]


class TestFitting:
    def test_the_slope_is_flat_where_it_stops(self) -> None:
        random = np.random.default_rng(0)
        x = random.normal(size=(60, 20))
        labels = np.arange(60) % len(CLAIM_KINDS)
        weights = fit(x, labels, penalty=1.0, balance=0.0)
        slope = x.T @ (softmax(x @ weights) - np.eye(len(CLAIM_KINDS))[labels]) + weights
        assert np.abs(slope).max() < 1e-2

    def test_balance_lifts_a_rare_type(self) -> None:
        x = np.ones((100, 1))
        labels = np.array([0] * 95 + [1] * 5)
        rare = [
            softmax(x @ fit(x, labels, penalty=0.01, balance=balance))[0, 1]
            for balance in (0.0, 0.5, 1.0)
        ]
        assert rare[0] == pytest.approx(0.05, abs=0.01)
        assert rare[0] < rare[1] < rare[2] == pytest.approx(0.5, abs=0.01)

    def test_temperature_cools_what_is_too_sure(self) -> None:
        logits = np.zeros((100, len(CLAIM_KINDS)))
        logits[:, 0] = 8.0
        labels = np.array([0] * 70 + [1] * 30)
        heat = temperature(logits, labels)
        assert softmax(logits / heat)[0, 0] == pytest.approx(0.7, abs=0.1)
        assert heat > 2

    def test_figures(self) -> None:
        answers = np.eye(len(CLAIM_KINDS))[[0, 0, 1, 1]] * 0.8 + 0.1 / 3.5
        result = measure(answers / answers.sum(axis=1, keepdims=True), np.array([0, 0, 1, 0]))
        assert result.accuracy == 0.75
        assert result.majority == 0.75
        assert result.kappa == pytest.approx(0.5)
        assert result.f1["personal_experience"] == pytest.approx(0.8)
        assert result.confusion[0][:2] == (2, 1)


class TestLabels:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        (tmp_path / "claimbuster").mkdir()
        sentences = [{"sentence_id": 7, "label": 1, "text": "Crime fell."}]
        (tmp_path / "claimbuster" / "kfold_25ncs.json").write_text(json.dumps(sentences))
        articles = tmp_path / "polnear" / "data" / "train" / "text"
        articles.mkdir(parents=True)
        (articles / "mill.txt").write_bytes(b"One.\r\nIt will close.")
        return tmp_path

    def write(self, data: Path, *lines: str) -> Path:
        path = data / "labels.tsv"
        path.write_text("\n".join(["\t".join(HEADER), *lines]) + "\n")
        return path

    def test_ids_become_sentences(self, data: Path) -> None:
        labels = self.write(
            data,
            f"claimbuster\t7\t{digest('Crime fell.')}\tquantity",
            f"polnear\tmill:6:20\t{digest('It will close.')}\tprediction",
        )
        assert read_labels(data, labels=labels) == [
            LabelledText("claimbuster", "7", "Crime fell.", "quantity"),
            LabelledText("polnear", "mill:6:20", "It will close.", "prediction"),
        ]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("claimbuster\t7\t0000000000000000\tquantity", "not the text"),
            (f"claimbuster\t8\t{digest('Crime fell.')}\tquantity", "is not in"),
            (f"claimbuster\t7\t{digest('Crime fell.')}\trumour", "unknown claim type"),
            (f"newswire\t7\t{digest('Crime fell.')}\tquantity", "unknown source"),
            ("claimbuster\t7", "4 columns"),
            (f"polnear\tmill:0:9\t{digest('It will close.')}\tother", "not the text"),
            (f"polnear\tmill\t{digest('It will close.')}\tother", "is not in"),
            (f"polnear\t../text/mill:6:20\t{digest('It will close.')}\tother", "is not in"),
        ],
    )
    def test_a_bad_row_is_named(self, data: Path, line: str, message: str) -> None:
        good = f"polnear\tmill:0:4\t{digest('One.')}\tother"
        labels = self.write(data, good, line)
        with pytest.raises(CorpusError, match=message) as caught:
            read_labels(data, labels=labels)
        assert caught.value.line == 3

    def test_a_row_that_stands_twice_is_named(self, data: Path) -> None:
        row = f"claimbuster\t7\t{digest('Crime fell.')}\tquantity"
        with pytest.raises(CorpusError, match="labelled twice"):
            read_labels(data, labels=self.write(data, row, row))

    def test_data_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        labels = self.write(tmp_path, "claimbuster\t7\t0000000000000000\tquantity")
        with pytest.raises(CorpusError, match="not ClaimBuster's"):
            read_labels(tmp_path, labels=labels)

    def test_the_labels_in_the_repository_are_well_formed(self) -> None:
        lines = LABELS.read_text(encoding="utf-8").splitlines()
        fields = [line.split("\t") for line in lines[1:]]
        assert tuple(lines[0].split("\t")) == HEADER
        assert len({(source, key) for source, key, _, _ in fields}) == len(fields) >= 750
        assert all(len(hashed) == 16 for _, _, hashed, _ in fields)
        counts = Counter(kind for _, _, _, kind in fields)
        assert set(counts) == set(CLAIM_KINDS)
        assert min(counts.values()) >= 50
