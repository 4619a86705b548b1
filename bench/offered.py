"""Open loops: what a process serves from its first accept on, and latency at an equal, moderate rate."""

import json
import math
import statistics
import time
from dataclasses import dataclass, replace

import report
import scenarios
from proxies import Running
from rounds import interleave, progress, started

COLD_SECONDS, QUICK_SECONDS = 10, 3
LISTEN = "0A"  # this state in /proc/net/tcp


@dataclass(frozen=True)
class Second:
    """What was served in one second of a process's life, and how late that was; NaN = nothing was."""

    served: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Cold:
    seconds: list
    errors: int
    foreign: float  # share of the proxy's core that went to other work


def listens(port):
    """Told by the kernel: a connection to ask for it would be the first that the process accepts."""
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(file) as sockets:
            for line in sockets:
                _number, local, _remote, state, *_ = line.split()
                if state == LISTEN and local.endswith(f":{port:04X}"):
                    return True
    return False


def measure_cold(scenario, present, arguments):
    results = {proxy.name: [] for proxy in present}
    for number in range(arguments.rounds):
        progress(f"{scenario.name}: round {number + 1} of {arguments.rounds}")
        for proxy in present:
            results[proxy.name].append(first_seconds(scenario, proxy, arguments))
    return cold_table(scenario, results) + report.foreign_work(results)


def first_seconds(scenario, proxy, arguments):
    seconds = QUICK_SECONDS if arguments.quick else COLD_SECONDS
    running = Running(proxy, scenarios.PROXY_CORE, listens, poll_seconds=0.002)
    try:
        cpu, busy, began = running.cpu_seconds(), scenarios.busy_seconds(), time.monotonic()
        load = scenarios.start_load(scenario, proxy, scenario.connections, seconds, 0)
        found = json.loads(load.communicate()[0].splitlines()[-1])
        others = scenarios.busy_seconds() - busy - (running.cpu_seconds() - cpu)
        foreign = max(0.0, others) / (time.monotonic() - began)
    finally:
        running.stop()
    return Cold([second_of(one) for one in found["each"]], found["errors"], foreign)


def second_of(found):
    if found["served"] == 0:
        return Second(0, math.nan, math.nan)
    return Second(found["served"], found["p50_us"] / 1000, found["p99_us"] / 1000)


def cold_table(scenario, results):
    header = ["proxy", "second", "served (range)", "p50 ms (range)", "p99 ms (range)", "errors"]
    rows = []
    for name, runs in results.items():
        for number, seconds in enumerate(zip(*(run.seconds for run in runs)), 1):
            row = [name, str(number), report.spread(seconds, "served", ",.0f")]
            row += [report.spread(seconds, field, ",.1f") for field in ("p50_ms", "p99_ms")]
            rows.append([*row, report.errors_of(runs) if number == 1 else ""])
    return [f"### {scenario.title} (`{scenario.name}`)", "", *report.table(header, rows), ""]


def measure_latency(scenario, present, arguments):
    """The rate is half of what HAProxy, or else the first proxy, gives to the same load in a closed loop."""
    first = next((one for one in present if one.name == report.BASELINE), present[0])
    with started(present, scenarios.PROXY_CORE) as running:
        closed, remarks = interleave(scenario.closed_loop(), running, arguments)
        rate = int(statistics.median(one.rate for one in closed[first.name]) / 2)
        offered = replace(scenario, rate=rate)
        results = {one.proxy.name: [] for one in running}
        for number in range(arguments.rounds):
            progress(f"{scenario.name}: {rate:,}/s, round {number + 1} of {arguments.rounds}")
            for one in running:
                results[one.proxy.name].append(scenarios.run(one, offered, arguments.seconds))
    table = latency_table(offered, first.name, results)
    return table + report.remarks(remarks) + report.foreign_work(results)


def latency_table(scenario, first, results):
    fields = {"p50_us": "p50 us", "p99_us": "p99 us", "p999_us": "p99.9 us"}
    header = ["proxy", "served/s (range)", *(f"{title} (range)" for title in fields.values())]
    header += ["p99.9 to HAProxy's (range)", "errors"]
    rows = []
    for name, runs in results.items():
        row = [name, report.spread(runs, "rate", ",.0f")]
        row += [report.spread(runs, field, ",.0f") for field in fields]
        row += [report.ratio(runs, results.get(report.BASELINE), "p999_us")]
        rows.append([*row, report.errors_of(runs)])
    offered = f"Offered: {scenario.rate:,}/s, half of what {first} gives in a closed loop."
    title = f"### {scenario.title} (`{scenario.name}`)"
    return [title, "", offered, "", *report.table(header, rows), ""]
