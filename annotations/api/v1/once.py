"""``Idempotency-Key``: a POST that is sent again does nothing more, and is answered the same.

The key, what the request does and its answer are one transaction. A repeat that comes meanwhile
waits for its end; after an error nothing remains, and the key is free again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.models import IdempotentRequest, User
from annotations.services.idempotency import request_answered, request_begin

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_KEY = 255
_KEY = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}")


class KeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was sent with another request."


class AnswerNotKept(APIException):
    status_code = 409
    default_code = "idempotency_answer_not_kept"
    default_detail = (
        "The request was carried out under this Idempotency-Key. Its answer isn't kept, because "
        "it holds a secret or is too large."
    )


class Replay(Exception):
    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


def begin(request: Request, user: User) -> IdempotentRequest:
    """Note the request under its key. ``Replay`` with the answer where it was carried out."""
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise ValidationError({HEADER: f"Expected 1 to {MAX_KEY} visible ASCII characters."})
    fingerprint = _fingerprint(request)
    found, new = request_begin(actor=user, key=key, fingerprint=fingerprint)
    if new:
        return found
    if found.fingerprint != fingerprint:
        raise KeyReused
    if found.answer is None:
        raise AnswerNotKept
    headers = {REPLAYED: "true"} | ({"ETag": found.etag} if found.etag else {})
    raise Replay(
        HttpResponse(
            bytes(found.answer),
            status=found.status,
            content_type=found.content_type or None,
            headers=headers,
        )
    )


def carried_out(
    respond: Callable[[], HttpResponseBase],
    noted: Callable[[], IdempotentRequest | None],
    *,
    secret: Callable[[], bool],
) -> HttpResponseBase:
    """``respond``, its writes and its answer in one transaction; what fails leaves nothing."""
    with transaction.atomic():
        response = respond()
        if isinstance(response, Response):
            response = response.render()
        row = noted()
        if row is not None and 200 <= response.status_code < 300:
            content = getattr(response, "content", None)
            request_answered(
                request=row,
                status=response.status_code,
                content_type=response.headers.get("Content-Type", ""),
                etag=response.headers.get("ETag", ""),
                answer=None if secret() else content,
            )
        elif response.status_code >= 300:
            transaction.set_rollback(True)
    return response


def _fingerprint(request: Request) -> str:
    """Of all that makes two requests the same: address, token, body."""
    token = request.auth.pk if request.auth else None
    digest = hashlib.sha256(f"{request.get_full_path()}\n{token}\n".encode())
    data: Any = request.data
    if not isinstance(data, QueryDict):
        digest.update(json.dumps(data, sort_keys=True).encode())
        return digest.hexdigest()
    for name, values in sorted(data.lists()):
        for value in values:
            shown = f"{value.name} {value.size}" if isinstance(value, UploadedFile) else value
            digest.update(json.dumps([name, shown]).encode())
            if isinstance(value, UploadedFile):
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
    return digest.hexdigest()
