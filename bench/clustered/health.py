"""Backends that die, return, flap, or whose prober stands still, under load through three members."""

import contextlib
import pathlib
import re
import select
import signal
import socket
import tempfile
import threading
import time

from clustered import firewall
from clustered.cluster import SIZE, Cluster, wait_for

INTERVAL, TIMEOUT, RISE, FALL = 1.0, 0.5, 2, 3
HEALTH = {"type": "tcp", "interval": "1s", "timeout": "500ms", "rise": RISE, "fall": FALL}
PROBERS = 2  # the default
SLACK = 1.0
SIZES = [1, 3, 5]
SETTLE_SECONDS = 5  # for who probes, and for verdicts to be out of date
COUNTED_SECONDS = 20
PROBES_OFF = 0.1  # 5 % of jitter, and one probe of 20 at the edges
CUT_OFF_SECONDS = 15
USERS = [64101 + number for number in range(SIZE)]  # they need no name
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
    check_probes(checks, command)
    check_backends(checks, command)
    missing = firewall.why_not()
    if missing:
        print(f"skip  health   cut off: {missing}", flush=True)
    else:
        check_cut_off(checks, command)


@contextlib.contextmanager
def some_backends(count):
    backends = [EchoBackend() for _ in range(count)]
    try:
        yield backends
    finally:
        for one in backends:
            one.shut()


def pool_of(backends):
    return {
        "name": "health",
        "health": HEALTH,
        "backends": [{"host": "127.0.0.1", "port": one.port} for one in backends],
    }


def check_probes(checks, command):
    """One cluster that grows, under the eyes of the same backends."""
    with (
        tempfile.TemporaryDirectory() as directory,
        some_backends(3) as backends,
        Cluster(
            command, [pool_of(backends)], pathlib.Path(directory), size=1, most=max(SIZES)
        ) as cluster,
    ):
        for size in SIZES:
            cluster.grow(size)
            name = f"{size} member{'s' if size > 1 else ''}"
            checks.attempt("health", name, lambda size=size: probes(backends, size))


def check_backends(checks, command):
    with (
        tempfile.TemporaryDirectory() as directory,
        some_backends(3) as backends,
        Cluster(command, [pool_of(backends)], pathlib.Path(directory)) as cluster,
    ):
        members = cluster.members
        checks.attempt("health", "dies", lambda: dies(members, backends[0]))
        checks.attempt("health", "returns", lambda: returns(members, backends[0]))
        checks.attempt("health", "log lines", lambda: logged(members, backends[0]))
        checks.attempt("health", "SIGSTOP", lambda: frozen(members))
        checks.attempt("health", "flaps", lambda: flaps(members, backends[1], directory))


def check_cut_off(checks, command):
    """Each member runs as a user of its own, by which the firewall tells them apart."""
    with (
        tempfile.TemporaryDirectory() as directory,
        some_backends(1) as [backend],
    ):
        pathlib.Path(directory).chmod(0o755)
        with Cluster(
            command, [pool_of([backend])], pathlib.Path(directory), users=USERS
        ) as cluster:
            time.sleep(SETTLE_SECONDS)
            members = cluster.members
            checks.attempt("health", "one cut off", lambda: one_cut_off(members, backend))
            checks.attempt("health", "all cut off", lambda: all_cut_off(members, backend))


def healthy(member, backend):
    return next(
        one["healthy"]
        for one in member.backends("health")
        if one["id"] == f"127.0.0.1:{backend.port}"
    )


def turns(member, backend):
    """What its log says of the verdicts on the backend: how often down, how often up."""
    said = re.findall(
        rf"backend health/127\.0\.0\.1:{backend.port} is (down|up)\b", member.log.read_text()
    )
    return said.count("down"), said.count("up")


def probes(backends, size):
    """Without clients whatever comes is a probe."""
    time.sleep(SETTLE_SECONDS)
    before = [one.accepted for one in backends]
    time.sleep(COUNTED_SECONDS)
    intervals = COUNTED_SECONDS / INTERVAL
    each = [(one.accepted - old) / intervals for one, old in zip(backends, before)]
    expected = min(PROBERS, size)
    least, most = expected * (1 - PROBES_OFF), expected * (1 + PROBES_OFF)
    told = ", ".join(f"{one:.2f}" for one in each)
    return (
        all(least <= one <= most for one in each),
        f"{told} probes an interval at three backends (bound {least:.1f} to {most:.1f})",
    )


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


def logged(members, backend):
    """After one end and one return."""
    time.sleep(SETTLE_SECONDS)  # a second line would come late
    lines = [turns(one, backend) for one in members]
    told = ", ".join(f"{down} down {up} up" for down, up in lines)
    return lines == [(1, 1)] * len(members), f"{told} on {len(members)} members (bound 1 and 1 each)"


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


def one_cut_off(members, backend):
    """Each in turn. It has no clients meanwhile, so what the firewall refuses it are its probes."""
    before = [turns(one, backend) for one in members]
    refused, sessions, errors, unwell = [], 0, [], 0
    for victim, user in zip(members, USERS):
        others = [one for one in members if one is not victim]
        with (
            Load([one.port["health"] for one in others]) as load,
            firewall.Refused(backend.port, [user]) as rules,
        ):
            end = time.monotonic() + CUT_OFF_SECONDS
            while time.monotonic() < end:
                unwell += sum(not healthy(one, backend) for one in members)
                time.sleep(0.1)
            refused += rules.packets()
        sessions, errors = sessions + load.sessions, errors + load.errors
        time.sleep(SETTLE_SECONDS)  # it says up again before the next one says down
    lines = sum(sum(turns(one, backend)) - sum(old) for one, old in zip(members, before))
    # Otherwise nothing was shown: two that probed and were refused long enough to say down.
    shown = sum(one > FALL for one in refused) == PROBERS and refused.count(0) == SIZE - PROBERS
    return (
        shown and not (lines or unwell or errors) and sessions > 0,
        f"m1, m2, m3 in turn for {CUT_OFF_SECONDS} s: {', '.join(map(str, refused))} probes refused, "
        f"{lines} log lines, {unwell} times seen down (bound 0); "
        f"{sessions} sessions through the others, {len(errors)} errors {sorted(set(errors))[:3]}",
    )


def all_cut_off(members, backend):
    before = [turns(one, backend) for one in members]
    down_bound, up_bound = (INTERVAL * times + TIMEOUT + SLACK for times in (FALL, RISE))
    with firewall.Refused(backend.port, USERS):
        down = wait_for(
            lambda: not any(healthy(one, backend) for one in members), down_bound + 5, "all to know"
        )
    up = wait_for(
        lambda: all(healthy(one, backend) for one in members), up_bound + 5, "all to know again"
    )
    time.sleep(SETTLE_SECONDS)
    lines = [
        tuple(new - old for new, old in zip(turns(one, backend), earlier))
        for one, earlier in zip(members, before)
    ]
    return (
        down <= down_bound and up <= up_bound and lines == [(1, 1)] * len(members),
        f"out everywhere after {down:.2f} s (bound {down_bound} s), in again after {up:.2f} s "
        f"(bound {up_bound} s), down and up lines {lines}",
    )


def told(load):
    return f"{load.sessions} sessions, {len(load.errors)} errors {sorted(set(load.errors))[:3]}"
