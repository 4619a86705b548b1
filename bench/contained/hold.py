"""Idle sessions, busy ones and slow readers at once, inside the limit."""

import pathlib
import selectors
import socket
import threading
import time

from contained.engine import GATEWAY, Container, configuration
from contained.start import relayed

IDLE, BUSY, SLOW = 5000, 400, 100
CHUNK = b"x" * 16384
EVERY_SECONDS = 1
MIB = 1024 * 1024

# So that a slow reader's session can't fill megabytes in the kernel: what docs/deploy.md recommends.
SYSCTLS = {"net.ipv4.tcp_rmem": "4096 32768 131072", "net.ipv4.tcp_wmem": "4096 16384 131072"}


class Server:
    """A backend in one thread, by the first byte of a client: `e` for its echo, `b` for bytes without end."""

    def __init__(self, host):
        self._selector = selectors.DefaultSelector()
        self._listening = socket.create_server((host, 0), backlog=4096)
        self._listening.setblocking(False)
        self._selector.register(self._listening, selectors.EVENT_READ, self._accept)
        self.port = self._listening.getsockname()[1]
        self._going = True
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *problem):
        self._going = False
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()

    def _run(self):
        while self._going:
            for key, _ in self._selector.select(0.2):
                try:
                    key.data(key.fileobj)
                except BlockingIOError:
                    pass
                except OSError:
                    self._end(key.fileobj)

    def _accept(self, listening):
        connection, _ = listening.accept()
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ, self._first)

    def _first(self, connection):
        data = connection.recv(65536)
        if data[:1] == b"b":
            self._selector.modify(connection, selectors.EVENT_WRITE, self._pour)
        elif data:
            connection.send(data)
            self._selector.modify(connection, selectors.EVENT_READ, self._echo)
        else:
            self._end(connection)

    def _echo(self, connection):
        data = connection.recv(65536)
        if data:
            connection.send(data)
        else:
            self._end(connection)

    def _pour(self, connection):
        connection.send(CHUNK * 16)

    def _end(self, connection):
        self._selector.unregister(connection)
        connection.close()


class Clients:
    """Opens the sessions, keeps the busy ones busy and reads a little from the slow ones."""

    def __init__(self, host):
        self._selector = selectors.DefaultSelector()
        self.idle = [self._open(host, b"e") for _ in range(IDLE)]
        self.busy = [self._open(host, b"e") for _ in range(BUSY)]
        self.slow = [self._open(host, b"b") for _ in range(SLOW)]
        self.exchanges, self.ended = 0, 0

    def run(self, seconds, every):
        """Goes on for so long; `every` is called once a second."""
        for client in self.busy:
            client.setblocking(False)
            self._selector.register(client, selectors.EVENT_READ)
            client.send(CHUNK)
        until, next_second = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < until:
            for key, _ in self._selector.select(0.2):
                self._exchange(key.fileobj)
            if time.monotonic() >= next_second:
                next_second += EVERY_SECONDS
                self._read_slowly()
                every()

    def still_there(self):
        """Idle sessions on which a byte goes through and back."""
        answered = 0
        for client in self.idle:
            try:
                client.sendall(b"?")
                answered += client.recv(1) == b"?"
            except OSError:
                pass
        return answered

    def close(self):
        for client in [*self.idle, *self.busy, *self.slow]:
            client.close()

    def _open(self, host, kind):
        client = socket.create_connection((host, 8080), timeout=30)
        client.sendall(kind)
        if client.recv(1) not in (b"e", b"x"):
            raise ConnectionError("a session ended at once")
        return client

    def _exchange(self, client):
        try:
            data = client.recv(65536)
            if not data:
                raise ConnectionError("ended")
            client.send(data)
            self.exchanges += 1
        except BlockingIOError:
            pass
        except OSError:
            self.ended += 1
            self._selector.unregister(client)

    def _read_slowly(self):
        for client in self.slow:
            try:
                self.ended += not client.recv(4096)
            except OSError:
                self.ended += 1


def check_hold(checks, image, directory, minutes, sysctls):
    options = ["--read-only", "--ulimit", "nofile=16384:16384"]
    for name, value in (SYSCTLS if sysctls else {}).items():
        options += ["--sysctl", f"{name}={value}"]
    with Server(GATEWAY) as server:
        settings = configuration([{"host": GATEWAY, "port": server.port}])
        container = Container(image, 3, settings, directory, *options)
        relayed(container, first=b"e")
        memory = Memory(container)
        clients = Clients(container.host)
        clients.run(minutes * 60, memory.look)
        answered = clients.still_there()
        clients.close()
        text = f"{IDLE} idle, {BUSY} busy, {SLOW} slow for {minutes} min: {clients.ended} ended"
        checks.record("hold", "sessions", not clients.ended and answered == IDLE, text)
        text = f"at most {memory.rss:.0f} MiB resident, {memory.sockets:.0f} MiB in sockets"
        text += f", {memory.group:.0f} MiB of the limit with sockets and without files; {clients.exchanges} exchanges"
        killed = container.inspect("State.OOMKilled") != "false"
        running = container.inspect("State.Running") == "true"
        checks.record("hold", "memory", running and not killed, text)
        container.remove()


class Memory:
    """The most that a container's process and its control group had, in MiB."""

    def __init__(self, container):
        self._pid = container.pid()
        self._group = Group(self._pid)
        self.rss = self.sockets = self.group = 0

    def look(self):
        status = pathlib.Path(f"/proc/{self._pid}/status").read_text()
        rss = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        self.rss = max(self.rss, int(rss.split()[1]) / 1024)
        self.sockets = max(self.sockets, self._group.sockets() / MIB)
        self.group = max(self.group, self._group.used() / MIB)


class Group:
    """A control group: what its limit counts. Version 1 counts sockets apart, and only when told to."""

    def __init__(self, pid):
        lines = pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines()
        paths = {line.split(":")[1]: line.split(":")[2] for line in lines}
        self._first = "memory" in paths
        if self._first:
            self._path = pathlib.Path("/sys/fs/cgroup/memory" + paths["memory"])
            (self._path / "memory.kmem.tcp.limit_in_bytes").write_text(str(1024 * MIB))
        else:
            self._path = pathlib.Path("/sys/fs/cgroup" + paths[""])

    def sockets(self):
        if self._first:
            return int((self._path / "memory.kmem.tcp.usage_in_bytes").read_text())
        return self._stat("sock")

    def used(self):
        """Sockets included; without files, which the kernel drops when it needs room."""
        if self._first:
            used = int((self._path / "memory.usage_in_bytes").read_text())
            return used - self._stat("total_cache") + self.sockets()
        return int((self._path / "memory.current").read_text()) - self._stat("file")

    def _stat(self, name):
        lines = (self._path / "memory.stat").read_text().splitlines()
        return int(dict(line.split() for line in lines)[name])
