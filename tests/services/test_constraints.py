"""What the database itself refuses, whoever writes to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from annotations.models import (
    Article,
    Claim,
    ClaimSpan,
    Corpus,
    Evidence,
    Job,
    Membership,
    SuggestionDecision,
    User,
    Verdict,
)

from .cast import TEXT, Cast, extract, make_evidence, suggestion_of


@pytest.mark.parametrize("threshold", [-0.1, 1.1])
def test_a_threshold_is_from_0_to_1(corpus: Corpus, threshold: float) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Corpus.objects.filter(pk=corpus.pk).update(threshold=threshold)


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [
        (4, 4, ""),
        (4, 3, "x"),
        (12, 13, "🚢🚢"),
        (12, 14, "🚢"),
        (0, 7, "cafe\u0332 "),
        (0, 5, "אבג"),
    ],
)
def test_a_quote_is_as_long_as_its_span(claim: Claim, start: int, end: int, quote: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimSpan.objects.create(claim=claim, start=start, end=end, quote=quote)


def test_code_points_are_what_the_database_counts(claim: Claim) -> None:
    for number, quote in enumerate(["🚢", "👩‍👩‍👧", "שלום", "cafe\u0332", "🇳🇴"]):
        start = 100 + 10 * number
        ClaimSpan.objects.create(claim=claim, start=start, end=start + len(quote), quote=quote)


def test_two_fragments_of_a_claim_begin_apart(claim: Claim) -> None:
    span = claim.spans.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimSpan.objects.create(claim=claim, start=span.start, end=span.start + 1, quote="c")


def test_no_index_is_the_beginning_of_another(db: None) -> None:
    """Each costs at every write. Django's own tables of two keys are as Django makes them."""
    models = [*apps.get_app_config("annotations").get_models()]
    spare = []
    with connection.cursor() as cursor:
        for model in models:
            partial = {index.name for index in model._meta.indexes if index.condition}
            partial |= {c.name for c in model._meta.constraints if getattr(c, "condition", None)}
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
            whole = {
                name: one["columns"]
                for name, one in found.items()
                if (one["index"] or one["unique"]) and name not in partial
            }
            spare += [
                (name, other)
                for name, columns in whole.items()
                for other, longer in whole.items()
                if len(columns) < len(longer)
                and longer[: len(columns)] == columns
                and not found[name]["unique"]
            ]
    assert spare == []


def test_one_active_job_an_article(article: Article) -> None:
    values: dict[str, Any] = {
        "kind": "extraction",
        "corpus": article.corpus,
        "article": article,
    }
    Job.objects.create(**values)
    for state in ("queued", "running"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.create(**values, state=state)
    Job.objects.create(**values, state="failed")


def test_a_decision_has_a_claim_if_it_accepts(cast: Cast, article: Article, claim: Claim) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    for outcome, of_claim in [("accepted", None), ("rejected", claim), ("maybe", None)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            SuggestionDecision.objects.create(
                suggestion=suggestion,
                article=article,
                outcome=outcome,
                claim=of_claim,
                decided_by=cast.reviewer,
            )


def test_a_suggestion_is_decided_once(cast: Cast, article: Article) -> None:
    values: dict[str, Any] = {
        "suggestion": suggestion_of(article, "Ferries doubled"),
        "article": article,
        "outcome": "rejected",
    }
    SuggestionDecision.objects.create(**values, decided_by=cast.reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        SuggestionDecision.objects.create(**values, decided_by=cast.second)


def test_a_run_has_a_span_once_and_a_job_one_run(article: Article) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        extract(article, "Ferries doubled", "Ferries doubled")


def test_a_verdict_rates_or_retracts(cast: Cast, claim: Claim) -> None:
    values: dict[str, Any] = {"claim": claim, "claim_revision": 1, "reviewer": cast.reviewer}
    for kind in ("review", "adjudication", "retraction"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Verdict.objects.create(**values, kind=kind)


def test_evidence_has_a_source(cast: Cast, claim: Claim) -> None:
    make_evidence(cast.reviewer, claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.update(url="", citation="")


def test_an_article_is_in_a_corpus_once(article: Article) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.create(
            corpus=article.corpus, title="Again", content_hash=article.content_hash
        )
    assert article.text.text == TEXT


def test_roles_are_the_known_ones(cast: Cast, article: Article) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(corpus=article.corpus, user=cast.outsider, role="owner")


def test_an_address_names_one_account(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("rita2", "RITA@example.org")
    User.objects.create_user("nomail1")
    User.objects.create_user("nomail2")
