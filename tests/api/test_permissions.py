"""Every address, every method, every role: a table that a new endpoint has to be added to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from typing import cast as cast_to

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import StreamingHttpResponse
from django.urls import URLPattern, reverse
from rest_framework.test import APIClient

from annotations.api.v1 import urls
from annotations.exporting import FORMATS, Options, Selection
from annotations.models import Claim, Export, Job, Release
from annotations.releasing import Plan
from annotations.services.assignments import assignment_add
from annotations.services.bulk_actions import bulk_request
from annotations.services.corpora import guideline_add
from annotations.services.error_reports import report_receive
from annotations.services.export_runs import export_run
from annotations.services.exports import export_cancel, export_request
from annotations.services.imports import import_start
from annotations.services.jobs import extraction_request
from annotations.services.leases import job_fail, jobs_claim
from annotations.services.memberships import invitation_create
from annotations.services.queue import PLAIN
from annotations.services.release_runs import release_run
from annotations.services.releases import release_cancel, release_request
from annotations.services.snapshots import snapshot_request
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.tokens import token_create
from annotations.services.webhooks import webhook_create, webhook_try
from tests import factories
from tests.factories import Cast
from tests.services.importing import bring_in, check, upload
from tests.services.publishing import draft, publish, set_publisher

pytestmark = pytest.mark.any_database

MEMBERS = ["reviewer", "second_reviewer", "adjudicator", "admin", "superuser"]
OUTSIDERS = ["outsider", "stranger"]
Statuses = dict[str, int]


def everyone(status: int) -> Statuses:
    return {"anonymous": status, **dict.fromkeys(MEMBERS + OUTSIDERS, status)}


def signed_in(status: int) -> Statuses:
    return {**everyone(status), "anonymous": 401}


def members(status: int, **others: int) -> Statuses:
    """Outsiders are told that there is no such thing."""
    return {**signed_in(404), **dict.fromkeys(MEMBERS, status), **others}


def admins(status: int) -> Statuses:
    return members(status, reviewer=403, second_reviewer=403, adjudicator=403)


def admins_only(status: int) -> Statuses:
    return members(status, reviewer=404, second_reviewer=404, adjudicator=404)


@dataclass(frozen=True)
class Row:
    statuses: Statuses
    # The name of the world's object that the address is about.
    about: str = ""
    body: Callable[[Any], dict[str, Any]] | None = None
    query: dict[str, str] = field(default_factory=dict)
    # What the address names besides.
    path: dict[str, str] = field(default_factory=dict)
    # A second row for one address.
    case: str = ""
    # How the body is sent.
    form: str = "json"


def _claim_body(world: Any) -> dict[str, Any]:
    start = factories.TEXT.index("Nobody knows why")
    return {"article": world.article.pk, "spans": [{"start": start, "end": start + 16}]}


def _split_body(world: Any) -> dict[str, Any]:
    span = world.own_claim.spans.get()
    middle = span.start + 4
    return {
        "revision": 1,
        "spans": [{"start": span.start, "end": middle}],
        "rest": [{"start": middle, "end": span.end}],
    }


def _verdict_body(world: Any, **more: Any) -> dict[str, Any]:
    rating = factories.rating_of(world.cast.corpus, "False").pk
    return {
        "claim": world.claim.pk,
        "rating": rating,
        "rationale": "The figures say otherwise.",
        "claim_revision": 1,
        **more,
    }


def _words(world: Any, claim: Any = None, **more: Any) -> dict[str, Any]:
    digest = draft(claim if isinstance(claim, Claim) else world.settled).digest
    named = {} if isinstance(claim, Claim) or claim is None else {"claim": claim}
    return {"title": "Prices rose last year", "digest": digest, **named, **more}


def _import_body(world: Any) -> dict[str, Any]:
    return {
        "corpus": world.cast.corpus.pk,
        "file": SimpleUploadedFile("a.txt", b"Ferries doubled."),
        "options": '{"near_duplicates": false}',
    }


ROWS: dict[tuple[str, str], list[Row]] = {
    ("GET", "corpus-list"): [Row(signed_in(200))],
    ("GET", "corpus-detail"): [Row(members(200), "corpus")],
    ("GET", "corpus-export"): [
        Row(members(200), "corpus", query={"format": name}, case=name)
        for name in ("jsonl", "csv", "w3c")
    ],
    ("GET", "corpus-changes"): [Row(members(200), "corpus")],
    ("GET", "corpus-export-counts"): [Row(members(200), "corpus", query={"format": "csv"})],
    ("GET", "corpus-exports"): [Row(members(200), "corpus")],
    ("POST", "corpus-exports"): [Row(members(202), "corpus", lambda w: {"format": "csv"})],
    ("GET", "export-list"): [Row(signed_in(200))],
    ("GET", "export-detail"): [Row(members(200), "written_export")],
    ("GET", "export-file"): [Row(members(200), "written_export")],
    ("GET", "export-manifest"): [Row(members(200), "written_export")],
    # The reviewer's own, and an admin's business.
    ("POST", "export-cancel"): [
        Row(members(200, second_reviewer=403, adjudicator=403), "queued_export")
    ],
    ("POST", "export-resume"): [
        Row(members(202, second_reviewer=403, adjudicator=403), "cancelled_export")
    ],
    ("GET", "corpus-releases"): [Row(members(200), "corpus")],
    # One of it isn't finished.
    ("POST", "corpus-releases"): [
        Row(
            admins(409),
            "corpus",
            lambda w: {"title": "T", "licence": "CC0-1.0", "formats": ["jsonl"]},
        )
    ],
    ("GET", "release-list"): [Row(signed_in(200))],
    ("GET", "release-detail"): [Row(members(200), "ready_release")],
    ("GET", "release-file"): [Row(members(200), "ready_release")],
    ("POST", "release-verify"): [Row(admins(202), "ready_release")],
    ("POST", "release-withdraw"): [Row(admins(200), "ready_release", lambda w: {"reason": "No"})],
    ("POST", "release-cancel"): [Row(admins(409), "cancelled_release")],
    ("POST", "release-resume"): [Row(admins(202), "cancelled_release")],
    ("DELETE", "release-detail"): [Row(admins(204), "cancelled_release")],
    ("GET", "corpus-guidelines"): [Row(members(200), "corpus")],
    ("POST", "corpus-guidelines"): [
        Row(admins(201), "corpus", lambda w: {"text": "Read thrice.", "based_on": 1})
    ],
    ("GET", "corpus-guideline"): [
        Row(members(200), "corpus", path={"version": version}, case=version)
        for version in ("1", "latest")
    ],
    ("POST", "corpus-list"): [
        # Who else may is said by a permission or a setting.
        Row({**signed_in(403), "superuser": 201}, body=lambda w: {"name": "Another"})
    ],
    ("PATCH", "corpus-detail"): [
        Row(admins(200), "corpus", lambda w: {"revision": 1, "threshold": 0.5})
    ],
    ("POST", "corpus-archive"): [Row(admins(200), "corpus")],
    ("POST", "corpus-unarchive"): [Row(admins(200), "corpus")],
    ("POST", "corpus-clone"): [
        Row({**admins(403), "superuser": 201}, "corpus", lambda w: {"name": "Another"})
    ],
    ("POST", "corpus-remove"): [
        Row(admins(200), "corpus", lambda w: {"confirm": w.corpus.name}),
        Row(admins(400), "corpus", lambda w: {"confirm": "elections"}, case="another name"),
    ],
    ("GET", "corpus-deleted"): [Row(signed_in(200))],
    # It isn't deleted, so nothing is to be done; who isn't an admin is told of none.
    ("POST", "corpus-restore"): [
        Row(members(404, admin=200, superuser=200), "corpus"),
    ],
    ("POST", "corpus-bulk"): [
        Row(admins(200), "corpus", lambda w: {"action": "extract", "articles": [w.article.pk]}),
        Row(
            admins(202),
            "corpus",
            lambda w: {"action": "delete", "queue": {}, "confirm": w.corpus.name},
            case="delete all",
        ),
        Row(
            members(400),
            "corpus",
            lambda w: {"action": "reopen", "queue": {"show": "reviewd"}},
            case="a choice that there isn't",
        ),
    ],
    ("GET", "corpus-bulk-action"): [
        Row(admins(200), "corpus", path={"bulk_id": "bulk"}),
    ],
    ("GET", "corpus-deleted-articles"): [Row(admins(200), "corpus")],
    ("GET", "corpus-statistics"): [
        Row(members(200), "corpus"),
        Row(members(400), "corpus", query={"days": "9999"}, case="days"),
    ],
    ("GET", "corpus-next"): [Row(members(200), "corpus")],
    ("GET", "corpus-today"): [
        Row(members(200), "corpus", query={"zone": "Europe/Oslo"}),
        Row(members(400), "corpus", query={"zone": "Nowhere"}, case="no zone"),
    ],
    ("GET", "corpus-detectors"): [Row(members(200), "corpus")],
    ("GET", "corpus-detector-comparison"): [
        Row(members(404), "corpus", query={"a": "1", "b": "2"}),
        Row(members(400), "corpus", case="of nothing"),
    ],
    ("GET", "article-detector-comparison"): [
        Row(members(404), "article", query={"a": "1", "b": "2"}),
    ],
    ("POST", "invitation-accept"): [Row(signed_in(409), body=lambda w: {"key": "unknown"})],
    ("GET", "corpus-members"): [Row(members(200), "corpus")],
    ("POST", "corpus-members"): [
        Row(admins(201), "corpus", lambda w: {"name": "stella", "role": "reviewer"}),
        Row(admins(400), "corpus", lambda w: {"name": "nobody", "role": "admin"}, case="nobody"),
    ],
    ("PATCH", "corpus-member"): [
        Row(admins(200), "corpus", lambda w: {"role": "admin"}, path={"member": "member"})
    ],
    ("POST", "corpus-member-remove"): [
        # One's own everybody may end.
        Row({**admins(204), "second_reviewer": 204}, "corpus", path={"member": "member"})
    ],
    ("GET", "corpus-invitations"): [Row(admins(200), "corpus")],
    ("POST", "corpus-invitations"): [
        Row(admins(201), "corpus", lambda w: {"role": "reviewer", "days": 3}),
    ],
    ("POST", "corpus-invitation-revoke"): [
        Row(admins(200), "corpus", path={"invitation": "invitation"})
    ],
    ("GET", "article-list"): [Row(signed_in(200))],
    ("POST", "article-list"): [
        Row(admins(201), body=lambda w: {"corpus": w.cast.corpus.pk, "text": "Words alone."})
    ],
    ("GET", "article-detail"): [Row(members(200), "article")],
    ("GET", "article-status"): [Row(members(200), "article")],
    ("POST", "article-extract"): [Row(members(202), "article")],
    ("POST", "article-submit"): [Row(members(200), "article")],
    ("POST", "article-reopen"): [Row(members(200), "article")],
    # The two reviewers have done something that can be undone.
    ("POST", "article-undo"): [
        Row(members(409, reviewer=200, second_reviewer=200), "article"),
    ],
    # Everybody who sees the article; a page's claim has to be one of it.
    ("POST", "article-presence"): [
        Row(
            members(200),
            "article",
            lambda w: {"page": str(uuid.uuid4()), "claim": w.claim.pk, "editing": True},
        ),
        Row(
            members(400),
            "article",
            lambda w: {"page": str(uuid.uuid4()), "claim": w.own_claim.pk},
            case="another article's claim",
        ),
    ],
    ("GET", "assignment-list"): [Row(signed_in(200))],
    ("POST", "assignment-list"): [
        Row(
            admins(201),
            body=lambda w: {"article": w.article.pk, "user": w.cast.second_reviewer.pk},
        ),
        Row(
            # An outsider is not a person whom this corpus's admins can name.
            admins(400),
            body=lambda w: {"article": w.article.pk, "user": w.cast.outsider.pk},
            case="outsider",
        ),
    ],
    ("GET", "assignment-detail"): [Row(members(200), "assignment")],
    ("POST", "assignment-remove"): [Row(admins(204), "assignment")],
    # Nobody has taken anything back.
    ("POST", "article-redo"): [Row(members(409), "article")],
    ("GET", "claimant-list"): [Row(signed_in(200))],
    ("GET", "tag-list"): [Row(signed_in(200))],
    ("GET", "suggestion-list"): [Row(signed_in(200))],
    ("GET", "suggestion-detail"): [Row(members(200), "pending")],
    ("POST", "suggestion-accept"): [Row(members(201), "pending")],
    ("POST", "suggestion-reject"): [Row(members(200), "pending")],
    ("POST", "suggestion-reopen"): [Row(members(200), "rejected")],
    ("POST", "suggestion-bulk"): [
        # What one may not see, or may not do, is said for each; nobody learns more.
        Row(signed_in(200), body=lambda w: {"ids": [w.pending.pk], "outcome": "rejected"}),
        Row(
            members(200, outsider=409, stranger=409),
            body=lambda w: {"ids": [w.pending.pk], "outcome": "rejected", "together": True},
            case="together",
        ),
    ],
    ("GET", "claim-list"): [Row(signed_in(200))],
    ("POST", "claim-list"): [Row(members(201), body=_claim_body)],
    ("GET", "claim-detail"): [Row(members(200), "claim")],
    ("PATCH", "claim-detail"): [
        Row(members(200), "claim", lambda w: {"revision": 1, "normalised": "Prices rose"})
    ],
    # The two are about different texts.
    ("POST", "claim-merge"): [
        Row(
            members(400),
            "own_claim",
            lambda w: {"revision": 1, "other": str(w.claim.uid), "other_revision": 1},
        )
    ],
    ("POST", "claim-split"): [Row(members(201), "own_claim", _split_body)],
    ("POST", "claim-withdraw"): [
        Row(members(200), "own_claim", lambda w: {"revision": 1}),
        # All the work that stands on it is the second reviewer's.
        Row(
            members(409, second_reviewer=200),
            "claim",
            lambda w: {"revision": 1},
            case="others' work",
        ),
    ],
    ("GET", "evidence-list"): [Row(signed_in(200))],
    ("POST", "evidence-list"): [
        Row(
            members(201),
            body=lambda w: {
                "claim": w.claim.pk,
                "url": "https://a.example/1",
                "stance": "SUPPORTS",
            },
        )
    ],
    ("GET", "evidence-detail"): [Row(members(200), "evidence")],
    ("PATCH", "evidence-detail"): [
        Row(members(200), "evidence", lambda w: {"revision": 1, "note": "See table 3."})
    ],
    ("POST", "evidence-withdraw"): [Row(members(200), "evidence", lambda w: {"revision": 1})],
    ("POST", "snapshot-list"): [
        Row(members(202), body=lambda w: {"claim": w.claim.pk, "url": "https://a.example/1"})
    ],
    ("GET", "snapshot-detail"): [Row(members(200), "snapshot")],
    ("GET", "snapshot-file"): [Row(members(200), "snapshot")],
    ("POST", "snapshot-cancel"): [Row(members(200), "queued_snapshot")],
    ("GET", "question-list"): [Row(signed_in(200))],
    ("POST", "question-list"): [
        Row(members(201), body=lambda w: {"claim": w.claim.pk, "text": "Since when?"})
    ],
    ("GET", "question-detail"): [Row(members(200), "question")],
    ("PATCH", "question-detail"): [
        Row(members(200), "question", lambda w: {"revision": 1, "text": "Since which year?"})
    ],
    ("POST", "question-withdraw"): [
        # The second reviewer has answered it.
        Row(members(409, second_reviewer=200), "question", lambda w: {"revision": 1}),
        Row(members(200), "open_question", lambda w: {"revision": 1}, case="unanswered"),
    ],
    ("GET", "answer-list"): [Row(signed_in(200))],
    ("POST", "answer-list"): [
        Row(
            members(201),
            body=lambda w: {"question": w.question.pk, "answer_type": "Unanswerable"},
        )
    ],
    ("GET", "answer-detail"): [Row(members(200), "answer")],
    ("PATCH", "answer-detail"): [
        Row(members(200), "answer", lambda w: {"revision": 1, "text": "13 percent"})
    ],
    ("POST", "answer-withdraw"): [Row(members(200), "answer", lambda w: {"revision": 1})],
    ("GET", "verdict-list"): [Row(signed_in(200))],
    ("POST", "verdict-list"): [
        Row(members(201), body=_verdict_body),
        Row(
            # Those who judged the claim, and reviewers, don't adjudicate it.
            members(201, reviewer=403, second_reviewer=403),
            body=lambda w: _verdict_body(w, adjudication=True),
            case="adjudication",
        ),
    ],
    ("GET", "verdict-detail"): [Row(members(200), "verdict")],
    # Only the person who gave it.
    ("POST", "verdict-retract"): [Row(members(403, second_reviewer=200), "verdict")],
    ("GET", "claim-fact-check"): [Row(admins(200), "settled")],
    ("GET", "fact-check-list"): [Row(signed_in(200))],
    ("POST", "fact-check-list"): [Row(admins(201), body=lambda w: _words(w, claim=w.settled.pk))],
    ("GET", "fact-check-detail"): [Row(members(200), "fact_check")],
    ("POST", "fact-check-correct"): [
        Row(
            admins(200),
            "fact_check",
            lambda w: _words(w, w.fact_check.claim, revision=1, what="The words.", why="Shorter."),
        )
    ],
    ("POST", "fact-check-withdraw"): [
        Row(admins(200), "fact_check", lambda w: {"revision": 1, "why": "Another claim."})
    ],
    # Only admins learn that there are any.
    ("GET", "report-list"): [Row(signed_in(200))],
    ("GET", "report-detail"): [Row(admins_only(200), "report")],
    ("POST", "report-accept"): [Row(admins_only(200), "report")],
    ("POST", "report-dismiss"): [Row(admins_only(200), "report", lambda w: {"answer": "No."})],
    ("POST", "report-forget-contact"): [Row(admins_only(200), "report")],
    ("GET", "corpus-publication"): [Row(members(200), "corpus")],
    ("PATCH", "corpus-publication"): [
        Row(admins(200), "corpus", lambda w: {"revision": 0, "organisation": "Ex Press"})
    ],
    ("GET", "thread-list"): [Row(signed_in(200))],
    ("POST", "thread-list"): [
        Row(members(201), body=lambda w: {"claim": w.claim.pk, "text": "Which year?"})
    ],
    ("GET", "thread-detail"): [Row(members(200), "thread")],
    ("POST", "thread-resolve"): [Row(members(200), "thread", lambda w: {"revision": 1})],
    ("POST", "thread-reopen"): [Row(members(200), "thread", lambda w: {"revision": 1})],
    ("POST", "thread-read"): [
        Row(members(200), "thread", lambda w: {"comment": w.comment.pk}),
    ],
    ("GET", "comment-list"): [Row(signed_in(200))],
    ("POST", "comment-list"): [
        Row(members(201), body=lambda w: {"thread": w.thread.pk, "text": "2025."})
    ],
    ("GET", "comment-detail"): [Row(members(200), "comment")],
    # Only the person who wrote it.
    ("PATCH", "comment-detail"): [
        Row(
            members(403, second_reviewer=200),
            "comment",
            lambda w: {"revision": 1, "text": "In 2024?"},
        )
    ],
    ("POST", "comment-withdraw"): [
        Row(members(403, second_reviewer=200), "comment", lambda w: {"revision": 1})
    ],
    ("GET", "job-list"): [Row(signed_in(200))],
    ("GET", "job-detail"): [Row(members(200), "failed_job")],
    ("POST", "job-retry"): [Row(admins(200), "failed_job")],
    ("POST", "job-cancel"): [Row(admins(200), "queued_job")],
    ("GET", "article-near-duplicates"): [Row(members(200), "article")],
    ("GET", "import-list"): [Row(signed_in(200))],
    ("POST", "import-list"): [Row(admins(201), body=_import_body, form="multipart")],
    ("GET", "import-detail"): [Row(admins(200), "checked_import")],
    ("PATCH", "import-detail"): [
        Row(admins(200), "checked_import", lambda w: {"options": {"annotations": "none"}})
    ],
    ("POST", "import-check"): [Row(admins(202), "checked_import")],
    ("POST", "import-start"): [Row(admins(202), "checked_import")],
    ("POST", "import-cancel"): [Row(admins(200), "running_import")],
    ("POST", "import-resume"): [Row(admins(202), "failed_import")],
    ("POST", "import-rollback"): [Row(admins(202), "failed_import")],
    ("GET", "import-problems"): [
        Row(admins(200), "checked_import"),
        Row(admins(400), "checked_import", query={"severity": "grave"}, case="severity"),
    ],
    ("GET", "import-rejected"): [Row(admins(200), "checked_import")],
    ("GET", "event-list"): [Row(signed_in(200))],
    ("GET", "event-detail"): [Row(members(200), "event")],
    # A list has those that one may change; of a corpus that one sees only an admin learns more.
    ("GET", "webhook-list"): [Row(signed_in(200))],
    ("POST", "webhook-list"): [
        Row(admins(201), body=lambda w: {"corpus": w.corpus.pk, "url": "https://a.example/"})
    ],
    ("GET", "webhook-detail"): [Row(admins(200), "webhook")],
    ("PATCH", "webhook-detail"): [
        Row(admins(200), "webhook", lambda w: {"revision": 1, "kinds": ["claim.*"]})
    ],
    ("POST", "webhook-remove"): [Row(admins(204), "webhook")],
    ("POST", "webhook-secret"): [Row(admins(200), "webhook")],
    ("POST", "webhook-try-out"): [Row(admins(202), "webhook")],
    ("GET", "webhook-deliveries"): [Row(admins(200), "webhook")],
    ("POST", "webhook-repeat"): [
        Row(admins(202), "webhook", path={"delivery_id": "delivery"}),
    ],
    ("GET", "token-list"): [Row(signed_in(200))],
    ("POST", "token-list"): [Row(signed_in(201), body=lambda w: {"name": "a script"})],
    # The reviewer's own; nobody else's business, the site's administrator included.
    ("GET", "token-detail"): [Row({**signed_in(404), "reviewer": 200}, "token")],
    ("POST", "token-revoke"): [Row({**signed_in(404), "reviewer": 200}, "token")],
    ("GET", "search"): [
        Row(signed_in(200), query={"q": "figures", "kind": kind}, case=kind)
        for kind in ("articles", "claims")
    ],
    ("POST", "markdown"): [Row(signed_in(200), body=lambda w: {"text": "*No*."})],
    ("GET", "me"): [Row(signed_in(200))],
    ("GET", "me-preferences"): [Row(signed_in(200))],
    ("PATCH", "me-preferences"): [Row(signed_in(200), body=lambda w: {"theme": "dark"})],
    ("GET", "schema"): [Row(everyone(200))],
    ("GET", "docs"): [Row(everyone(200))],
    ("GET", "unknown"): [Row(everyone(404))],
}


def addresses() -> Iterator[tuple[str, str]]:
    """(method, name) of all that the URLconf answers."""
    for pattern in cast_to(list[URLPattern], urls.urlpatterns):
        callback = pattern.callback
        actions = getattr(callback, "actions", None)
        if actions is None:
            actions = [m for m in ("get", "post", "put", "patch", "delete") if _has(callback, m)]
        for method in set(actions) - {"head"}:
            yield method.upper(), pattern.name or str(pattern.pattern)


def _has(callback: Any, method: str) -> bool:
    view = callback.view_class
    return hasattr(view, method) or (view.__name__ == "UnknownView" and method == "get")


def _export(cast: Cast) -> Export:
    return export_request(
        actor=cast.reviewer,
        corpus=cast.corpus,
        format_=FORMATS["csv"],
        selection=Selection(),
        options=Options(),
    )


def _written_export(cast: Cast) -> Export:
    export = _export(cast)
    export_run(first=export.job_id)
    return export


def _release(cast: Cast) -> Release:
    return release_request(
        actor=cast.admin,
        corpus=cast.corpus,
        title="First",
        licence="CC0-1.0",
        formats=["jsonl"],
        selection=Selection(),
        options=Options(),
        plan=Plan(),
    )


def _ready_release(cast: Cast) -> Release:
    release = _release(cast)
    release_run(first=release.job_id)
    return release


def test_every_address_has_a_row() -> None:
    assert set(addresses()) == set(ROWS)


class World(SimpleNamespace):
    """What few rows are about is made when the first of them asks for it."""

    LATER = ("settled", "fact_check", "report")

    def forget(self) -> None:
        for name in self.LATER:
            self.__dict__.pop(name, None)

    def __getattr__(self, name: str) -> Any:
        if name not in self.LATER:
            raise AttributeError(name)
        set_publisher(self.corpus)
        self.settled, other = (
            factories.make_claim(self.waiting, self.cast.second_reviewer, words)
            for words in ("prices rose", "Emissions fell")
        )
        for judged in (self.settled, other):
            factories.make_verdict(judged, self.cast.second_reviewer)
        self.fact_check = publish(self.cast.admin, other)
        self.report = report_receive(fact_check=self.fact_check, text="It is wrong.")
        return self.__dict__[name]


@pytest.fixture
def world(cast: Cast) -> World:
    """One of each thing, such that every row's action is possible for who may do it."""
    guideline_add(actor=cast.admin, corpus=cast.corpus, text="Read twice.")
    article = factories.make_extracted(cast.corpus)
    first, second, third = factories.suggestions_of(article)
    claim = suggestion_accept(actor=cast.reviewer, suggestion=first)
    evidence = factories.make_evidence(claim, cast.second_reviewer)
    question = factories.make_question(claim, cast.second_reviewer)
    answer = factories.make_answer(question, cast.second_reviewer)
    verdict = factories.make_verdict(claim, cast.second_reviewer)
    suggestion_reject(actor=cast.reviewer, suggestion=second)
    failing = factories.make_article(cast.corpus)
    (held,) = jobs_claim(worker="test:1", first=failing.jobs.get().pk, limit=1)
    failed = job_fail(job=held, error="no text", permanent=True)
    waiting = factories.make_extracted(cast.corpus)
    thread = factories.make_thread(claim, cast.second_reviewer)
    webhook = webhook_create(actor=cast.admin, corpus=cast.corpus, url="https://a.example/")[0]
    return World(
        cast=cast,
        corpus=cast.corpus,
        article=article,
        pending=third,
        rejected=second,
        claim=claim,
        assignment=assignment_add(actor=cast.admin, article=article, user=cast.reviewer),
        own_claim=factories.make_claim(waiting, cast.reviewer, tags=["trade"]),
        evidence=evidence,
        waiting=waiting,
        question=question,
        open_question=factories.make_question(claim, cast.second_reviewer, "Where?"),
        answer=answer,
        verdict=verdict,
        thread=thread,
        comment=thread.comments.get(),
        snapshot=factories.make_snapshot(claim, cast.reviewer),
        queued_snapshot=snapshot_request(
            actor=cast.reviewer, claim=claim, url="https://a.example/2"
        ),
        failed_job=failed,
        queued_job=extraction_request(actor=None, article=waiting),
        event=article.events.latest("id"),
        checked_import=check(cast.corpus, "a.txt", " "),
        running_import=import_start(actor=None, source=upload(cast.corpus, "b.txt", "B.")),
        failed_import=bring_in(cast.corpus, "c.zip", "C."),
        written_export=_written_export(cast),
        queued_export=_export(cast),
        cancelled_export=export_cancel(actor=cast.reviewer, export=_export(cast)),
        ready_release=_ready_release(cast),
        cancelled_release=release_cancel(actor=cast.admin, release=_release(cast)),
        bulk=bulk_request(actor=cast.admin, corpus=cast.corpus, action="reopen", queue=PLAIN),
        member=cast.corpus.memberships.get(user=cast.second_reviewer),
        invitation=invitation_create(actor=cast.admin, corpus=cast.corpus, role="reviewer")[0],
        token=token_create(actor=cast.reviewer, name="mine")[0],
        webhook=webhook,
        delivery=webhook_try(actor=cast.admin, webhook=webhook),
    )


