"""What is measured: the load of each scenario, one run of it, and the idle sessions' memory."""

import json
import os
import subprocess
import time
from dataclasses import dataclass

from proxies import BACKEND_PORT, OUT

LOAD = OUT / "load"
LOAD_CORE, PROXY_CORE = 0, 1
SETTLE_SECONDS = 0.5  # in which a proxy ends the sessions of the run before


@dataclass(frozen=True)
class Scenario:
    """`mode` and the bytes of an exchange are those of load.c."""

    name: str
    title: str
    mode: str
    connections: int
    request_bytes: int = 100
    response_bytes: int = 100

    @property
    def is_bulk(self):
        return self.mode in ("down", "up")


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
        Scenario("idle", "Memory per idle session", "idle", 5000),
    ]
}
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
    bytes_per_session: float
    rss_bytes: int
    errors: int


def start_load(scenario, port, connections, seconds):
    time.sleep(SETTLE_SECONDS)
    command = ["taskset", "-c", str(LOAD_CORE), str(LOAD), scenario.mode, str(port)]
    command += [BACKEND_PORT, connections, seconds, scenario.request_bytes, scenario.response_bytes]
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
    load = start_load(scenario, running.proxy.port, scenario.connections, seconds)
    lines = lines_of(load)
    next(lines)
    cpu_before, busy_before, started = running.cpu_seconds(), busy_seconds(), time.monotonic()
    report = next(lines)
    cpu = running.cpu_seconds() - cpu_before
    busy, elapsed = busy_seconds() - busy_before, time.monotonic() - started
    load.wait()
    amount = report["bytes"] / 1e9 if scenario.is_bulk else report["operations"]
    per = 1 if scenario.is_bulk else 1e6
    lost = scenario.connections - report["open"] if scenario.mode in ("rr", "down", "up") else 0
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


def run_idle(running, sessions):
    """What `sessions` idle ones add to the memory of a proxy that has just been warmed up."""
    before = running.rss_bytes()
    load = start_load(SCENARIOS["idle"], running.proxy.port, sessions, 2)
    lines = lines_of(load)
    next(lines)
    time.sleep(1)
    during = running.rss_bytes()
    report = next(lines)
    load.wait()
    missing = sessions - report["open"]
    return IdleResult((during - before) / sessions, during, report["errors"] + missing)


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
