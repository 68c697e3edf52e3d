"""The learnt attributions: reader, measure, training on made-up articles, speakers, bounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.attrs import DEP, HEAD, SENT_START
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection import DetectionError, Detector, load_detector
from annotations.detection.attribution.component import ClaimAttributions
from annotations.detection.attribution.decoding import CONTENT, SOURCE, best_roles
from annotations.detection.attribution.model import AttributionModel
from annotations.detection.attribution.sheet import DEPS, dep_number, read_sheet
from annotations.detection.attribution.training import train_on_docs
from annotations.detection.corpora.conllu import ConlluDocument, read_conllu
from annotations.detection.corpora.errors import CorpusError
from annotations.detection.corpora.polnear import (
    AttributionArticle,
    GoldAttribution,
    read_polnear,
    read_standoff,
)
from annotations.detection.evaluation.attribution import (
    doc_attributions,
    evaluate_attribution,
    score_attributions,
)

DATA = Path(__file__).parent / "data" / "attribution"
NATO = Path(__file__).parents[2] / "seeds" / "nato-2021-12-01.txt"


def build_doc(nlp: Language, document: ConlluDocument) -> Doc:
    """A doc with the parse of a CoNLL-U document and the white space of its text."""
    words: list[str] = []
    spaces: list[bool] = []
    rows: list[tuple[str, str, str, str, int, bool]] = []
    at = 0
    for sentence in document.sentences:
        begin = -1
        for number, token in enumerate(sentence):
            gap = document.text[at : token.start]
            if gap[:1] == " " and spaces:
                spaces[-1], gap = True, gap[1:]
            if gap:
                words.append(gap)
                spaces.append(False)
                rows.append(("_SP", gap, "dep", "O", -1, False))
            begin = len(words) if number == 0 else begin
            words.append(token.form)
            spaces.append(False)
            entity = "O" if token.entity == "O" else f"I-{token.entity}"
            rows.append(
                (token.tag, token.lemma, token.dep, entity, begin + token.head, number == 0)
            )
            at = token.end
    tags, lemmas, deps, entities, heads, opens = zip(*rows, strict=True)
    doc = Doc(nlp.vocab, words, spaces, tags=tags, lemmas=lemmas, ents=entities)
    return parse(
        doc, [head if head >= 0 else max(0, n - 1) for n, head in enumerate(heads)], deps, opens
    )


def parse(doc: Doc, heads: list[int], deps: tuple[str, ...], opens: tuple[bool, ...]) -> Doc:
    offsets = np.array(heads, dtype=np.int64) - np.arange(len(doc))
    values = np.array([doc.vocab.strings.add(dep) for dep in deps], dtype=np.uint64)
    starts = np.where(np.array(opens), 1, -1).astype(np.int64)
    rows = np.column_stack([offsets.astype(np.uint64), values, starts.astype(np.uint64)])
    return doc.from_array([HEAD, DEP, SENT_START], rows)


@pytest.fixture(scope="module")
def nlp() -> Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("claim_quotes")
    pipeline.add_pipe("claim_names")
    pipeline.add_pipe("claim_attributions")
    return pipeline


@pytest.fixture(scope="module")
def lessons(nlp: Language) -> list[tuple[Doc, AttributionArticle]]:
    articles = {article.name: article for article in read_polnear(DATA)}
    pairs = []
    for document in read_conllu(DATA / "parses.conllu", DATA / "text"):
        doc = build_doc(nlp, document)
        assert doc.text == document.text
        for name in ("claim_quotes", "claim_names"):
            nlp.get_pipe(name)(doc)
        pairs.append((doc, articles[document.name]))
    return pairs


@pytest.fixture(scope="module")
def model(lessons: list[tuple[Doc, AttributionArticle]]) -> AttributionModel:
    # Ten times over: the schedule is for hundreds of articles.
    return train_on_docs(lessons * 10, seed=1)


@pytest.fixture
def component(nlp: Language, model: AttributionModel) -> ClaimAttributions:
    pipe = nlp.get_pipe("claim_attributions")
    assert isinstance(pipe, ClaimAttributions)
    pipe.model = model
    return pipe


# The reader


def test_a_reading_has_roles_and_pieces() -> None:
    articles = list(read_polnear(DATA))
    assert [article.name for article in articles] == [f"made-up_{n:02d}" for n in range(12)]
    first = articles[1]
    (reading,) = first.readings.values()
    told = reading[-1]
    words = [first.text[start:end] for start, end in told.content]
    assert words == ['"Wages fell sharply,"', '"Exports rose again."']
    assert [first.text[start:end] for start, end in told.source] == ["Clara Weber"]
    assert [first.text[start:end] for start, end in told.cue] == ["said"]


def test_every_annotator_has_a_reading(tmp_path: Path) -> None:
    for folder in ("text", "attributions"):
        (tmp_path / folder).mkdir()
    (tmp_path / "text" / "a_long_name.txt").write_text("He said so.", encoding="utf-8")
    (tmp_path / "text" / "nobody.txt").write_text("It rains.", encoding="utf-8")
    for mark in ("4e07", "d473"):
        (tmp_path / "attributions" / f"a_long_name_{mark}.ann").write_text(
            "T1\tCue 3 7\tsaid\nT2\tContent 8 10\tso\nE1\tAttribution:T9 Cue:T1 Content:T2\n",
            encoding="utf-8",
        )
    named, nobody = read_polnear(tmp_path)
    assert sorted(named.readings) == ["4e07", "d473"]
    assert nobody.readings == {}


def test_lines_that_go_on_and_spans_that_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.ann"
    path.write_text(
        "T1\tContent 0 9;12 20\tone line\nand another\nT2\tCue 9 12\tsay\n"
        "#1\tAnnotatorNotes T1\tnote\nE1\tAttribution:T7 Content:T1 Content2:T8 Cue:T2\n",
        encoding="utf-8",
    )
    assert read_standoff(path, 20) == (GoldAttribution(cue=((9, 12),), content=((0, 9), (12, 20))),)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tContent nine\tx", "line 2: expected T<n>"),
        ("T1\tContent 5 99\tx", "line 2: 5 99 is not in a text of 20 characters"),
        ("E1\tno roles", "line 2: expected E<n>"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "a.ann"
    path.write_text(f"T7\tCue 0 1\tx\n{line}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        read_standoff(path, 20)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="a folder was expected"):
        list(read_polnear(tmp_path))


# The measure


def article(*readings: tuple[GoldAttribution, ...]) -> AttributionArticle:
    text = "Ann Miller said that wages fell."
    return AttributionArticle("a", text, {str(n): one for n, one in enumerate(readings)})


GOLD = GoldAttribution(source=((0, 10),), cue=((11, 15),), content=((16, 31),))


def test_the_gold_itself_scores_one() -> None:
    figures = score_attributions([(article((GOLD,)), [GOLD])])
    assert {one[kind]["f1"] for one in figures.values() for kind in ("token", "exact")} == {1.0}


def test_counts_by_hand() -> None:
    # A surname of two words, and three of three words of content with one too many.
    found = GoldAttribution(source=((4, 10),), cue=((11, 15),), content=((16, 32),))
    figures = score_attributions([(article((GOLD,)), [found])])
    assert figures["source"]["token"] == {"precision": 1.0, "recall": 0.5, "f1": 2 / 3}
    assert figures["source"]["exact"]["f1"] == 0.0
    assert figures["cue"]["exact"]["f1"] == 1.0
    assert figures["content"]["token"]["precision"] == 0.75
    assert figures["attribution"]["token"]["precision"] == pytest.approx(5 / 6)
    assert figures["attribution"]["exact"]["f1"] == 0.0


def test_several_annotators_share_an_article() -> None:
    other = GoldAttribution(cue=((11, 15),), content=((21, 31),))
    figures = score_attributions([(article((GOLD,), (other,)), [GOLD])])
    assert figures["source"]["token"] == {"precision": 0.5, "recall": 1.0, "f1": 2 / 3}
    assert figures["content"]["exact"]["f1"] == 0.5


def test_linked_roles_of_the_wrong_attribution_do_not_count() -> None:
    text = "Ann said A. Bob said B."
    gold = (
        GoldAttribution(source=((0, 3),), cue=((4, 8),), content=((9, 10),)),
        GoldAttribution(source=((12, 15),), cue=((16, 20),), content=((21, 22),)),
    )
    crossed = [
        GoldAttribution(source=((12, 15),), cue=((4, 8),), content=((9, 10),)),
        GoldAttribution(source=((0, 3),), cue=((16, 20),), content=((21, 22),)),
    ]
    figures = score_attributions([(AttributionArticle("a", text, {"": gold}), crossed)])
    assert figures["source"]["token"]["f1"] == 1.0
    assert figures["attribution"]["token"]["f1"] == pytest.approx(4 / 6)


def test_nothing_found_is_zero_and_no_error() -> None:
    figures = evaluate_attribution(DATA, lambda texts: [[] for _ in texts])
    assert {one["token"]["f1"] for one in figures.values()} == {0.0}


# Training on made-up articles


def test_what_is_learnt_is_found(
    component: ClaimAttributions, lessons: list[tuple[Doc, AttributionArticle]]
) -> None:
    figures = score_attributions((gold, doc_attributions(component(doc))) for doc, gold in lessons)
    assert figures["source"]["token"]["f1"] > 0.95
    assert figures["cue"]["token"]["f1"] > 0.95
    assert figures["content"]["token"]["f1"] > 0.95
    assert figures["attribution"]["exact"]["f1"] > 0.9


def described(doc: Doc) -> list[tuple[object, ...]]:
    return [
        (
            span.start_char,
            span.end_char,
            span.label_,
            span.id,
            span._.speaker,
            span._.source,
            span._.cue,
            span._.confidence,
        )
        for span in doc.spans["attributions"]
    ]


def test_pieces_carry_everything(
    component: ClaimAttributions, lessons: list[tuple[Doc, AttributionArticle]]
) -> None:
    doc = component(lessons[1][0])
    text = doc.text
    indirect = [span for span in doc.spans["attributions"] if span.label_ == "indirect"]
    assert [span.text for span in indirect] == [
        "that taxes doubled twice",
        "profits shrank badly",
    ]
    name, start, end = indirect[0]._.speaker
    assert (name, text[start:end]) == ("Paul Adams", "Paul Adams")
    assert text[slice(*indirect[0]._.source)] == "Paul Adams"
    assert text[slice(*indirect[0]._.cue)] == "said"
    assert 0.5 < indirect[0]._.confidence <= 1.0
    direct = [span for span in doc.spans["attributions"] if span.label_ == "direct"]
    assert [span._.speaker[0] for span in direct] == ["Clara Weber"] * 3
    assert direct[1].id == direct[2].id != direct[0].id
    assert [cue.text for cue in doc.spans["speech_cues"]] == [
        "said",
        "said",
        "According to",
        "said",
    ]


def test_the_same_seed_gives_the_same_model(
    lessons: list[tuple[Doc, AttributionArticle]],
) -> None:
    first, again, other = (train_on_docs(lessons, seed=seed).to_bytes() for seed in (3, 3, 4))
    assert first == again != other


def test_a_saved_model_finds_the_same(
    component: ClaimAttributions,
    lessons: list[tuple[Doc, AttributionArticle]],
    tmp_path: Path,
) -> None:
    doc = lessons[0][0]
    before = described(component(doc))
    assert before
    component.to_disk(tmp_path)
    packed = component.to_bytes()
    assert (tmp_path / "model.msgpack").stat().st_size < 4_000_000
    for load in (
        lambda pipe: pipe.from_disk(tmp_path),
        lambda pipe: pipe.from_bytes(packed),
    ):
        fresh = spacy.blank("en").create_pipe("claim_attributions")
        assert described(load(fresh)(doc)) == before


def test_texts_read_together_are_as_read_alone(
    component: ClaimAttributions, lessons: list[tuple[Doc, AttributionArticle]]
) -> None:
    docs = [doc for doc, _ in lessons]
    alone = [described(component(doc)) for doc in docs]
    assert [described(doc) for doc in component.pipe(iter(docs), batch_size=5)] == alone


def test_without_a_model_it_says_so(nlp: Language) -> None:
    fresh = nlp.create_pipe("claim_attributions")
    with pytest.raises(ValueError, match="no model"):
        fresh(nlp.make_doc("Ann said so."))
    with pytest.raises(ValueError, match="no attribution model"):
        AttributionModel.from_bytes(b"\x80")


def test_nothing_to_learn_from_is_an_error() -> None:
    with pytest.raises(ValueError, match="no attribution"):
        train_on_docs([])


def test_empty_and_blank_texts(nlp: Language, component: ClaimAttributions) -> None:
    for words in ([], ["\n\n"], ["\n", "said"]):
        doc = Doc(nlp.vocab, words, [False] * len(words))
        if words:
            opens = tuple(at == 0 for at in range(len(words)))
            parse(doc, [0] * len(words), ("ROOT",) * len(words), opens)
        doc.spans["quotes"] = []
        doc.spans["names"] = []
        assert list(component(doc).spans["attributions"]) == []


# Parts


def test_relations_of_both_schemes_are_one() -> None:
    for old, new in (("dobj", "obj"), ("nsubjpass", "nsubj:pass"), ("nmod:tmod", "obl:tmod")):
        assert dep_number(old) == dep_number(new)
    assert DEPS[dep_number("never heard of")] == "dep"


def test_white_space_is_no_token_of_the_sheet(
    lessons: list[tuple[Doc, AttributionArticle]],
) -> None:
    doc = lessons[0][0]
    sheet = read_sheet(doc)
    assert sheet.text == doc.text
    assert not [word for word in sheet.words if not word.strip()]
    assert [doc[place].text for place in sheet.place.tolist()] == sheet.words
    assert len(sheet.firsts) - 1 == len([s for s in doc.sents if s.text.strip()])
    assert all(
        sheet.ancestors[at, sheet.depth[at]] == at
        for at in range(len(sheet))
        if sheet.depth[at] >= 0
    )


def test_a_doubtful_token_between_sure_ones_keeps_their_role() -> None:
    scores = np.full((5, 4), -4.0, dtype=np.float32)
    scores[:, CONTENT] = -0.1
    scores[2] = [-4.0, -0.5, -4.0, -0.9]
    scores[4] = [-4.0, -0.1, -4.0, -9.0]
    roles = best_roles(np.array([5]), scores).tolist()
    assert roles == [CONTENT, CONTENT, CONTENT, CONTENT, SOURCE]


# Speakers, by the shipped pipeline


@pytest.fixture(scope="module")
def shipped() -> Detector:
    try:
        detector = load_detector("small")
    except DetectionError:
        pytest.skip("the pipeline 'small' is not shipped")
    return detector


Speakers = Callable[[str], dict[str, str | None]]


@pytest.fixture
def said_by(shipped: Detector) -> Speakers:
    """The speaker of each sentence: of the surest attribution over most of its words."""

    def find(text: str) -> dict[str, str | None]:
        doc = shipped.nlp(text)
        return {sentence.text.strip(): speaker(doc, sentence) for sentence in doc.sents}

    return find


def speaker(doc: Doc, sentence: Span) -> str | None:
    options = [
        (span._.confidence, span._.speaker[0])
        for span in doc.spans["attributions"]
        if span._.speaker is not None and span.start < sentence.end and span.end > sentence.start
    ]
    return max(options)[1] if options else None


BEGIN = "Jens Stoltenberg, the Secretary-General of NATO, spoke in Riga. "


@pytest.mark.parametrize(
    "sentence",
    [
        '"The alliance has 30 members today," Stoltenberg said.',
        '"The alliance has 30 members today," said Stoltenberg.',
        "Stoltenberg said that the alliance has 30 members.",
        "Stoltenberg, who is Norwegian, warned that the alliance has 30 members.",
        "The alliance has 30 members, according to Stoltenberg.",
        "The Secretary-General declared that the alliance has 30 members.",
        "“The alliance has 30 members,” the Secretary-General said.",
        "He told reporters that the alliance has 30 members.",
        "According to him, the alliance has 30 members.",
    ],
)
def test_forms_of_attribution(said_by: Speakers, sentence: str) -> None:
    assert said_by(BEGIN + sentence)[sentence] == "Jens Stoltenberg"


def test_a_quotation_goes_on_over_sentences_and_paragraphs(said_by: Speakers) -> None:
    found = said_by(
        '"The first point is this," Ann Miller said. "The second point is that we won.\n\n'
        '"The third point is that they lost."'
    )
    assert list(found.values()) == ["Ann Miller"] * 3


def test_two_speakers_are_kept_apart(said_by: Speakers) -> None:
    found = said_by(
        '"We cut taxes by half," John Smith said.\n\n'
        '"They raised taxes by half," Mary Jones said.\n\n'
        "She added that the debt doubled.\n\nHe denied that the debt doubled."
    )
    assert list(found.values()) == ["John Smith", "Mary Jones", "Mary Jones", "John Smith"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The alliance has 30 members.", None),
        ("He said that the debt doubled in 2010.", None),
        ("The bill was dropped on Monday, saying the courts have no business here.", None),
        (
            "A spokeswoman for Hillary Clinton said that the server was wiped.",
            "A spokeswoman for Hillary Clinton",
        ),
        (
            "Hillary Clinton spoke in Ohio. Hillary Clinton then flew home to Chelsea Clinton. "
            "Clinton said that wages fell by a tenth.",
            "Hillary Clinton",
        ),
        ("Ann Miller spoke in Riga. According to her, exports fell by 4 percent.", "Ann Miller"),
        (
            "Ann Miller spoke in Riga. According to her lawyer, exports fell by 4 percent.",
            "her lawyer",
        ),
        (BEGIN + "He said that the alliance grew to 30 members in 2020.", "Jens Stoltenberg"),
    ],
)
def test_who_is_meant(said_by: Speakers, text: str, name: str | None) -> None:
    assert list(said_by(text).values())[-1] == name


def test_transcript_labels_name_the_speaker(said_by: Speakers) -> None:
    found = said_by(
        "Hillary Clinton and Donald Trump met.\n\n"
        "CLINTON: Wages fell by a tenth last year.\nTRUMP: Our debt doubled."
    )
    assert found["Wages fell by a tenth last year."] == "Hillary Clinton"
    assert found["Our debt doubled."] == "Donald Trump"


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("\"It's only Ukraine", "Jens Stoltenberg"),
        ("Russia has no veto", "Jens Stoltenberg"),
        ('"They try to', "Jens Stoltenberg"),
        ('"I myself come', "Jens Stoltenberg"),
        ("\"And that's exactly", "Jens Stoltenberg"),
        ('"So this idea', "Jens Stoltenberg"),
        ("\"It's to respect", "Jens Stoltenberg"),
        ("So I think", "Jens Stoltenberg"),
        ("This comes a day after", "Vladimir Putin"),
        ("However, his comments", "Vladimir Putin"),
        ("He specifically highlighted", "Vladimir Putin"),
        ("All of this follows", None),
    ],
)
def test_the_example_article(said_by: Speakers, opening: str, name: str | None) -> None:
    found = said_by(NATO.read_text(encoding="utf-8"))
    assert [who for text, who in found.items() if text.startswith(opening)] == [name]


def test_lines_that_come_with_speakers(shipped: Detector) -> None:
    text = "Wages fell by a tenth last year.\nOur debt doubled."
    doc = shipped.nlp.make_doc(text)
    doc._.lines = ((0, 32, "CLINTON"), (33, 50, ""))
    for _, pipe in shipped.nlp.pipeline:
        doc = pipe(doc)
    transcript = [span for span in doc.spans["attributions"] if span.label_ == "transcript"]
    assert [(span.text, span._.speaker) for span in transcript] == [
        ("Wages fell by a tenth last year.", ("Clinton", None, None))
    ]


# Bounds


def hostile() -> Iterator[tuple[str, list[str], list[int]]]:
    yield "brackets", ["("] * 50_000, list(range(50_000))
    yield "cues", ["said"] * 20_000, [max(0, at - 1) for at in range(20_000)]
    yield "quotes", ['"', "he", "said", "that", "it", "fell", '"'] * 2_500, [0] * 17_500
    yield "marks", ["e" + "\u0301" * 1_000_000, "said"], [1, 1]


@pytest.mark.parametrize(
    ("name", "words", "heads"), list(hostile()), ids=lambda value: str(value)[:9]
)
def test_hostile_texts_take_linear_time(
    nlp: Language, component: ClaimAttributions, name: str, words: list[str], heads: list[int]
) -> None:
    doc = Doc(nlp.vocab, words, [True] * len(words), tags=["VBD"] * len(words))
    opens = tuple(at % 400 == 0 for at in range(len(words)))
    bounded = [max(head, at - at % 400) for at, head in enumerate(heads)]
    parse(doc, bounded, ("dep",) * len(words), opens)
    nlp.get_pipe("claim_quotes")(doc)
    doc.spans["names"] = []
    begin = time.process_time()
    component(doc)
    assert time.process_time() - begin < 20
