"""The claim's span: the clause without its frame, and the whole sentence where a cut is unsafe."""

from __future__ import annotations

import re
import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from annotations.detection.components import claim_spans, extensions, scorer
from annotations.detection.components.clauses import Passage, _below, spread
from annotations.detection.components.extensions import read_tokens, tokens_between
from annotations.detection.components.quotes import find_quotes
from annotations.detection.detector import Detector

assert claim_spans
assert extensions
assert scorer

REASONS = (("bias", "bias", -1.0, ()), ("number", "a number", 2.0, ()))


def make_pipeline() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("claim_spans")
    return nlp


NLP = make_pipeline()
_SIGN = re.compile(r"[<>{}\[\]]")


def build(marked: str, *, attributed: bool = True, form: str = "indirect") -> Doc:
    """A doc from ``{source}``, ``<cue>`` and ``[content]``; a sentence a line.

    Each line is one attribution. Only cues are set if it is not ``attributed``.
    """
    text, doc_places, at = "", [], 0
    lines = []
    for line in marked.split("\n"):
        begin = at
        opened: dict[str, int] = {}
        places: dict[str, list[tuple[int, int]]] = {"<": [], "{": [], "[": []}
        for piece in re.split(r"([<>{}\[\]])", line):
            if piece in {"<", "{", "["}:
                opened[piece] = at
            elif piece in {">", "}", "]"}:
                sign = {">": "<", "}": "{", "]": "["}[piece]
                places[sign].append((opened[sign], at))
            else:
                text += piece
                at += len(piece)
        lines.append((begin, at))
        doc_places.append(places)
        text += " "
        at += 1
    doc = NLP.make_doc(text.rstrip(" "))
    starts = read_tokens(doc).starts

    def span(place: tuple[int, int], label: str) -> Span:
        return Span(doc, *tokens_between(starts, *place), label=label)

    candidates, attributions, cues = [], [], []
    for number, (line_place, places) in enumerate(zip(lines, doc_places, strict=True), 1):
        candidate = span(line_place, "")
        candidate._.check_worthiness = 0.75
        candidate._.reasons = REASONS
        candidate._.kind = "quantity"
        candidate._.kind_confidence = 0.6
        candidates.append(candidate)
        cues.extend(span(place, "cue") for place in places["<"])
        for place in places["["] if attributed else ():
            piece = span(place, form)
            piece.id = number
            source = places["{"][0] if places["{"] else None
            piece._.source = source
            piece._.cue = places["<"][0] if places["<"] else None
            piece._.speaker = (text[slice(*source)], *source) if source else None
            attributions.append(piece)
    doc.spans["candidates"] = candidates
    doc.spans["attributions"] = attributions
    doc.spans["speech_cues"] = cues
    doc.spans["quotes"] = [
        Span(doc, *tokens_between(starts, left, right), label=label)
        for left, right, label in find_quotes(doc.text, 0, len(doc.text))
    ]
    return doc


def claims_of(doc: Doc) -> list[str]:
    return [span.text for span in NLP.get_pipe("claim_spans")(doc).spans["claims"]]


CUT = [
    (
        "{Smith} <said> that [debt has fallen by a third since 2019].",
        "debt has fallen by a third since 2019.",
    ),
    (
        "{Smith} <told> the council on Monday [that debt has fallen by a third].",
        "debt has fallen by a third.",
    ),
    (
        "[Debt has fallen by a third since 2019], {Smith} <said>.",
        "Debt has fallen by a third since 2019",
    ),
    (
        "[Debt has fallen by a third since 2019], <said> {Smith}, who runs the treasury.",
        "Debt has fallen by a third since 2019",
    ),
    (
        "<According to> {Smith}, [debt has fallen by a third].",
        "debt has fallen by a third.",
    ),
    (
        "[Debt has fallen by a third], <according to> {the ministry}.",
        "Debt has fallen by a third",
    ),
    (
        '["Debt has fallen by a third,"] {Smith} <said>.',
        "Debt has fallen by a third",
    ),
    (
        '{Smith} <said>: ["Debt has fallen by a third."]',
        "Debt has fallen by a third.",
    ),
    (
        '{Smith} <said> [debt has "fallen like a stone" by a third].',
        'debt has "fallen like a stone" by a third.',
    ),
    (
        "However, {the minister} <stressed> on Friday [that the law has forbidden it].",
        "the law has forbidden it.",
    ),
]


