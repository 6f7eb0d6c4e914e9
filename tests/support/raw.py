"""Bytes to and from a socket, for what an HTTP client would not send or show."""

import socket
import struct

from support.polling import PATIENCE


class Connection:
    """One TCP connection to a platform. A context manager."""

    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def end(self):
        """Closes our direction."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Breaks the connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def read_until(self, end):
        """The bytes up to and with `end`, or all of them where the peer closes before."""
        received = b""
        while not received.endswith(end):
            byte = self.socket.recv(1)
            if not byte:
                break
            received += byte
        return received

    def read_head(self):
        """The head of a response: its status line and fields, decoded."""
        return self.read_until(b"\r\n\r\n").decode()

    def read_chunk(self):
        """The next chunk of a chunked body, b"" at its end."""
        size = int(self.read_until(b"\r\n"), 16)
        chunk = self.read_exactly(size)
        self.read_exactly(2)
        return chunk

    def read_exactly(self, size):
        received = b""
        while len(received) < size:
            part = self.socket.recv(size - len(received))
            assert part, f"the connection ended after {len(received)} of {size} bytes"
            received += part
        return received

    def read_all(self):
        """All bytes until the peer closes."""
        received = b""
        while part := self.socket.recv(65536):
            received += part
        return received


    def read_to_break(self):
        """All bytes until the peer closes or breaks the connection."""
        received = b""
        try:
            while part := self.socket.recv(65536):
                received += part
        except ConnectionResetError:
            pass
        return received


def exchange(port, text):
    """Sends `text`, which should ask for the connection's end, and gives all that came back."""
    with Connection(port) as connection:
        connection.send(text)
        return connection.read_all().decode()
