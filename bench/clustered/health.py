"""Backends that die, return, flap, or whose prober stands still, under load through three members."""

import contextlib
import pathlib
import select
import signal
import socket
import tempfile
import threading
import time

from clustered.cluster import Cluster, wait_for

INTERVAL, TIMEOUT, RISE, FALL = 1.0, 0.5, 2, 3
HEALTH = {"type": "tcp", "interval": "1s", "timeout": "500ms", "rise": RISE, "fall": FALL}
SLACK = 1.0
COUNTED_SECONDS = 20
FLAPPING_SECONDS = 60
FLAP_SECONDS = 0.3


class EchoBackend:
    """Says back what comes; can be shut and opened again on the same port."""

    def __init__(self):
        self.accepted, self.port = 0, 0
        self.open()

    def open(self):
        self._closing = False
        self.listening = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.listening.setblocking(False)
        self.port = self.listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, args=[self.listening], daemon=True)
        self._thread.start()

    def shut(self):
        """What waits in the kernel's queue is taken first: closing would reset it."""
        self._closing = True
        self._thread.join()

    def _accept(self, listening):
        with listening:
            while self._accept_all(listening) or not self._closing:
                select.select([listening], [], [], 0.005)

    def _accept_all(self, listening):
        """Whether anybody was there."""
        before = self.accepted
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = listening.accept()
                connection.setblocking(True)
                self.accepted += 1
                threading.Thread(target=self._echo, args=[connection], daemon=True).start()
        return self.accepted > before

    @staticmethod
    def _echo(connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(1024):
                connection.sendall(data)


class Load:
    """One session after the other through each port; runs within `with`."""

    def __init__(self, ports):
        self.sessions, self.errors, self._stop = 0, [], False
        self._threads = [threading.Thread(target=self._run, args=[port]) for port in ports]

    def _run(self, port):
        while not self._stop:
            try:
                with socket.create_connection(("127.0.0.1", port), 10) as client:
                    client.sendall(b"ping")
                    if client.recv(10) != b"ping":
                        raise OSError("closed")
                self.sessions += 1
            except OSError as problem:
                self.errors.append(str(problem))
            time.sleep(0.01)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_problem):
        self._stop = True
        for thread in self._threads:
            thread.join()


def check_health(checks, command):
    backends = [EchoBackend() for _ in range(3)]
    pool = {
        "name": "health",
        "health": HEALTH,
        "backends": [{"host": "127.0.0.1", "port": one.port} for one in backends],
    }
    with (
        tempfile.TemporaryDirectory() as directory,
        Cluster(command, [pool], pathlib.Path(directory)) as cluster,
    ):
        members = cluster.members
        checks.attempt("health", "probes", lambda: counted(backends[2]))
        checks.attempt("health", "dies", lambda: dies(members, backends[0]))
        checks.attempt("health", "returns", lambda: returns(members, backends[0]))
        checks.attempt("health", "SIGSTOP", lambda: frozen(members))
        checks.attempt("health", "flaps", lambda: flaps(members, backends[1], directory))
    for one in backends:
        one.shut()


def healthy(member, backend):
    return next(
        one["healthy"]
        for one in member.backends("health")
        if one["id"] == f"127.0.0.1:{backend.port}"
    )


def counted(backend):
    """Without clients whatever comes is a probe."""
    before = backend.accepted
    time.sleep(COUNTED_SECONDS)
    probes = backend.accepted - before
    per_interval = probes / (COUNTED_SECONDS / INTERVAL)
    return 1.8 <= per_interval <= 2.2, f"{per_interval:.2f} probes an interval, by 2 of 3 members"


def dies(members, backend):
    with Load([member.port["health"] for member in members]) as load:
        backend.shut()
        bound = INTERVAL * FALL + TIMEOUT + SLACK
        seconds = wait_for(
            lambda: not any(healthy(one, backend) for one in members), bound + 5, "all to know"
        )
    ok = seconds <= bound and not load.errors
    return ok, f"out everywhere after {seconds:.2f} s (bound {bound} s), {told(load)}"


def returns(members, backend):
    with Load([member.port["health"] for member in members]) as load:
        backend.open()
        bound = INTERVAL * RISE + TIMEOUT + SLACK
        seconds = wait_for(
            lambda: all(healthy(one, backend) for one in members), bound + 5, "all to know"
        )
    ok = seconds <= bound and not load.errors
    return ok, f"in everywhere after {seconds:.2f} s (bound {bound} s), {told(load)}"


def frozen(members):
    """Whoever of them probes, every member stands still once; nothing may go down."""
    unwell = 0
    for victim in members:
        victim.process.send_signal(signal.SIGSTOP)
        others = [one for one in members if one is not victim]
        end = time.monotonic() + 5
        while time.monotonic() < end:
            unwell += sum(not one["healthy"] for member in others for one in member.backends("health"))
            time.sleep(0.1)
        victim.process.send_signal(signal.SIGCONT)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            unwell += sum(not one["healthy"] for one in victim.backends("health"))
            time.sleep(0.1)
    return unwell == 0, f"each of three stopped for 5 s, {unwell} times a backend was seen down"


def flaps(members, backend, directory):
    logs = sorted(pathlib.Path(directory).glob("*/member.log"))
    before = sum(len(log.read_text().splitlines()) for log in logs)
    with Load([member.port["health"] for member in members]) as load:
        end = time.monotonic() + FLAPPING_SECONDS
        while time.monotonic() < end:
            backend.shut()
            time.sleep(FLAP_SECONDS)
            backend.open()
            time.sleep(FLAP_SECONDS)
    lines = sum(len(log.read_text().splitlines()) for log in logs) - before
    a_second = lines / FLAPPING_SECONDS / len(members)
    ok = not load.errors and a_second < 1 and bool(logs)
    return ok, f"every 300 ms for 60 s: {told(load)}, {a_second:.2f} log lines a second and member"


def told(load):
    return f"{load.sessions} sessions, {len(load.errors)} errors {sorted(set(load.errors))[:3]}"
