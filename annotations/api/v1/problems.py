"""Every error leaves as ``application/problem+json`` (RFC 9457); ``docs/api.md`` lists them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from annotations import errors
from annotations.models import (
    Answer,
    Article,
    Claim,
    Comment,
    Corpus,
    Evidence,
    FactCheck,
    Guideline,
    Publication,
    Question,
    Thread,
    User,
    Webhook,
)
from annotations.services.articles import AlreadyThere
from annotations.services.suggestion_bulk import BulkRefused

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("django.request")

# code → title. The type of a problem is /problems/<code>.
TITLES = {
    "invalid": "The request has values that can't be used",
    "parse_error": "The body can't be read",
    "not_authenticated": "Sign in, or send a token",
    "authentication_failed": "The token isn't valid",
    "permission_denied": "Refused",
    "not_allowed": "Your role doesn't allow this",
    "missing_scope": "This token isn't made for that",
    "not_found": "Not found",
    "method_not_allowed": "This address doesn't take that method",
    "not_acceptable": "The answer isn't available in that media type",
    "unsupported_media_type": "The body has to be JSON, or a form where files are sent",
    "too_large": "The body is too large",
    "throttled": "Too many requests",
    "conflict": "The state of things doesn't allow it",
    "stale_revision": "It was changed in the meantime",
    "idempotency_answer_not_kept": "It was done; its answer isn't kept",
    "idempotency_key_reused": "This key belongs to another request",
    "bulk_refused": "Not all of it can be done",
    "already_there": "The corpus has this text already",
    "error": "Something went wrong",
}
STATUSES: dict[type[errors.FactcheckError], int] = {
    errors.InvalidInput: 400,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
}


def problem(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """A problem document as a response."""
    body = {
        "type": f"/problems/{code}",
        "title": TITLES.get(code, TITLES["error"]),
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def problem_response(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: an answer to everything, so that no error leaves as HTML."""
    set_rollback()
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(*([str(exc)] if exc.args and "matches" not in str(exc) else []))
    elif isinstance(exc, Article.DoesNotExist | Corpus.DoesNotExist):
        # Deleted since it was looked up.
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, errors.FactcheckError):
        response = _from_service(exc, context["request"].user)
        if isinstance(exc, errors.StaleRevision) and context["view"].by_if_match:
            response.status_code = response.data["status"] = 412
        return response
    if isinstance(exc, exceptions.APIException):
        return _from_framework(exc)
    return _accident(exc, context)


def _from_service(error: errors.FactcheckError, user: Any) -> Response:
    status = next((s for kind, s in STATUSES.items() if isinstance(error, kind)), 409)
    more: dict[str, Any] = {}
    if isinstance(error, errors.InvalidInput):
        more["fields"] = error.fields
    elif isinstance(error, errors.StaleRevision):
        more["current"] = _current(error.current, user)
    elif isinstance(error, BulkRefused):
        from .serializers.suggestions import bulk_answer

        more |= {"results": bulk_answer(error.results)["results"]}
    elif isinstance(error, AlreadyThere):
        more["article_id"] = error.article_id
    return problem(status, error.code, error.message, **more)


def _current(row: Any, user: User) -> dict[str, Any] | None:
    """The row as it is now, in the shape in which the API shows it to the caller."""
    # Serializers import nothing from here, but their views do.
    from .serializers.claims import ClaimSerializer, claim_rows
    from .serializers.corpora import CorpusSerializer, corpus_rows
    from .serializers.discussion import (
        CommentSerializer,
        ThreadSerializer,
        comment_rows,
        thread_rows,
    )
    from .serializers.evidence import EvidenceSerializer, evidence_rows
    from .serializers.fact_checks import (
        FactCheckDetailSerializer,
        PublicationSerializer,
        fact_check_rows,
    )
    from .serializers.guidelines import GuidelineDetailSerializer
    from .serializers.questions import (
        AnswerSerializer,
        QuestionSerializer,
        answer_rows,
        question_rows,
    )

    if isinstance(row, Webhook):
        from .serializers.webhooks import WebhookSerializer

        return dict(WebhookSerializer(row).data)
    if isinstance(row, Claim):
        return dict(ClaimSerializer(claim_rows(Claim.objects.filter(pk=row.pk)).get()).data)
    if isinstance(row, Evidence):
        return dict(
            EvidenceSerializer(evidence_rows(Evidence.objects.filter(pk=row.pk)).get()).data
        )
    if isinstance(row, Thread):
        thread = thread_rows(Thread.objects.filter(pk=row.pk), user).get()
        return dict(ThreadSerializer(thread, context={"user": user}).data)
    if isinstance(row, Corpus):
        corpus = corpus_rows(user).get(pk=row.pk)
        return dict(CorpusSerializer(corpus, context={"user": user}).data)
    if isinstance(row, Guideline):
        return dict(GuidelineDetailSerializer(row).data)
    if isinstance(row, FactCheck):
        fact_check = fact_check_rows(FactCheck.objects.filter(pk=row.pk)).get()
        return dict(FactCheckDetailSerializer(fact_check).data)
    if isinstance(row, Publication):
        return dict(PublicationSerializer(row).data)
    if isinstance(row, Comment):
        return dict(CommentSerializer(comment_rows(Comment.objects.filter(pk=row.pk)).get()).data)
    if isinstance(row, Question):
        return dict(
            QuestionSerializer(question_rows(Question.objects.filter(pk=row.pk)).get()).data
        )
    if isinstance(row, Answer):
        return dict(AnswerSerializer(answer_rows(Answer.objects.filter(pk=row.pk)).get()).data)
    return None


def _from_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_flat(error.detail))
        detail = "; ".join(f"{name}: {reason}" for name, reason in fields.items())
        return problem(error.status_code, "invalid", detail, headers, fields=fields)
    code = error.default_code if error.default_code in TITLES else "error"
    return problem(error.status_code, code, str(error.detail), headers)


def _flat(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Nested errors as pairs: ``spans.0.start``, reason. What concerns no field is the body's."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            part = "" if key == "non_field_errors" else str(key)
            yield from _flat(inner, ".".join(filter(None, (name, part))))
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        for number, inner in enumerate(detail):
            yield from _flat(inner, f"{name}.{number}" if name else str(number))
    elif isinstance(detail, list):
        yield name or "body", " ".join(str(item) for item in detail)
    else:
        yield name or "body", str(detail)


def _accident(exc: Exception, context: dict[str, Any]) -> Response:
    """A bug: logged with its trace and signalled as Django does, and told to the caller without."""
    request = getattr(context["request"], "_request", context["request"])
    log.error(
        "Internal Server Error: %s",
        request.path,
        exc_info=exc,
        extra={"status_code": 500, "request": request},
    )
    got_request_exception.send(sender=type(context["view"]), request=request)
    response = problem(500, "error", "The server made a mistake; it has been noted.")
    # Django would log the response again, without the trace.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
