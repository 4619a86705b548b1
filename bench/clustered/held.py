"""Connections that are held: their clients, and the backends that count them."""

import selectors
import socket
import time

from clustered.echo import EchoServer


class Backends(EchoServer):
    """Servers that send back what they get. Bound from the start; they refuse until `up`.

    `live` counts for each the sessions that have said something, so health checks do not count.
    """

    def __init__(self, size):
        super().__init__()
        self._acceptors = [socket.socket() for _ in range(size)]
        for acceptor in self._acceptors:
            acceptor.bind(("127.0.0.1", 0))
        self.ports = [acceptor.getsockname()[1] for acceptor in self._acceptors]
        self._sessions = [set() for _ in range(size)]
        self._thread.start()

    @property
    def live(self):
        return [len(sessions) for sessions in self._sessions]

    def pool(self, name, **more):
        backends = [{"host": "127.0.0.1", "port": port} for port in self.ports]
        return {"name": name, "backends": backends, **more}

    def up(self, *indices):
        for index in indices:
            self._acceptors[index].listen(4096)
            self._acceptors[index].setblocking(False)
            self._selector.register(self._acceptors[index], selectors.EVENT_READ, index)

    def _serve(self, keys):
        for key in keys:
            if key.fileobj in self._acceptors:
                self._accept(key.fileobj, key.data)
            elif not self._answer(key):
                self._sessions[key.data].discard(key.fileobj)

    def _heard(self, key):
        self._sessions[key.data].add(key.fileobj)


class Clients:
    """Opens one connection after the other and holds them all."""

    def __init__(self):
        self._held = []

    def open(self, ports, count, pause=0):
        """`count` through these ports in turn; each is whole before the next one comes."""
        for number in range(count):
            client = socket.create_connection(("127.0.0.1", ports[number % len(ports)]), 10)
            client.settimeout(10)
            self._held.append(client)
            client.sendall(b"x")
            if client.recv(1) != b"x":
                raise ConnectionError(f"connection {number + 1} was not answered")
            time.sleep(pause)

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        for client in self._held:
            client.close()
