"""The quick layers give what spaCy's own give, in every company and at every length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spacy.language import Language
from thinc.api import Model

from annotations.detection.training.linguistics import build_pipeline
from annotations.detection.training.recipe import RECIPES

TEXTS = (
    "I can't wait. He ca n't, she cannot.",
    "",
    "One",
    "word " * 2500 + "end",
    "Tax cuts, tax cuts and TAX cuts!",
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_pipeline(RECIPES / "small.cfg")


@pytest.fixture(scope="module")
def network(nlp: Language) -> Model[Any, Any]:
    pipe: Any = nlp.get_pipe("tok2vec")
    model: Model[Any, Any] = pipe.model
    model.initialize(X=[nlp.make_doc(TEXTS[0])])
    random = np.random.default_rng(0)
    for layer in model.walk():  # fresh biases are 0, and would hide an error in them
        for name in layer.param_names:
            value: Any = layer.get_param(name)
            layer.set_param(name, value + random.normal(0, 0.1, value.shape).astype("float32"))
    return model


def both(nlp: Language, network: Model[Any, Any], texts: tuple[str, ...]) -> tuple[Any, Any]:
    docs = [nlp.make_doc(text) for text in texts]
    slow, _ = network(docs, is_train=True)
    return network.predict(docs), slow


def test_the_same_vectors_as_in_training(nlp: Language, network: Model[Any, Any]) -> None:
    quick, slow = both(nlp, network, TEXTS)
    assert [array.shape for array in quick] == [array.shape for array in slow]
    for one, other in zip(quick, slow, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


def test_a_norm_that_the_tokenizer_set_is_seen(nlp: Language, network: Model[Any, Any]) -> None:
    # In "can't" the tokenizer gives "ca" the norm "can"; elsewhere "ca" is itself.
    quick, slow = both(nlp, network, ("can't", "ca"))
    np.testing.assert_allclose(quick[1], slow[1], atol=2e-4)
    np.testing.assert_allclose(quick[0], slow[0], atol=2e-4)


def test_nothing_to_read(network: Model[Any, Any]) -> None:
    assert network.predict([]) == []


def test_what_only_read_cannot_learn(nlp: Language, network: Model[Any, Any]) -> None:
    embed = network.layers[0]
    vectors, backprop = embed([nlp.make_doc("One word.")], is_train=False)
    with pytest.raises(ValueError, match="cannot learn"):
        backprop(vectors)


def test_stored_and_read_again_it_is_the_same(nlp: Language, network: Model[Any, Any]) -> None:
    docs = [nlp.make_doc(text) for text in TEXTS]
    before = network.predict(docs)
    network.from_bytes(network.to_bytes())
    for one, other in zip(before, network.predict(docs), strict=True):
        assert (one == other).all()


def test_all_networks_multiply_with_numpy(nlp: Language) -> None:
    for _name, pipe in nlp.components:
        model = getattr(pipe, "model", None)
        if isinstance(model, Model):
            assert all(layer.ops.use_blis is False for layer in model.walk())  # type: ignore[attr-defined]
