"""Whose labels, under which names, what was known when; and which claims at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from annotations.errors import InvalidInput
from annotations.exporting import FORMATS, Options, Selection, export, preview, reading
from annotations.exporting.gathered import (
    ANSWER_NOT_KNOWN,
    CLAIM_WITHDRAWN,
    FACT_CHECK_NOT_KNOWN,
    NOT_KNOWN,
)
from annotations.exporting.judging import NO_VERDICT
from annotations.exporting.selection import found_in
from annotations.models import Claim, Corpus, FactCheck
from annotations.services.corpora import guideline_add, membership_remove, membership_set
from annotations.services.fact_checks import fact_check_withdraw
from tests import factories
from tests.services.importing import bring_in

from .conftest import START, Exhibit, uid
from .golden import PUBLISHER, readable, written

UIDS = [str(uid(number)) for number in (1, 2, 3)]


def lines(exhibit: Exhibit, **options: Any) -> list[Any]:
    text = written(exhibit, "jsonl", Options(**options)).decode()
    return [json.loads(line) for line in text.splitlines()]


def test_labels(exhibit: Exhibit) -> None:
    _, both, _ = lines(exhibit, labels="both")
    header, individual, _ = lines(exhibit, labels="individual")
    _, aggregated, _ = lines(exhibit, labels="aggregated")
    assert header["chosen"] == {"labels": "individual"}
    assert [claim["verdict"] for claim in individual["claims"]] == [None] * 3
    assert [c["verdicts"] for c in individual["claims"]] == [c["verdicts"] for c in both["claims"]]
    assert [claim["verdicts"] for claim in aggregated["claims"]] == [[]] * 3
    # Adjudicated first, and a tie is a tie.
    found = [(c["verdict"]["rating"], c["verdict"]["tie"]) for c in aggregated["claims"]]
    assert found == [("Mostly False", False), (None, True), (None, False)]
    table = written(exhibit, "csv", Options(labels="aggregated")).decode()
    row = next(csv.DictReader(io.StringIO(table, newline="")))
    assert (row["verdict"], row["verdicts"], row["rationales"]) == ("Mostly False", "", "")


@pytest.mark.any_database
def test_pseudonyms(exhibit: Exhibit) -> None:
    names = {user.username for user in exhibit.cast.everybody.values()} | {"Rita Reviewer"}
    for name in FORMATS:
        options = Options(labels="both", pseudonyms=True, salt=b"one")
        text = readable(written(exhibit, name, options)).replace("says", "")
        # As whole words: "radar" holds a name and names nobody.
        words = set(text.replace('"', " ").replace("@", " ").replace(":", " ").split())
        # Rationales are what people wrote: the exhibit's end with a name on purpose.
        assert not {word for word in words if word in names}, name
    _, article, _ = lines(exhibit, pseudonyms=True, salt=b"one")
    _, other, _ = lines(exhibit, pseudonyms=True, salt=b"two")
    _, again, _ = lines(exhibit, pseudonyms=True, salt=b"one")
    assert article == again
    first, second, third = (claim["created_by"]["username"] for claim in article["claims"])
    assert first == third != second
    assert first != other["claims"][0]["created_by"]["username"]
    # A name that somebody called is replaced in their words too.
    comment = article["claims"][0]["threads"][0]["comments"][0]
    assert comment["text"] == f"Which year, @{comment['mentions'][0]}?"
    # It can be brought in again, as the work of people whom nobody knows.
    content = written(exhibit, "jsonl", Options(pseudonyms=True, salt=b"one"))
    source = bring_in(exhibit.cast.other_corpus, "a.jsonl", content, actor=exhibit.cast.outsider)
    assert source.counts["articles"] == 2
    with pytest.raises(ValueError, match="salt"):
        written(exhibit, "jsonl", Options(pseudonyms=True))


def test_who_left_has_a_pseudonym_from_the_first_line(
    exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where their own work is read later than what somebody says of them."""
    cast = exhibit.cast
    monkeypatch.setattr(reading, "CHUNK", 1)
    left = factories.make_user("lena")
    membership_set(actor=cast.admin, corpus=cast.corpus, user=left, role="reviewer")
    later = factories.make_claim(factories.make_extracted(cast.corpus), left)
    exhibit.claims[1].flag_note = "As @lena says."
    exhibit.claims[1].save()
    guideline_add(actor=cast.admin, corpus=cast.corpus, text="Ask @lena.")
    membership_remove(actor=cast.admin, membership=left.memberships.get())
    header, article, *_, last = lines(exhibit, pseudonyms=True, salt=b"one")
    (claim,) = last["claims"]
    assert claim["uid"] == str(later.uid)
    name = claim["created_by"]["username"]
    assert article["claims"][1]["flag_note"] == f"As @{name} says."
    assert header["corpus"]["guidelines"][-1]["text"] == f"Ask @{name}."


