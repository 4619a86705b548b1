"""What is measured: the load of each scenario, one run of it, and the idle sessions' memory."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, replace

from proxies import FLOOD_BACKEND_PORT, OUT

LOAD = OUT / "load"
LOAD_CORE, PROXY_CORE = 0, 1
HELD_SECONDS = 60  # at most: idle sessions end when the memory has been read
SETTLE_SECONDS = 0.5  # in which a proxy ends the sessions of the run before


@dataclass(frozen=True)
class Scenario:
    """`mode`, the bytes of an exchange and `tls` are those of load.c.

    `listener` counts the ports of a proxy with TLS; None = a proxy in clear, which has one. `rate` is
    that of load.c, 0 = as much as goes. `kind` is what is done with the load: compare.py has them.
    """

    name: str
    title: str
    mode: str
    connections: int
    request_bytes: int = 100
    response_bytes: int = 100
    tls: str = None
    listener: int = None
    is_flooded: bool = False
    rate: int = 0
    kind: str = "traffic"

    @property
    def is_bulk(self):
        return self.mode in ("down", "up")

    @property
    def is_kept(self):
        """Whether its connections live as long as the run."""
        return self.is_bulk or self.mode in ("rr", "open-rr")

    @property
    def is_handshake(self):
        return self.tls is not None and self.mode == "connfin"

    def warm_up(self):
        """Short sessions through the same listener."""
        return replace(
            self, mode="connfin", connections=50, request_bytes=64, response_bytes=64, rate=0
        )

    def closed_loop(self):
        """The same load as fast as the answers come."""
        mode = self.mode.removeprefix("open-")
        connections = 50 if mode == "connfin" else self.connections
        return replace(self, mode=mode, connections=connections, rate=0)


IN_CLEAR, FULL_EC, FULL_RSA, TICKETS, FOR_FLOOD = range(5)
PACE = 500  # MB/s: a third of what the load generator gives on a machine of 2026
PACED = f"Bulk at {PACE} MB/s"
HANDSHAKE = "New connection, {} TLS 1.3 handshake, {}, 1 exchange"


SCENARIOS = {
    scenario.name: scenario
    for scenario in [
        Scenario("rr1", "Ping-pong, 100 bytes, 1 connection", "rr", 1),
        Scenario("rr10", "Ping-pong, 100 bytes, 10 connections", "rr", 10),
        Scenario("rr100", "Ping-pong, 100 bytes, 100 connections", "rr", 100),
        Scenario("rr1000", "Ping-pong, 100 bytes, 1,000 connections", "rr", 1000),
        Scenario("rr16k", "100 bytes there, 16 KiB back, 50 connections", "rr", 50, 100, 16384),
        Scenario("connfin", "New connection + 1 exchange, FIN close", "connfin", 50, 64, 64),
        Scenario("conn", "New connection + 1 exchange, RST close", "conn", 50, 64, 64),
        Scenario("down", "Bulk to the client, 8 streams", "down", 8),
        Scenario("up", "Bulk to the backend, 8 streams", "up", 8),
        Scenario("downpaced", f"{PACED} to the client, 8 streams", "down", 8, rate=PACE),
        Scenario("uppaced", f"{PACED} to the backend, 8 streams", "up", 8, rate=PACE),
        Scenario("idle", "Memory per idle session", "idle", 5000, kind="idle"),
        Scenario(
            "cold",
            "The first 10 s of a process: 2,500 new connections/s offered",
            *("open-connfin", 4000, 64, 64),
            rate=2500,
            kind="cold",
        ),
        Scenario(
            "coldrr",
            "The first 10 s of a process: 15,000 requests/s offered on 100 kept connections",
            *("open-rr", 100),
            rate=15000,
            kind="cold",
        ),
        Scenario(
            "latency",
            "Latency at half of HAProxy's rate, 100 bytes, 100 kept connections",
            *("open-rr", 100),
            kind="latency",
        ),
        Scenario(
            "latencyconn",
            "Latency at half of HAProxy's rate, new connection + 1 exchange, FIN close",
            *("open-connfin", 4000, 64, 64),
            kind="latency",
        ),
        Scenario("idlecpu", "CPU of an idle process", "connfin", 50, 64, 64, kind="idlecpu"),
        Scenario(
            "garbage",
            "Heap allocated by a new connection + 1 exchange, FIN close",
            *("connfin", 50, 64, 64),
            kind="garbage",
        ),
        Scenario("start", "From the start of the process to the first byte", "", 0, kind="start"),
        Scenario(
            "cluster",
            "New connection + 1 exchange, FIN close, at one of three members",
            *("connfin", 50, 64, 64),
            kind="cluster",
        ),
        Scenario(
            "tlsfull-ec",
            HANDSHAKE.format("full", "ECDSA P-256"),
            *("connfin", 50, 64, 64, "full", FULL_EC),
        ),
        Scenario(
            "tlsfull-rsa",
            HANDSHAKE.format("full", "RSA 2048"),
            *("connfin", 50, 64, 64, "full", FULL_RSA),
        ),
        Scenario(
            "tlsresumed",
            HANDSHAKE.format("resumed", "tickets"),
            *("connfin", 50, 64, 64, "resumed", TICKETS),
        ),
        Scenario(
            "tlsbulk",
            "Bulk to the client, TLS 1.3 with AES-128-GCM, 8 streams",
            *("down", 8, 0, 0, "full", TICKETS),
        ),
        Scenario(
            "tlsidle",
            "Memory per idle TLS session",
            *("idle", 1000, 1, 1, "full", TICKETS),
            kind="idle",
        ),
        Scenario(
            "tlsflood",
            "Ping-pong in clear beside full RSA handshakes, 1 connection",
            *("rr", 1, 100, 100, None, IN_CLEAR, True),
        ),
    ]
}
FLOOD = Scenario("flood", "", "connfin", 50, 64, 64, "full", FOR_FLOOD)
DEFAULT_SCENARIOS = ["rr100", "connfin", "conn", "down", "up", "idle"]


@dataclass(frozen=True)
class Result:
    """One run: `rate` in operations or MB a second, `cpu` in us per operation or s per GB."""

    rate: float
    cpu: float
    p50_us: float
    p99_us: float
    p999_us: float
    errors: int
    rss_bytes: int
    foreign: float  # share of the proxy's core that went to other work


@dataclass(frozen=True)
class IdleResult:
    """`heap_per_session` is what stays after a full collection; NaN = not known."""

    bytes_per_session: float
    heap_per_session: float
    rss_bytes: int
    errors: int


@dataclass(frozen=True)
class FloodResult:
    """The same load without and with a flood of `handshakes` a second."""

    quiet: Result
    flooded: Result
    handshakes: float

    @property
    def cpu(self):
        return self.quiet.cpu


def start_load(scenario, proxy, connections, seconds, settle_seconds=SETTLE_SECONDS):
    time.sleep(settle_seconds)
    backend_port, priority = proxy.backend_port, []
    if scenario is FLOOD:  # runs only while the other load, on the same core, waits
        backend_port, priority = FLOOD_BACKEND_PORT, ["chrt", "--idle", "0"]
    command = ["taskset", "-c", str(LOAD_CORE), *priority, str(LOAD), scenario.mode]
    command += [proxy.port + (scenario.listener or 0), backend_port, connections, seconds]
    command += [scenario.request_bytes, scenario.response_bytes]
    command += [scenario.rate, *([scenario.tls] if scenario.tls else [])]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)


def lines_of(load):
    """Its START line and its parsed report, each as soon as it is there."""
    if load.stdout.readline() != "START\n":
        raise RuntimeError(f"the load generator failed with exit code {load.wait()}")
    yield None
    report = json.loads(load.stdout.readline())
    yield report
    load.wait()


def run(running, scenario, seconds):
    """One measured run against a started proxy."""
    load = start_load(scenario, running.proxy, scenario.connections, seconds)
    lines = lines_of(load)
    next(lines)
    cpu_before, busy_before, started = running.cpu_seconds(), busy_seconds(), time.monotonic()
    report = next(lines)
    cpu = running.cpu_seconds() - cpu_before
    busy, elapsed = busy_seconds() - busy_before, time.monotonic() - started
    load.wait()
    amount = report["bytes"] / 1e9 if scenario.is_bulk else report["operations"]
    per = 1 if scenario.is_bulk else 1e6
    lost = scenario.connections - report["open"] if scenario.is_kept else 0
    return Result(
        rate=(report["bytes"] / 1e6 if scenario.is_bulk else amount) / report["seconds"],
        cpu=cpu * per / amount if amount else float("nan"),
        p50_us=report["p50_us"],
        p99_us=report["p99_us"],
        p999_us=report["p999_us"],
        errors=report["errors"] + max(0, lost),
        rss_bytes=running.rss_bytes(),
        foreign=max(0.0, busy - cpu) / elapsed,
    )


def run_flooded(running, scenario, seconds):
    """A run without the flood, and one that lies in the measured part of the flood."""
    quiet = run(running, scenario, seconds)
    length = (seconds + 2 * SETTLE_SECONDS) * 4 / 3
    flood = start_load(FLOOD, running.proxy, FLOOD.connections, length)
    lines = lines_of(flood)
    next(lines)
    flooded = run(running, scenario, seconds)
    report = next(lines)
    flood.wait()
    handshakes = report["operations"] / report["seconds"] if report["operations"] else 0
    errors = flooded.errors + report["errors"] + (handshakes == 0)  # no flood is no result
    return FloodResult(quiet, replace(flooded, errors=errors), handshakes)


def run_idle(running, scenario, sessions):
    """What `sessions` idle ones add to the memory of a proxy that has just been warmed up.

    The collections of a JVM change only its heap: it has a fixed size, and was touched before.
    """
    heap_before, before = running.live_heap_bytes(), running.rss_bytes()
    load = start_load(scenario, running.proxy, sessions, HELD_SECONDS)
    lines = lines_of(load)
    next(lines)
    time.sleep(1)
    heap, during = running.live_heap_bytes(), running.rss_bytes()
    if load.poll() is not None:
        raise RuntimeError("reading the memory took longer than the sessions stayed")
    load.terminate()
    report = next(lines)
    load.wait()
    return IdleResult(
        bytes_per_session=(during - before) / sessions,
        heap_per_session=(heap - heap_before) / sessions,
        rss_bytes=during,
        errors=report["errors"] + sessions - report["open"],
    )


def busy_seconds():
    """Time the proxy's core was not idle so far, whoever used it."""
    with open("/proc/stat") as stat:
        for line in stat:
            fields = line.split()
            if fields[0] == f"cpu{PROXY_CORE}":
                user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[1:9])
                ticks = user + nice + system + irq + softirq + steal
                return ticks / os.sysconf("SC_CLK_TCK")
    raise RuntimeError(f"this machine has no core {PROXY_CORE}")
