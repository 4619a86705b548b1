#!/usr/bin/env python3
"""Runs the image as docs/deploy.md says, with 256 MiB and two CPUs, and shows what it does there.

Prints a line for each check and exits with 1 if a bound was broken. Needs a Docker engine and the
image, which IMAGE names; FAIRLEAD_NETWORK and FAIRLEAD_SUBNET give its network another name and subnet.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

from acceptance.checks import Checks, allow_many_sockets
from contained.endure import check_endure
from contained.engine import Network
from contained.hold import check_hold
from contained.start import check_start

PARTS = ["start", "hold", "endure"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--rounds", type=int, default=5, help="starts of which the median is told")
    parser.add_argument("--minutes", type=float, default=10, help="how long sessions are held")
    parser.add_argument("--no-sysctls", dest="sysctls", action="store_false", help="hold without")
    return parser.parse_args()


def what_is_missing(image):
    if not shutil.which("docker"):
        return "no docker: install it"
    done = subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False)
    if done.returncode:
        return f"no engine, or no image {image}: docker build -t {image} ."
    return None


def main():
    arguments = parse_arguments()
    image = os.environ.get("IMAGE", "fairlead:0.1.0")
    problem = what_is_missing(image)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    checks = Checks()
    allow_many_sockets()
    run = {
        "start": lambda directory: check_start(checks, image, directory, arguments.rounds),
        "hold": lambda directory: check_hold(checks, image, directory, arguments.minutes, arguments.sysctls),
        "endure": lambda directory: check_endure(checks, image, directory),
    }
    for part in PARTS if arguments.part == "all" else [arguments.part]:
        try:
            with tempfile.TemporaryDirectory() as directory, Network():
                os.chmod(directory, 0o755)
                run[part](directory)
        except Exception as problem:
            checks.record(part, "run", False, f"{type(problem).__name__}: {problem}")
    return checks.exit_code()


if __name__ == "__main__":
    sys.exit(main())