def test_known_at_the_time(exhibit: Exhibit) -> None:
    """What was published after the claim, or on an unknown day, wasn't surely known."""
    claim = exhibit.claims[0]
    claim.evidence.filter(uid=uid(20)).update(published=dt.date(2026, 2, 28))
    _, article, _ = lines(exhibit, known_only=True)
    first, second, _ = article["claims"]
    assert [e["uid"] for e in first["evidence"]] == [str(uid(20))]
    # Of the other claim nobody knows when it was made.
    assert second["evidence"] == []
    answers = first["questions"][0]["answers"]
    assert [a["answer_type"] for a in answers] == ["Extractive", "Boolean", "Unanswerable"]
    left_out = preview(
        exhibit.cast.corpus, FORMATS["jsonl"], options=Options(known_only=True)
    ).left_out
    assert left_out == {NOT_KNOWN: 2, ANSWER_NOT_KNOWN: 1, FACT_CHECK_NOT_KNOWN: 1}
    assert (first["fact_check"]["slug"], first["fact_check"]["versions"]) == (
        "unemployment-doubled",
        [],
    )


def test_reviews_name_the_page_that_the_site_has_published(exhibit: Exhibit) -> None:
    at = Options(site="https://site.example/")
    (review,) = json.loads(written(exhibit, "claimreview", at))["@graph"]
    assert review["url"] == "https://site.example/fact-checks/unemployment-doubled/"
    assert (review["author"]["name"], review["author"]["url"]) == ("Ex News", "https://ex.example")
    # Each verdict at the page that says the same, and none at one that says something else.
    both = json.loads(written(exhibit, "claimreview", replace(at, labels="both")))["@graph"]
    at_the_page = {r["reviewRating"]["alternateName"] for r in both if r["url"] == review["url"]}
    assert at_the_page == {"Mostly False"}
    # Another site's own pages, as before.
    (review,) = json.loads(written(exhibit, "claimreview", PUBLISHER))["@graph"]
    assert review["url"] == f"https://ex.org/fc/{UIDS[0]}"
    fact_check_withdraw(
        actor=exhibit.cast.admin,
        fact_check=FactCheck.objects.get(),
        revision=2,
        why="It was another year.",
    )
    (review,) = json.loads(written(exhibit, "claimreview", at))["@graph"]
    assert review["url"].startswith("https://site.example/articles/")