def test_every_role_at_every_address(world: World, subtests: pytest.Subtests) -> None:
    """In one world, which takes a second to make; each row finds it as it was made."""
    for (method, name), rows in ROWS.items():
        for row in rows:
            with subtests.test(f"{method} {name} {row.case}".strip()), transaction.atomic():
                try:
                    _ask(method, name, row, world)
                finally:
                    transaction.set_rollback(True)
                    world.forget()


def _ask(method: str, name: str, row: Row, world: World) -> None:
    if name == "unknown":
        path = "/api/v1/nowhere/"
    else:
        # A name of the world's in the path stands for that object's number.
        inner = {k: str(getattr(getattr(world, v, None), "pk", v)) for k, v in row.path.items()}
        kwargs = {"pk": getattr(world, row.about).pk, **inner} if row.about else {}
        path = reverse(f"api:{name}", kwargs=kwargs)
    if name == "article-reopen":
        world.article.state = "reviewed"
        world.article.save(update_fields=["state"])
    answers: Statuses = {}
    for role, user in {"anonymous": None, **world.cast.everybody}.items():
        client = APIClient()
        if user is not None:
            client.force_login(user)
        body = row.body(world) if row.body else None
        # Every role finds the same world.
        with transaction.atomic():
            if method == "GET":
                response = client.get(path, row.query)
            else:
                response = getattr(client, method.lower())(path, body, format=row.form)
            if isinstance(response, StreamingHttpResponse):
                b"".join(response)
            transaction.set_rollback(True)
        answers[role] = response.status_code
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["status"] == response.status_code
        if response.status_code == 401:
            assert response["WWW-Authenticate"]
    assert answers == row.statuses


