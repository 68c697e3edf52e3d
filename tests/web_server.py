"""Somebody else's web server, as bad as it likes: a real one, on this machine."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class WebServer:
    """``pages`` maps a path to what answers it; ``asked`` has each request's path and headers."""

    port: int
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    # The bodies of what was posted, in order.
    received: list[bytes] = field(default_factory=list)

    @property
    def place(self) -> str:
        """``host:port``, as a setting names it."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def page(self, path: str, body: bytes | str, kind: str = "text/html", **headers: str) -> str:
        """Serve a body under a path; its address."""
        content = body.encode() if isinstance(body, str) else body

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Length", str(len(content)))
            if kind:
                request.send_header("Content-Type", kind)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(content)

        self.pages[path] = answer
        return self.url(path)

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            request.send_header("Location", target)
            request.send_header("Set-Cookie", "track=me")
            request.end_headers()

        self.pages[path] = answer
        return self.url(path)

    def raw(self, path: str, write: Callable[[Callable[[bytes], object]], None]) -> str:
        """Let a function write to the connection, status line included."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            def send(data: bytes) -> None:
                request.wfile.write(data)
                request.wfile.flush()

            write(send)
            request.close_connection = True

        self.pages[path] = answer
        return self.url(path)


@contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append((self.path, dict(self.headers)))
            answer = known.pages.get(self.path)
            if answer is None:
                self.send_error(404)
                return
            # The other side may have hung up.
            with contextlib.suppress(OSError):
                answer(self)

        def do_POST(self) -> None:
            known.received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # such as a client that won't speak TLS with us

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    known = WebServer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
