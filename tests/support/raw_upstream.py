"""A process service that answers with exact bytes and keeps the bytes it saw."""

import collections
import socket
import struct
import threading

from support.polling import eventually

Reply = collections.namedtuple("Reply", "bytes then")
Seen = collections.namedtuple("Seen", "connection path raw")


class Upstream:
    """Listens on a free port of 127.0.0.1. Each path has one reply, which a test sets; a context manager.

    `seen` has every request that was read whole, oldest first, with the number of its connection.
    """

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._replies = {}
        self._ended = set()
        self._to_break = set()
        self.seen = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def answer(self, path, reply, then="keep"):
        """What requests for `path` get; `then`: keep, close or reset the connection."""
        self._replies[path] = Reply(reply.encode() if isinstance(reply, str) else reply, then)

    def break_next(self, path):
        """The next request for `path` is read, but its connection reset instead of answered."""
        self._to_break.add(path)

    def requests(self, path):
        """The requests for `path` so far."""
        return [seen for seen in self.seen if seen.path == path]

    def wait_for_end(self, connection):
        """Waits until the platform has closed its end of a connection."""
        eventually(lambda: connection in self._ended, f"the end of connection {connection}")

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection, number):
        try:
            with connection, connection.makefile("rb") as stream:
                while raw := _read_request(stream):
                    path = raw.split(b" ", 2)[1].decode().partition("?")[0]
                    self.seen.append(Seen(number, path, raw))
                    reply = self._reply_to(path)
                    connection.sendall(reply.bytes)
                    if reply.then == "reset":
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    if reply.then != "keep":
                        return
        except OSError:
            pass
        finally:
            self._ended.add(number)

    def _reply_to(self, path):
        if path in self._to_break:
            self._to_break.remove(path)
            return Reply(b"", "reset")
        return self._replies[path]


def _read_request(stream):
    """The next request as it came, b"" at the end of the connection."""
    head = _read_lines(stream)
    fields = head.lower()
    if b"\r\ntransfer-encoding: chunked\r\n" in fields:
        return head + _read_chunks(stream)
    length = fields.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
    return head + stream.read(int(length or 0))


def _read_lines(stream):
    """Lines up to and with an empty one."""
    lines = b""
    while line := stream.readline():
        lines += line
        if line == b"\r\n":
            break
    return lines


def _read_chunks(stream):
    chunks = b""
    while line := stream.readline():
        size = int(line, 16)
        if size == 0:
            return chunks + line + _read_lines(stream)
        chunks += line + stream.read(size + 2)
    return chunks
