"""An HTTP server beside the platform, for outgoing requests of guests."""

import contextlib
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Outside(ThreadingHTTPServer):
    """Answers `outside` to every GET, and redirects `/to/URL` there. Keeps the fields of every request.

    `/held` is answered at once, or from `hold_replies` on once the test calls `let_go`; `held` counts those that came.
    """

    request_queue_size = 1024
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen = []
        self.held = 0
        self._may_go = threading.Event()
        self._counting = threading.Lock()
        self.let_go()

    def hold_replies(self):
        self.held = 0
        self._may_go.clear()

    def let_go(self):
        self._may_go.set()

    def wait_to_go(self):
        with self._counting:
            self.held += 1
        self._may_go.wait()

    @property
    def port(self):
        return self.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append(dict(self.headers))
        if self.path == "/held":
            self.server.wait_to_go()
        if self.path.startswith("/to/"):
            self._reply(302, b"", location=urllib.parse.unquote(self.path.removeprefix("/to/")))
        else:
            self._reply(200, b"outside")

    def _reply(self, status, body, **fields):
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **fields}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running_outside():
    """A running server, which ends with the context."""
    with Outside() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.let_go()
        server.shutdown()
        thread.join()