# Tokens are a person's, not a corpus's.
OF_ADMINS = {"import-list", "report-list", "webhook-list"}
LISTS = sorted({n for m, n in ROWS if m == "GET" and n.endswith("-list")} - {"token-list"})


def test_outsiders_lists_hold_nothing_of_the_corpus(
    world: World, subtests: pytest.Subtests
) -> None:
    assert world.report
    for name in LISTS:
        with subtests.test(name):
            _look(name, world)


def _look(name: str, world: World) -> None:
    path, corpus = reverse(f"api:{name}"), world.corpus.pk
    lists: dict[str, list[Any]] = {}
    for role in ("reviewer", "outsider", "stranger"):
        client = APIClient()
        client.force_login(getattr(world.cast, role))
        lists[role] = client.get(path, {"page_size": 200}).json()["results"]
        named = client.get(path, {"corpus": corpus}).json()["results"]
        if name not in {"corpus-list", *OF_ADMINS}:
            assert bool(named) is (role == "reviewer"), role
    if name in OF_ADMINS:
        assert lists["reviewer"] == []
        return
    assert lists["reviewer"]
    assert lists["stranger"] == []
    key = "id" if name == "corpus-list" else "corpus"
    assert all(row[key] != corpus for row in lists["outsider"] if key in row)
    if name not in {"corpus-list", "event-list"}:
        assert lists["outsider"] == []


def test_methods_that_no_address_takes_are_refused(world: World) -> None:
    client = APIClient()
    client.force_login(world.cast.superuser)
    claim = reverse("api:claim-detail", kwargs={"pk": world.claim.pk})
    for response in (client.delete(claim), client.put(claim, {}, format="json")):
        assert response.status_code == 405
        assert response.json()["code"] == "method_not_allowed"
    assert Job.objects.exists()
