"""Undoing a server's compression without trusting what it says about sizes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from .interface import FetchError

# gzip or zlib, whichever the first bytes are.
_EITHER = 32 + zlib.MAX_WBITS
_GZIP = b"\x1f\x8b"
ACCEPTED = "gzip"


def bounded(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The body, of ``limit`` bytes at most both as sent and as decoded.

    Decompression stops at the limit, so a bomb costs no more memory than a page may.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return _counted(chunks, limit)
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError(
            "The server compressed the page in a way that was not asked for.", permanent=True
        )
    body = bytearray()
    decoder, sent = None, 0
    try:
        for chunk in chunks:
            sent += len(chunk)
            if sent > limit:
                raise too_large(limit)
            while chunk:
                if decoder is None:
                    if sent > len(chunk) and not chunk.startswith(_GZIP):
                        return bytes(body)  # behind the stream's end: padding, not another one
                    decoder = zlib.decompressobj(_EITHER)
                body += decoder.decompress(chunk, limit - len(body) + 1)
                if len(body) > limit:
                    raise too_large(limit)
                chunk = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
                if decoder.eof:
                    decoder = None
    except zlib.error as error:
        raise FetchError("The page's compression is broken.", permanent=True) from error
    if decoder is not None:
        raise FetchError("The page broke off before its end.", permanent=False)
    return bytes(body)


def _counted(chunks: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


def too_large(limit: int) -> FetchError:
    return FetchError(
        f"The page is larger than {limit:,} bytes, the most that is kept.", permanent=True
    )