@pytest.mark.parametrize(("marked", "wanted"), CUT)
def test_the_frame_is_cut_off(marked: str, wanted: str) -> None:
    doc = build(marked)
    assert claims_of(doc) == [wanted]
    (claim,) = doc.spans["claims"]
    (candidate,) = doc.spans["candidates"]
    for name in ("check_worthiness", "reasons", "kind", "kind_confidence"):
        assert claim._.get(name) == candidate._.get(name)
    assert claim._.quoted
    name, start, end = claim._.claimant
    assert doc.text[start:end] == name
    assert "{" + name + "}" in marked


KEPT = [
    "{Smith} did not <say> that [debt has fallen by a third].",
    "{Smith} never <said> that [debt has fallen by a third].",
    "{Nobody} <said> that [debt has fallen by a third].",
    "{Smith} <denied> that [debt has fallen by a third].",
    "{Smith} falsely <claimed> that [debt has fallen by a third].",
    "{Smith} <hopes> that [debt has fallen by a third].",
    "{Smith} <asked> whether [debt has fallen by a third].",
    "{Smith} would <say> that [debt has fallen by a third].",
    "{Smith} refused to <say> that [debt has fallen by a third].",
    "If {Smith} <says> that [debt has fallen by a third], it has.",
    "Has {Smith} <said> that [debt has fallen by a third]?",
    '{Smith} <said>: ["Has debt fallen by a third since?"]',
    "{Smith} <said> that [debt has fallen by a third], but that is wrong.",
    "{Smith} <said> that [Jones had <claimed> that debt has fallen by a third].",
    "[Debt], {Smith} <said>, [has fallen by a third since last year].",
    "{Smith} <said> that [it fell].",
    "{Smith} <pointed> to [a report on the debt of all the towns].",
    "“[We are like ‘Ebony and Ivory in town]’,” he <explained>.",
    "{Smith} <said> [debt (of the town has fallen] by a third).",
    '{Smith} <said> "that [debt has fallen by a third" at last].',
    '{Smith} <said> [debt has fallen "by a third] at least".',
]


@pytest.mark.parametrize("marked", KEPT)
def test_a_cut_that_could_change_the_meaning_is_not_made(marked: str) -> None:
    doc = build(marked)
    text = _SIGN.sub("", marked)
    assert claims_of(doc) == [text]


def test_marks_are_dropped_where_the_sentence_lies_in_a_quotation() -> None:
    doc = build(
        '["Russia has no veto over who joins.]\n'
        '[Russia has no say in what neighbors do,"] {Stoltenberg} <said>.\n'
        '["They try to build spheres of influence."]',
        form="direct",
    )
    assert claims_of(doc) == [
        "Russia has no veto over who joins.",
        "Russia has no say in what neighbors do",
        "They try to build spheres of influence.",
    ]
    assert all(claim._.quoted for claim in doc.spans["claims"])


def test_marks_inside_a_sentence_stay_in_pairs() -> None:
    doc = build('The "red line" was crossed in 2014, and "five minutes" are enough.')
    (claim,) = claims_of(doc)
    assert claim == doc.text
    assert not doc.spans["claims"][0]._.quoted


def test_what_is_worth_checking_must_stand_in_the_clause() -> None:
    marked = "{The party}, which lost 40 seats in 2014, <said> [it had seen that coming]."
    text = _SIGN.sub("", marked)
    doc = build(marked)
    places = tuple((text.index(word), text.index(word) + len(word)) for word in ("40", "2014"))
    doc.spans["candidates"][0]._.reasons = (
        ("bias", "bias", -1.0, ()),
        ("number", "a number", 1.5, places),
        ("past", "a past event", 0.5, ((text.index("seen"), text.index("seen") + 4),)),
        ("attributed", "attributed", 9.0, ((0, 9),)),
    )
    assert claims_of(doc) == [text]
    doc.spans["candidates"][0]._.reasons = (("past", "", 2.0, ((text.index("seen"), 60),)),)
    assert claims_of(doc) == ["it had seen that coming."]


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("{Smith} <said> that [debt has fallen by a third].", "debt has fallen by a third."),
        (
            "[Debt has fallen by a third], {Smith} <said> on Monday.",
            "Debt has fallen by a third",
        ),
        (
            '"Debt has fallen by a third," <said> {Smith} of the treasury.',
            "Debt has fallen by a third",
        ),
        ('"Debt has fallen by a third," the director, {Smith}, <said> on Friday.', None),
        ("Debt has fallen by a third, the director, {Smith}, <said>.", None),
        ("Debt has fallen by a third, which {Smith} <said> was wrong.", None),
        ("After a third, {Smith}, a judge, <said> debt, too, had fallen.", None),
        ("{Smith} <said> debt has fallen by a third of it.", None),
    ],
)
def test_plain_frames_need_no_attribution(marked: str, wanted: str | None) -> None:
    doc = build(marked, attributed=False)
    assert claims_of(doc) == [wanted or _SIGN.sub("", marked)]
    assert doc.spans["claims"][0]._.claimant is None


