"""Corpora, members, guidelines, tokens, articles' states: permission, input, events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.utils import timezone

from annotations import policies
from annotations.detection.names import Trouble
from annotations.domain.texts import MAX_CHARACTERS
from annotations.domain.vocabulary import Role
from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import (
    ApiToken,
    Article,
    Claim,
    ClaimType,
    Corpus,
    Event,
    Job,
    Membership,
    RatingScale,
    User,
)
from annotations.services import corpora
from annotations.services.articles import (
    AlreadyThere,
    article_create,
    article_reopen,
    article_submit,
)
from annotations.services.corpora import (
    corpus_create,
    corpus_update,
    detector_warning,
    detector_wrong,
    guideline_add,
    membership_remove,
    membership_set,
)
from annotations.services.jobs import extraction_request
from annotations.services.leases import job_fail, jobs_claim
from annotations.services.tokens import token_create, token_revoke, token_used
from tests import factories

from .cast import (
    Cast,
    extract,
    judge,
    last_event,
    make_article,
    make_claim,
    make_evidence,
    make_unread,
)


def test_a_corpus_has_a_scale_and_its_maker_as_admin(cast: Cast, settings: Any) -> None:
    with pytest.raises(NotAllowed):
        corpus_create(actor=cast.outsider, name="New")
    permission = Permission.objects.get(codename="add_corpus")
    cast.admin.user_permissions.add(permission)
    corpus_create(actor=User.objects.get(pk=cast.admin.pk), name="By permission")
    settings.ANYONE_CREATES_CORPORA = True
    corpus = corpus_create(actor=cast.outsider, name="  New  ")
    assert (corpus.name, corpus.rating_scale.slug) == ("New", "politifact")
    assert policies.role_in(cast.outsider, corpus) is Role.ADMIN
    kinds = Event.objects.filter(corpus=corpus).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["corpus.created", "membership.set"]


@pytest.mark.parametrize(
    ("name", "trouble", "said"),
    [
        ("en_core_web_md", Trouble("not_installed"), "“en_core_web_md” is not installed here"),
        ("small+en_core_web_md", Trouble("not_installed"), "“en_core_web_md” is not installed"),
        (
            "small+en_core_web_md",
            Trouble("damaged"),
            "“en_core_web_md” is installed here and",
        ),
        ("en_claims", Trouble("damaged"), "“en_claims” is installed here and can't be loaded"),
        ("en_other", Trouble("no_claims"), "“en_other” finds no claims"),
        (
            "accurate",
            Trouble("incomplete", lacks=("torch", "transformers")),
            "(torch, transformers): pip install -r requirements-accurate.txt",
        ),
    ],
)
def test_a_detector_that_is_refused_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, trouble: Trouble, said: str
) -> None:
    monkeypatch.setattr(corpora, "detector_trouble", lambda name, language: trouble)
    assert said in detector_wrong(name, "en")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "Harbour"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"description": "a\0b"}, "description"),
        ({"description": "x" * 10_001}, "description"),
        ({"claim_type_scheme": "no-such"}, "claim_type_scheme"),
        ({"detector": "no-such"}, "detector"),
        ({"detector": "small+no-such-package"}, "detector"),
        ({"detector": "../small"}, "detector"),
        ({"language": "English, please"}, "language"),
        ({"threshold": 1.01}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
    ],
)
def test_a_corpus_with_bad_input(
    cast: Cast, corpus: Corpus, fields: dict[str, Any], field: str, settings: Any
) -> None:
    settings.ANYONE_CREATES_CORPORA = True
    given = {"name": "New", **fields}
    with pytest.raises(InvalidInput) as caught:
        corpus_create(actor=cast.admin, **given)
    assert list(caught.value.fields) == [field]
    with pytest.raises(InvalidInput):
        corpus_update(
            actor=cast.admin,
            corpus=corpus_create(actor=cast.admin, name="Second"),
            revision=1,
            fields=fields,
        )


def test_a_corpus_is_updated_by_its_admin(cast: Cast, corpus: Corpus) -> None:
    with pytest.raises(NotAllowed):
        corpus_update(
            actor=cast.adjudicator, corpus=corpus, revision=1, fields={"description": "x"}
        )
    changed = corpus_update(
        actor=cast.admin, corpus=corpus, revision=1, fields={"description": "Ports"}
    )
    assert changed.revision == 2
    event = last_event()
    assert (event.kind, event.before["description"], event.after["description"]) == (
        "corpus.updated",
        "",
        "Ports",
    )
    corpus_update(actor=cast.admin, corpus=corpus, revision=2, fields={"description": "Ports"})
    assert last_event() == event
    with pytest.raises(StaleRevision):
        corpus_update(actor=cast.admin, corpus=corpus, revision=1, fields={"language": "de"})
    # A description that was longer before there was a bound is in nobody's way.
    Corpus.objects.filter(pk=corpus.pk).update(description="x" * 10_001)
    corpus_update(actor=cast.admin, corpus=corpus, revision=2, fields={"threshold": 0.5})


def test_the_scale_is_fixed_once_a_verdict_was_given(
    cast: Cast, corpus: Corpus, claim: Claim
) -> None:
    fever = RatingScale.objects.get(slug="fever")
    politifact = corpus.rating_scale
    corpus_update(actor=cast.admin, corpus=corpus, revision=1, fields={"rating_scale": fever})
    corpus_update(actor=cast.admin, corpus=corpus, revision=2, fields={"rating_scale": politifact})
    make_evidence(cast.reviewer, claim)
    judge(cast.reviewer, Claim.objects.get(pk=claim.pk))
    with pytest.raises(InvalidInput) as caught:
        corpus_update(actor=cast.admin, corpus=corpus, revision=3, fields={"rating_scale": fever})
    assert list(caught.value.fields) == ["rating_scale"]


def test_the_types_are_fixed_once_a_claim_has_one(cast: Cast, corpus: Corpus, claim: Claim) -> None:
    averitec = {"claim_type_scheme": "averitec"}
    fullfact = {"claim_type_scheme": "fullfact"}
    corpus_update(actor=cast.admin, corpus=corpus, revision=1, fields=averitec)
    corpus_update(actor=cast.admin, corpus=corpus, revision=2, fields=fullfact)
    claim.types.add(ClaimType.objects.filter(scheme="fullfact")[0])
    with pytest.raises(InvalidInput) as caught:
        corpus_update(actor=cast.admin, corpus=corpus, revision=3, fields=averitec)
    assert list(caught.value.fields) == ["claim_type_scheme"]


def test_memberships(cast: Cast, corpus: Corpus) -> None:
    for other in (cast.reviewer, cast.adjudicator, cast.outsider):
        with pytest.raises(NotAllowed):
            membership_set(actor=other, corpus=corpus, user=cast.outsider, role="reviewer")
    with pytest.raises(InvalidInput) as caught:
        membership_set(actor=cast.admin, corpus=corpus, user=cast.outsider, role="owner")
    assert list(caught.value.fields) == ["role"]
    membership = membership_set(
        actor=cast.admin, corpus=corpus, user=cast.outsider, role="reviewer"
    )
    assert last_event().before is None
    membership_set(actor=cast.admin, corpus=corpus, user=cast.outsider, role="adjudicator")
    event = last_event()
    assert (event.before["role"], event.after["role"]) == ("reviewer", "adjudicator")
    membership_set(actor=cast.admin, corpus=corpus, user=cast.outsider, role="adjudicator")
    assert last_event() == event
    membership.refresh_from_db()
    with pytest.raises(NotAllowed):
        membership_remove(actor=cast.second, membership=membership)
    membership_remove(actor=cast.admin, membership=membership)
    event = last_event()
    assert (event.kind, event.before["role"], event.after) == (
        "membership.removed",
        "adjudicator",
        None,
    )
    assert not Membership.objects.filter(user=cast.outsider).exists()
    assert not Corpus.objects.visible_to(cast.outsider).exists()


def test_guidelines_are_based_on_the_version_in_force(cast: Cast, corpus: Corpus) -> None:
    with pytest.raises(InvalidInput, match="based_on"):
        guideline_add(actor=cast.admin, corpus=corpus, text="One", based_on=1)
    guideline_add(actor=cast.admin, corpus=corpus, text=" One\r\n\r\nline \n", based_on=0)
    with pytest.raises(StaleRevision) as caught:
        guideline_add(actor=cast.admin, corpus=corpus, text="Another one", based_on=0)
    assert (caught.value.current.text, caught.value.current.version) == ("One\n\nline", 1)
    # The same text once more, as a request that is sent again has it, makes no version.
    again = guideline_add(actor=cast.admin, corpus=corpus, text="One\n\nline", based_on=0)
    assert (again.version, last_event().after) == (1, {"version": 1})
    assert guideline_add(actor=cast.admin, corpus=corpus, text="Two", based_on=1).version == 2
    for text in ("", " \n ", "x" * 50_001):
        with pytest.raises(InvalidInput) as wrong:
            guideline_add(actor=cast.admin, corpus=corpus, text=text, based_on=2)
        assert list(wrong.value.fields) == ["text"]
    assert corpus.guidelines.count() == 2


def test_guidelines_are_numbered(cast: Cast, corpus: Corpus) -> None:
    assert guideline_add(actor=cast.admin, corpus=corpus, text="One").version == 1
    assert guideline_add(actor=cast.admin, corpus=corpus, text="Two").version == 2
    assert last_event().after == {"version": 2}
    with pytest.raises(NotAllowed):
        guideline_add(actor=cast.adjudicator, corpus=corpus, text="Three")


def test_who_may_do_what(cast: Cast, corpus: Corpus) -> None:
    root = User.objects.create_superuser("root")
    least = {
        cast.outsider: set(),
        cast.reviewer: {a for a, r in policies.ACTIONS.items() if r is Role.REVIEWER},
        cast.adjudicator: {a for a, r in policies.ACTIONS.items() if r is not Role.ADMIN},
        cast.admin: set(policies.ACTIONS),
        root: set(policies.ACTIONS),
    }
    for user, actions in least.items():
        assert {a for a in policies.ACTIONS if policies.can(user, a, corpus)} == actions
        user.is_active = False
        assert not any(policies.can(user, a, corpus) for a in policies.ACTIONS)


# --- Articles ---------------------------------------------------------------------------


def test_only_an_admin_adds_an_article(cast: Cast, corpus: Corpus) -> None:
    for other in (cast.reviewer, cast.adjudicator, cast.outsider):
        with pytest.raises(NotAllowed):
            article_create(actor=other, corpus=corpus, text="Text.", title="T")
    article = article_create(actor=cast.admin, corpus=corpus, text="Text.", title="T")
    assert article.text.created_by == cast.admin
    event = last_event()
    assert (event.kind, event.after["content_hash"]) == ("article.created", article.content_hash)


def test_the_same_text_is_there_already(corpus: Corpus) -> None:
    article = make_article(corpus, "Grüße.\n")
    with pytest.raises(AlreadyThere) as caught:
        make_article(corpus, " Gru\u0308ße.\r\n")
    assert caught.value.article_id == article.pk
    assert Article.objects.get().text.text == "Grüße."


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": " \x00\n"}, "text"),
        ({"text": "x" * (MAX_CHARACTERS + 1)}, "text"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://news.example/" + "x" * 2000}, "url"),
        ({"author": "x" * 301}, "author"),
        ({"publisher": "x" * 301}, "publisher"),
        ({"dateline": "x" * 201}, "dateline"),
    ],
)
def test_an_article_with_bad_input(corpus: Corpus, fields: dict[str, Any], field: str) -> None:
    given = {"text": "Text.", "title": "T", **fields}
    with pytest.raises(InvalidInput) as caught:
        article_create(actor=None, corpus=corpus, **given)
    assert list(caught.value.fields) == [field]
    assert not Article.objects.exists()


def test_an_article_without_a_title_gets_one(corpus: Corpus) -> None:
    article = article_create(actor=None, corpus=corpus, text="First line.\nMore.", title=" ")
    assert article.title == "First line."


def test_submitting_and_reopening(cast: Cast, article: Article) -> None:
    with pytest.raises(NotAllowed):
        article_submit(actor=cast.outsider, article=article)
    with pytest.raises(Conflict):
        article_submit(actor=cast.reviewer, article=make_article(article.corpus, "Waiting."))
    article_submit(actor=cast.reviewer, article=article)
    event = last_event()
    assert (event.kind, event.before, event.after) == (
        "article.submitted",
        {"state": "ready"},
        {"state": "reviewed"},
    )
    article_submit(actor=cast.second, article=article)
    assert last_event() == event
    reopened = article_reopen(actor=cast.second, article=article)
    assert reopened.state == "in_review"


def test_an_article_that_no_detector_read_is_reviewed_by_hand(cast: Cast, corpus: Corpus) -> None:
    empty = make_unread(corpus, "Nothing to check.")
    assert empty.state == "failed"
    # Nothing was found in it by the person who read it: as where the detector finds nothing.
    article_submit(actor=cast.reviewer, article=empty)
    assert (last_event().before, last_event().after) == (
        {"state": "failed"},
        {"state": "reviewed"},
    )
    assert article_reopen(actor=cast.second, article=empty).state == "in_review"
    article = make_unread(corpus)
    claim = make_claim(cast.reviewer, article)
    article.refresh_from_db()
    assert article.state == "in_review"
    # What failed can still be seen and asked for again, and failing again takes nothing away.
    assert Job.objects.get(article=article).state == "failed"
    again = extraction_request(actor=cast.admin, article=article)
    (job,) = jobs_claim(worker="here:1", first=again.pk)
    job_fail(job=job, error="small reads 'en', not 'de'", permanent=True)
    article.refresh_from_db()
    assert (article.state, article.claims.standing().get()) == ("in_review", claim)
    assert article_submit(actor=cast.reviewer, article=article).state == "reviewed"
    # Read after all, it stays what a person said that it is.
    extraction_request(actor=cast.admin, article=article)
    extract(article, "Ferries doubled")
    article.refresh_from_db()
    assert (article.state, article.claims.standing().get()) == ("reviewed", claim)
    assert article.current_run is not None


@pytest.mark.parametrize(
    ("site", "detector", "language", "warned"),
    [
        ("small", "", "de", True),
        ("small", "small", "pt-BR", True),
        ("small", "", "en-GB", False),
        ("small", "small", "und", False),
        # Not installed here says nothing of where the workers run.
        ("nonesuch", "", "de", False),
    ],
)
def test_a_language_that_the_detector_does_not_read_is_said(
    settings: Any, site: str, detector: str, language: str, warned: bool
) -> None:
    settings.DETECTOR = site
    said = detector_warning(detector, language)
    assert bool(said) is warned
    assert not warned or (f"“{language}”" in said and "by hand" in said)


# --- Tokens -----------------------------------------------------------------------------


def test_a_token_is_shown_once_and_kept_as_a_hash(cast: Cast) -> None:
    token, key = token_create(actor=cast.reviewer, name=" script ")
    assert (token.name, token.digest) == ("script", ApiToken.digest_of(key))
    assert key.startswith("fct_")
    assert key not in str(ApiToken.objects.values().get())
    assert key not in str(list(Event.objects.values()))
    assert list(ApiToken.objects.usable()) == [token]


def test_tokens_with_bad_input(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="name"):
        token_create(actor=cast.reviewer, name=" ")
    with pytest.raises(InvalidInput, match="expires_at"):
        token_create(actor=cast.reviewer, name="x", expires_at=timezone.now())


def test_a_token_ends(cast: Cast) -> None:
    soon = timezone.now() + dt.timedelta(hours=1)
    token, _ = token_create(actor=cast.reviewer, name="x", expires_at=soon)
    with time_machine.travel(soon + dt.timedelta(seconds=1)):
        assert not ApiToken.objects.usable().exists()
    for other in (cast.second, cast.admin, cast.outsider):
        with pytest.raises(NotAllowed):
            token_revoke(actor=other, token=token)
    assert ApiToken.objects.usable().exists()
    token_revoke(actor=cast.reviewer, token=token)
    event = last_event()
    assert (event.kind, event.chain) == ("token.revoked", "site")
    token_revoke(actor=cast.reviewer, token=token)
    assert last_event() == event
    assert not ApiToken.objects.usable().exists()


def test_a_site_administrator_may_end_anybodys(cast: Cast) -> None:
    token, _ = token_create(actor=cast.reviewer, name="x")
    token_revoke(actor=User.objects.create_superuser("root"), token=token)
    assert not ApiToken.objects.usable().exists()


def test_use_is_noted_once_a_minute(cast: Cast, django_assert_num_queries: Any) -> None:
    token, _ = token_create(actor=cast.reviewer, name="x")
    token_used(token=token)
    token.refresh_from_db()
    assert token.last_used_at is not None
    with django_assert_num_queries(0):
        token_used(token=token)


@pytest.mark.django_db
def test_a_corpus_is_deleted_with_all_that_people_did_in_it() -> None:
    """The rows go, the history stays."""
    cast = factories.make_cast()
    guideline_add(actor=None, corpus=cast.corpus, text="Be fair.")
    article = factories.make_extracted(cast.corpus)
    claim = factories.make_claim(article, cast.reviewer, claimant="The minister")
    factories.make_verdict(claim, cast.reviewer)
    key, events = cast.corpus.pk, Event.objects.filter(corpus=cast.corpus).count()
    cast.corpus.delete()
    assert not Claim.objects.exists()
    assert Event.objects.filter(corpus=key).count() == events
