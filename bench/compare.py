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

import proxies
import report
import scenarios
from proxies import Running
from scenarios import SCENARIOS


def all_proxies():
    return proxies.known_proxies() | proxies.tls_proxies()


def parse_arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__.splitlines()[0])
    known = ",".join(SCENARIOS)
    parser.add_argument("--seconds", type=float, default=6, help="of each run; a quarter is warm-up")
    parser.add_argument("--rounds", type=int, default=5, help="of each scenario")
    parser.add_argument("--warm-up", type=float, default=15, help="seconds in each scenario for a JVM")
    parser.add_argument("--scenarios", default=",".join(scenarios.DEFAULT_SCENARIOS), help=known)
    parser.add_argument("--proxies", default=",".join(all_proxies()))
    parser.add_argument("--idle-sessions", type=int, default=5000)
    parser.add_argument("--out", type=pathlib.Path, help="also write the tables into this document")
    parser.add_argument("--section", default="bench", help="its comments in that document")
    parser.add_argument("--quick", action="store_true", help="one short round: does it all work?")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.rounds, arguments.warm_up = 1, 1, 1
        arguments.idle_sessions = 500
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


def progress(text):
    print(f"... {text}", file=sys.stderr, flush=True)


def measure_traffic(chosen, present, arguments):
    """Scenario -> proxy name -> its runs. All proxies run all the time, one is driven at a time."""
    results = {scenario: {proxy.name: [] for proxy in present} for scenario in chosen}
    running = []
    try:
        for proxy in present:
            running.append(Running(proxy, scenarios.PROXY_CORE))
        for scenario in chosen:
            run = scenarios.run_flooded if scenario.is_flooded else scenarios.run
            for one in running:
                if one.proxy.is_java:
                    progress(f"{scenario.name}: warming up {one.proxy.name}")
                    run(one, scenario, arguments.warm_up)
            for number in range(arguments.rounds):
                progress(f"{scenario.name}: round {number + 1} of {arguments.rounds}")
                for one in running:
                    result = run(one, scenario, arguments.seconds)
                    results[scenario][one.proxy.name].append(result)
    finally:
        for one in running:
            one.stop()
    return results


def measure_idle(scenario, sessions, present, arguments):
    """Proxy name -> its runs, each with a fresh process that has relayed short sessions before."""
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
    return results


def allow_many_sockets():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 1 << 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, 1 << 20), hard))


def describe_run(present):
    # Which they are is told by the versions below; their paths are this machine's affair.
    chosen = [name for name in ("HAPROXY", "HAPROXY_CMD", "JAVA") if name in os.environ]
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
    traffic = [scenario for scenario in chosen if scenario.mode != "idle"]
    if traffic:
        for scenario, results in measure_traffic(traffic, present, arguments).items():
            if scenario.is_flooded:
                lines += report.flood_table(scenario, results)
            else:
                lines += report.traffic_table(scenario, results) + report.foreign_work(results)
    for scenario in chosen:
        if scenario.mode == "idle":
            is_plain = scenario.listener is None
            sessions = arguments.idle_sessions if is_plain else scenario.connections
            results = measure_idle(scenario, sessions, present, arguments)
            lines += report.idle_table(scenario, sessions, results)
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
