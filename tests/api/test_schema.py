"""The schema is complete and true, and its page obeys the site's policy."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client as DjangoClient

from annotations.api.v1 import docs
from annotations.models import Article, NearDuplicate
from annotations.services.bulk_actions import articles_change, bulk_request
from annotations.services.corpora import guideline_add, membership_set
from annotations.services.deletion import corpus_delete
from annotations.services.memberships import invitation_create
from annotations.services.queue import PLAIN
from tests import factories
from tests.api.conftest import Client
from tests.api.test_permissions import addresses
from tests.factories import Cast
from tests.services.importing import check as import_checked
from tests.services.importing import zipped


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    found: dict[str, Any] = yaml.load(out.getvalue(), Loader=yaml.CSafeLoader)
    return found


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_every_address_is_in_the_schema(schema: dict[str, Any]) -> None:
    left_out = {"schema", "docs", "unknown"}
    expected = [key for key in addresses() if key[1] not in left_out]
    assert len(operations(schema)) == len(expected)


def test_every_operation_says_how_it_can_fail(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        problems = {s for s in operation["responses"] if s >= "400"}
        assert "401" in problems, name
        assert ("404" in problems) is ("{id}" in name or "POST" in name or "PATCH" in name), name
        writes = not name.startswith("GET")
        assert ({"403", "409", "415"} <= problems) is writes, name
        for status in problems:
            reference = operation["responses"][status]["$ref"].rpartition("/")[2]
            answer = schema["components"]["responses"][reference]
            assert list(answer["content"]) == ["application/problem+json"]


def test_enumerations_have_names(schema: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]
    assert components["Stance"]["enum"] == ["SUPPORTS", "REFUTES", "IRRELEVANT"]
    assert components["JobState"]["enum"] == ["queued", "running", "done", "failed", "cancelled"]


def test_answers_are_as_the_schema_says(
    schema: dict[str, Any], api: Client, cast: Cast, article: Article
) -> None:
    guideline_add(actor=cast.admin, corpus=cast.corpus, text="*Read* twice.")
    claim = factories.make_claim(article, cast.reviewer, types=["law"])
    question = factories.make_question(claim, cast.reviewer)
    factories.make_answer(question, cast.reviewer)
    factories.make_verdict(claim, cast.reviewer, confidence="low", strategies=["Consultation"])
    verdict = factories.make_verdict(claim, cast.second_reviewer, "True")
    thread = factories.make_thread(claim, cast.reviewer, cast.second_reviewer, text="@sam?")
    copy = factories.make_snapshot(claim, cast.reviewer)
    factories.make_evidence(claim, cast.reviewer, snapshot=copy.pk)
    api.post(f"articles/{article.pk}/extract/")
    # What admins alone see.
    imported = import_checked(cast.corpus, "a.zip", zipped({"1.txt": "Words.", "2.txt": " "}))
    membership_set(actor=None, corpus=cast.corpus, user=cast.reviewer, role="admin")
    likely = factories.make_article(cast.corpus)
    NearDuplicate.objects.create(article=likely, earlier=article, similarity=0.9)
    bulk = bulk_request(actor=cast.admin, corpus=cast.corpus, action="reopen", queue=PLAIN)
    invitation_create(actor=cast.admin, corpus=cast.corpus, role="reviewer")
    gone = factories.make_article(cast.corpus).pk
    articles_change(
        actor=cast.admin,
        corpus=cast.corpus,
        action="delete",
        articles=[gone],
        confirm=cast.corpus.name,
    )
    hidden = factories.make_corpus("Hidden")
    membership_set(actor=None, corpus=hidden, user=cast.reviewer, role="admin")
    corpus_delete(actor=cast.reviewer, corpus=hidden, confirm="Hidden")
    paths = {
        "articles/": "/api/v1/articles/",
        f"articles/{article.pk}/": "/api/v1/articles/{id}/",
        f"articles/{article.pk}/status/": "/api/v1/articles/{id}/status/",
        "suggestions/": "/api/v1/suggestions/",
        "claims/": "/api/v1/claims/",
        "evidence/": "/api/v1/evidence/",
        f"snapshots/{copy.pk}/": "/api/v1/snapshots/{id}/",
        "questions/": "/api/v1/questions/",
        f"questions/{question.pk}/": "/api/v1/questions/{id}/",
        "answers/": "/api/v1/answers/",
        "verdicts/": "/api/v1/verdicts/",
        f"verdicts/{verdict.pk}/": "/api/v1/verdicts/{id}/",
        "threads/": "/api/v1/threads/",
        f"threads/{thread.pk}/": "/api/v1/threads/{id}/",
        "comments/": "/api/v1/comments/",
        "jobs/": "/api/v1/jobs/",
        "imports/": "/api/v1/imports/",
        f"imports/{imported.pk}/": "/api/v1/imports/{id}/",
        f"imports/{imported.pk}/problems/": "/api/v1/imports/{id}/problems/",
        f"articles/{article.pk}/near-duplicates/": "/api/v1/articles/{id}/near-duplicates/",
        "events/": "/api/v1/events/",
        "corpora/": "/api/v1/corpora/",
        f"corpora/{cast.corpus.pk}/": "/api/v1/corpora/{id}/",
        f"corpora/{cast.corpus.pk}/changes/": "/api/v1/corpora/{id}/changes/",
        f"corpora/{cast.corpus.pk}/members/": "/api/v1/corpora/{id}/members/",
        f"corpora/{cast.corpus.pk}/invitations/": "/api/v1/corpora/{id}/invitations/",
        f"corpora/{cast.corpus.pk}/statistics/": "/api/v1/corpora/{id}/statistics/",
        f"corpora/{cast.corpus.pk}/deleted-articles/": "/api/v1/corpora/{id}/deleted-articles/",
        f"corpora/{cast.corpus.pk}/bulk/{bulk.pk}/": "/api/v1/corpora/{id}/bulk/{bulk_id}/",
        "corpora/deleted/": "/api/v1/corpora/deleted/",
        f"corpora/{cast.corpus.pk}/guidelines/": "/api/v1/corpora/{id}/guidelines/",
        f"corpora/{cast.corpus.pk}/guidelines/1/": "/api/v1/corpora/{id}/guidelines/{version}/",
        "search/?q=copy": "/api/v1/search/",
        "search/?q=why&kind=claims": "/api/v1/search/",
        "me/": "/api/v1/me/",
    }
    for path, template in paths.items():
        answer = schema["paths"][template]["get"]["responses"]["200"]
        form = answer["content"]["application/json"]["schema"]
        check(schema, form, api.get(path).json())
    problem = schema["components"]["schemas"]["InvalidProblem"]
    check(schema, problem, api.get("claims/", {"article": "x"}).json())


def check(schema: dict[str, Any], form: dict[str, Any], value: Any) -> None:
    """Validate against OpenAPI 3.0's dialect, and refuse members that the schema doesn't name."""

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(item) for item in node]
        if not isinstance(node, dict):
            return node
        node = {k: plain(v) for k, v in node.items()}
        if isinstance(node.get("properties"), dict) and node.get("type") == "object":
            node.setdefault("additionalProperties", False)
        if node.pop("nullable", False):
            return {"anyOf": [node, {"type": "null"}]}
        return node

    document = {**plain(form), "components": plain(schema["components"])}
    jsonschema.Draft7Validator(document).validate(value)


def test_the_page_has_nothing_inline(api: Client, db: None) -> None:
    response = api.get("docs/?script_url=x&%22%3E%3Cscript%3E=1")
    page = response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    assert "<style" not in page
    assert not re.search(r"\s(?:style|on\w+)=", page)
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 5
    for source in sources:
        assert source.startswith("/"), source
        if source.startswith("/static/"):
            assert finders.find(source.removeprefix("/static/")), source
    script = api.get("docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode().replace("\\u002D", "-")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/vnd.oai.openapi; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
    ],
)
def test_it_is_made_once(accept: str, kind: str, client: DjangoClient) -> None:
    """Whoever asks for it again and again, without an account, costs nothing."""
    first = client.get("/api/v1/schema/", headers={"Accept": accept})
    assert first["Content-Type"] == kind
    assert b"Factcheck annotation API" in first.content
    made = docs._schema.cache_info().misses
    second = client.get("/api/v1/schema/", headers={"Accept": accept})
    assert second.content == first.content
    assert docs._schema.cache_info().misses == made
