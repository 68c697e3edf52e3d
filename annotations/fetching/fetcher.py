"""One guarded way to fetch a page. Everything that comes back is somebody else's.

Built on the engine of httpx instead of its client: what the client would do by itself (keep
cookies, read proxies and passwords from the environment, follow redirects) isn't there to be
switched off.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Collection, Iterable, Mapping
from email.message import Message

import httpcore
import httpx

from .addresses import USUAL_PORTS, AllowedHosts
from .connection import Deadline, GuardedBackend, Resolver, system_resolver
from .decoding import ACCEPTED, bounded, too_large
from .interface import Fetched, FetchError, Reply

USER_AGENT = "Factcheck/1.0 (keeps a copy of one page that a fact-checker named; no crawler)"
SENDER = "Factcheck/1.0 (webhook)"
MAX_URL = 2000
# Of the answer to what is sent: enough to see what went wrong there.
MOST_OF_A_REPLY = 1000
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What an answer means that may be another one tomorrow.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
DEFAULT_PORTS = {"http": 80, "https": 443}
# Pages, documents, data, pictures and recordings: what evidence is. No programs, no archives.
MEDIA_TYPES = re.compile(
    r"""text/(?!javascript)[\w.+-]+
      | (?:image|audio|video)/[\w.+-]+
      | application/(?:xhtml\+xml|xml|json|ld\+json|geo\+json|pdf|rtf|epub\+zip|msword
          | vnd\.ms-(?:excel|powerpoint)
          | vnd\.oasis\.opendocument\.[\w.-]+
          | vnd\.openxmlformats-officedocument\.[\w.-]+)""",
    re.VERBOSE,
)
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)


class Fetcher:
    """Fetches pages under fixed bounds.

    ``max_bytes`` of one page; ``timeout``, in seconds, for all of it from the first look-up to
    the last byte; ``allowed`` hosts whose addresses needn't be public. ``forbidden`` says why an
    address may not be asked, or ""; it hears of the first one and of each that a redirect leads
    to, before anything is asked of it. ``resolver`` and ``tls`` replace the system's look-up and
    its certificates.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        timeout: float,
        max_redirects: int = 5,
        allowed: AllowedHosts | None = None,
        forbidden: Callable[[str], str] | None = None,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.max_bytes, self.timeout, self.max_redirects = max_bytes, timeout, max_redirects
        self.allowed = allowed or AllowedHosts()
        self._forbidden = forbidden
        self._resolver = resolver
        self._tls = tls or httpx.create_ssl_context(trust_env=False)

    def fetch(self, url: str) -> Fetched:
        """The page at an address, redirects followed. ``FetchError`` says why there is none."""
        deadline = Deadline(self.timeout)
        current = self._checked(url)
        backend = GuardedBackend(deadline, self.allowed, self._resolver)
        # A connection for each hop: nothing of one host's is there for the next one.
        for _ in range(self.max_redirects + 1):
            with httpcore.ConnectionPool(
                ssl_context=self._tls, network_backend=backend, max_keepalive_connections=0
            ) as pool:
                answer = self._ask(pool, current, url, deadline)
            if isinstance(answer, Fetched):
                return answer
            current = self._checked(answer, current)
        raise FetchError(f"It redirects more than {self.max_redirects} times.", permanent=True)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """POST a body; the reply whatever its status, redirects included: none is followed.

        Over TLS, but for the hosts that are allowed by name. ``FetchError`` where there is no
        reply.
        """
        deadline = Deadline(self.timeout)
        target = self._checked(url)
        place = (target.host, target.port or DEFAULT_PORTS[target.scheme])
        if target.scheme != "https" and place not in self.allowed:
            raise FetchError("The address doesn't begin with https://.", permanent=True)
        sent = {
            "Host": target.netloc.decode("ascii"),
            "User-Agent": SENDER,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "Content-Length": str(len(body)),
            **headers,
        }
        backend = GuardedBackend(deadline, self.allowed, self._resolver)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._tls, network_backend=backend, max_keepalive_connections=0
                ) as pool,
                pool.stream(
                    "POST", _target(target), headers=list(sent.items()), content=body
                ) as response,
            ):
                return Reply(response.status, _excerpt(response.iter_stream()))
        except httpcore.TimeoutException as error:
            raise deadline.error() from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _broken(error) from error

    def _checked(self, url: str, base: httpx.URL | None = None) -> httpx.URL:
        """The address, absolute; refused before anything is asked where it can't be fetched."""
        which = "It redirects to an address that" if base else "The address"
        try:
            parsed = base.join(url) if base else httpx.URL(url)
            port = DEFAULT_PORTS.get(parsed.scheme)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise FetchError(f"{which} is not one that can be opened.", permanent=True) from error
        if port is None:
            raise FetchError(f"{which} doesn't begin with http:// or https://.", permanent=True)
        port = port if parsed.port is None else parsed.port
        if not parsed.host:
            raise FetchError(f"{which} names no host.", permanent=True)
        if parsed.userinfo:
            raise FetchError(f"{which} holds a name or password.", permanent=True)
        if len(str(parsed)) > MAX_URL:
            raise FetchError(f"{which} is longer than {MAX_URL:,} characters.", permanent=True)
        if port not in USUAL_PORTS and (parsed.host, port) not in self.allowed:
            raise FetchError(
                f"{which} names port {port}, which is not one of the web's.", permanent=True
            )
        parsed = parsed.copy_with(fragment=None)
        if self._forbidden is not None and (reason := self._forbidden(str(parsed))):
            raise FetchError(reason, permanent=True)
        return parsed

    def _ask(
        self, pool: httpcore.ConnectionPool, url: httpx.URL, first: str, deadline: Deadline
    ) -> Fetched | str:
        """One request: the page, or the address that it redirects to."""
        headers = [
            (b"Host", url.netloc),
            (b"User-Agent", USER_AGENT.encode()),
            (b"Accept", b"text/html,application/xhtml+xml,*/*;q=0.8"),
            (b"Accept-Encoding", ACCEPTED.encode()),
            (b"Connection", b"close"),
        ]
        try:
            with pool.stream("GET", _target(url), headers=headers) as response:
                given = httpx.Headers(response.headers)
                if response.status in REDIRECTS and given.get("location"):
                    return _location(response.headers)
                _check_status(response.status)
                media_type, charset = _content_type(given.get("content-type", ""))
                if int(_digits(given.get("content-length", ""))) > self.max_bytes:
                    raise too_large(self.max_bytes)
                body = bounded(
                    response.iter_stream(), given.get("content-encoding", ""), self.max_bytes
                )
        except httpcore.TimeoutException as error:
            raise deadline.error() from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _broken(error) from error
        return Fetched(first, str(url), media_type, charset, body)


