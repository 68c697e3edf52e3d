"""The admin: who enters, what each page shows and refuses, and that its writes leave events."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import (
    ApiToken,
    Article,
    Claim,
    ClaimType,
    Corpus,
    Event,
    Guideline,
    Job,
    Membership,
    Rating,
    RatingScale,
    User,
    WorkerHeartbeat,
)
from annotations.services.answers import answer_add
from annotations.services.assignments import assignment_add
from annotations.services.corpora import guideline_add
from annotations.services.events import events_verify
from annotations.services.evidence import evidence_update
from annotations.services.questions import question_ask
from annotations.services.snapshots import snapshot_request
from annotations.services.suggestions import suggestion_reject
from annotations.services.tokens import token_create
from tests.services.cast import (
    Cast,
    extract,
    judge,
    last_event,
    make_article,
    make_cast,
    make_claim,
    make_corpus,
    make_evidence,
    suggestion_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

# An answer cites it from the start; a test protects it.
LEAK = "https://whistle.example/leak"
# Of the product; Django's own groups are beside them.
READ_ONLY = {
    "apitoken", "article", "claim", "detectionrun", "event", "job", "question", "suggestion",
    "workerheartbeat",
}  # fmt: skip
ADDABLE = {"user", "assignment", "corpus", "guideline", "ratingscale", "claimtype"}
MODELS = sorted(READ_ONLY | ADDABLE)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def corpus(cast: Cast) -> Corpus:
    return make_corpus(cast)


@pytest.fixture
def root(client: Client) -> User:
    user = User.objects.create_superuser("root", password="a long password")
    client.force_login(user)
    return user


@pytest.fixture
def work(cast: Cast, corpus: Corpus) -> Claim:
    """At least a row of everything."""
    return make_work(cast, corpus, "")


def make_work(cast: Cast, corpus: Corpus, suffix: str) -> Claim:
    text = f"The harbour <b>cost</b> 12 million. Ferries doubled.{suffix}"
    article = make_article(corpus, text)
    extract(article, "12 million", "Ferries doubled")
    suggestion_reject(actor=cast.reviewer, suggestion=suggestion_of(article, "12 million"))
    claim = make_claim(cast.reviewer, article, "The harbour <b>cost</b> 12 million")
    make_evidence(cast.second, claim, note="<script>alert(1)</script>")
    question = question_ask(actor=cast.second, claim=claim, text="<b>cost</b> of what?")
    answer_add(
        actor=cast.second,
        question=question,
        fields={"answer_type": "Extractive", "text": "<b>cost</b>", "source_url": LEAK},
    )
    judge(cast.second, claim)
    token_create(actor=cast.reviewer, name=f"script{suffix}")
    guideline_add(actor=cast.admin, corpus=corpus, text="Read twice.")
    assignment_add(actor=cast.admin, article=article, user=cast.second)
    WorkerHeartbeat.objects.get_or_create(
        name=f"host:{suffix or 1}",
        defaults={
            "host": "host",
            "pid": 1,
            "started_at": timezone.now(),
            "seen_at": timezone.now(),
        },
    )
    return claim


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:annotations_{model}_{page}", args=args)


def first(model: str) -> Any:
    for registered in admin.site._registry:
        if registered._meta.label_lower == f"annotations.{model}":
            return registered._default_manager.order_by("pk").first()
    raise AssertionError(f"{model} is not registered")


def has_nothing_inline(html: str) -> None:
    """The policy allows no script or style inside a page."""
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))[^>]*>", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=\"", html)


def test_what_is_registered() -> None:
    labels = {model._meta.label_lower for model in admin.site._registry}
    assert labels == {f"annotations.{name}" for name in MODELS} | {"auth.group"}


# --- Who enters -------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/admin/", "/admin/annotations/event/"])
def test_a_stranger_is_sent_to_the_sites_own_sign_in(client: Client, path: str) -> None:
    response = client.get(path, follow=True)
    final, status = response.redirect_chain[-1]
    assert status == 302
    assert final.startswith(reverse("account_login") + "?next=%2Fadmin%2F")


@pytest.mark.parametrize("model", MODELS)
def test_who_is_no_staff_stays_out(client: Client, cast: Cast, work: Claim, model: str) -> None:
    client.force_login(cast.admin)
    pages = [url(model, "changelist"), url(model, "change", first(model).pk)]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 302
        # Not back to a sign-in that would send them here again.
        assert client.get(response["Location"]).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_staff_without_a_permission_see_nothing(client: Client, work: Claim, model: str) -> None:
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get(url(model, "changelist")).status_code == 403
    assert client.get(url(model, "change", first(model).pk)).status_code == 403


def test_staff_with_a_permission_see_that(client: Client, work: Claim) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(clerk)
    page = client.get(url("job", "changelist"))
    assert page.status_code == 200
    assert b'name="action"' not in page.content
    assert client.get(url("event", "changelist")).status_code == 403


# --- Pages ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_every_page_answers(client: Client, root: User, work: Claim, model: str) -> None:
    pages = [url(model, "changelist"), url(model, "change", first(model).pk)]
    pages.append(url(model, "history", first(model).pk))
    if admin.site._registry[type(first(model))].search_fields:
        pages.append(url(model, "changelist") + "?q=12")
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        html = response.content.decode()
        assert "<script>alert" not in html
        assert "<b>cost" not in html
        has_nothing_inline(html)
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("model", MODELS)
def test_adding(client: Client, root: User, work: Claim, model: str) -> None:
    response = client.get(url(model, "add"))
    assert response.status_code == (200 if model in ADDABLE else 403)
    has_nothing_inline(response.content.decode())


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_deleted(client: Client, root: User, work: Claim, model: str) -> None:
    row = first(model)
    assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    client.post(
        url(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )
    assert type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", sorted(READ_ONLY | {"assignment", "guideline"}))
def test_what_is_read_only_is(client: Client, root: User, work: Claim, model: str) -> None:
    row = first(model)
    before = type(row)._default_manager.filter(pk=row.pk).values().get()
    assert client.post(url(model, "change", row.pk), {"kind": "x"}).status_code == 403
    assert type(row)._default_manager.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", MODELS)
def test_a_list_takes_as_many_queries_for_many_rows(
    client: Client, root: User, cast: Cast, corpus: Corpus, work: Claim, model: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url(model, "changelist")).status_code == 200
        return len(captured)

    queries()
    before = queries()
    for n in range(3):
        make_work(cast, make_corpus(cast, f"More {n}"), f" {n}")
        User.objects.create_user(f"more{n}")
        RatingScale.objects.create(slug=f"more{n}", name=f"More {n}")
    # Session and user, the rows, their count, a list of corpora for the filter.
    assert queries() == before <= 8


def test_a_count_has_a_bound(
    client: Client, root: User, work: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    from annotations.admin.base import BoundedPaginator

    monkeypatch.setattr(BoundedPaginator, "LIMIT", 3)
    assert Event.objects.count() > 3
    page = client.get(url("event", "changelist"))
    assert page.context["cl"].result_count == 3


def test_an_events_page_shows_both_sides(client: Client, root: User, work: Claim) -> None:
    event = Event.objects.filter(kind="evidence.added").latest("id")
    html = client.get(url("event", "change", event.pk)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "ledger.example" in html
    for query in ("target=evidence", "by=people", "by=system", "q=evidence.added"):
        assert client.get(url("event", "changelist") + "?" + query).status_code == 200


def test_an_event_outlives_what_it_is_about(client: Client, root: User, work: Claim) -> None:
    event = Event.objects.filter(kind="evidence.added").latest("id")
    Claim.objects.all().delete()
    for page in (url("event", "changelist"), url("event", "change", event.pk)):
        assert client.get(page).status_code == 200


# --- Actions ----------------------------------------------------------------------------


def act(client: Client, model: str, action: str, *rows: Any) -> str:
    response = client.post(
        url(model, "changelist"),
        {"action": action, "_selected_action": [row.pk for row in rows]},
        follow=True,
    )
    assert response.status_code == 200
    return " ".join(str(message) for message in response.context["messages"])


def test_extracting_again(client: Client, root: User, work: Claim) -> None:
    said = act(client, "article", "extract_again", work.article)
    assert said == "1 article will be extracted again."
    assert Job.objects.active().get().article == work.article
    assert (last_event().kind, last_event().actor) == ("job.requested", root)


def test_retrying_and_cancelling(client: Client, root: User, work: Claim, corpus: Corpus) -> None:
    done = Job.objects.get()
    article = make_article(corpus, "Another text.")
    queued = Job.objects.get(article=article)
    said = act(client, "job", "cancel", done, queued)
    assert "1 job was cancelled." in said
    assert "The job is done already." in said
    assert last_event().kind == "job.cancelled"
    assert "1 job is queued again." in act(client, "job", "retry", queued)
    queued.refresh_from_db()
    assert queued.state == "queued"
    assert (last_event().kind, last_event().actor) == ("job.retried", root)


def test_an_action_needs_the_permission_and_the_role(
    client: Client, cast: Cast, work: Claim, corpus: Corpus
) -> None:
    make_article(corpus, "Another text.")
    queued = Job.objects.get(state="queued")
    clerk = cast.outsider
    clerk.is_staff = True
    clerk.save()
    clerk.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(clerk)
    act(client, "job", "cancel", queued)
    queued.refresh_from_db()
    assert queued.state == "queued"
    clerk.user_permissions.add(Permission.objects.get(codename="change_job"))
    assert "Your role" in act(client, "job", "cancel", queued)
    queued.refresh_from_db()
    assert queued.state == "queued"


def test_revoking_a_token(client: Client, root: User, work: Claim) -> None:
    token = ApiToken.objects.get()
    assert "1 token was revoked." in act(client, "apitoken", "revoke", token)
    assert not ApiToken.objects.usable().exists()
    assert (last_event().kind, last_event().actor) == ("token.revoked", root)
    html = client.get(url("apitoken", "change", token.pk)).content.decode()
    assert token.digest not in html


def test_deactivating(client: Client, root: User, cast: Cast) -> None:
    said = act(client, "user", "deactivate", cast.reviewer, root)
    assert "1 person was changed." in said
    assert "nobody deactivates themselves" in said
    cast.reviewer.refresh_from_db()
    root.refresh_from_db()
    assert (cast.reviewer.is_active, root.is_active) == (False, True)
    event = last_event()
    assert (event.kind, event.before["is_active"], event.after["is_active"]) == (
        "user.updated",
        True,
        False,
    )
    act(client, "user", "activate", cast.reviewer)
    cast.reviewer.refresh_from_db()
    assert cast.reviewer.is_active


# --- Forms ------------------------------------------------------------------------------


def inline(*rows: dict[str, Any], initial: int = 0, prefix: str = "memberships") -> dict[str, Any]:
    form = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(rows):
        form |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return form


def sent(client: Client, page: str, form: dict[str, Any]) -> None:
    response = client.post(page, form)
    errors = response.context and [
        response.context["adminform"].form.errors,
        *(i.formset.errors for i in response.context["inline_admin_formsets"]),
    ]
    assert response.status_code == 302, errors


def corpus_form(corpus: Corpus | None = None, **changed: Any) -> dict[str, Any]:
    form: dict[str, Any] = {
        "name": "New",
        "language": "en",
        "rating_scale": RatingScale.objects.get(slug="fever").pk,
        "claim_type_scheme": "averitec",
        "requires_evidence": "on",
    }
    if corpus:
        form |= {
            "name": corpus.name,
            "rating_scale": corpus.rating_scale_id,
            "claim_type_scheme": corpus.claim_type_scheme,
            "shown_revision": corpus.revision,
        }
    return form | changed


def test_the_form_of_a_corpus_names_the_detectors_that_are_shipped(
    client: Client, root: User
) -> None:
    page = client.get(url("corpus", "add")).content.decode()
    assert "“small” comes ready to use" in page
    assert "“accurate” finds more" in page


def test_a_corpus_with_its_members(client: Client, root: User, cast: Cast) -> None:
    rows = inline({"user": cast.reviewer.pk, "role": "adjudicator"})
    sent(client, url("corpus", "add"), corpus_form(detector="small") | rows)
    corpus = Corpus.objects.get()
    assert (corpus.name, corpus.detector, corpus.rating_scale.slug) == ("New", "small", "fever")
    assert set(corpus.memberships.values_list("user__username", "role")) == {
        ("root", "admin"),
        ("rita", "adjudicator"),
    }
    kinds = Event.objects.filter(corpus=corpus, actor=root).order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == [
        "corpus.created",
        "membership.set",
        "membership.set",
    ]
    events_verify(chain=f"corpus:{corpus.pk}")


def test_members_are_changed_and_removed_with_events(
    client: Client, root: User, cast: Cast, corpus: Corpus
) -> None:
    members = list(corpus.memberships.order_by("corpus", "user"))
    rows = [{"id": m.pk, "corpus": corpus.pk, "user": m.user_id, "role": m.role} for m in members]
    rows[0]["role"] = "admin"
    rows[1]["DELETE"] = "on"
    rows[2]["user"] = cast.outsider.pk
    form = corpus_form(corpus) | inline(*rows, initial=len(rows))
    sent(client, url("corpus", "change", corpus.pk), form)
    roles = dict(Membership.objects.filter(corpus=corpus).values_list("user__username", "role"))
    assert roles == {"rita": "admin", "odd": "adjudicator", "alma": "admin"}
    done = Event.objects.filter(corpus=corpus, actor=root).values_list("kind", flat=True)
    assert sorted(done) == ["membership.removed"] * 2 + ["membership.set"] * 2


def test_a_corpus_page_that_is_stale_overwrites_nothing(
    client: Client, root: User, corpus: Corpus
) -> None:
    page = url("corpus", "change", corpus.pk)
    stale = corpus_form(corpus, description="Mine") | inline()
    sent(client, page, corpus_form(corpus, description="Theirs") | inline())
    assert last_event().kind == "corpus.updated"
    response = client.post(page, stale)
    assert response.status_code == 200
    assert "Somebody changed this corpus" in response.content.decode()
    corpus.refresh_from_db()
    assert (corpus.description, corpus.revision) == ("Theirs", 2)
    fresh = corpus_form(corpus, description="x" * 10_001, shown_revision=2) | inline()
    assert "10000 characters at most" in client.post(page, fresh).content.decode()


def test_the_scale_of_a_corpus_with_verdicts_is_fixed(
    client: Client, root: User, work: Claim, corpus: Corpus
) -> None:
    page = url("corpus", "change", corpus.pk)
    assert "verdicts were given on it" in client.get(page).content.decode()
    fever = RatingScale.objects.get(slug="fever")
    sent(client, page, corpus_form(corpus, rating_scale=fever.pk) | inline())
    corpus.refresh_from_db()
    assert corpus.rating_scale.slug == "politifact"


def test_staff_change_only_a_corpus_that_they_administer(
    client: Client, cast: Cast, corpus: Corpus
) -> None:
    for user in (cast.admin, cast.outsider):
        user.is_staff = True
        user.save()
        user.user_permissions.add(
            *Permission.objects.filter(
                codename__in=["view_corpus", "change_corpus", "add_guideline", "view_guideline"]
            )
        )
    page, form = url("corpus", "change", corpus.pk), corpus_form(corpus, description="x")
    guideline = {"corpus": corpus.pk, "text": "Read."}
    client.force_login(cast.outsider)
    assert client.post(page, form | inline()).status_code == 403
    assert client.post(url("guideline", "add"), guideline).status_code == 200
    assert not Guideline.objects.exists()
    client.force_login(cast.admin)
    sent(client, page, form | inline())
    sent(client, url("guideline", "add"), guideline)
    assert Guideline.objects.get().created_by == cast.admin
    assert last_event().kind == "guideline.added"


def scale_form(scale: RatingScale, *rows: dict[str, Any]) -> dict[str, Any]:
    initial = sum("id" in row for row in rows)
    return {"slug": scale.slug, "version": scale.version, "name": scale.name} | inline(
        *rows, initial=initial, prefix="ratings"
    )


def test_a_new_scale_with_its_ratings(client: Client, root: User) -> None:
    scale = RatingScale(slug="own", version=1, name="Own")
    rows = [{"position": 1, "label": "Yes", "number": 5}, {"position": 2, "label": "No"}]
    sent(client, url("ratingscale", "add"), scale_form(scale, *rows))
    assert [r["label"] for r in last_event().after["ratings"]] == ["Yes", "No"]
    scale = RatingScale.objects.get(slug="own")
    ids = list(scale.ratings.values_list("pk", flat=True))
    changed = [row | {"id": pk, "scale": scale.pk} for row, pk in zip(rows, ids, strict=True)]
    changed[1]["label"] = "Never"
    sent(client, url("ratingscale", "change", scale.pk), scale_form(scale, *changed))
    event = last_event()
    assert (event.kind, event.before["ratings"][1]["label"]) == ("ratingscale.updated", "No")


def test_a_used_scale_can_only_retire(client: Client, root: User, work: Claim) -> None:
    scale = RatingScale.objects.get(slug="politifact")
    page = url("ratingscale", "change", scale.pk)
    assert "add a scale with the next version" in client.get(page).content.decode()
    rows = [
        {"id": r.pk, "scale": scale.pk, "position": 90 + r.position, "label": "Changed"}
        for r in scale.ratings.all()
    ]
    rows[0] |= {"retired": "on", "DELETE": "on"}
    new = {"position": 99, "label": "More", "scale": scale.pk}
    labels = list(scale.ratings.values_list("label", "position"))
    sent(client, page, scale_form(RatingScale(slug="x", version=9, name="X"), *rows, new))
    scale.refresh_from_db()
    assert (scale.slug, scale.version, scale.name) == ("politifact", 1, "PolitiFact")
    assert list(scale.ratings.values_list("label", "position")) == labels
    assert list(Rating.objects.filter(scale=scale, retired=True)) == [scale.ratings.first()]
    assert last_event().kind == "ratingscale.updated"


def test_a_claim_type_keeps_its_key(client: Client, root: User) -> None:
    kind = ClaimType.objects.get(scheme="fullfact", key="law")
    form = {"scheme": "averitec", "key": "x", "label": "Rules", "position": 4, "retired": "on"}
    sent(client, url("claimtype", "change", kind.pk), form)
    kind.refresh_from_db()
    assert (kind.scheme, kind.key, kind.label, kind.retired) == ("fullfact", "law", "Rules", True)
    assert last_event().before["label"] == "Current laws or rules of operation"


def test_a_person_is_added_given_a_password_and_a_role(
    client: Client, root: User, corpus: Corpus
) -> None:
    secret = "correct horse battery"
    form = {"username": "nell", "usable_password": "true", "password1": secret}
    sent(client, url("user", "add"), {**form, "password2": secret, "email": "nell@example.org"})
    nell = User.objects.get(username="nell")
    assert nell.check_password(secret)
    assert (last_event().kind, last_event().after["username"]) == ("user.created", "nell")

    page = url("user", "change", nell.pk)
    html = client.get(page).content.decode()
    assert nell.password not in html
    form = {"username": "nell", "display_name": "Nell", "is_active": "on"}
    role = {"corpus": corpus.pk, "role": "reviewer"}
    sent(client, page, form | inline(role))
    assert Membership.objects.get(user=nell).role == "reviewer"
    kinds = Event.objects.filter(actor=root).order_by("-id").values_list("kind", flat=True)
    assert list(kinds[:2]) == ["user.updated", "membership.set"]

    other = "another long phrase"
    sent_to = reverse("admin:auth_user_password_change", args=[nell.pk])
    response = client.post(
        sent_to, {"usable_password": "true", "password1": other, "password2": other}
    )
    assert response.status_code == 302
    nell.refresh_from_db()
    assert nell.check_password(other)
    assert last_event().kind == "user.password_set"
    for event in Event.objects.filter(target_type="user").values():
        assert secret not in str(event)
        assert other not in str(event)
        assert "pbkdf2" not in str(event)


def test_staff_cannot_make_themselves_administrators(client: Client, cast: Cast) -> None:
    boss = User.objects.create_superuser("boss", password="a long password")
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_user", "change_user"])
    )
    client.force_login(clerk)
    form = {"username": "clerk", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    sent(client, url("user", "change", clerk.pk), form | inline())
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    assert client.post(url("user", "change", boss.pk), form | inline()).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert client.get(password).status_code == 403
    assert "only an administrator" in act(client, "user", "deactivate", boss)
    boss.refresh_from_db()
    assert boss.is_active


def test_autocomplete_serves_the_inlines(client: Client, root: User, corpus: Corpus) -> None:
    page = reverse("admin:autocomplete")
    query = {"app_label": "annotations", "model_name": "membership", "field_name": "user"}
    response = client.get(page, query | {"term": "rit"})
    assert [row["text"] for row in response.json()["results"]] == ["rita"]


def test_an_article_links_to_its_page(client: Client, root: User, work: Claim) -> None:
    html = client.get(url("article", "change", work.article_id)).content.decode()
    assert f'href="/articles/{work.article_id}/"' in html
    assert "&lt;b&gt;cost&lt;/b&gt;" in html
    assert Article.objects.count() == 1


def test_protected_sources_show_only_to_members(client: Client, cast: Cast, work: Claim) -> None:
    secret: Any = {
        "url": LEAK,
        "protected": True,
        "protection_reason": "Their job is at stake.",
    }
    piece = make_evidence(cast.second, work, url=LEAK)
    evidence_update(actor=cast.second, evidence=piece, revision=1, fields=secret)
    snapshot_request(actor=cast.second, claim=work, url="https://whistle.example/other")
    told = Event.objects.filter(target_type="evidence", target_id=piece.pk).latest("id")
    for user, sees in ((cast.outsider, False), (cast.reviewer, True)):
        user.is_staff = True
        user.save()
        user.user_permissions.add(
            *Permission.objects.filter(codename__in=["view_claim", "view_event", "view_question"])
        )
        client.force_login(user)
        page = client.get(url("claim", "change", work.pk)).content.decode()
        assert ("whistle.example" in page) is sees
        assert "ledger.example" in page
        asked = client.get(url("question", "change", first("question").pk)).content.decode()
        assert ("whistle.example" in asked) is sees
        assert "&lt;b&gt;cost&lt;/b&gt;" in asked
        detail = client.get(url("event", "change", told.pk), follow=True).content.decode()
        assert ("whistle.example" in detail) is sees
        listed = client.get(url("event", "changelist") + "?target=snapshot").content.decode()
        assert ("snapshot.requested" in listed) is sees
