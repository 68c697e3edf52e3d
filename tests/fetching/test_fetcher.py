"""The fetcher against a real server that does what servers should not."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from annotations.fetching import AllowedHosts, Fetcher, FetchError
from tests.web_server import WebServer, web_server

LIMIT = 100_000


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def fetcher(*servers: WebServer, **options: Any) -> Fetcher:
    given: dict[str, Any] = {"max_bytes": LIMIT, "timeout": 5, **options}
    given.setdefault("allowed", AllowedHosts.parse(server.place for server in servers))
    return Fetcher(**given)


def refused(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    # It is kept where the address may not be.
    assert url not in caught.value.message
    assert "127.0.0.1" not in caught.value.message
    return caught.value


def test_a_page_comes_back_as_it_was_sent(server: WebServer) -> None:
    url = server.page("/a?b=c", "<p>é</p>".encode("latin-1"), "Text/HTML; charset=ISO-8859-1")
    fetched = fetcher(server).fetch(f"{url}#part")
    assert (fetched.url, fetched.final_url) == (f"{url}#part", url)
    assert (fetched.media_type, fetched.charset) == ("text/html", "iso-8859-1")
    assert fetched.body == b"<p>\xe9</p>"
    (path, headers) = server.asked[0]
    assert path == "/a?b=c"
    assert headers["Host"] == server.place
    assert headers["User-Agent"].startswith("Factcheck/")
    assert "Cookie" not in headers


# --- Where it may go ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8080/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
    ],
)
def test_private_addresses_in_any_spelling_are_refused(url: str) -> None:
    error = refused(fetcher(), url)
    assert error.permanent
    assert "private or reserved" in error.message


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://files.example/", "http"),
        ("ftp://files.example:80/", "http"),
        ("file:///etc/passwd", "http"),
        ("gopher://x.example:80/_GET", "http"),
        ("javascript:alert(1)", "http"),
        ("//news.example/", "http"),
        ("news.example", "http"),
        ("https://", "no host"),
        ("https:///path", "no host"),
        ("https://user:secret@news.example/", "name or password"),
        ("https://user@news.example/", "name or password"),
        ("https://news.example:25/", "port 25"),
        ("https://news.example:0/", "port 0"),
        ("https://news.example:999999/", "port|opened"),
        ("https://news.example/" + "x" * 2000, "longer"),
        ("https://①②⑦.⓪.⓪.①/", "opened"),
        ("https://[::1", "opened"),
        ("https://news.example/\0", "opened"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused_unasked(url: str, reason: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("it was looked up")

    with pytest.raises(FetchError, match=reason) as caught:
        fetcher(resolver=never).fetch(url)
    assert caught.value.permanent


def test_redirects_are_followed_and_said(server: WebServer) -> None:
    end = server.page("/end", "there")
    server.redirect("/second", "end")
    url = server.redirect("/first", "/second", 308)
    fetched = fetcher(server).fetch(url)
    assert (fetched.url, fetched.final_url, fetched.body) == (url, end, b"there")
    # What one answer wanted remembered isn't told to the next.
    assert all("Cookie" not in headers for _, headers in server.asked)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://127.0.0.1:{other}/secret", "port"),
        ("http://localhost:8080/secret", "private or reserved"),
        ("http://169.254.169.254/latest/", "private or reserved"),
        ("http://[::1]:8080/", "private or reserved"),
        ("//10.0.0.1/", "private or reserved"),
        ("file:///etc/passwd", "http"),
        ("ftp://127.0.0.1:80/", "http"),
        ("https://me:secret@news.example/", "name or password"),
        ("https://news.example/" + "x" * 2000, "longer"),
        ("http://x:y/", "opened"),
    ],
)
def test_a_redirect_is_checked_like_an_address(server: WebServer, target: str, reason: str) -> None:
    with web_server() as other:
        other.page("/secret", "secret")
        url = server.redirect("/", target.format(other=other.port))
        with pytest.raises(FetchError, match=reason) as caught:
            fetcher(server).fetch(url)
        assert caught.value.permanent
        assert other.asked == []


def test_no_redirect_leads_to_what_is_forbidden(server: WebServer) -> None:
    server.page("/leak", "secret")
    url = server.redirect("/short", "leak#page=2")
    asked: list[str] = []

    def forbidden(address: str) -> str:
        asked.append(address)
        return "Not that one." if address.endswith("/leak") else ""

    error = refused(fetcher(server, forbidden=forbidden), url)
    assert (error.message, error.permanent) == ("Not that one.", True)
    assert asked == [url, url.replace("short", "leak")]
    assert [path for path, _ in server.asked] == ["/short"]


def test_redirects_end(server: WebServer) -> None:
    url = server.redirect("/", "/")
    error = refused(fetcher(server, max_redirects=3), url)
    assert "more than 3 times" in error.message
    assert len(server.asked) == 4


def test_a_name_that_leads_inside_is_refused(server: WebServer) -> None:
    server.page("/", "secret")
    guarded = fetcher(resolver=lambda host, port: ["127.0.0.1", "::1", "10.1.2.3"])
    assert "private" in refused(guarded, "http://harmless.example:8080/").message
    assert server.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name whose second answer is another one (rebinding) is never asked a second time."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    asked: list[str] = []
    connected: list[tuple[str, int]] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    refused(fetcher(resolver=resolver), "http://rebind.example/")
    assert asked == ["rebind.example"]
    assert connected == [("93.184.215.14", 80)]


def test_of_a_names_addresses_only_the_public_ones_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[str] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    names = ["127.0.0.1", "1.1.1.1", "fe80::1%lo", "2606:4700::1111", "no address"]
    error = refused(fetcher(resolver=lambda host, port: names), "http://mixed.example/")
    assert connected == ["1.1.1.1", "2606:4700::1111"]
    assert not error.permanent


def test_each_hop_looks_its_own_name_up(server: WebServer) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    names = AllowedHosts.parse([f"one.example:{server.port}"])
    url = server.redirect("/", server.url("/", "two.example"))
    guarded = fetcher(allowed=names, resolver=resolver)
    assert "port" in refused(guarded, url.replace("127.0.0.1", "one.example")).message
    assert asked == ["one.example"]


def test_names_that_do_not_exist_and_those_that_may_later() -> None:
    def resolver(errno: int) -> Callable[[str, int], list[str]]:
        def look_up(host: str, port: int) -> list[str]:
            raise socket.gaierror(errno, "no")

        return look_up

    gone = refused(fetcher(resolver=resolver(socket.EAI_NONAME)), "http://gone.example/")
    away = refused(fetcher(resolver=resolver(socket.EAI_AGAIN)), "http://away.example/")
    assert (gone.permanent, away.permanent) == (True, False)


def test_the_environment_changes_nothing(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert fetcher(server).fetch(server.page("/", "direct")).body == b"direct"


# --- How much, how long -------------------------------------------------------------------


def test_a_page_of_just_the_limit_is_kept_and_a_larger_one_is_not(server: WebServer) -> None:
    assert len(fetcher(server).fetch(server.page("/", b"x" * LIMIT)).body) == LIMIT
    error = refused(fetcher(server), server.page("/", b"x" * (LIMIT + 1)))
    assert (error.permanent, "larger than 100,000 bytes" in error.message) == (True, True)


def test_a_body_without_a_length_is_counted(server: WebServer) -> None:
    sent = [0]

    def endless(send: Callable[[bytes], object]) -> None:
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while sent[0] < 100 * LIMIT:
            send(b"x" * 10_000)
            sent[0] += 10_000

    assert "larger" in refused(fetcher(server), server.raw("/", endless)).message
    time.sleep(0.2)
    assert sent[0] < 100 * LIMIT


def test_a_lying_length_is_found_out(server: WebServer) -> None:
    def short(send: Callable[[bytes], object]) -> None:
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 50\r\n\r\nshort")

    assert not refused(fetcher(server), server.raw("/", short)).permanent


def zipped(body: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        body = gzip.compress(body)
    return body


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_compression_is_undone(server: WebServer, encoding: str) -> None:
    # Two streams in one body are one page, and what pads it out is none of it.
    body = zipped(b"first ") + zipped(b"second") + b"\0" * 8
    url = server.page("/", body, Content_Encoding=encoding)
    assert fetcher(server).fetch(url).body == b"first second"
    assert server.asked[0][1]["Accept-Encoding"] == "gzip"
    deflated = server.page("/deflated", zlib.compress(b"words"), Content_Encoding="deflate")
    assert fetcher(server).fetch(deflated).body == b"words"


def test_a_bomb_goes_off_at_the_limit(server: WebServer) -> None:
    bomb = zipped(b"\0" * 90_000_000)
    assert len(bomb) < LIMIT
    url = server.page("/", bomb, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        assert "larger" in refused(fetcher(server), url).message
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("body", "encoding", "permanent"),
    [
        (zipped(b"\0" * 1000, 2), "gzip, gzip", True),
        (b"\x28\xb5\x2f\xfd", "zstd", True),
        (b"x", "br", True),
        (b"not compressed", "gzip", True),
        (zipped(b"words " * 1000)[:-20], "gzip", False),
    ],
    # What is compressed holds the time, and several processes have to name one test alike.
    ids=["zipped twice", "zstd", "br", "not compressed", "cut short"],
)
def test_compression_that_is_wrong(
    server: WebServer, body: bytes, encoding: str, permanent: bool
) -> None:
    error = refused(fetcher(server), server.page("/", body, Content_Encoding=encoding))
    assert error.permanent is permanent


def drip(start: bytes, drop: bytes) -> Callable[[Callable[[bytes], object]], None]:
    def write(send: Callable[[bytes], object]) -> None:
        send(start)
        for _ in range(100):
            time.sleep(0.1)
            send(drop)

    return write


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b"x"),
    ],
    ids=["silence", "headers", "interim answers", "body"],
)
def test_a_slow_server_is_given_up_on_time(server: WebServer, start: bytes, drop: bytes) -> None:
    url = server.raw("/", drip(start, drop))
    begun = time.monotonic()
    error = refused(fetcher(server, timeout=0.7), url)
    assert time.monotonic() - begun < 1.5
    assert (error.permanent, "longer than 0.7 seconds" in error.message) == (False, True)


def test_redirects_share_the_time(server: WebServer) -> None:
    def slow(send: Callable[[bytes], object]) -> None:
        time.sleep(0.4)
        send(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")

    begun = time.monotonic()
    assert "longer" in refused(fetcher(server, timeout=1), server.raw("/", slow)).message
    assert time.monotonic() - begun < 2


def test_a_look_up_that_hangs_is_given_up() -> None:
    def hangs(host: str, port: int) -> list[str]:
        time.sleep(3)
        return []

    begun = time.monotonic()
    refused(fetcher(resolver=hangs, timeout=0.3), "http://slow.example/")
    assert time.monotonic() - begun < 1


# --- What ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "application/pdf",
        "image/png",
        "text/csv",
    ],
)
def test_kinds_that_are_kept(server: WebServer, kind: str) -> None:
    assert fetcher(server).fetch(server.page("/", b"\0\1", kind)).media_type == kind


@pytest.mark.parametrize(
    "kind",
    ["application/zip", "application/x-msdownload", "application/octet-stream", "text/javascript",
     "", "nonsense", "text/", "a/" + "b" * 200, "text/html\x01"],
)  # fmt: skip
def test_kinds_that_are_not(server: WebServer, kind: str) -> None:
    assert refused(fetcher(server), server.page("/", b"x", kind)).permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(204, True), (300, True), (400, True), (401, True), (403, True), (404, True), (410, True),
     (451, True), (408, False), (429, False), (500, False), (503, False)],
)  # fmt: skip
def test_answers_that_are_no_page(server: WebServer, status: int, permanent: bool) -> None:
    def answer(send: Callable[[bytes], object]) -> None:
        send(f"HTTP/1.1 {status} X\r\nContent-Type: text/html\r\n\r\n".encode())

    error = refused(fetcher(server), server.raw("/", answer))
    assert (error.permanent, str(status) in error.message) == (permanent, True)


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000]
)
def test_what_is_no_answer_of_the_web(server: WebServer, said: bytes) -> None:
    assert not refused(fetcher(server), server.raw("/", lambda send: send(said))).permanent  # type: ignore[arg-type,return-value]


def test_a_server_that_is_not_there() -> None:
    with web_server() as server:
        pass
    assert not refused(fetcher(server), server.url()).permanent


def test_the_client_is_not_loaded_before_it_is_needed() -> None:
    script = (
        "import sys, annotations.fetching as f; f.AllowedHosts.parse(['x']);"
        "assert not {'httpx', 'httpcore', 'trafilatura', 'lxml'} & set(sys.modules);"
        "f.Fetcher; assert 'httpcore' in sys.modules and 'trafilatura' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# --- TLS ----------------------------------------------------------------------------------

PEMS = Path(__file__).parent / "data"


def secure(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEMS / certificate)
    return context


def trusting(server: WebServer, host: str = "secure.example") -> Fetcher:
    """A fetcher that knows the authority of the tests' certificates, and where the host is."""
    return fetcher(
        allowed=AllowedHosts.parse([f"{host}:{server.port}"]),
        resolver=lambda name, port: ["127.0.0.1"],
        tls=ssl.create_default_context(cafile=str(PEMS / "authority.pem")),
    )


def test_the_certificate_is_checked_for_the_name_although_the_address_is_asked() -> None:
    with web_server(secure("secure.example.pem")) as server:
        server.page("/", "sealed")
        url = server.url("/", "secure.example", "https")
        assert trusting(server).fetch(url).body == b"sealed"
        assert server.asked[0][1]["Host"] == f"secure.example:{server.port}"
        elsewhere = server.url("/", "other.example", "https")
        error = refused(trusting(server, "other.example"), elsewhere)
        assert error.permanent
        assert "can't prove who it is" in error.message
        assert len(server.asked) == 1


def test_certificates_that_prove_nothing() -> None:
    with web_server(secure("expired.pem")) as server:
        url = server.url("/", "secure.example", "https")
        assert "expired" in refused(trusting(server), url).message
    with web_server(secure("secure.example.pem")) as server:
        # Of an authority that nobody knows.
        url = server.url("/", "127.0.0.1", "https")
        assert refused(fetcher(server), url).permanent
        assert server.asked == []


def test_no_tls_where_it_was_expected(server: WebServer) -> None:
    server.page("/", "open")
    assert not refused(fetcher(server), server.url("/", "127.0.0.1", "https")).permanent
