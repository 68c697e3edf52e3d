"""ETags: which revision an answer shows, and whether the caller has that answer already.

The tag of an object is its ``revision`` and a hash of the whole answer: ``"3-5f0c…"``. The first
says on what an edit is based (``If-Match``), the second whether anything in the answer is new
(``If-None-Match``): a claim comes with evidence and verdicts, which have lives of their own.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.http import HttpResponseNotModified
from django.utils.http import parse_etags
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from .fields import MAX_OFFSET

JSON = "application/json"
# A proxy, or the site's own compression, makes a tag weak; the revision in it stays.
_TAG = re.compile(r'(?:W/)?"([0-9]{1,10})(?:-[0-9a-f]*)?"')


def revision_in(header: str) -> int:
    """The revision that ``If-Match`` names. ``ValidationError`` where it isn't one tag of ours."""
    found = _TAG.fullmatch(header.strip())
    if not found or not 1 <= int(found[1]) <= MAX_OFFSET:
        raise ValidationError(
            {"If-Match": 'Expected the ETag of the object, such as "3-5f0c", or "3".'}
        )
    return int(found[1])


def tagged(request: Request, response: Response) -> Any:
    """Give an answer its ETag once it is rendered; 304 in its place if the caller has it."""
    reads = request.method in {"GET", "HEAD"}
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind != JSON or not 200 <= response.status_code < 300:
        return None
    revision = response.data.get("revision") if isinstance(response.data, dict) else None
    if not reads and revision is None:
        return None
    digest = hashlib.blake2b(response.content, digest_size=8).hexdigest()
    tag = f'"{digest}"' if revision is None else f'"{revision}-{digest}"'
    response["ETag"] = tag
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if reads and tag in _had(request):
        return HttpResponseNotModified(
            headers={
                name: response[name]
                for name in ("ETag", "Cache-Control", "Vary")
                if response.has_header(name)
            }
        )
    return None


def _had(request: Request) -> set[str]:
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    return {tag.removeprefix("W/") for tag in sent}
