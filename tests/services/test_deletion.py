"""Deleting, restoring, archiving, cloning and purging."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from annotations.domain.transitions import ArticleState
from annotations.errors import Conflict, InvalidInput, JobLost, NotAllowed
from annotations.exporting import FORMATS, export
from annotations.models import (
    Article,
    Claim,
    Corpus,
    Event,
    EventChain,
    Job,
    Membership,
    Snapshot,
    Thread,
    User,
    Verdict,
)
from annotations.services import purging
from annotations.services.articles import AlreadyThere, article_submit
from annotations.services.bulk_actions import articles_change
from annotations.services.claims import claim_create
from annotations.services.corpora import corpus_update, guideline_add
from annotations.services.corpus_states import corpus_archive, corpus_clone, corpus_unarchive
from annotations.services.deletion import corpus_delete, corpus_restore
from annotations.services.leases import job_hold, jobs_claim
from annotations.services.purging import purge_sweep
from annotations.services.queue import PLAIN, queue_articles
from annotations.services.runs import run_record
from tests import factories
from tests.factories import TEXT, make_article
from tests.factories import Cast as Cast2

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast2:
    return factories.make_cast()


def delete(cast: Cast2, *articles: Article, corpus: Corpus | None = None) -> Any:
    corpus = corpus or cast.corpus
    return articles_change(
        actor=cast.admin,
        corpus=corpus,
        action="delete",
        articles=[article.pk for article in articles],
        confirm=corpus.name,
    )


def restore(cast: Cast2, *articles: Article) -> Any:
    return articles_change(
        actor=cast.admin,
        corpus=cast.corpus,
        action="restore",
        articles=[article.pk for article in articles],
    )


def worked_on(cast: Cast2) -> Article:
    """An article with one of each thing that hangs on it."""
    article = factories.make_extracted(cast.corpus)
    claim = factories.make_claim(article, cast.reviewer, types=["law"])
    factories.make_answer(factories.make_question(claim, cast.reviewer), cast.reviewer)
    copy = factories.make_snapshot(claim, cast.reviewer)
    factories.make_evidence(claim, cast.reviewer, snapshot=copy.pk)
    factories.make_verdict(claim, cast.reviewer)
    factories.make_thread(claim, cast.second_reviewer, text="@rita?")
    article_submit(actor=cast.reviewer, article=article)
    return article


def test_a_deleted_article_is_nowhere_and_comes_back_whole(people: Cast2) -> None:
    gone, kept = worked_on(people), factories.make_extracted(people.corpus)
    with pytest.raises(InvalidInput, match="confirm"):
        articles_change(
            actor=people.admin, corpus=people.corpus, action="delete", articles=[gone.pk]
        )
    with pytest.raises(NotAllowed):
        articles_change(
            actor=people.reviewer,
            corpus=people.corpus,
            action="delete",
            articles=[gone.pk],
            confirm=people.corpus.name,
        )

    def seen() -> list[int]:
        user = people.reviewer
        return [
            Article.objects.visible_to(user).count(),
            people.corpus.articles.count(),
            queue_articles(queue=PLAIN, user=user, corpus=people.corpus).count(),
            Claim.objects.visible_to(user).count(),
            Verdict.objects.visible_to(user).count(),
            Thread.objects.visible_to(user).count(),
            Snapshot.objects.visible_to(user).count(),
            Job.objects.visible_to(user).filter(article__isnull=False).count(),
            Event.objects.visible_to(user).filter(article=gone.pk).count(),
            b"".join(export(people.corpus, FORMATS["jsonl"])).count(b"\n"),
        ]

    before = seen()
    assert delete(people, gone, kept).changed == 2
    assert seen() == [0] * 9 + [1]
    assert delete(people, make_article(people.corpus)).changed == 1
    with pytest.raises(InvalidInput):
        delete(people, gone)
    assert restore(people, gone, kept).changed == 2
    assert seen() == before
    assert not Article.objects.filter(deleted_by__isnull=False).exists()
    kinds = Event.objects.filter(kind__startswith="articles.").order_by("id")
    assert list(kinds.values_list("kind", "actor")) == [
        ("articles.deleted", people.admin.pk),
        ("articles.deleted", people.admin.pk),
        ("articles.restored", people.admin.pk),
    ]
    call_command("verify_events")


def test_the_text_of_a_deleted_article_may_come_in_again(people: Cast2) -> None:
    first = make_article(people.corpus, TEXT)
    delete(people, first)
    second = make_article(people.corpus, TEXT)
    done = restore(people, first)
    assert (done.changed, done.left) == (0, 1)
    delete(people, second)
    # Of two with one text the later one.
    done = restore(people, first, second)
    assert (done.changed, done.left) == (1, 1)
    assert list(people.corpus.articles.all()) == [second]
    with pytest.raises(AlreadyThere):
        make_article(people.corpus, TEXT)


@pytest.mark.parametrize("how", ["delete", "delete the corpus", "archive"])
def test_a_worker_loses_what_is_closed_and_goes_on_when_it_opens(people: Cast2, how: str) -> None:
    article = make_article(people.corpus, TEXT)
    (job,) = jobs_claim(worker="here:1", first=article.jobs.get().pk)
    assert Article.objects.get(pk=article.pk).state == ArticleState.EXTRACTING
    if how == "delete":
        delete(people, article)
    elif how == "archive":
        corpus_archive(actor=people.admin, corpus=people.corpus)
    else:
        corpus_delete(actor=people.admin, corpus=people.corpus, confirm=people.corpus.name)
    with pytest.raises(JobLost):
        run_record(
            job=job,
            text=article.text,
            detector=factories.DETECTOR,
            detection=factories.Detection(sentences=(), claims=(), words=0),
            seconds=1,
        )
    assert jobs_claim(worker="here:2") == []
    corpus = Corpus.everything.get(pk=people.corpus.pk)
    if how == "delete":
        restore(people, article)
    elif how == "archive":
        corpus_unarchive(actor=people.admin, corpus=corpus)
    else:
        corpus_restore(actor=people.admin, corpus=corpus)
    (again,) = jobs_claim(worker="here:2")
    assert (again.pk, again.attempts) == (job.pk, 1)
    job_hold(again)


def test_a_deleted_corpus_is_gone_for_everybody_and_can_be_restored(people: Cast2) -> None:
    name = people.corpus.name
    article = worked_on(people)
    with pytest.raises(InvalidInput, match="confirm"):
        corpus_delete(actor=people.admin, corpus=people.corpus, confirm=name.lower())
    with pytest.raises(NotAllowed):
        corpus_delete(actor=people.adjudicator, corpus=people.corpus, confirm=name)
    gone = corpus_delete(actor=people.admin, corpus=people.corpus, confirm=f" {name} ")
    for user in (people.reviewer, people.admin, people.superuser):
        assert name not in [corpus.name for corpus in Corpus.objects.visible_to(user)]
        assert not Article.objects.visible_to(user).filter(pk=article.pk).exists()
        assert not Claim.objects.visible_to(user).filter(article=article.pk).exists()
        assert not Event.objects.visible_to(user).filter(corpus=gone.pk).exists()
    with pytest.raises(Conflict, match="deleted"):
        claim_create(
            actor=people.reviewer, article=Article.everything.get(pk=article.pk), fields={}
        )
    # Its name is free; then it needs another one.
    factories.make_corpus(name)
    with pytest.raises(InvalidInput, match="name"):
        corpus_restore(actor=people.admin, corpus=gone)
    with pytest.raises(NotAllowed):
        corpus_restore(actor=people.reviewer, corpus=gone, name="Elections 2")
    for unfit in ("a\0b", "x" * 201):
        with pytest.raises(InvalidInput, match="name"):
            corpus_restore(actor=people.admin, corpus=gone, name=unfit)
    back = corpus_restore(actor=people.admin, corpus=gone, name="Elections 2")
    assert Corpus.objects.visible_to(people.reviewer).get().name == back.name == "Elections 2"
    assert Claim.objects.visible_to(people.reviewer).exists()


def test_an_archived_corpus_is_read_only(people: Cast2) -> None:
    article = factories.make_extracted(people.corpus)
    corpus_archive(actor=people.admin, corpus=people.corpus)
    corpus_archive(actor=people.admin, corpus=people.corpus)
    corpus = Corpus.objects.get(pk=people.corpus.pk)
    article.corpus = corpus
    with pytest.raises(Conflict, match="archived"):
        factories.make_claim(article, people.reviewer)
    with pytest.raises(Conflict, match="archived"):
        # Not even the site's administrators, nor the system.
        corpus_update(actor=people.superuser, corpus=corpus, revision=1, fields={})
    with pytest.raises(Conflict, match="archived"):
        make_article(corpus)
    assert Article.objects.visible_to(people.reviewer).exists()
    assert b"minister" in b"".join(export(corpus, FORMATS["jsonl"]))
    corpus = corpus_unarchive(actor=people.admin, corpus=corpus)
    article.corpus = corpus
    factories.make_claim(article, people.reviewer)
    kinds = Event.objects.filter(kind__contains="archived").values_list("kind", flat=True)
    assert sorted(kinds) == ["corpus.archived", "corpus.unarchived"]


def test_a_clone_has_the_settings_and_the_guidelines_and_no_articles(
    people: Cast2, settings: Any
) -> None:
    make_article(people.corpus)
    for text in ("Read once.", "Read twice."):
        guideline_add(actor=people.admin, corpus=people.corpus, text=text)
    given = {"threshold": 0.3, "detector": "small", "requires_evidence": False, "language": "en-GB"}
    corpus = corpus_update(actor=people.admin, corpus=people.corpus, revision=1, fields=given)
    with pytest.raises(NotAllowed):
        corpus_clone(actor=people.admin, corpus=corpus, name="Copy")
    settings.ANYONE_CREATES_CORPORA = True
    with pytest.raises(InvalidInput):
        corpus_clone(actor=people.admin, corpus=corpus, name=corpus.name)
    copy = corpus_clone(actor=people.admin, corpus=corpus, name="Copy")
    assert {name: getattr(copy, name) for name in given} == given
    assert (copy.guidelines.get().text, copy.articles.count()) == ("Read twice.", 0)
    assert [m.user for m in copy.memberships.all()] == [people.admin]
    whole = corpus_clone(actor=people.admin, corpus=corpus, name="Whole", with_members=True)
    roles = {c: set(c.memberships.values_list("user", "role")) for c in (corpus, whole)}
    assert roles[corpus] == roles[whole]


def test_what_was_deleted_long_ago_is_purged_and_the_histories_hold(
    people: Cast2, django_capture_on_commit_callbacks: Any
) -> None:
    article, other = worked_on(people), worked_on(people)
    copy = Snapshot.objects.filter(claim__article=article).get()
    delete(people, article)
    assert purge_sweep() == 0
    with (
        time_machine.travel(timezone.now() + dt.timedelta(days=29, hours=23)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert purge_sweep() == 0
    with (
        time_machine.travel(timezone.now() + dt.timedelta(days=30, minutes=1)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert purge_sweep() == 1
    assert not Article.everything.filter(pk=article.pk).exists()
    assert not default_storage.exists(copy.file.name)
    # What was done stays in the history, and nobody is shown it.
    assert Event.objects.filter(article=article.pk).exists()
    visible = Event.objects.visible_to(people.superuser)
    assert not visible.filter(article=article.pk).exists()
    assert visible.get(kind="articles.purged").before == {"articles": [article.pk]}
    call_command("verify_events")

    corpus = people.corpus
    guideline_add(actor=people.admin, corpus=corpus, text="Read twice.")
    corpus_delete(actor=people.admin, corpus=corpus, confirm=corpus.name)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        while purge_sweep():
            pass
    assert not Corpus.everything.filter(pk=corpus.pk).exists()
    assert not Article.everything.filter(pk=other.pk).exists()
    assert not Membership.objects.filter(corpus=corpus.pk).exists()
    assert not Event.objects.filter(chain=f"corpus:{corpus.pk}").exists()
    assert not EventChain.objects.filter(pk=f"corpus:{corpus.pk}").exists()
    purged = Event.objects.get(kind="corpus.purged")
    assert (purged.chain, purged.target_id) == ("site", corpus.pk)
    assert purged.before["events"] > 20
    assert User.objects.filter(pk=people.reviewer.pk).exists()
    call_command("verify_events")


def test_a_corpus_that_is_being_purged_is_not_restored(
    people: Cast2, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came back would be a part of it."""
    monkeypatch.setattr(purging, "ARTICLES_AT_ONCE", 1)
    for _ in range(2):
        worked_on(people)
    gone = corpus_delete(actor=people.admin, corpus=people.corpus, confirm=people.corpus.name)
    assert Corpus.everything.deleted().get() == gone
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert purging._purge_some() == 1
        assert Article.everything.filter(corpus=gone).count() == 1
        assert not Corpus.everything.deleted().exists()
        with pytest.raises(Conflict, match="too long ago"):
            corpus_restore(actor=people.admin, corpus=gone)


def test_a_corpus_that_comes_back_at_the_last_moment_is_not_purged(
    people: Cast2, monkeypatch: pytest.MonkeyPatch
) -> None:
    article, articles = worked_on(people), purging._articles
    gone = corpus_delete(actor=people.admin, corpus=people.corpus, confirm=people.corpus.name)

    def later(*args: Any, **kwargs: Any) -> int:
        Corpus.everything.filter(pk=gone.pk).update(deleted_at=None)
        return articles(*args, **kwargs)

    monkeypatch.setattr(purging, "_articles", later)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert purge_sweep() == 0
    assert Article.objects.get() == article
