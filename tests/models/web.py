"""A web server on loopback with the faults that a download has to live with."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass
class Answer:
    """What was asked for once, and what went out.

    sent: bytes of the body.
    """

    path: str
    headers: dict[str, str]
    status: int = 0
    sent: int = 0


@dataclass
class Web:
    """What the server does.

    files: bodies by path. etag, modified: the headers of all of them.
    ranges: whether it knows about Range.
    cuts: for each answer to come, after how many bytes of its body the connection breaks.
    failures: for each answer to come, a status and headers instead of the file.
    moved: paths that are elsewhere now.
    lengths: whether it tells how long a body is.
    gate: where it stops after half a body, and waits.
    """

    root: str
    files: dict[str, bytes] = field(default_factory=dict)
    etag: str = '"first"'
    modified: str = ""
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    failures: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    lengths: bool = True
    gate: Event | None = None
    half_sent: Event = field(default_factory=Event)
    answers: list[Answer] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """Bytes of all bodies together."""
        return sum(answer.sent for answer in self.answers)


@contextmanager
def serving() -> Iterator[Web]:
    """A server that runs within the block."""

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, web)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as server:
        web = Web(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            if web.gate:
                web.gate.set()
            server.shutdown()
            thread.join()


def _answer(request: BaseHTTPRequestHandler, web: Web) -> None:
    path = request.path.partition("?")[0]
    answer = Answer(path, dict(request.headers))
    web.answers.append(answer)
    if path in web.moved:
        return _refuse(request, answer, 302, {"Location": web.moved[path]})
    if web.failures:
        return _refuse(request, answer, *web.failures.pop(0))
    if path not in web.files:
        return _refuse(request, answer, 404, {})
    body = web.files[path]
    begin = _begin(answer, web)
    if begin >= len(body) > 0:
        return _refuse(request, answer, 416, {})
    _head(request, answer, web, begin, len(body))
    return _send(request, answer, web, body[begin:])


def _begin(answer: Answer, web: Web) -> int:
    asked = answer.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
    version = answer.headers.get("If-Range")
    same = version in (None, web.etag or web.modified)
    return int(asked) if asked and web.ranges and same else 0


def _refuse(request: BaseHTTPRequestHandler, answer: Answer, status: int, headers: dict[str, str]) -> None:
    answer.status = status
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()


def _head(request: BaseHTTPRequestHandler, answer: Answer, web: Web, begin: int, size: int) -> None:
    answer.status = 206 if begin else 200
    request.send_response(answer.status)
    if begin:
        request.send_header("Content-Range", f"bytes {begin}-{size - 1}/{size}")
    if web.lengths:
        request.send_header("Content-Length", str(size - begin))
    if request.path.endswith("/"):
        request.send_header("Content-Type", "text/html")
    if web.etag:
        request.send_header("ETag", web.etag)
    if web.modified:
        request.send_header("Last-Modified", web.modified)
    request.end_headers()


def _send(request: BaseHTTPRequestHandler, answer: Answer, web: Web, body: bytes) -> None:
    if web.cuts:
        body = body[: web.cuts.pop(0)]
    half = len(body) // 2
    with suppress(ConnectionError):
        _write(request, answer, body[:half])
        if web.gate and not request.path.endswith("/"):
            web.half_sent.set()
            web.gate.wait(30)
        _write(request, answer, body[half:])


def _write(request: BaseHTTPRequestHandler, answer: Answer, body: bytes) -> None:
    # Counted first: whoever has read the body may look at the count at once.
    answer.sent += len(body)
    request.wfile.write(body)
