"""Processes at a `url`: upstreams whose answers a test decides."""

import contextlib
import http.server
import json
import socket
import threading

from support.polling import PATIENCE


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers any request with what it saw, as lines: method and path, fields, a blank line, the body."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        seen = f"{self.command} {self.path}\n{self.headers}".encode() + body
        self.server.requests.append(self.requestline)
        self.send_response(int(self.headers.get("x-status", 200)))
        self.send_header("content-type", "text/plain")
        self.send_header("content-length", str(len(seen)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else seen)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = answer

    def log_message(self, *_):
        pass


class Mirror(http.server.ThreadingHTTPServer):
    """An ordinary HTTP process that shows what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answering(http.server.ThreadingHTTPServer):
    """A process that answers each POST of JSON with 201 and the JSON that `answer` makes of it."""

    daemon_threads = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _AnsweringHandler)
        self.answer = answer
        self.url = f"http://127.0.0.1:{self.server_port}"


class _AnsweringHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        reply = json.dumps(self.server.answer(asked)).encode()
        self.send_response(201)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def mirror():
    """A running Mirror."""
    with _running(Mirror()) as server:
        yield server


@contextlib.contextmanager
def answering(answer):
    """A running Answering."""
    with _running(Answering(answer)) as server:
        yield server


@contextlib.contextmanager
def _running(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


class Scripted:
    """An upstream that plays one list of replies for each connection, then closes it.

    A reply is bytes, sent once the head of a request came; None closes without one.
    """

    def __init__(self, *connections):
        self._scripts = list(connections)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heads = []
        self.closed = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        self._listener.close()

    def wait_until_closed(self):
        """Waits until one more connection was closed from this side."""
        assert self.closed.acquire(timeout=PATIENCE), "the upstream's connection did not come to its end"

    def _serve(self):
        for script in self._scripts:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._play(connection, script)
            self.closed.release()

    def _play(self, connection, script):
        connection.settimeout(PATIENCE)
        for reply in script:
            head = _read_head(connection)
            if not head or reply is None:
                return
            self.heads.append(head)
            connection.sendall(reply)


def _read_head(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return b""
        received += part
    return received
