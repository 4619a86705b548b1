#!/usr/bin/env python3
"""Runs the built jar as its users will: real servers, a gibibyte each way, sessions by the thousand.

Prints a line for each check and exits with 1 if one was missed. Needs redis-server, redis-tools,
postgresql and an open-files limit above four times --batch. JAVA and FAIRLEAD_JAR choose others.
"""

import argparse
import sys

from acceptance import endings, traffic
from acceptance.checks import Checks, allow_many_sockets, jar_command, problems_of


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transports", default="epoll,io_uring,nio")
    parser.add_argument("--parts", default="traffic,endings")
    parser.add_argument("--sessions", type=int, default=10_000, help="for each ending")
    parser.add_argument("--batch", type=int, default=2_000, help="sessions at once")
    parser.add_argument("--size", type=int, default=2**30, help="bytes each way in bulk")
    return parser.parse_args()


def what_is_missing(command, parts):
    problems = problems_of(command)
    packages = traffic.missing_programs() if "traffic" in parts else []
    if packages:
        problems.append(f"missing programs: apt-get install {' '.join(packages)}")
    return problems


def main():
    arguments = parse_arguments()
    parts = arguments.parts.split(",")
    command = jar_command()
    problems = what_is_missing(command, parts)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    allow_many_sockets()
    checks = Checks()
    for transport in arguments.transports.split(","):
        if "traffic" in parts:
            traffic.check_traffic(checks, command, transport, arguments.size)
        if "endings" in parts:
            amounts = arguments.sessions, arguments.batch
            endings.check_endings(checks, command, transport, *amounts)
    return checks.exit_code()


if __name__ == "__main__":
    sys.exit(main())
