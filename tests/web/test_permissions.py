"""Every page with every role, and with a member of another corpus."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from annotations.models import Article, Assignment
from annotations.services.corpora import guideline_add
from annotations.services.tokens import token_create
from tests.factories import Cast

from .conftest import signed_in

pytestmark = pytest.mark.any_database

# Pages of one corpus: members see them, nobody else learns that they exist.
MEMBERS_ONLY = {
    "corpus": lambda article: [article.corpus_id],
    "corpus-progress": lambda article: [article.corpus_id],
    "corpus-publishers": lambda article: [article.corpus_id],
    "corpus-today": lambda article: [article.corpus_id],
    "exports": lambda article: [article.corpus_id],
    "releases": lambda article: [article.corpus_id],
    "dashboard": lambda article: [article.corpus_id],
    "members": lambda article: [article.corpus_id],
    "guidelines": lambda article: [article.corpus_id],
    "guideline": lambda article: [article.corpus_id, 1],
    "article": lambda article: [article.pk],
    "article-data": lambda article: [article.pk],
}
SIGNED_IN = {
    "corpora",
    "discussions",
    "search",
    "token-list",
    "preferences",
    "key-sheet",
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "deleted-corpora",
}
ANYBODY = {
    "favicon",
    "healthz",
    "readyz",
    "javascript-catalog",
    "robots",
    "sitemap",
    "fact-checks",
    "fact-check-feed",
    "fact-check-atom",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
}
# Of one corpus too; walked in test_exports.py and test_releases.py, which have one.
OF_AN_EXPORT = {"export", "release"}
# The same in test_detectors.py, where there are two of them.
OF_DETECTORS = {"detectors", "detector-compare", "article-compare"}
# For those whom the site lets create corpora.
CREATORS = {"corpus-new"}
# Open too, but there has to be an invitation.
INVITED = {"join", "invitation"}
POST_ONLY = {
    "token-revoke",
    "report-do",
    "import-do",
    "export-do",
    "release-do",
    "corpus-bulk",
    "corpus-copy",
    "corpus-archive",
    "corpus-delete",
    "bulk-do",
    "member-change",
    "invitation-end",
    "webhook-do",
}
# Of one corpus too, and sends its members on.
ONWARD = {"corpus-next"}
# Of one corpus too, and for its admins; those of imports are in test_imports.py.
ADMINS_ONLY = {
    "release-new",
    "guideline-edit",
    "imports",
    "import",
    "corpus-settings",
    "deleted-articles",
    "bulk",
    "webhooks",
    "webhook",
}
# For readers of one fact-check, and for the admins who publish: test_fact_checks.py and
# test_publishing.py.
OF_FACT_CHECKS = {
    "fact-check",
    "fact-check-report",
    "fact-check-report-thanks",
    "corpus-fact-checks",
    "claim-fact-check",
    "publisher",
    "reports",
}


def page_names() -> set[str]:
    """Every named page but the API's and the administration's, which have walks of their own."""
    found: set[str] = set()
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLResolver) and str(entry.pattern) not in {"admin/", "api/v1/"}:
            found |= {
                str(p.name) for p in entry.url_patterns if isinstance(p, URLPattern) and p.name
            }
    return found


def test_every_page_is_in_a_row_here() -> None:
    rows = (set(MEMBERS_ONLY), SIGNED_IN, ANYBODY, POST_ONLY, ONWARD, ADMINS_ONLY)
    assert page_names() == set().union(
        *rows, INVITED, CREATORS, OF_FACT_CHECKS, OF_AN_EXPORT, OF_DETECTORS
    )


@pytest.mark.parametrize("name", sorted(MEMBERS_ONLY))
def test_pages_of_a_corpus_are_for_its_members(cast: Cast, article: Article, name: str) -> None:
    guideline_add(actor=None, corpus=article.corpus, text="Read twice.")
    url = reverse(name, args=MEMBERS_ONLY[name](article))
    statuses = {who: signed_in(user).get(url).status_code for who, user in cast.everybody.items()}
    assert statuses == {
        "reviewer": 200,
        "second_reviewer": 200,
        "adjudicator": 200,
        "admin": 200,
        "superuser": 200,
        "outsider": 404,
        "stranger": 404,
    }
    answer = signed_in(None).get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_only_members_are_sent_to_the_next_article(cast: Cast, article: Article) -> None:
    url = reverse("corpus-next", args=[cast.corpus.pk])
    for who, user in cast.everybody.items():
        answer = signed_in(user).get(url)
        if who in {"outsider", "stranger"}:
            assert answer.status_code == 404
        else:
            assert answer["Location"] == reverse("article", args=[article.pk])
    assert signed_in(None).get(url)["Location"].startswith(reverse("account_login"))


def test_only_admins_assign(cast: Cast, article: Article) -> None:
    url = reverse("corpus-bulk", args=[cast.corpus.pk])
    body = {"article": article.pk, "person": cast.reviewer.pk, "do": "assign"}
    for who, user in cast.everybody.items():
        expected = 302 if who in {"admin", "superuser"} else 403
        expected = 404 if who in {"outsider", "stranger"} else expected
        # It takes forms only: by a link one comes to the page with the form, and nothing is done.
        assert signed_in(user).get(url)["Location"] == reverse("corpus", args=[cast.corpus.pk])
        assert signed_in(user).post(url, body).status_code == expected, who
        assert Assignment.objects.exists() is (expected == 302)
        Assignment.objects.all().delete()
    assert signed_in(None).post(url, body)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("method", ["get", "post"])
def test_guidelines_are_edited_by_admins(cast: Cast, method: str) -> None:
    url = reverse("guideline-edit", args=[cast.corpus.pk])
    statuses = {
        who: getattr(signed_in(user), method)(url, {}).status_code
        for who, user in cast.everybody.items()
    }
    # A form without a text is refused, and shown again.
    done = 200 if method == "get" else 400
    assert statuses == {
        "reviewer": 403,
        "second_reviewer": 403,
        "adjudicator": 403,
        "admin": done,
        "superuser": done,
        "outsider": 404,
        "stranger": 404,
    }
    assert getattr(signed_in(None), method)(url).status_code == 302


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_own_pages_ask_to_sign_in(cast: Cast, name: str) -> None:
    assert signed_in(None).get(reverse(name)).status_code == 302
    cast.stranger.set_password("a password of her own")
    cast.stranger.save()
    assert signed_in(cast.stranger).get(reverse(name)).status_code in {200, 302}


@pytest.mark.parametrize("name", sorted(ANYBODY - {"readyz"}))
def test_open_pages_are_open(db: None, name: str) -> None:
    assert signed_in(None).get(reverse(name)).status_code in {200, 302}


def test_the_list_shows_only_ones_own_corpora(cast: Cast) -> None:
    page = signed_in(cast.outsider).get(reverse("corpora")).content.decode()
    assert cast.other_corpus.name in page
    assert cast.corpus.name not in page


def test_a_token_is_revoked_by_its_owner_only(cast: Cast) -> None:
    token, _key = token_create(actor=cast.reviewer, name="mine")
    url = reverse("token-revoke", args=[token.pk])
    assert signed_in(cast.admin).post(url).status_code == 404
    assert signed_in(cast.reviewer).get(url)["Location"] == reverse("token-list")
    token.refresh_from_db()
    assert token.revoked_at is None
    assert signed_in(cast.reviewer).post(url).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_nobody_signs_up(cast: Cast) -> None:
    answer = signed_in(None).post(
        reverse("account_signup"),
        {"username": "intruder", "password1": "a-long-password", "password2": "a-long-password"},
    )
    assert b"made by an administrator" in answer.content


def test_guessing_passwords_is_slowed_down(cast: Cast, client: object) -> None:
    cast.reviewer.set_password("the right one, long")
    cast.reviewer.save()
    anybody = signed_in(None)
    for _ in range(6):
        anybody.post(reverse("account_login"), {"login": "rita", "password": "wrong"})
    answer = anybody.post(
        reverse("account_login"), {"login": "rita", "password": "the right one, long"}
    )
    assert "_auth_user_id" not in anybody.session
    assert b"Too many failed login attempts" in answer.content
