"""Publishing: what may be published, what stays as it was, and what never leaves."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import (
    Article,
    Claim,
    Corpus,
    Correction,
    Event,
    FactCheck,
    FactCheckVersion,
)
from annotations.services.bulk_actions import articles_change
from annotations.services.claim_reviews import feed_items, markup_of, with_public_parts
from annotations.services.claims import claim_update
from annotations.services.deletion import corpus_delete
from annotations.services.error_reports import (
    report_accept,
    report_dismiss,
    report_forget_contact,
    report_receive,
)
from annotations.services.evidence import evidence_update
from annotations.services.fact_check_content import Guard, claims_to_publish
from annotations.services.fact_checks import (
    fact_check_correct,
    fact_check_differences,
    fact_check_publish,
    fact_check_withdraw,
)
from annotations.services.publications import publication_update
from annotations.services.purging import purge_sweep
from annotations.services.undo import action_undo
from tests.factories import make_snapshot

from .cast import (
    Cast,
    judge,
    kinds,
    last_event,
    make_answer,
    make_article,
    make_claim,
    make_evidence,
    make_question,
)
from .publishing import draft, publish, set_publisher

SECRET = "https://source.example/whistle"


@pytest.fixture
def settled(cast: Cast, corpus: Corpus, claim: Claim) -> Claim:
    """Judged by two who agree, in a corpus that has a publisher."""
    set_publisher(corpus)
    claim_update(
        actor=cast.reviewer,
        claim=claim,
        revision=1,
        fields={
            "normalised": "The harbour cost 12 million",
            "claimant": "Ilse Vorn",
            "claim_date": dt.date(2026, 3, 1),
        },
    )
    make_evidence(
        cast.reviewer, claim, title="Ledger", quote="12,000,000", published=dt.date(2026, 3, 5)
    )
    make_evidence(
        cast.reviewer, claim, url=SECRET, protected=True, protection_reason="Asked to be unnamed."
    )
    question = make_question(cast.reviewer, claim)
    make_answer(cast.reviewer, question)
    judge(cast.reviewer, claim)
    judge(cast.second, claim)
    return claim


def content(fact_check: FactCheck) -> dict[str, Any]:
    fact_check.refresh_from_db()
    assert fact_check.current is not None
    return fact_check.current.content


def markup(fact_check: FactCheck) -> dict[str, Any]:
    full = with_public_parts(FactCheck.objects.filter(pk=fact_check.pk)).get()
    guard = Guard(full.corpus)
    return markup_of(full, guard.content(content(full)), url="https://x.example/f", guard=guard)


def test_what_is_published_is_frozen_and_complete(cast: Cast, settled: Claim) -> None:
    fact_check = publish(cast.admin, settled, summary="The ledger has the sum.")
    shown = content(fact_check)
    assert (shown["title"], shown["summary"]) == (
        "The harbour cost 12 million",
        "The ledger has the sum.",
    )
    assert fact_check.slug == "the-harbour-cost-12-million"
    assert shown["claimant"]["name"] == "Ilse Vorn"
    assert shown["rating"] == {
        "label": "True",
        "number": 5,
        "meaning": "Accurate, with nothing significant left out.",
    }
    assert [r["given"] for r in shown["scale"]["ratings"]].count(True) == 1
    assert [piece["text"] for piece in shown["context"] if piece["quoted"]] == ["cost 12 million"]
    ledger, protected = shown["evidence"]
    assert (ledger["title"], ledger["post_claim"]) == ("Ledger", True)
    assert protected == {"uid": protected["uid"], "stance": "SUPPORTS", "set": None,
                         "protected": True}  # fmt: skip
    assert shown["questions"][0]["answers"][0]["text"] == "12,000,000"
    assert "source.example" not in json.dumps(shown)
    assert "rita" not in json.dumps(shown)
    event = last_event()
    assert (event.kind, event.actor, event.claim) == (
        "factcheck.published",
        cast.admin,
        settled,
    )
    assert event.after["version"] == 1


def test_only_admins_publish_what_is_settled_and_seen(cast: Cast, settled: Claim) -> None:
    for person in (cast.reviewer, cast.adjudicator, cast.outsider):
        with pytest.raises(NotAllowed):
            publish(person, settled)
    seen = draft(settled).digest
    make_evidence(cast.reviewer, settled, url="https://ledger.example/2022")
    with pytest.raises(Conflict, match="look again"):
        publish(cast.admin, settled, digest=seen)
    judge(cast.second, settled, "False")
    assert "tied" in draft(settled).problem
    with pytest.raises(Conflict, match="tied"):
        publish(cast.admin, settled)
    judge(cast.adjudicator, settled, "False", adjudication=True)
    assert content(publish(cast.admin, settled))["rating"]["label"] == "False"
    other = make_claim(cast.reviewer, settled.article, "Ferries doubled")
    with pytest.raises(Conflict, match="no verdict"):
        publish(cast.admin, other)


def test_without_its_policies_nothing_is_published(cast: Cast, settled: Claim) -> None:
    publication = settled.article.corpus.publication
    publication_update(
        actor=cast.admin,
        corpus=settled.article.corpus,
        revision=publication.revision,
        fields={"corrections_policy": "", "methodology": ""},
    )
    with pytest.raises(Conflict, match=r"corrections policy, the address of its methodology\.$"):
        publish(cast.admin, settled)
    set_publisher(settled.article.corpus)
    publish(cast.admin, settled)
    publication.refresh_from_db()
    with pytest.raises(InvalidInput, match="published fact-checks need it"):
        publication_update(
            actor=cast.admin,
            corpus=settled.article.corpus,
            revision=publication.revision,
            fields={"corrections_policy": ""},
        )
    with pytest.raises(InvalidInput, match="methodology"):
        set_publisher(settled.article.corpus, methodology="ftp://ex.example/methods")
    with pytest.raises(NotAllowed):
        publication_update(
            actor=cast.reviewer, corpus=settled.article.corpus, revision=1, fields={}
        )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "  "}, "say what is claimed"),
        ({"title": "x" * 201}, "200 characters"),
        ({"title": "Mostly True: the harbour cost 12 million"}, "rating “Mostly True”"),
        ({"summary": "x" * 601}, "600 characters"),
    ],
)
def test_the_wording_is_checked(
    cast: Cast, settled: Claim, fields: dict[str, str], expected: str
) -> None:
    with pytest.raises(InvalidInput, match=expected):
        publish(cast.admin, settled, **fields)


def test_publishing_again_is_no_other_page_and_addresses_are_their_own(
    cast: Cast, settled: Claim
) -> None:
    first = publish(cast.admin, settled)
    assert publish(cast.admin, settled) == first
    other = make_claim(cast.reviewer, settled.article, "Ferries doubled")
    make_evidence(cast.reviewer, other)
    judge(cast.reviewer, other)
    assert publish(cast.admin, other).slug == "the-harbour-cost-12-million-2"
    with pytest.raises(Conflict, match="is a correction"):
        publish(cast.admin, settled, digest="0" * 64)
    with pytest.raises(ProtectedError):
        settled.article.delete()


def test_no_work_on_the_claim_changes_the_page(cast: Cast, settled: Claim) -> None:
    """Verdicts, edits, evidence, withdrawal: the page says what was published, the admin sees."""
    fact_check = publish(cast.admin, settled)
    before, said = content(fact_check), markup(fact_check)
    assert not FactCheck.objects.with_work_since().exists()
    judge(cast.adjudicator, settled, "False", adjudication=True)
    make_evidence(cast.reviewer, settled, url="https://ledger.example/2022")
    settled.refresh_from_db()
    claim_update(
        actor=cast.reviewer,
        claim=settled,
        revision=settled.revision,
        fields={"normalised": "It cost 13 million", "claimant": "Somebody"},
    )
    assert (content(fact_check), markup(fact_check)) == (before, said)
    (now,) = claims_to_publish([settled.pk])
    found, parts = fact_check_differences(fact_check, now, Guard(settled.article.corpus))
    assert found.finding.rating is not None
    assert found.finding.rating.label == "False"
    assert {"rating", "scale", "claim", "claimant", "evidence"} <= set(parts)
    assert FactCheck.objects.with_work_since().get() == fact_check


def test_a_changed_verdict_becomes_a_correction(cast: Cast, settled: Claim) -> None:
    fact_check = publish(cast.admin, settled)
    judge(cast.adjudicator, settled, "False", adjudication=True)
    given: Any = {
        "actor": cast.admin,
        "fact_check": fact_check,
        "revision": 1,
        "digest": draft(settled).digest,
        "title": fact_check.title,
    }
    with pytest.raises(InvalidInput, match=r"what: readers are told this.*why: readers"):
        fact_check_correct(**given, what=" ", why="")
    with pytest.raises(NotAllowed):
        fact_check_correct(**{**given, "actor": cast.adjudicator}, what="a", why="b")
    with pytest.raises(StaleRevision):
        fact_check_correct(**{**given, "revision": 2}, what="a", why="b")
    correction = fact_check_correct(
        **given, what="The rating was wrong.", why="The ledger was revised."
    )
    assert (correction.old_rating, correction.new_rating) == ("True", "False")
    shown = markup(fact_check)
    assert shown["reviewRating"]["ratingValue"] == 1
    assert shown["correction"][0]["text"] == (
        "The rating was wrong. (True → False) The ledger was revised."
    )
    assert shown["datePublished"] < shown["dateModified"] or (
        shown["datePublished"] == shown["dateModified"]
    )
    assert content(fact_check)["rating"]["label"] == "False"
    assert FactCheckVersion.objects.get(number=1).content["rating"]["label"] == "True"
    with pytest.raises(Conflict, match="Nothing differs"):
        fact_check_correct(
            **{**given, "revision": 2, "digest": draft(settled).digest}, what="a", why="b"
        )
    assert kinds(settled.article)[-1] == "factcheck.corrected"


@pytest.mark.parametrize("table", ["factcheckversion", "correction"])
def test_what_was_published_cannot_be_rewritten(cast: Cast, settled: Claim, table: str) -> None:
    fact_check = publish(cast.admin, settled)
    notice = fact_check_withdraw(actor=cast.admin, fact_check=fact_check, revision=1, why="Wrong.")
    rows: Any = {"factcheckversion": FactCheckVersion, "correction": Correction}[table].objects
    column = "digest" if table == "factcheckversion" else "why"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(**{column: "x"})
    with pytest.raises(TypeError):
        notice.save()


def test_a_withdrawn_one_keeps_its_page_and_says_why(cast: Cast, settled: Claim) -> None:
    fact_check = publish(cast.admin, settled)
    with pytest.raises(InvalidInput, match="why"):
        fact_check_withdraw(actor=cast.admin, fact_check=fact_check, revision=1, why="")
    fact_check_withdraw(actor=cast.admin, fact_check=fact_check, revision=1, why="Wrong claim.")
    gone = markup(fact_check)
    assert gone["@type"] == "WebPage"
    assert "reviewRating" not in gone
    (item,) = feed_items(FactCheck.objects.all(), "https://x.example")
    assert item.deleted is not None
    assert item.review == {
        "@type": "ClaimReview",
        "@id": "https://x.example/fact-checks/the-harbour-cost-12-million/#review",
        "url": "https://x.example/fact-checks/the-harbour-cost-12-million/",
    }
    with pytest.raises(Conflict, match="already"):
        fact_check_withdraw(actor=cast.admin, fact_check=fact_check, revision=2, why="Again.")
    # Published again it is by a correction, even where nothing but that is new.
    fact_check_correct(
        actor=cast.admin,
        fact_check=fact_check,
        revision=2,
        digest=draft(settled).digest,
        title=fact_check.title,
        what="Published again.",
        why="The claim was the right one.",
    )
    assert markup(fact_check)["@type"] == "ClaimReview"
    assert list(Correction.objects.values_list("kind", flat=True)) == ["withdrawal", "correction"]


def test_a_withdrawn_claim_leaves_its_page_alone(cast: Cast, settled: Claim) -> None:
    fact_check = publish(cast.admin, settled)
    before = content(fact_check)
    Claim.objects.filter(pk=settled.pk).update(state="withdrawn")
    assert content(fact_check) == before
    (now,) = claims_to_publish([settled.pk])
    found, parts = fact_check_differences(fact_check, now, Guard(settled.article.corpus))
    assert (parts, found.problem) == (["claim"], "The claim is withdrawn.")


def test_a_source_protected_later_leaves_what_was_published(cast: Cast, settled: Claim) -> None:
    """By its own row, by its address in an answer, in the rationale and in a correction."""
    address = "https://ledger.example/2021"
    adjudicated = judge(cast.adjudicator, settled, "True", adjudication=True)
    assert adjudicated.rationale
    fact_check = publish(
        cast.admin, settled, summary=f"See {address}, or http://www.ledger.example/2021/#top."
    )
    assert address in json.dumps(markup(fact_check))
    piece = settled.evidence.get(url=address)
    evidence_update(
        actor=cast.reviewer,
        evidence=piece,
        revision=piece.revision,
        fields={"protected": True, "protection_reason": "Asked later."},
    )
    guard = Guard(settled.article.corpus)
    shown = guard.content(content(fact_check))
    everything = json.dumps([shown, markup(fact_check), list(_feed())])
    assert "ledger.example" not in everything
    assert shown["questions"][0]["answers"][0]["url"] == ""
    assert shown["evidence"][0]["protected"] is True
    assert guard.text(f"({address})") == "(▇▇▇)"


def test_an_answer_tells_nothing_of_the_copy_of_a_page_protected_later(
    cast: Cast, settled: Claim
) -> None:
    """Whoever has the page finds it by its sum."""
    address = "https://ledger.example/2021"
    copy = make_snapshot(settled, cast.reviewer, b"The page.", url=address)
    make_answer(cast.reviewer, make_question(cast.reviewer, settled), snapshot=copy.pk)
    fact_check = publish(cast.admin, settled)
    assert copy.sha256 in json.dumps(content(fact_check))
    piece = settled.evidence.get(url=address)
    evidence_update(
        actor=cast.reviewer,
        evidence=piece,
        revision=piece.revision,
        fields={"protected": True, "protection_reason": "Asked later."},
    )
    shown = Guard(settled.article.corpus).content(content(fact_check))
    answers = [answer for question in shown["questions"] for answer in question["answers"]]
    assert [(answer["url"], "copy" in answer) for answer in answers] == [("", False)] * 2
    assert copy.sha256 not in json.dumps(shown)


def _feed() -> Any:
    return (item.review for item in feed_items(FactCheck.objects.all(), "https://x.example"))


def test_a_private_person_is_masked_everywhere(cast: Cast, settled: Claim) -> None:
    claim_update(
        actor=cast.reviewer,
        claim=settled,
        revision=2,
        fields={"normalised": "Ms. Vorn paid 12 million", "flag": "private_person"},
    )
    fact_check = publish(cast.admin, settled, title="Ilse Vorn paid 12 million", summary="VORN.")
    everything = json.dumps([content(fact_check), markup(fact_check)]).casefold()
    assert "vorn" not in everything
    assert "ilse" not in everything
    assert "vorn" not in fact_check.slug
    assert content(fact_check)["masked"] is True
    assert "author" not in markup(fact_check)["itemReviewed"]
    (now,) = claims_to_publish([settled.pk])
    assert fact_check_differences(fact_check, now, Guard(settled.article.corpus))[1] == []


def test_our_own_institution_is_never_the_claims_author(cast: Cast, settled: Claim) -> None:
    set_publisher(settled.article.corpus, organisation="ILSE VORN")
    assert "author" not in markup(publish(cast.admin, settled))["itemReviewed"]


def test_another_reviewers_rationale_can_be_chosen(cast: Cast, settled: Claim) -> None:
    first, second = draft(settled).verdicts[::-1]
    assert first.reviewer == cast.reviewer
    fact_check = publish(cast.admin, settled, verdict=first.uid)
    assert content(fact_check)["verdict"] == str(first.uid)
    other = make_claim(cast.reviewer, settled.article, "Ferries doubled")
    make_evidence(cast.reviewer, other)
    judge(cast.reviewer, other)
    with pytest.raises(InvalidInput, match="verdict"):
        publish(cast.admin, other, verdict=second.uid)


def test_a_report_reaches_the_admins_and_is_decided(cast: Cast, settled: Claim) -> None:
    fact_check = publish(cast.admin, settled)
    with pytest.raises(InvalidInput, match=r"text: say what.*contact: 200"):
        report_receive(fact_check=fact_check, text="bad", contact="x" * 201)
    report = report_receive(
        fact_check=fact_check, text="It was 13 million, see page 4.", contact="me@x.example"
    )
    history = json.dumps(list(Event.objects.values("before", "after")), default=str)
    assert "13 million, see" not in history
    assert "me@x.example" not in history
    for action in (report_accept, report_forget_contact):
        with pytest.raises(NotAllowed):
            action(actor=cast.adjudicator, report=report)
    with pytest.raises(InvalidInput, match="answer"):
        report_dismiss(actor=cast.admin, report=report, answer=" ")
    report_forget_contact(actor=cast.admin, report=report)
    report_accept(actor=cast.admin, report=report)
    report.refresh_from_db()
    assert (report.contact, report.state, report.handled_by) == ("", "accepted", cast.admin)
    with pytest.raises(Conflict):
        report_dismiss(actor=cast.admin, report=report, answer="No.")
    correction = fact_check_correct(
        actor=cast.admin,
        fact_check=fact_check,
        revision=1,
        digest=draft(settled).digest,
        title="The harbour cost 12 million crowns",
        what="The currency was missing.",
        why="A reader told us.",
        report=report,
    )
    report.refresh_from_db()
    assert report.correction == correction


def test_undo_leaves_the_page_alone(cast: Cast, settled: Claim) -> None:
    """Undo, like any way to the verdicts, leaves the page and shows the admin a difference."""
    fact_check = publish(cast.admin, settled)
    before = content(fact_check)
    action_undo(actor=cast.second, article=settled.article)
    action_undo(actor=cast.reviewer, article=settled.article)
    assert content(fact_check) == before
    (now,) = claims_to_publish([settled.pk])
    found, parts = fact_check_differences(fact_check, now, Guard(settled.article.corpus))
    assert parts == ["claim"]
    assert "no verdict" in found.problem
    with pytest.raises(Conflict):
        fact_check_publish(actor=cast.admin, claim=settled, digest="0" * 64, title="x")


def test_what_was_published_keeps_its_article_and_its_corpus(cast: Cast, settled: Claim) -> None:
    corpus, article = settled.article.corpus, settled.article
    publish(cast.admin, settled)
    other = make_article(corpus, "Another text.")
    done = articles_change(
        actor=cast.admin,
        corpus=corpus,
        action="delete",
        articles=[article.pk, other.pk],
        confirm=corpus.name,
    )
    assert (done.changed, done.left) == (1, 1)
    assert list(corpus.articles.all()) == [article]
    with pytest.raises(Conflict, match="Archive the corpus"):
        corpus_delete(actor=cast.admin, corpus=corpus, confirm=corpus.name)
    # Published at the very moment: what is purged is never what a page is about.
    for model, pk in ((Article, article.pk), (Corpus, corpus.pk)):
        model.everything.filter(pk=pk).update(deleted_at=timezone.now() - dt.timedelta(days=40))
    while purge_sweep():
        pass
    assert FactCheck.objects.filter(claim__article=article.pk).exists()
