"""An HTTP server beside the platform, for outgoing requests of guests."""

import contextlib
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Outside(ThreadingHTTPServer):
    """Answers `outside` to every GET, and redirects `/to/URL` there. Keeps the fields of every request."""

    request_queue_size = 1024
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen = []

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
        server.shutdown()
        thread.join()
