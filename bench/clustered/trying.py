"""Clients that come again and again, and a backend that counts how many are there at once."""

import random
import selectors
import socket
import time

from clustered.echo import EchoServer

STAY = (0.2, 1.5)
PAUSE = (0.02, 0.3)


class CountingBackend(EchoServer):
    """Sends back what it gets; `peak` is the most connections it ever had at one time.

    An end that is there is seen before a newcomer: who came after somebody left is never counted
    with him.
    """

    def __init__(self):
        super().__init__()
        self._acceptor = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self._acceptor.setblocking(False)
        self._selector.register(self._acceptor, selectors.EVENT_READ)
        self.live = 0
        self.peak = 0
        self._thread.start()

    def pool(self, name, **more):
        port = self._acceptor.getsockname()[1]
        return {"name": name, "backends": [{"host": "127.0.0.1", "port": port}], **more}

    def forget_peak(self):
        self.peak = self.live

    def _serve(self, keys):
        for key in keys:
            if key.fileobj is not self._acceptor and not self._answer(key):
                self.live -= 1
        if any(key.fileobj is self._acceptor for key in keys) and self._accept(self._acceptor):
            self.live += 1
            self.peak = max(self.peak, self.live)


class Crowd:
    """Each client connects, says something, stays a while if it is answered, and comes again."""

    def __init__(self, ports, count, stay=STAY):
        self._stay = stay
        self._ports = ports
        self._count = count
        self._selector = selectors.DefaultSelector()
        self._due = []  # (time, number, connection or None)
        self._began = False
        self.served = 0
        self.refused = 0

    def run(self, seconds, is_reached):
        """The seconds after which `is_reached` held for the first time, None = never.

        Asked again, goes on with the clients that are there.
        """
        start = time.monotonic()
        if not self._began:
            self._began = True
            self._due = [(start, number, None) for number in range(self._count)]
        reached = None
        while time.monotonic() - start < seconds:
            self._move()
            self._listen()
            if reached is None and is_reached():
                reached = time.monotonic() - start
        return reached

    def _move(self):
        now = time.monotonic()
        due = [one for one in self._due if one[0] <= now]
        self._due = [one for one in self._due if one[0] > now]
        for _time, number, connection in due:
            if connection is not None:
                connection.close()
                self._due.append((now + random.uniform(*PAUSE), number, None))
            else:
                self._connect(number)

    def _connect(self, number):
        client = socket.create_connection(("127.0.0.1", self._ports[number % len(self._ports)]), 10)
        client.setblocking(False)
        try:
            client.send(b"x")
        except ConnectionError:
            pass  # seen when it is read
        self._selector.register(client, selectors.EVENT_READ, number)

    def _listen(self):
        for key, _events in self._selector.select(0.005):
            client = key.fileobj
            self._selector.unregister(client)
            try:
                served = client.recv(1) == b"x"
            except ConnectionError:
                served = False
            now = time.monotonic()
            if served:
                self.served += 1
                self._due.append((now + random.uniform(*self._stay), key.data, client))
            else:
                self.refused += 1
                client.close()
                self._due.append((now + random.uniform(*PAUSE), key.data, None))

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        self.close()

    def close(self):
        for _time, _number, connection in self._due:
            if connection is not None:
                connection.close()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()