def _target(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _excerpt(chunks: Iterable[bytes]) -> str:
    """How an answer begins, as text without control characters; the rest isn't read."""
    read = b""
    for chunk in chunks:
        read += chunk
        if len(read) >= MOST_OF_A_REPLY:
            break
    text = read[:MOST_OF_A_REPLY].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _location(headers: Collection[tuple[bytes, bytes]]) -> str:
    raw = next(value for name, value in headers if name.lower() == b"location")
    # Headers are ASCII by their rules; what servers send beside them is UTF-8.
    return raw.decode("utf-8", "replace").strip()


def _check_status(status: int) -> None:
    if status == 200:
        return
    said = {
        401: "The page is for people who sign in (401).",
        403: "The server refuses to show the page (403).",
        404: "There is no such page (404).",
        410: "The page was taken away (410).",
        429: "The server asks to come back later (429).",
        451: "The page is withheld for legal reasons (451).",
    }.get(status, f"The server answered {status} instead of a page.")
    raise FetchError(said, permanent=status not in PASSING)


def _content_type(header: str) -> tuple[str, str]:
    """Media type and charset. ``FetchError`` for what is not kept."""
    media_type = header.partition(";")[0].strip().lower()
    if not media_type or len(media_type) > 100 or not _MEDIA_TYPE.fullmatch(media_type):
        raise FetchError("The server doesn't say what kind of file it is.", permanent=True)
    if not MEDIA_TYPES.fullmatch(media_type):
        raise FetchError(f"It is a file of type {media_type}, which is not kept.", permanent=True)
    message = Message()
    message["Content-Type"] = header
    return media_type, message.get_content_charset("")


def _digits(value: str) -> str:
    return value if value.isascii() and value.isdecimal() and len(value) < 20 else "0"


def _broken(error: Exception) -> FetchError:
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(
            f"The server can't prove who it is: {cause.verify_message.rstrip('.')}.",
            permanent=True,
        )
    if isinstance(cause, ssl.SSLError):
        return FetchError("A secure connection couldn't be made.", permanent=False)
    if isinstance(error, httpcore.ConnectError):
        return FetchError("The server couldn't be reached.", permanent=False)
    if isinstance(error, httpcore.LocalProtocolError):
        return FetchError("The address is not one that can be opened.", permanent=True)
    return FetchError("The server broke off, or its answer isn't that of the web.", permanent=False)
