"""What members send each other, without clients, with some, and with as many as the machine does."""

import contextlib
import pathlib
import subprocess
import tempfile
import time
from dataclasses import dataclass

from acceptance.member import free_port
from clustered import sockets
from clustered.cluster import SIZE, Cluster

RATES = {"none": None, "1,000": 1000, "as many as it gives": 0}  # new connections a second
WINDOW_SECONDS = 10
SETTLE_SECONDS = 5  # a cold JVM needs some
AT_ONCE = 30  # connections of each load
MOST_MESSAGES = 1.1 * 20 * (SIZE - 1)  # a second and member: one to each other every 50 ms
SESSIONS = "fairlead_sessions_total"
MESSAGES, BYTES = "fairlead_cluster_messages_sent_total", "fairlead_cluster_bytes_sent_total"


@dataclass(frozen=True)
class Window:
    """Of one rate, a second: new sessions of all members, and what each of them sent."""

    sessions: float
    sent: list
    counters: list  # (messages, bytes) as each member counts them itself, None = it does not


def check_wire(checks, command, load):
    backend_ports = [free_port() for _ in range(SIZE)]
    backends = [{"host": "127.0.0.1", "port": port} for port in backend_ports]
    windows = {}
    with tempfile.TemporaryDirectory() as directory:
        pools = [{"name": "wire", "backends": backends}]
        with Cluster(command, pools, pathlib.Path(directory)) as cluster:
            for name, rate in RATES.items():
                windows[name] = measure(cluster.members, load, rate, backend_ports)
    print_table(windows)
    checks.attempt("wire", "rate", lambda: independent_of_rate(windows))


def measure(members, load, rate, backend_ports):
    with contextlib.ExitStack() as stack:
        if rate is not None:
            start_loads(stack, load, rate, list(zip(members, backend_ports)))
        time.sleep(SETTLE_SECONDS)
        return window(members)


def start_loads(stack, load, rate, ends):
    """A load generator for each member; each is one of the backends, too."""
    seconds = 2 * (WINDOW_SECONDS + SETTLE_SECONDS)
    for member, backend_port in ends:
        arguments = ["conn", member.port["wire"], backend_port, AT_ONCE, seconds]
        arguments += [100, 100, -(-rate // len(ends))]
        process = subprocess.Popen([load, *map(str, arguments)], stdout=subprocess.DEVNULL)
        stack.callback(end, process)


def end(process):
    process.kill()
    process.wait()


def window(members):
    before = Snapshot(members)
    time.sleep(WINDOW_SECONDS)
    return Snapshot(members).since(before)


class Snapshot:
    """All counters, each kind with the moment at which it was read: a busy machine takes its time."""

    def __init__(self, members):
        self._pids = [member.process.pid for member in members]
        self._sockets = time.monotonic(), sockets.between(self._pids)
        self._sessions = time.monotonic(), sum(sum(one.metric(SESSIONS)) for one in members)
        self._told = time.monotonic(), [told(member) for member in members]

    def since(self, before):
        seconds, (old, new) = between(before._sockets, self._sockets)
        sent = [per_second(sockets.sent_since(old, new, pid), seconds) for pid in self._pids]
        seconds, (old, new) = between(before._sessions, self._sessions)
        sessions = (new - old) / seconds
        seconds, counters = between(before._told, self._told)
        return Window(sessions, sent, [difference(*both, seconds) for both in zip(*counters)])


def between(before, after):
    return after[0] - before[0], (before[1], after[1])


def told(member):
    """Messages and bytes that it says it sent; None = it does not say."""
    messages, size = member.metric(MESSAGES), member.metric(BYTES)
    return (sum(messages), sum(size)) if messages and size else None


def per_second(sent, seconds):
    return sockets.Sent(*(value / seconds for value in (sent.bytes, sent.segments, sent.packets)))


def difference(before, after, seconds):
    if before is None or after is None:
        return None
    return tuple((new - old) / seconds for old, new in zip(before, after))


def print_table(windows):
    print("\n| new connections | measured, /s | member | segments/s | packets/s | bytes/s", end="")
    print(" | messages/s, its own count | bytes/s, its own count |\n|---|---|---|---|---|---|---|---|")
    for name, one in windows.items():
        for number, (sent, own) in enumerate(zip(one.sent, one.counters)):
            counted = "{:,.0f} | {:,.0f}".format(*own) if own else "- | -"
            print(
                f"| {name} | {one.sessions:,.0f} | m{number + 1} | {sent.segments:,.0f} "
                f"| {sent.packets:,.0f} | {sent.bytes:,.0f} | {counted} |"
            )
    print(flush=True)


def independent_of_rate(windows):
    _none, some, most = windows.values()
    figures = []
    for what in ("segments", "bytes"):
        few, many = (sum(getattr(sent, what) for sent in one.sent) for one in (some, most))
        figures.append(f"{few:,.0f} -> {many:,.0f} {what}/s")
    # Below the ceiling it depends on how many rows are the same again when their 50 ms are over.
    own = [messages for messages, _bytes in filter(None, most.counters)]
    passed = len(own) == SIZE and max(own) <= MOST_MESSAGES and most.sessions > some.sessions
    ceiling = f"at most {max(own, default=0):,.0f} messages/s of a member, ceiling {MOST_MESSAGES:.0f}"
    rates = f"{some.sessions:,.0f} -> {most.sessions:,.0f} connections/s"
    return passed, f"{rates}: {', '.join(figures)}; {ceiling}"
