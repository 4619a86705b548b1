#!/usr/bin/env python3
"""Starts the members of one cluster, mostly three, and shows that they act as one.

Prints a line for each check, and the tables of docs/cluster.md, and exits with 1 if a bound was
broken. JAVA and FAIRLEAD_JAR choose others; HAPROXY and HAPROXY_CMD the HAProxy compared with.
"""

import argparse
import pathlib
import shutil
import signal
import subprocess
import sys

from acceptance.checks import Checks, allow_many_sockets, jar_command, problems_of
from clustered.even import check_even
from clustered.health import check_health
from clustered.late import check_late
from clustered.limits import check_limits
from clustered.push import check_push
from clustered.wire import check_wire

BENCH = pathlib.Path(__file__).resolve().parent
LOAD = BENCH / "out" / "load"
PARTS = ["even", "late", "wire", "push", "health", "limits"]
PROGRAMS = {"wire": {"gcc": "gcc", "ss": "iproute2"}}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=[*PARTS, "all"], default="all")
    return parser.parse_args()


def what_is_missing(command, parts):
    problems = problems_of(command)
    for part in parts:
        for program, package in PROGRAMS.get(part, {}).items():
            if not shutil.which(program):
                problems.append(f"no {program}: apt-get install {package}")
    return problems


def build_load():
    LOAD.parent.mkdir(exist_ok=True)
    source = BENCH / "load.c"
    subprocess.run(["gcc", "-O2", "-Wall", "-o", str(LOAD), str(source)], check=True)
    return str(LOAD)


def main():
    arguments = parse_arguments()
    parts = PARTS if arguments.part == "all" else [arguments.part]
    command = jar_command()
    problems = what_is_missing(command, parts)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    allow_many_sockets()
    # As an exception, so that members are ended and rules of the firewall are taken away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    checks = Checks()
    run = {
        "even": lambda: check_even(checks, command),
        "late": lambda: check_late(checks, command),
        "health": lambda: check_health(checks, command),
        "wire": lambda: check_wire(checks, command, build_load()),
        "push": lambda: check_push(checks, command),
        "limits": lambda: check_limits(checks, command),
    }
    for part in parts:
        try:
            run[part]()
        except Exception as problem:
            checks.record(part, "start", False, f"{type(problem).__name__}: {problem}")
    return checks.exit_code()


if __name__ == "__main__":
    sys.exit(main())
