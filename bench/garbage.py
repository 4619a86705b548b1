"""What a JVM allocates for each operation, and what its collections cost; from its own log."""

import re
import subprocess
from dataclasses import dataclass, replace

import report
import scenarios
from proxies import OUT
from rounds import progress, started

# [2.345s][info][gc] GC(7) Pause Young (Allocation Failure) 19M->3M(61M) 1.234ms
PAUSE = re.compile(r"\] GC\(\d+\) Pause (\w+) (.*?) ?(\d+)M->(\d+)M\(\d+M\) ([\d.]+)ms")

# By a member before its first client.
ASKED_FOR = "(System.gc())"


@dataclass(frozen=True)
class Pause:
    full: bool
    freed_bytes: int
    ms: float


@dataclass(frozen=True)
class Garbage:
    """In one run; `full` are the full collections of the process that nobody has asked for."""

    bytes_each: float
    pauses: int
    longest_ms: float
    full: int
    errors: int


def pauses_of(log):
    return [
        Pause(
            kind == "Full" and ASKED_FOR not in why, (int(before) - int(after)) << 20, float(ms)
        )
        for kind, why, before, after, ms in PAUSE.findall(log.read_text())
    ]


def heap_bytes(one):
    """In use, garbage included."""
    command = ["jcmd", str(one.process.pid), "GC.heap_info"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    heap = text.split("Metaspace")[0]
    return sum(int(used) << 10 for used in re.findall(r"total \d+K, used (\d+)K", heap))


def measure_garbage(scenario, present, arguments):
    results = {}
    for proxy in (proxy for proxy in present if proxy.is_java):
        log = OUT / f"{proxy.name}.gc"
        log.unlink(missing_ok=True)
        command = [proxy.command[0], f"-Xlog:gc:file={log}", *proxy.command[1:]]
        with started([replace(proxy, command=command)], scenarios.PROXY_CORE) as (one,):
            progress(f"{scenario.name}: {proxy.name}")
            scenarios.run(one, scenario, arguments.warm_up)
            runs = [one_run(one, scenario, arguments.seconds, log) for _ in range(arguments.rounds)]
        results[proxy.name] = runs
    return garbage_table(scenario, results)


def one_run(one, scenario, seconds, log):
    load = scenarios.start_load(scenario, one.proxy, scenario.connections, seconds)
    lines = scenarios.lines_of(load)
    next(lines)
    used, before = heap_bytes(one), len(pauses_of(log))
    found = next(lines)
    pauses = pauses_of(log)
    allocated = heap_bytes(one) - used + sum(pause.freed_bytes for pause in pauses[before:])
    load.wait()
    return Garbage(
        bytes_each=allocated / found["operations"] if found["operations"] else float("nan"),
        pauses=len(pauses) - before,
        longest_ms=max((pause.ms for pause in pauses[before:]), default=0.0),
        full=sum(pause.full for pause in pauses),
        errors=found["errors"],
    )


def garbage_table(scenario, results):
    header = ["proxy", "bytes allocated by one (range)", "collections (range)"]
    header += ["longest pause ms (range)", "full collections not asked for", "errors"]
    rows = [
        [
            name,
            report.spread(runs, "bytes_each", ",.0f"),
            report.spread(runs, "pauses", ",.0f"),
            report.spread(runs, "longest_ms", ".1f"),
            str(runs[-1].full),
            report.errors_of(runs),
        ]
        for name, runs in results.items()
    ]
    return [f"### {scenario.title} (`{scenario.name}`)", "", *report.table(header, rows), ""]
