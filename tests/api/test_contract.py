"""The schema in ``docs`` is what the running server does: no 500, and no answer it doesn't declare.

``CONTRACT_EXAMPLES=50 pytest tests/api/test_contract.py`` looks harder than the normal run.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
import schemathesis
import yaml
from django.conf import settings
from django.core.management import call_command
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from annotations.services.tokens import token_create
from tests.api import test_permissions
from tests.api.test_schema import check

world = test_permissions.world
COMMITTED = settings.BASE_DIR / "docs" / "openapi.yaml"
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))
# What ends an object comes after what needs it.
ENDS = re.compile("delete|remove|revoke|archive|withdraw|retract|cancel|merge|rollback|clone|purge")
CHOSEN = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_the_committed_schema_is_the_servers() -> None:
    """``make schema`` writes it anew."""
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().strip() == COMMITTED.read_text().strip(), "run `make schema`"


def known_ids(world: SimpleNamespace) -> dict[str, int]:
    """The first part of an address, or the name of a field, to an object that is there."""
    return {
        "corpora": world.corpus.pk,
        "articles": world.article.pk,
        "assignments": world.assignment.pk,
        "suggestions": world.pending.pk,
        "claims": world.own_claim.pk,
        "evidence": world.evidence.pk,
        "snapshots": world.snapshot.pk,
        "questions": world.question.pk,
        "answers": world.answer.pk,
        "verdicts": world.verdict.pk,
        "threads": world.thread.pk,
        "comments": world.comment.pk,
        "jobs": world.failed_job.pk,
        "imports": world.checked_import.pk,
        "exports": world.written_export.pk,
        "events": world.event.pk,
        "tokens": world.token.pk,
        "webhooks": world.webhook.pk,
        "corpus": world.corpus.pk,
        "article": world.article.pk,
        "claim": world.own_claim.pk,
        "question": world.question.pk,
        "thread": world.thread.pk,
        "comment": world.comment.pk,
        "delivery_id": world.delivery.pk,
    }


@pytest.mark.any_database
@pytest.mark.django_db(transaction=True)
def test_every_answer_is_declared(live_server: Any, world: SimpleNamespace) -> None:
    _, key = token_create(actor=world.cast.superuser, name="contract")
    ids = known_ids(world)
    schema = schemathesis.openapi.from_path(str(COMMITTED))
    operations = [found.ok() for found in schema.get_all_operations()]
    operations.sort(key=lambda one: (bool(ENDS.search(one.path)), one.path))
    # Two of three go past the conditions, which made-up headers rarely meet.
    plainly = hypothesis.strategies.sampled_from([True, True, False])
    wrong: dict[str, str] = {}
    statuses: dict[int, int] = {}

    for operation in operations:

        @hypothesis.seed(1)
        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(), plain=plainly)
        def ask(case: Any, plain: bool) -> None:
            aim(case, ids, plain)
            response = case.call(
                base_url=live_server.url, headers={"Authorization": f"Bearer {key}"}
            )
            statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
            case.validate_response(response, checks=CHOSEN)

        try:
            ask()
        # Its failures, and what the generator itself can't do.
        except Exception as error:  # noqa: BLE001
            name = f"{operation.method.upper()} {operation.path}"
            wrong[name] = "\n".join(map(str, getattr(error, "exceptions", [error])))
    assert not wrong, "\n\n".join(f"{name}\n{said}" for name, said in wrong.items())
    # It came as far as the services, and wrote.
    assert statuses.get(200, 0) + statuses.get(201, 0) > len(operations) / 3


def aim(case: Any, ids: dict[str, int], plain: bool) -> None:
    """Put objects that are there in the place of numbers that were made up."""
    if EXAMPLES > 3 and not plain:
        return
    part = case.operation.path.split("/api/v1/")[1].split("/")[0]
    for name in case.path_parameters or {}:
        if name == "id" and part in ids:
            case.path_parameters[name] = ids[part]
        elif name in ids:
            case.path_parameters[name] = ids[name]
    if isinstance(case.body, dict):
        for name in set(case.body) & set(ids):
            case.body[name] = ids[name]
        if plain and "revision" in case.body:
            case.body["revision"] = 1
    if plain:
        for name in ("If-Match", "Idempotency-Key"):
            case.headers.pop(name, None)


# --- A client made of it --------------------------------------------------------------------


@pytest.fixture
def made_client(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """A function that imports a module of the typed client, which is generated of the schema."""
    config = tmp_path / "config.yaml"
    # What the generator doesn't know: a JSON object a line.
    config.write_text("content_type_overrides:\n  application/x-ndjson: application/octet-stream\n")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("openapi-python-client"),
            "generate",
            *("--path", COMMITTED, "--output-path", tmp_path / "made" / "factcheck_client"),
            *("--meta", "none", "--config", config),
        ],
        capture_output=True,
        text=True,
        check=True,
        # Formatting it is nobody's business here, and the generator looks for ruff on the path.
        env={**os.environ, "PATH": "/nowhere"},
    )
    assert "parsing" not in done.stdout, done.stdout
    sys.path.insert(0, str(tmp_path / "made"))
    try:
        yield lambda name: __import__(f"factcheck_client.{name}", fromlist=["_"])
    finally:
        sys.path.pop(0)
        for name in [name for name in sys.modules if name.startswith("factcheck_client")]:
            del sys.modules[name]


@pytest.mark.any_database
@pytest.mark.django_db(transaction=True)
def test_a_client_made_of_the_schema(
    live_server: Any, world: SimpleNamespace, made_client: Callable[[str], Any]
) -> None:
    _, key = token_create(actor=world.cast.reviewer, name="client")
    models = made_client("models")
    client = made_client("client").AuthenticatedClient(
        base_url=live_server.url, token=key, raise_on_unexpected_status=True
    )
    listed = made_client("api.articles.articles_list").sync(client=client, page_size=2)
    assert [article.id for article in listed.results] == sorted(a.id for a in listed.results)
    assert isinstance(listed.results[0], models.Article)

    create = made_client("api.claims.claims_create")
    body = models.ClaimCreateRequest(
        article=world.article.pk, spans=[models.SpanInputRequest(start=2, end=14)], tags=["trade"]
    )
    made = create.sync_detailed(client=client, body=body, idempotency_key="once")
    assert made.status_code == 201
    again = create.sync_detailed(client=client, body=body, idempotency_key="once")
    assert again.parsed == made.parsed
    assert again.headers["Idempotency-Replayed"] == "true"

    change = made_client("api.claims.claims_partial_update").sync_detailed
    wording = models.PatchedClaimUpdateRequest(normalised="Unemployment doubled.")
    number = str(made.parsed.id)
    changed = change(number, client=client, body=wording, if_match=made.headers["ETag"])
    assert (changed.parsed.normalised, changed.parsed.revision) == ("Unemployment doubled.", 2)
    stale = change(number, client=client, body=wording, if_match=made.headers["ETag"])
    assert stale.status_code == 412
    assert isinstance(stale.parsed, models.ConflictProblem)
    assert stale.parsed.current["revision"] == 2

    feed = made_client("api.corpora.corpora_changes_retrieve").sync
    changes = feed(str(world.corpus.pk), client=client, since="0", limit=500).results
    assert [c.kind for c in changes if c.id == made.parsed.id and c.type_ == "claim"] == [
        "claim.created",
        "claim.updated",
    ]


# --- What the documentation shows -----------------------------------------------------------


def examples() -> list[str]:
    page = (settings.BASE_DIR / "docs" / "api.md").read_text()
    blocks = re.findall(r"^```\n(curl .*?)^```", page, re.MULTILINE | re.DOTALL)
    return [block.replace("\\\n", " ") for block in blocks]


def test_each_part_of_the_documentation_has_an_example() -> None:
    shown = " ".join(examples())
    for part in ("me/", "tokens/", "claims/7/", "/changes/", "webhooks/", "Idempotency-Key"):
        assert part in shown, part
    assert "If-Match" in shown


@functools.cache
def committed() -> dict[str, Any]:
    # By the parser in C: the other one takes seconds.
    found: dict[str, Any] = yaml.load(COMMITTED.read_text(), Loader=yaml.CSafeLoader)
    return found


@pytest.mark.parametrize("example", examples())
def test_examples_are_as_the_schema_says(example: str) -> None:
    schema = committed()
    words = shlex.split(example)[1:]
    options: dict[str, list[str]] = {}
    while words:
        word = words.pop(0)
        options.setdefault(word if word.startswith("-") else "url", []).append(
            words.pop(0) if word.startswith("-") else word
        )
    (url,) = options["url"]
    path, _, query = url.removeprefix("https://your.site").partition("?")
    method = options.get("-X", ["GET"])[0].lower()
    (found,) = [
        methods[method]
        for template, methods in schema["paths"].items()
        if method in methods and re.fullmatch(re.sub(r"\{\w+\}", r"[\\w-]+", template), path)
    ]
    known = {(p["in"], p["name"]) for p in found.get("parameters", [])}
    for pair in filter(None, query.split("&")):
        assert ("query", pair.split("=")[0]) in known
    for header in options.get("-H", []):
        name = header.split(":")[0]
        assert name in {"Authorization", "Content-Type"} or ("header", name) in known
    if "-d" in options:
        form = found["requestBody"]["content"]["application/json"]["schema"]
        check(schema, form, yaml.safe_load(options["-d"][0]))
