"""Connections that are held: their clients, and the backends that count them."""

import selectors
import socket
import threading
import time


class Backends:
    """Servers that send back what they get. Bound from the start; they refuse until `up`.

    `live` counts for each the sessions that have said something, so health checks do not count.
    """

    def __init__(self, size):
        self._acceptors = [socket.socket() for _ in range(size)]
        for acceptor in self._acceptors:
            acceptor.bind(("127.0.0.1", 0))
        self.ports = [acceptor.getsockname()[1] for acceptor in self._acceptors]
        self._sessions = [set() for _ in range(size)]
        self._selector = selectors.DefaultSelector()
        self._closed = False
        self._thread = threading.Thread(target=self._serve)
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

    def _serve(self):
        while not self._closed:
            for key, _events in self._selector.select(0.05):
                if key.fileobj in self._acceptors:
                    self._accept(key.fileobj, key.data)
                else:
                    self._answer(key.fileobj, key.data)

    def _accept(self, acceptor, index):
        try:
            connection, _address = acceptor.accept()
        except BlockingIOError:
            return  # whoever it was has left
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ, index)

    def _answer(self, connection, index):
        try:
            data = connection.recv(4096)
            if data:
                self._sessions[index].add(connection)
                connection.send(data)
                return
        except ConnectionError:
            pass  # reset: it ends like one that is closed
        self._selector.unregister(connection)
        self._sessions[index].discard(connection)
        connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        self._closed = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()


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
