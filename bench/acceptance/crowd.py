"""Thousands of sessions at once, both ends of each in this process."""

import collections
import select
import socket
import struct
import time

MAX_CONNECTING = 200
READ_SIZE = 4096


def reset(connection):
    """Closes with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Crowd:
    """Clients of a proxy port, and the backend behind it.

    A client that `greets` sends a byte and waits for the backend's: then its session is whole. An
    end that sees FIN closes, so a FIN sent by one side comes back. `seen` counts what the ends saw:
    ("client" or "backend", "fin" or "reset") -> sockets.
    """

    def __init__(self, acceptor):
        self._acceptor = acceptor
        self._acceptor.setblocking(False)
        self._epoll = select.epoll()
        self._epoll.register(acceptor, select.EPOLLIN)
        self._connecting = {}
        self._greets = True
        self.clients = {}
        self.backends = {}
        self.answered = 0
        self.seen = collections.Counter()

    def open(self, port, count, greets=True):
        """Returns when all are whole, or, if they do not greet, when all have connected."""
        self._greets = greets
        answered_before, opened = self.answered, 0

        def open_more():
            nonlocal opened
            while opened < count and len(self._connecting) < MAX_CONNECTING:
                self._connect(port)
                opened += 1
            wanted = answered_before + count
            return opened == count and (
                self.answered == wanted if greets else not self._connecting
            )

        self.pump(open_more, 60, f"{count} sessions to open")

    def pump(self, is_done, seconds, what):
        """Serves all ends until `is_done`."""
        end = time.monotonic() + seconds
        while not is_done():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s for {what}; {self.describe()}")
            for fd, events in self._epoll.poll(0.05, 1024):
                self._on_event(fd, events)

    def wait_until_ended(self, seconds):
        self.pump(lambda: not self.clients and not self.backends, seconds, "all sessions to end")

    def describe(self):
        seen = ", ".join(f"{count} {side} {how}" for (side, how), count in self.seen.items())
        return f"{len(self.clients)} clients and {len(self.backends)} backends live; saw {seen}"

    def finish(self, side):
        for connection in side.values():
            connection.shutdown(socket.SHUT_WR)

    def reset_all(self, side):
        for connection in side.values():
            self._epoll.unregister(connection)
            reset(connection)
        side.clear()

    def close(self):
        """Ends whatever a failed check has left."""
        for side in (self._connecting, self.clients, self.backends):
            self.reset_all(side)
        self._epoll.close()

    def _connect(self, port):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        self._connecting[client.fileno()] = client
        self._epoll.register(client, select.EPOLLOUT)

    def _on_event(self, fd, events):
        if fd == self._acceptor.fileno():
            self._accept()
        elif fd in self._connecting:
            self._on_connected(fd)
        elif fd in self.clients:
            self._on_readable(fd, "client", self.clients)
        elif fd in self.backends:
            self._on_readable(fd, "backend", self.backends)

    def _accept(self):
        for _ in range(MAX_CONNECTING):
            try:
                connection, _address = self._acceptor.accept()
            except BlockingIOError:
                return
            connection.setblocking(False)
            self.backends[connection.fileno()] = connection
            self._epoll.register(connection, select.EPOLLIN)

    def _on_connected(self, fd):
        client = self._connecting.pop(fd)
        error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise ConnectionError(f"a client could not connect to the listener: error {error}")
        self.clients[fd] = client
        self._epoll.modify(fd, select.EPOLLIN)
        if self._greets:
            client.send(b"x")

    def _on_readable(self, fd, name, side):
        try:
            data = side[fd].recv(READ_SIZE)
        except ConnectionResetError:
            self._end(fd, name, side, "reset")
            return
        if not data:
            self._end(fd, name, side, "fin")
        elif name == "backend":
            side[fd].send(data)
        else:
            self.answered += 1

    def _end(self, fd, name, side, how):
        self.seen[(name, how)] += 1
        self._epoll.unregister(fd)
        side.pop(fd).close()
