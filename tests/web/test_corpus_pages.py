"""Pages of a corpus's admins, and the way of somebody who was invited."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from annotations.models import Article, BulkAction, Corpus, Invitation, Membership, User
from annotations.services.corpora import corpus_update
from annotations.services.memberships import invitation_create
from tests.factories import Cast, make_article, make_claim, make_extracted, make_verdict
from tests.web.conftest import signed_in

pytestmark = pytest.mark.any_database

FORM = {
    "name": "Budget",
    "description": "What it costs.",
    "language": "en",
    "detector": "",
    "threshold": "",
    "claim_type_scheme": "fullfact",
    "requires_evidence": "on",
}


def form(corpus: Corpus, **changes: str) -> dict[str, str]:
    scale = str(corpus.rating_scale_id)
    return FORM | {"rating_scale": scale, "revision": str(corpus.revision)} | changes


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_who_may_makes_a_corpus(cast: Cast) -> None:
    url = reverse("corpus-new")
    assert signed_in(cast.admin).get(url).status_code == 403
    assert "New corpus" not in text(signed_in(cast.admin).get("/"))
    cast.stranger.user_permissions.add(Permission.objects.get(codename="add_corpus"))
    client = signed_in(cast.stranger)
    assert "Make a corpus" in text(client.get("/"))
    wrong = client.post(url, form(cast.corpus, threshold="1.5", name=""))
    assert wrong.status_code == 400
    page = wrong.content.decode()
    # The first field that is wrong has the focus, and says why.
    assert re.search(r'<input[^>]*name="name"[^>]*autofocus', page)
    assert page.count("autofocus") == 1
    assert page.count('aria-invalid="true"') == 2
    # What the service refuses stands at its field too.
    refused = client.post(url, form(cast.corpus, name=cast.corpus.name, detector="nonesuch"))
    assert "Another corpus has this name" in text(refused)
    made = client.post(url, form(cast.corpus, detector="small", threshold="0.4"))
    corpus = Corpus.objects.get(name="Budget")
    assert made["Location"] == reverse("corpus", args=[corpus.pk])
    assert (corpus.detector, corpus.threshold) == ("small", 0.4)


def test_settings_that_somebody_changed_meanwhile(cast: Cast, article: Article) -> None:
    admin, url = signed_in(cast.admin), reverse("corpus-settings", args=[cast.corpus.pk])
    sent = form(cast.corpus, threshold="0.3")
    corpus_update(
        actor=cast.superuser, corpus=cast.corpus, revision=1, fields={"description": "Theirs."}
    )
    answer = admin.post(url, sent)
    assert answer.status_code == 409
    page = text(answer)
    assert "root changed the settings meanwhile" in page
    assert "Description Theirs. What it costs." in page
    assert "Threshold – 0.3" in page
    cast.corpus.refresh_from_db()
    assert (cast.corpus.description, cast.corpus.threshold) == ("Theirs.", None)
    # The form is what was typed, on the revision that is current: sent again, it is saved.
    again = {**sent, "revision": str(answer.context["form"]["revision"].value())}
    saved = admin.post(url, again)
    # Another threshold changes nothing that was extracted, and that is offered.
    assert saved["Location"] == f"{url}?extract=1"
    assert "keep their suggestions" in text(admin.get(saved["Location"]))
    cast.corpus.refresh_from_db()
    assert (cast.corpus.name, cast.corpus.threshold) == ("Budget", 0.3)


def test_a_language_that_the_detector_does_not_read_is_warned_of(cast: Cast) -> None:
    admin, said = signed_in(cast.admin), "Its articles get no suggestions"
    corpus, url = cast.corpus, reverse("corpus-settings", args=[cast.corpus.pk])
    page = reverse("corpus", args=[corpus.pk])
    assert said not in text(admin.get(url)) + text(admin.get(page))
    saved = admin.post(url, form(corpus, language="de"), follow=True)
    # Saved all the same; at the field as long as it is so.
    assert text(saved).count(said) == 2
    corpus.refresh_from_db()
    assert corpus.language == "de"
    assert text(admin.get(url)).count(said) == 1
    assert f"{said}: their extraction fails" in text(signed_in(cast.reviewer).get(page))


def test_what_work_depends_on_is_fixed(cast: Cast, article: Article) -> None:
    claim = make_claim(article, cast.reviewer, types=["law"])
    make_verdict(claim, cast.reviewer)
    url = reverse("corpus-settings", args=[cast.corpus.pk])
    page = signed_in(cast.admin).get(url).content.decode()
    assert re.search(r'<select name="rating_scale"[^>]*disabled', page)
    assert re.search(r'<select name="claim_type_scheme"[^>]*disabled', page)
    sent = form(cast.corpus, claim_type_scheme="averitec")
    assert signed_in(cast.admin).post(url, sent).status_code == 302
    cast.corpus.refresh_from_db()
    assert cast.corpus.claim_type_scheme == "fullfact"


def test_a_corpus_is_deleted_by_its_name_and_restored(cast: Cast) -> None:
    admin, pk = signed_in(cast.admin), cast.corpus.pk
    url, deleted = reverse("corpus-delete", args=[pk]), reverse("deleted-corpora")
    assert admin.post(url, {"confirm": "Election"}).status_code == 400
    assert signed_in(cast.reviewer).post(url, {"confirm": "Elections"}).status_code == 403
    assert admin.post(url, {"confirm": "Elections"})["Location"] == deleted
    for user in (cast.reviewer, cast.admin, cast.superuser):
        assert signed_in(user).get(reverse("corpus", args=[pk])).status_code == 404
    assert "Elections" in text(admin.get(deleted))
    assert "Elections" not in text(signed_in(cast.reviewer).get(deleted))
    assert signed_in(cast.reviewer).post(deleted, {"corpus": pk}).status_code == 404
    assert admin.post(deleted, {"corpus": pk})["Location"] == reverse("corpus", args=[pk])


def test_archiving_hides_from_the_list_and_closes_the_pages(cast: Cast, article: Article) -> None:
    admin, pk = signed_in(cast.admin), cast.corpus.pk
    url = reverse("corpus-archive", args=[pk])
    assert signed_in(cast.adjudicator).post(url).status_code == 403
    admin.post(url)
    assert "Elections" not in text(admin.get("/"))
    assert "Elections" in text(admin.get("/?archived=1"))
    page = admin.get(reverse("corpus", args=[pk]))
    assert "Archived since" in text(page)
    assert b'type="checkbox"' not in page.content
    assert "may_edit" in admin.get(reverse("guidelines", args=[pk])).context
    sent = admin.post(reverse("corpus-settings", args=[pk]), form(cast.corpus))
    assert "archived, so it is read only" in text(sent)
    admin.post(url, {"do": "reopen"})
    assert "Elections" in text(admin.get("/"))


def test_a_copy(cast: Cast, settings: Any) -> None:
    settings.ANYONE_CREATES_CORPORA = True
    url = reverse("corpus-copy", args=[cast.corpus.pk])
    admin = signed_in(cast.admin)
    assert "Another corpus has this name" in text(admin.post(url, {"name": "Elections"}))
    admin.post(url, {"name": "Elections 2", "with_members": "on"})
    assert Corpus.objects.get(name="Elections 2").memberships.count() == 4


def test_many_articles_are_deleted_after_a_question(cast: Cast, article: Article) -> None:
    other = make_extracted(cast.corpus)
    admin = signed_in(cast.admin)
    url = reverse("corpus-bulk", args=[cast.corpus.pk])
    ticked = {"do": "delete", "article": [article.pk]}
    asked = admin.post(url, ticked)
    assert "Delete 1 article" in text(asked)
    assert admin.post(url, {**ticked, "confirm": "no"}).status_code == 400
    assert Article.objects.count() == 2
    admin.post(url, {**ticked, "confirm": "Elections"})
    assert list(Article.objects.all()) == [other]
    # Words that can't be read choose nothing, and that is said before the name is asked for.
    refused = admin.post(f"{url}?q=after:soon", {"do": "delete", "scope": "all"}, follow=True)
    assert "“after:soon” names no date." in text(refused)
    assert not BulkAction.objects.exists()
    # All that the list would show: a worker does it, and a page tells how far it is.
    asked = admin.post(f"{url}?show=to-review", {"do": "delete", "scope": "all"})
    assert "Delete 1 article" in text(asked)
    whole = {"do": "delete", "scope": "all", "confirm": "Elections"}
    answer = admin.post(f"{url}?show=to-review", whole)
    made = BulkAction.objects.get()
    assert (made.queue, answer["Location"]) == (
        "show=to-review",
        reverse("bulk", args=[made.pk]),
    )
    assert "0 of 1 articles" in text(admin.get(answer["Location"]))
    assert signed_in(cast.reviewer).get(answer["Location"]).status_code == 403
    assert signed_in(cast.outsider).get(answer["Location"]).status_code == 404
    admin.post(reverse("bulk-do", args=[made.pk]), {"do": "cancel"})
    assert "Cancelled" in text(admin.get(answer["Location"]))
    deleted = reverse("deleted-articles", args=[cast.corpus.pk])
    assert article.title in text(admin.get(deleted))
    admin.post(deleted, {"article": [article.pk]})
    assert Article.objects.filter(pk=article.pk).exists()


def test_members_are_added_changed_and_removed(cast: Cast) -> None:
    admin, pk = signed_in(cast.admin), cast.corpus.pk
    url = reverse("members", args=[pk])
    answer = admin.post(url, {"do": "add", "name": "stella", "role": "reviewer"})
    assert answer["Location"] == url
    member = Membership.objects.get(corpus=pk, user=cast.stranger)
    change = reverse("member-change", args=[pk, member.pk])
    admin.post(change, {"role": "adjudicator"})
    member.refresh_from_db()
    assert member.role == "adjudicator"
    assert signed_in(cast.reviewer).post(change, {"do": "remove"}).status_code == 403
    # Members see who else works here, and nothing to change it with.
    page = signed_in(cast.reviewer).get(url)
    assert "stella" in text(page)
    assert b"<select" not in page.content
    left = signed_in(cast.stranger).post(change, {"do": "remove"})
    assert left["Location"] == reverse("corpora")
    own = Membership.objects.get(corpus=pk, user=cast.admin)
    admin.post(reverse("member-change", args=[pk, own.pk]), {"do": "remove"})
    assert "only admin" in text(admin.get(url))


def invited(cast: Cast, **options: Any) -> tuple[Any, str]:
    _made, key = invitation_create(actor=cast.admin, corpus=cast.corpus, role="reviewer", **options)
    client = signed_in(None)
    first = client.get(reverse("join", args=[key]))
    # The key leaves the address at once.
    assert first["Location"] == reverse("invitation")
    return client, first["Location"]


def test_all_links_that_can_be_used_are_reached(cast: Cast) -> None:
    for n in range(51):
        invitation_create(actor=cast.admin, corpus=cast.corpus, role="admin", note=f"For no. {n}.")
    admin, url = signed_in(cast.admin), reverse("members", args=[cast.corpus.pk])
    first = admin.get(url).content.decode()
    assert (first.count("For no. "), "For no. 0." in first) == (50, False)
    following = re.search(r'href="(\?[^"]*links-after=[^"]+)#links"', first)
    assert following
    second = admin.get(url + following[1].replace("&amp;", "&")).content.decode()
    assert (second.count("For no. "), "For no. 0." in second) == (1, True)
    # The members are another list, of which this is no other page.
    assert "Rita Reviewer" in second
    assert "For no." not in signed_in(cast.reviewer).get(url).content.decode()


def test_a_link_is_shown_once_and_makes_an_account_with_a_membership(cast: Cast) -> None:
    url = reverse("members", args=[cast.corpus.pk])
    sent = {"do": "invite", "invite-role": "reviewer", "invite-days": 3, "invite-max_uses": 1}
    admin = signed_in(cast.admin)
    page = admin.post(url, sent).content.decode()
    link = re.search(r'id="new-link">([^<]+)<', page)
    assert link
    assert link[1] not in admin.get(url).content.decode()
    anybody = signed_in(None)
    assert anybody.get(reverse("invitation")).status_code == 404
    assert anybody.get(link[1], follow=True).status_code == 200
    signup = reverse("account_signup")
    who = {"username": "newcomer", "password1": "harbour-lights-9", "password2": "harbour-lights-9"}
    assert "too short" in text(
        anybody.post(signup, {**who, "password1": "short", "password2": "short"})
    )
    made = anybody.post(signup, who)
    assert made["Location"] == reverse("corpus", args=[cast.corpus.pk])
    assert anybody.get(made["Location"]).status_code == 200
    newcomer = User.objects.get(username="newcomer")
    assert Membership.objects.get(user=newcomer).role == "reviewer"
    assert not newcomer.is_staff
    # It was for one person.
    other = signed_in(None)
    assert other.get(link[1], follow=True).status_code == 404
    other.post(signup, {**who, "username": "second"})
    assert not User.objects.filter(username="second").exists()


def test_somebody_with_an_account_joins(cast: Cast, settings: Any) -> None:
    settings.INVITATIONS_MAKE_ACCOUNTS = False
    client, url = invited(cast)
    page = text(client.get(url))
    assert "invited to work in Elections" in page
    assert "Make one" not in page
    who = {"username": "x", "password1": "harbour-lights-9", "password2": "harbour-lights-9"}
    assert "made by an administrator" in text(client.post(reverse("account_signup"), who))
    # Accepting takes somebody who is signed in.
    client.post(url)
    assert Invitation.objects.get().uses == 0
    client.force_login(cast.stranger)
    client.get(reverse("join", args=["x"]))
    assert client.post(url).status_code == 404
    _made, key = invitation_create(actor=cast.admin, corpus=cast.corpus, role="reviewer")
    client.get(reverse("join", args=[key]))
    answer = client.post(url)
    assert answer["Location"] == reverse("corpus", args=[cast.corpus.pk])
    assert Membership.objects.filter(corpus=cast.corpus, user=cast.stranger).exists()


def test_the_dashboard_asks_a_fixed_number_of_queries(
    cast: Cast, article: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reviewer = signed_in(cast.reviewer)
    url = reverse("dashboard", args=[cast.corpus.pk])
    empty = signed_in(cast.outsider).get(reverse("dashboard", args=[cast.other_corpus.pk]))
    assert "No articles yet." in text(empty)
    for who in (cast.reviewer, cast.second_reviewer):
        claim = make_claim(make_extracted(cast.corpus), who, types=["law"])
        make_verdict(claim, who)
    make_article(cast.corpus)
    # session, user, corpus, role; articles; work, what was taken back of it, people; runs,
    # suggestions; kept counts of claims, those of deleted articles, claims by state, verified and
    # adjudicated ones, ratings, types; the kept count of jobs and the oldest of each state,
    # workers; the kept count again, some that wait, lately done extractions; unread discussions
    with django_assert_num_queries(25):
        page = reviewer.get(f"{url}?days=84&measure=verdicts").content.decode()
    data = re.search(r'<script id="plots-data"[^>]*>(.+?)</script>', page)
    assert data
    plots = {plot["key"]: plot for plot in json.loads(data[1])}
    assert set(plots) == {"states", "scores", "claims", "work"}
    assert [s["label"] for s in plots["work"]["series"]] == ["Rita Reviewer", "sam"]
    assert len(plots["work"]["labels"]) == 84
    # The same as tables, for who can't see a plot.
    assert page.count("As a table") == 4
    for odd in ("?days=x&measure=x", "?days=99999"):
        assert reviewer.get(url + odd).status_code == 200
