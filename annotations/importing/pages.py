"""Articles of the web, through the guarded fetcher and no other way."""

from __future__ import annotations

from django.conf import settings

from annotations import fetching
from annotations.fetching import FetchError

from .base import Item
from .files import FileSet
from .html import page_draft


def page_item(url: str, files: FileSet, *, line: int, row: str) -> Item:
    """The article behind an address, or why there is none."""
    if files.forbidden is not None and (reason := files.forbidden(url)):
        return Item(reason=reason, line=line)
    fetcher = fetching.Fetcher(
        max_bytes=settings.FETCH_MAX_BYTES,
        timeout=settings.FETCH_TIMEOUT_SECONDS,
        allowed=settings.FETCH_ALLOWED_PRIVATE_HOSTS,
        forbidden=files.forbidden,
    )
    try:
        fetched = fetcher.fetch(url)
    except FetchError as error:
        again = "" if error.permanent else " It may be there another time."
        return Item(reason=f"{error.message}{again}", line=line, row=row)
    page = fetching.read_page(fetched)
    if not page.text:
        return Item(reason="no article could be found in the page", line=line, row=row)
    return Item(draft=page_draft(page, url=fetched.final_url), line=line, row=row)
