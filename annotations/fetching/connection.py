"""Connections to checked addresses only, that end when their time is up.

The name is looked up once, here, and the connection goes to the very address that was found
and checked; so a name that answers differently a moment later (DNS rebinding) gains nothing.
The client above goes on speaking of the name: in the ``Host`` header, in TLS's server name,
and in the check of the certificate.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from .addresses import AllowedHosts, is_public
from .interface import FetchError

# Host and port to the addresses under which it is found, as ``socket.getaddrinfo`` does.
Resolver = Callable[[str, int], Iterable[str]]
# A name with more addresses than this is tried no further.
MOST_ADDRESSES = 4


class Deadline:
    """The moment by which all of a fetch has to be over: look-ups, redirects, body."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds; ``FetchError`` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.error()
        return left

    def error(self) -> FetchError:
        return FetchError(
            f"It took longer than {self.seconds:g} seconds, so it was given up.", permanent=False
        )


def system_resolver(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))


class GuardedBackend(httpcore.NetworkBackend):
    """What the HTTP client opens its connections with."""

    def __init__(self, deadline: Deadline, allowed: AllowedHosts, resolver: Resolver) -> None:
        self._deadline, self._allowed, self._resolver = deadline, allowed, resolver
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in self._checked(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, timeout=self._deadline.left(), socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError("no address")

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise FetchError("Only addresses of the web are fetched.", permanent=True)

    def _checked(self, host: str, port: int) -> list[str]:
        found = self._look_up(host, port)
        if (host, port) in self._allowed:
            return found[:MOST_ADDRESSES]
        public = [address for address in found if _is_public(address)]
        if not public:
            raise FetchError(
                "The address leads into a private or reserved network, which is never fetched.",
                permanent=True,
            )
        return public[:MOST_ADDRESSES]

    def _look_up(self, host: str, port: int) -> list[str]:
        """In a thread of its own, because the system's look-up has no time limit to set."""
        answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(list(self._resolver(host, port)))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="look-up", daemon=True).start()
        try:
            answer = answers.get(timeout=self._deadline.left())
        except queue.Empty:
            raise self._deadline.error() from None
        if isinstance(answer, Exception):
            passing = isinstance(answer, socket.gaierror) and answer.errno == socket.EAI_AGAIN
            raise FetchError(
                "The host's name couldn't be looked up."
                if passing
                else "There is no host of that name.",
                permanent=not passing,
            ) from answer
        return answer


def _is_public(address: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(address))
    except ValueError:
        return False


class _TimedStream(httpcore.NetworkStream):
    """Every wait is for what is left of the whole, so that no drip of bytes lasts for ever."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