def test_the_parse_finds_the_clause_without_that() -> None:
    words = ["Smith", "said", "debt", "has", "fallen", "by", "a", "third", "."]
    tags = ["NNP", "VBD", "NN", "VBZ", "VBN", "IN", "DT", "NN", "."]
    heads = [1, 1, 4, 4, 1, 7, 7, 4, 1]
    deps = ["nsubj", "root", "nsubj", "aux", "ccomp", "case", "det", "obl", "punct"]
    doc = Doc(NLP.vocab, words=words, tags=tags, heads=heads, deps=deps)
    candidate = Span(doc, 0, 9)
    candidate._.check_worthiness = 0.9
    doc.spans["candidates"] = [candidate]
    doc.spans["speech_cues"] = [Span(doc, 1, 2, label="cue")]
    assert claims_of(doc) == ["debt has fallen by a third ."]
    deps[4] = "xcomp"
    doc = Doc(NLP.vocab, words=words, tags=tags, heads=heads, deps=deps)
    candidate = Span(doc, 0, 9)
    candidate._.check_worthiness = 0.9
    doc.spans["candidates"] = [candidate]
    doc.spans["speech_cues"] = [Span(doc, 1, 2, label="cue")]
    assert claims_of(doc) == [doc.text.strip()]


def test_a_clause_has_a_finite_verb() -> None:
    words = ["Smith", "reported", "on", "Monday", "a", "fall", "of", "debt", "by", "a", "third"]
    tags = ["NNP", "VBD", "IN", "NNP", "DT", "NN", "IN", "NN", "IN", "DT", "NN"]
    doc = Doc(NLP.vocab, words=words, tags=tags)
    candidate = Span(doc, 0, 11)
    candidate._.check_worthiness = 0.9
    piece = Span(doc, 4, 11, label="indirect")
    piece._.cue = (6, 14)
    doc.spans["candidates"], doc.spans["attributions"] = [candidate], [piece]
    assert claims_of(doc) == [doc.text.strip()]


def test_a_noun_is_no_report() -> None:
    words = ["It", "ended", "claims", "that", "debt", "had", "fallen", "by", "a", "third", "."]
    for tag, wanted in (("NNS", 0), ("VBZ", 4)):
        tags = ["PRP", "VBD", tag, "IN", "NN", "VBD", "VBN", "IN", "DT", "NN", "."]
        doc = Doc(NLP.vocab, words=words, tags=tags)
        candidate = Span(doc, 0, 11)
        candidate._.check_worthiness = 0.9
        doc.spans["candidates"] = [candidate]
        doc.spans["speech_cues"] = [Span(doc, 2, 3, label="cue")]
        claims_of(doc)
        assert doc.spans["claims"][0].start == wanted


def test_the_quotation_goes_before_the_report() -> None:
    doc = build('{Jones} <said> [that Smith "has never been to the moon at all"] in 2014 or so.')
    quote = doc.spans["quotes"][0]
    direct = Span(doc, quote.start, quote.end, label="direct")
    direct._.speaker = ("Ann Smith", 0, 5)
    doc.spans["attributions"] = [*doc.spans["attributions"], direct]
    claims_of(doc)
    assert doc.spans["claims"][0]._.claimant == ("Ann Smith", 0, 5)
    scare = Span(doc, quote.start, quote.start + 2, label="direct")
    scare._.speaker = ("Ann Smith", 0, 5)
    doc.spans["attributions"] = [doc.spans["attributions"][0], scare]
    claims_of(doc)
    assert doc.spans["claims"][0]._.claimant[0] == "Jones"


def test_a_line_s_speaker_makes_its_claims() -> None:
    doc = build("We built 3,100 homes a year.\nNobody built more homes than us.")
    doc._.lines = ((0, 28, "DRAY"), (29, 61, ""))
    claims_of(doc)
    assert [claim._.claimant for claim in doc.spans["claims"]] == [("DRAY", None, None), None]
    assert [claim._.quoted for claim in doc.spans["claims"]] == [True, False]


