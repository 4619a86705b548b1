"""What a process costs that serves nobody, how soon it serves, and what being one of three costs."""

import contextlib
import http.client
import json
import socket
import time
from dataclasses import dataclass, replace

import proxies
import report
import scenarios
from clustered.echo import EchoServer
from proxies import BACKEND_PORT, Running
from rounds import interleave, progress, started

SIZE = 3
JOIN_SECONDS = 60
START_ROUNDS = 5  # at least: the start of a process differs more than a load
ALONE, ONE_OF_THREE = "alone", "one of three"


@dataclass(frozen=True)
class IdleCpu:
    """A second of a process without clients."""

    cpu_ms: float
    switches: float


@dataclass(frozen=True)
class Start:
    seconds: float
    cpu_seconds: float


class Echo(EchoServer):
    """The backend of `start`; it costs the proxy's core nothing, being a thread of this process."""

    def __init__(self):
        super().__init__()
        acceptor = socket.create_server(("127.0.0.1", BACKEND_PORT))
        acceptor.setblocking(False)
        self._acceptor = acceptor
        self._selector.register(acceptor, 1)
        self._thread.start()

    def _serve(self, keys):
        for key in keys:
            if key.fileobj is self._acceptor:
                self._accept(self._acceptor)
            else:
                self._answer(key)


def relays(port):
    """Whether a byte comes back through it."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(b"x")
            return client.recv(1) == b"x"
    except OSError:
        return False


def members_known_to(number):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", proxies.admin_port(number), timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/api/v1/members", headers={"Connection": "close"})
            return len(json.loads(connection.getresponse().read())["members"])
    except (OSError, http.client.HTTPException):
        return 0


def wait_for_members(numbers, size):
    until = time.monotonic() + JOIN_SECONDS
    while any(members_known_to(number) != size for number in numbers):
        if time.monotonic() > until:
            raise RuntimeError(f"no cluster of {size} members within {JOIN_SECONDS} s")
        time.sleep(0.05)


@contextlib.contextmanager
def two_members(build):
    """Members 1 and 2 of three, on the core of the load."""
    others = [proxies.fairlead_member(build, number) for number in (1, 2)]
    with started(others, scenarios.LOAD_CORE):
        wait_for_members((1, 2), 2)
        yield


@contextlib.contextmanager
def third_of_three(build):
    """Member 3, on the proxy's core, after all three know each other."""
    with two_members(build), started(
        [proxies.fairlead_member(build, SIZE)], scenarios.PROXY_CORE
    ) as third:
        wait_for_members((1, 2, SIZE), SIZE)
        yield third[0]


def settle(scenario, arguments):
    progress(f"{scenario.name}: {arguments.settle:g} s to settle")
    time.sleep(arguments.settle)


def measure_idlecpu(scenario, present, arguments):
    results = {}
    for proxy in present:
        with started([proxy], scenarios.PROXY_CORE) as (one,):
            results[proxy.name, ALONE] = idle_windows(one, scenario, arguments)
    for proxy in (proxy for proxy in present if proxy.build):
        with third_of_three(proxy.build) as one:
            results[proxy.name, ONE_OF_THREE] = idle_windows(one, scenario, arguments)
    return idlecpu_table(scenario, results)


def idle_windows(one, scenario, arguments):
    """After it has served some, so that what it does when nobody is there has its usual form."""
    scenarios.run(one, scenario, arguments.warm_up)
    settle(scenario, arguments)
    return [idle_window(one, arguments.seconds) for _ in range(max(2, arguments.rounds))]


def idle_window(one, seconds):
    began, cpu, switches = time.monotonic(), one.cpu_seconds(), one.voluntary_switches()
    time.sleep(seconds)
    cpu, switches = one.cpu_seconds() - cpu, one.voluntary_switches() - switches
    elapsed = time.monotonic() - began
    return IdleCpu(1000 * cpu / elapsed, switches / elapsed)


def idlecpu_table(scenario, results):
    header = ["proxy", "", "CPU ms/s (range)", "voluntary context switches/s (range)"]
    rows = [
        [*key, report.spread(runs, "cpu_ms", ".2f"), report.spread(runs, "switches", ",.0f")]
        for key, runs in results.items()
    ]
    remarks = [
        f"{name}, {how}, was not settled: its last two windows differ by {difference:.0%}."
        for (name, how), runs in results.items()
        if (difference := report.difference(runs, "cpu_ms")) > 0.1
    ]
    title = f"### {scenario.title} (`{scenario.name}`)"
    return [title, "", *report.table(header, rows), "", *report.remarks(remarks)]


def measure_start(scenario, present, arguments):
    rounds = 1 if arguments.quick else max(START_ROUNDS, arguments.rounds)
    results = {(proxy.name, ALONE): [] for proxy in present}
    with Echo():
        for number in range(rounds):
            progress(f"{scenario.name}: round {number + 1} of {rounds}")
            for proxy in present:
                results[proxy.name, ALONE].append(first_byte(proxy))
        for proxy in (proxy for proxy in present if proxy.build):
            results[proxy.name, "joining two"] = joins(scenario, proxy.build, rounds)
    return start_table(scenario, results)


def first_byte(proxy):
    running = Running(proxy, scenarios.PROXY_CORE, relays, poll_seconds=0.002)
    try:
        return Start(running.start_seconds, running.cpu_seconds())
    finally:
        running.stop()


def joins(scenario, build, rounds):
    third, starts = proxies.fairlead_member(build, SIZE), []
    with two_members(build):
        for number in range(rounds):
            progress(f"{scenario.name}: joining, round {number + 1} of {rounds}")
            starts.append(first_byte(third))
            wait_for_members((1, 2), 2)
    return starts


def start_table(scenario, results):
    header = ["proxy", "", "seconds (range)", "CPU seconds (range)"]
    rows = [
        [*key, report.spread(runs, "seconds", ".3f"), report.spread(runs, "cpu_seconds", ".3f")]
        for key, runs in results.items()
    ]
    return [f"### {scenario.title} (`{scenario.name}`)", "", *report.table(header, rows), ""]


def measure_cluster(scenario, present, arguments):
    """A lone member and one of three take turns; the other two have the core of the load."""
    lines = []
    for proxy in (proxy for proxy in present if proxy.build):
        with third_of_three(proxy.build) as third, started(
            [replace(proxy, name=ALONE)], scenarios.PROXY_CORE
        ) as (lone,):
            third.proxy = replace(third.proxy, name=ONE_OF_THREE)
            settle(scenario, arguments)
            results, remarks = interleave(scenario, [lone, third], arguments)
        titled = replace(scenario, title=f"{scenario.title}, {proxy.name}")
        lines += report.traffic_table(titled, results, ALONE)
        lines += report.remarks(remarks) + report.foreign_work(results)
    return lines
