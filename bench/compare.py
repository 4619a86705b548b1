#!/usr/bin/env python3
"""Compares layer-4 proxies: each on one core, the same load from another, in interleaved rounds.

Started by run.sh, which builds what it needs. Prints a Markdown table for each scenario; --out also
writes them into a document.
"""

import argparse
import os
import pathlib
import resource
import shlex
import sys

import garbage
import members
import offered
import proxies
import report
import scenarios
import syscalls
from proxies import Running
from rounds import interleave, progress, started
from scenarios import SCENARIOS

QUICK_PROXIES = "haproxy,haproxy-splice,fairlead-epoll"


def all_proxies():
    return proxies.known_proxies() | proxies.tls_proxies()


def parse_arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__.splitlines()[0])
    known = ",".join(SCENARIOS)
    parser.add_argument("--seconds", type=float, default=6, help="of each run; a quarter is warm-up")
    parser.add_argument("--rounds", type=int, default=5, help="of each scenario")
    parser.add_argument("--warm-up", type=float, default=15, help="seconds in each scenario for a JVM")
    parser.add_argument("--settle", type=float, default=30, help="seconds before idlecpu and cluster")
    parser.add_argument("--scenarios", help=known)
    parser.add_argument("--proxies")
    parser.add_argument("--idle-sessions", type=int, default=5000)
    parser.add_argument("--out", type=pathlib.Path, help="also write the tables into this document")
    parser.add_argument("--section", default="bench", help="its comments in that document")
    parser.add_argument("--quick", action="store_true", help="one short round of all: does it work?")
    arguments = parser.parse_args()
    names, some = scenarios.DEFAULT_SCENARIOS, ",".join(proxies.USUAL)
    if arguments.quick:
        arguments.seconds, arguments.rounds, arguments.warm_up = 1, 1, 1
        arguments.settle, arguments.idle_sessions = 1, 500
        names, some = SCENARIOS, QUICK_PROXIES
    arguments.scenarios = arguments.scenarios or ",".join(names)
    arguments.proxies = arguments.proxies or some
    return arguments


def choose(names, known, what):
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        raise SystemExit(f"unknown {what}: {', '.join(unknown)} (known: {', '.join(known)})")
    return [known[name] for name in names.split(",")]


def those_present(chosen):
    for proxy in chosen:
        if proxy.missing:
            print(f"without {proxy.name}: {proxy.missing}", file=sys.stderr)
    present = [proxy for proxy in chosen if not proxy.missing]
    if not present:
        raise SystemExit("no proxy to measure")
    return present


def measure_traffic(chosen, present, arguments):
    """The tables of all. All proxies run all the time, one is driven at a time."""
    lines = []
    with started(present, scenarios.PROXY_CORE) as running:
        for scenario in chosen:
            lines += measure_one(scenario, running, arguments)
    return lines


def measure_one(scenario, running, arguments):
    run = scenarios.run_flooded if scenario.is_flooded else scenarios.run
    results, remarks = interleave(scenario, running, arguments, run)
    if scenario.is_flooded:
        return report.flood_table(scenario, results) + report.remarks(remarks)
    remarks += report.wide_ranges(results)
    if scenario.is_bulk:
        splicing = [one for one in running if one.proxy.splices]
        remarks += [syscalls.splice_remark(one, scenario) for one in splicing]
    return [
        *report.traffic_table(scenario, results),
        *report.remarks(remarks),
        *report.foreign_work(results),
    ]


def measure_idle(scenario, present, arguments):
    """Each run has a fresh process that has relayed short sessions before."""
    is_plain = scenario.listener is None
    sessions = arguments.idle_sessions if is_plain else scenario.connections
    results = {proxy.name: [] for proxy in present}
    for number in range(min(arguments.rounds, 3)):
        progress(f"{scenario.name}: round {number + 1}")
        for proxy in present:
            running = Running(proxy, scenarios.PROXY_CORE)
            try:
                scenarios.run(running, scenario.warm_up(), arguments.warm_up)
                results[proxy.name].append(scenarios.run_idle(running, scenario, sessions))
            finally:
                running.stop()
    return report.idle_table(scenario, sessions, results)


# What is done for each kind of scenario but plain traffic, whose proxies are started once for all.
KINDS = {
    "idle": measure_idle,
    "cold": offered.measure_cold,
    "latency": offered.measure_latency,
    "garbage": garbage.measure_garbage,
    "idlecpu": members.measure_idlecpu,
    "start": members.measure_start,
    "cluster": members.measure_cluster,
}


def allow_many_sockets():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 1 << 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, 1 << 20), hard))


def describe_run(present):
    # Which they are is told by the versions below; their paths are this machine's affair.
    chosen = [name for name in ("HAPROXY", "HAPROXY_CMD", "FAIRLEAD_BEFORE", "JAVA") if name in os.environ]
    words = [f"{name}=..." for name in chosen]
    command = " ".join([*words, "bench/run.sh", *map(shlex.quote, sys.argv[1:])])
    lines = [f"Made by `{command}` on", "", *report.machine_facts()]
    for proxy in present:
        lines.append(f"- {proxy.name}: {proxies.version_of(proxy)}")
    if any(proxy.is_java for proxy in present):
        java = proxies.java_command()
        version = proxies.java_version(java[0])
        lines.append(f"- JVM: Java {version}, flags `{' '.join(java[1:])}`")
    return [*lines, ""]


def compare(chosen, known, arguments):
    """The lines of these scenarios, which are all in clear or all with TLS, as `known` is."""
    if not chosen:
        return []
    names = [name for name in arguments.proxies.split(",") if name in known]
    present = those_present([known[name] for name in names])
    lines = describe_run(present)
    traffic = [scenario for scenario in chosen if scenario.kind == "traffic"]
    if traffic:
        lines += measure_traffic(traffic, present, arguments)
    for scenario in chosen:
        if scenario.kind != "traffic":
            lines += KINDS[scenario.kind](scenario, present, arguments)
    return lines


def main():
    arguments = parse_arguments()
    chosen = choose(arguments.scenarios, SCENARIOS, "scenario")
    choose(arguments.proxies, all_proxies(), "proxy")
    allow_many_sockets()
    plain = [scenario for scenario in chosen if scenario.listener is None]
    tls = [scenario for scenario in chosen if scenario.listener is not None]
    lines = compare(plain, proxies.known_proxies(), arguments)
    lines += compare(tls, proxies.tls_proxies(), arguments)
    print("\n".join(lines))
    if arguments.out:
        report.write_section(arguments.out, arguments.section, lines)


if __name__ == "__main__":
    main()