def test_threshold_and_settings() -> None:
    doc = build("Debt has fallen by a third.\nIt was a quiet day.")
    doc.spans["candidates"][1]._.check_worthiness = 0.49
    assert claims_of(doc) == ["Debt has fallen by a third."]
    nlp = spacy.blank("en")
    nlp.add_pipe("claim_spans", config={"threshold": 0.8, "trim_attribution": False})
    assert not nlp.get_pipe("claim_spans")(doc).spans["claims"]
    with pytest.raises(ValueError, match="probability"):
        spacy.blank("en").add_pipe("claim_spans", config={"threshold": 2})
    nlp = spacy.blank("en")
    nlp.add_pipe("claim_spans", config={"trim_attribution": False})
    framed = build(CUT[0][0])
    nlp.get_pipe("claim_spans")(framed)
    assert framed.spans["claims"][0].text == framed.text


def test_nothing_to_read() -> None:
    for doc in (NLP.make_doc(""), NLP.make_doc(" \n ")):
        assert claims_of(doc) == []


def test_the_registered_scorer_counts_what_is_found() -> None:
    doc = build(CUT[0][0])
    claims_of(doc)
    gold = NLP.make_doc(doc.text)
    claim = doc.spans["claims"][0]
    gold.spans["claims"] = [Span(gold, claim.start, claim.end)]
    scores = NLP.get_pipe("claim_spans").score([Example(doc, gold)])
    assert scores["claims_f"] == 1.0


def test_whole_texts(detector: Detector, nato: str) -> None:
    doc = detector.nlp(nato)
    texts = {span.text: span for span in doc.spans["claims"]}
    veto = next(span for text, span in texts.items() if "Russia has no veto" in text)
    assert veto.text.startswith("Russia has no veto")
    assert veto._.claimant[0] == "Jens Stoltenberg"
    assert veto._.quoted
    red = [span for text, span in texts.items() if "red line" in text]
    assert [span._.claimant[0] for span in red] == ["Vladimir Putin"] * 2
    for span in texts.values():
        assert span.text == span.text.strip()
        assert nato[span.start_char : span.end_char] == span.text
        assert span.text.count('"') % 2 == 0 or '"' in span.text.strip('"')


def test_a_circle_in_the_parse_ends() -> None:
    passage = Passage(0, 4, ["a", "b", "c", "d"], heads=[1, 0, 3, 3], deps=["dep"] * 4)
    assert _below(passage, 3) == [2, 3]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=12),
    st.lists(st.integers(1, 6), min_size=1, max_size=8),
)
def test_spans_are_spread_over_the_sentences_they_overlap(
    spans: list[tuple[int, int]], lengths: list[int]
) -> None:
    firsts = [sum(lengths[:at]) for at in range(len(lengths))]
    stops = [first + length for first, length in zip(firsts, lengths, strict=True)]
    places = [(first, first + length) for first, length in spans]
    wanted = [
        [n for n, (a, b) in enumerate(places) if a < stop and b > first]
        for first, stop in zip(firsts, stops, strict=True)
    ]
    assert spread(places, firsts, stops) == wanted


MARKED = st.sampled_from(
    ["{Smith}", "<said>", "[debt fell", "by a third]", '"', ",", ".", "?", "that", "not", "<told>"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(MARKED, min_size=1, max_size=14).map(" ".join))
def test_a_claim_lies_in_its_sentence(marked: str) -> None:
    if marked.count("[") != marked.count("]") or marked.find("]") < marked.find("["):
        marked = marked.replace("[", "").replace("]", "")
    doc = build(marked)
    texts = claims_of(doc)
    assert len(texts) == 1
    assert texts[0]
    assert texts[0] in doc.text


@pytest.mark.parametrize("unit", ["said ", '" ', "Smith said that ", ", ", "( "])
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    words = (unit * (100_000 // len(unit))).split(" ")[:-1]
    doc = Doc(NLP.vocab, words=words)
    for at in range(0, len(doc), 400):
        candidate = Span(doc, at, min(at + 400, len(doc)))
        candidate._.check_worthiness = 0.9
        doc.spans["candidates"] = [*doc.spans.get("candidates", ()), candidate]
    doc.spans["speech_cues"] = [
        Span(doc, n, n + 1) for n, word in enumerate(words) if word == "said"
    ]
    doc.spans["quotes"] = [Span(doc, n, n + 1) for n, word in enumerate(words) if word == '"']
    doc.spans["attributions"] = []
    began = time.perf_counter()
    NLP.get_pipe("claim_spans")(doc)
    assert time.perf_counter() - began < 20