def test_what_was_published_of_a_withdrawn_claim_is_counted(exhibit: Exhibit) -> None:
    """Its page stays, and no export has it."""
    Claim.objects.filter(pk=exhibit.claims[0].pk).update(state="withdrawn")
    for name in ("jsonl", "claimreview", "datafeed"):
        counted = preview(exhibit.cast.corpus, FORMATS[name]).left_out
        assert counted is not None
        assert counted[CLAIM_WITHDRAWN] == 1, name
    chosen = Selection.read({"q": "penguins"}, exhibit.cast.corpus)
    assert preview(exhibit.cast.corpus, FORMATS["jsonl"], selection=chosen).left_out == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"labels": "some"}, "labels"),
        ({"pseudonyms": "perhaps"}, "pseudonyms"),
        ({"known_only": 2}, "known_only"),
        ({"publisher_url": "javascript:alert(1)"}, "publisher_url"),
        ({"publisher_url": "https://[ex.org"}, "publisher_url"),
        ({"page": "https://ex.org/fc/"}, "page"),
        ({"publisher": "x\0"}, "publisher"),
        ({"publisher": ["x"]}, "publisher"),
    ],
)
def test_options_that_mean_nothing(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Options.read(given)
    assert list(refused.value.fields) == [field]


@pytest.mark.any_database
def test_nobody_chooses_the_salt() -> None:
    assert Options.read({"salt": "x", "site": "https://x.example", "labels": ""}) == Options()


def selected(corpus: Corpus, **given: Any) -> list[str]:
    selection = Selection.read(given, corpus)
    text = b"".join(export(corpus, FORMATS["jsonl"], selection=selection)).decode()
    _, *articles = map(json.loads, text.splitlines())
    found = [claim["uid"] for article in articles for claim in article["claims"]]
    counted = preview(corpus, FORMATS["jsonl"], selection=selection)
    assert (counted.articles, counted.claims) == (len(articles), len(found))
    if selection.narrows_claims:
        assert all(article["claims"] for article in articles)
    assert Selection.read(selection.as_json(), corpus) == selection
    return found


def test_selections(exhibit: Exhibit) -> None:
    corpus = exhibit.cast.corpus
    first, second, third = UIDS
    today = START.date().isoformat()
    for given, found in [
        ({}, UIDS),
        ({"article_state": "waiting"}, []),
        ({"article_state": "waiting,in_review"}, UIDS),
        ({"published_from": "2026-03-01", "published_until": "2026-03-01"}, UIDS),
        ({"published_from": "2026-03-02"}, []),
        ({"q": "emissions"}, UIDS),
        ({"q": "penguins"}, []),
        ({"claim_q": "unemployment"}, [first]),
        ({"claim_state": "open"}, [third]),
        ({"claim_state": ["adjudicated", "disputed"]}, [first, second]),
        ({"type": "quantity"}, [first]),
        ({"verdict": "Mostly False"}, [first]),
        # Somebody's verdict is no finding.
        ({"verdict": "True"}, []),
        ({"verdict": "tie"}, [second]),
        ({"verdict": "none"}, [third]),
        ({"verdict": ["tie", "Mostly False"]}, [first, second]),
        ({"person": "sam"}, [first, second]),
        ({"person": "@ada"}, [first]),
        ({"person": "olga"}, []),
        ({"created_from": today, "created_until": today}, UIDS),
        ({"created_until": "2026-03-01"}, []),
        ({"created_from": "0001-01-01", "created_until": "9999-12-31"}, UIDS),
        ({"score_min": "0.9"}, [first]),
        ({"score_min": 0.95}, []),
        ({"person": "sam", "claim_state": "disputed"}, [second]),
    ]:
        assert selected(corpus, **given) == found, given
    header = written_header(corpus, {"verdict": "tie"})
    assert header["chosen"] == {"verdict": ["tie"]}


def test_what_was_filtered_comes_in_again(exhibit: Exhibit) -> None:
    """Its suggestions were decided on; the claims that came of it need not be in the file."""
    corpus = exhibit.cast.corpus
    selection = Selection.read({"verdict": "tie"}, corpus)
    content = b"".join(export(corpus, FORMATS["jsonl"], selection=selection))
    source = bring_in(exhibit.cast.other_corpus, "a.jsonl", content, actor=exhibit.cast.outsider)
    assert (source.counts["articles"], source.counts.get("rejected", 0)) == (1, 0)


def written_header(corpus: Corpus, given: dict[str, Any]) -> Any:
    selection = Selection.read(given, corpus)
    return json.loads(next(export(corpus, FORMATS["jsonl"], selection=selection)).split(b"\n")[0])


def test_the_finding_is_the_same_in_the_database(exhibit: Exhibit) -> None:
    """``Selection`` asks in SQL for what the export works out."""
    cast = exhibit.cast
    third = exhibit.claims[2]
    for actor, label in [
        (cast.reviewer, "False"),
        (cast.second_reviewer, "True"),
        (cast.adjudicator, "True"),
        (cast.second_reviewer, "False"),
    ]:
        factories.make_verdict(third, actor, label)
        _, article, _ = lines(exhibit)
        found = {str(c.uid): c.found for c in found_in(Claim.objects.standing())}
        assert found == {c["uid"]: c["verdict"]["rating"] for c in article["claims"]}, label


def test_selections_that_mean_nothing(db: None) -> None:
    corpus = factories.make_corpus()
    for given, reason in [
        ({"article_state": "asleep"}, "in_review"),
        ({"claim_state": "withdrawn"}, "open"),
        ({"type": "speculative"}, "quantity"),
        ({"verdict": "Splendid"}, "Pants on Fire"),
        ({"verdict": [1]}, "one or several"),
        ({"claim_q": "state:asleep"}, "asleep"),
        ({"q": ["word"]}, "words"),
        ({"person": "a\0"}, "username"),
        ({"published_from": "yesterday"}, "YYYY-MM-DD"),
        ({"created_until": "20260302"}, "YYYY-MM-DD"),
        ({"created_until": "2026-W10-1"}, "YYYY-MM-DD"),
        ({"score_min": "1.5"}, "0 to 1"),
        ({"score_min": "nan"}, "0 to 1"),
        ({"score_min": True}, "0 to 1"),
    ]:
        with pytest.raises(InvalidInput) as refused:
            Selection.read(given, corpus)
        assert list(refused.value.fields) == list(given)
        (said,) = refused.value.fields.values()
        assert reason in said


def test_what_has_no_verdict_is_counted_under_any_label(exhibit: Exhibit) -> None:
    counted = preview(exhibit.cast.corpus, FORMATS["fever"], options=Options(labels="individual"))
    assert counted.left_out is not None
    assert counted.left_out[NO_VERDICT] == 1
