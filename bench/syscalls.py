#!/usr/bin/env python3
"""Counts system calls with strace: of a connection, and whether a proxy that should splice does so.

As a program it starts the built jar and exits with 1 when a connection takes more calls than LIMITS, with
77 when it can't count here. A count does not depend on how fast the machine is. JAVA and FAIRLEAD_JAR
choose others.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace

import proxies
import scenarios
from acceptance.member import free_port
from proxies import Running

# Calls of one connection through Fairlead on epoll: what was measured, rounded up.
LIMITS = {"connfin": 19, "conn": 18}
# Those that serve sockets. A JVM does others as well: for its compilers, its collector and, in some
# virtual machines, for the time of day; they are no part of a connection.
OF_SOCKETS = set(
    "socket connect accept accept4 bind listen shutdown close getsockname getpeername getsockopt setsockopt"
    " recvfrom recvmsg recvmmsg read readv sendto sendmsg sendmmsg write writev sendfile splice pipe2"
    " epoll_ctl epoll_wait epoll_pwait epoll_pwait2 fcntl ioctl io_uring_enter".split()
)
COPYING = ("recvfrom", "recvmsg", "read", "readv")
ATTACH_SECONDS = 20
SHORT_SECONDS, LONG_SECONDS = 2, 6
LEAST_CONNECTIONS = 300  # between both runs; with fewer, what is once in a while would weigh too much
TRIES = 4


EXCEEDED, NOT_COUNTED = 1, 77


def why_no_trace():
    """None = strace can count here."""
    if not shutil.which("strace"):
        return "no strace: apt-get install strace"
    done = subprocess.run(["strace", "-c", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return f"strace may not trace here: {done.stderr.strip()}" if done.returncode else None


class Counting:
    """Counts from entering the `with`, where all threads are traced, to its end; then `calls` are there."""

    def __init__(self, running):
        self._pids = proxies.process_tree(running.process.pid)
        self.calls, self.accepted = {}, 0

    def __enter__(self):
        handle, self._file = tempfile.mkstemp()
        os.close(handle)
        pids = [word for pid in self._pids for word in ("-p", str(pid))]
        self._strace = subprocess.Popen(
            ["strace", "-c", "-f", "-q", "-o", self._file, *pids],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + ATTACH_SECONDS
        while not all(is_traced(pid) for pid in self._pids):
            if time.monotonic() > until or self._strace.poll() is not None:
                self._end()
                raise RuntimeError("strace could not attach")
            time.sleep(0.02)
        return self

    def __exit__(self, *_problem):
        self._end()

    def _end(self):
        self._strace.send_signal(signal.SIGINT)
        self._strace.wait()
        text = pathlib.Path(self._file).read_text()
        os.unlink(self._file)
        for fields in map(str.split, text.splitlines()):
            if len(fields) in (5, 6) and fields[3].isdigit() and fields[-1] != "total":
                self.calls[fields[-1]] = int(fields[3])
                if fields[-1] in ("accept", "accept4"):  # without those that found nobody
                    self.accepted += int(fields[3]) - (int(fields[4]) if len(fields) == 6 else 0)


def is_traced(pid):
    for thread in proxies.threads(pid):
        try:
            status = pathlib.Path(f"/proc/{pid}/task/{thread}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that just ended
        if "TracerPid:\t0\n" in status:
            return False
    return True


def splice_remark(running, scenario):
    """A sentence about what moves the bytes of this load: only strace can tell, not the configuration."""
    name, missing = running.proxy.name, why_no_trace()
    if missing:
        return f"Not checked whether {name} splices: {missing}."
    load = scenarios.start_load(scenario, running.proxy, scenario.connections, 3)
    with contextlib.closing(load.stdout):
        load.stdout.readline()
        with Counting(running) as counting:
            time.sleep(1)
        load.stdout.read()
    load.wait()
    splices = counting.calls.get("splice", 0)
    copies = sum(counting.calls.get(name, 0) for name in COPYING)
    if splices + copies == 0:
        return f"Not checked whether {name} splices: nothing went through it in that second."
    if splices <= copies:
        return f"**{name} does not splice**: {splices:,} calls of splice in a second, {copies:,} that copy."
    return f"{name} splices: {splices:,} calls of splice in a second, {copies:,} that copy (strace)."


def count_run(running, scenario, seconds):
    """Connections that the proxy accepted in a run, and its calls from before the first to after the last."""
    with Counting(running) as counting:
        load = scenarios.start_load(scenario, running.proxy, scenario.connections, seconds)
        lines = scenarios.lines_of(load)
        next(lines)
        errors = next(lines)["errors"]
        load.wait()
        time.sleep(scenarios.SETTLE_SECONDS)
    if errors:
        raise RuntimeError(f"{errors} errors of the load")
    return counting.accepted, counting.calls


def calls_per_connection(running, scenario):
    """Call -> how many of it a connection takes.

    The difference of two runs, so that what a process does once and at the end is not in it.
    """
    seconds = LONG_SECONDS
    for _ in range(TRIES):
        few, before = count_run(running, scenario, SHORT_SECONDS)
        many, after = count_run(running, scenario, seconds)
        if many - few >= LEAST_CONNECTIONS:
            names = OF_SOCKETS & after.keys()
            return {name: (after[name] - before.get(name, 0)) / (many - few) for name in names}
        seconds *= 2
    raise RuntimeError(f"only {many - few} connections in {seconds / 2:g} s: too busy a machine")


def measure(proxy, names):
    """Scenario name -> its calls, of one process that has been warmed up."""
    running = Running(proxy, scenarios.PROXY_CORE)
    try:
        for name in names:
            scenarios.run(running, scenarios.SCENARIOS[name], 3)
            yield name, calls_per_connection(running, scenarios.SCENARIOS[name])
    finally:
        running.stop()


def at_free_ports():
    """Fairlead on epoll beside whatever has the ports of the comparison."""
    port, backend_port = free_port(), free_port()
    proxy = proxies.fairlead("epoll", port, proxies.Build())
    more = ["--set", f"pools[0].backends[0].port={backend_port}"]
    return replace(proxy, command=[*proxy.command, *more], backend_port=backend_port)


def build_load():
    proxies.OUT.mkdir(exist_ok=True)
    source = proxies.BENCH / "load.c"
    subprocess.run(["gcc", "-O2", "-Wall", "-o", str(scenarios.LOAD), str(source)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--proxies", default="fairlead-epoll", help="others are only counted")
    known = {**proxies.known_proxies(), "fairlead-epoll": at_free_ports()}
    chosen = [known[name] for name in parser.parse_args().proxies.split(",")]
    problems = [text for text in (why_no_trace(), *(proxy.missing for proxy in chosen)) if text]
    problems += [] if shutil.which("gcc") else ["no gcc: apt-get install gcc libc6-dev"]
    problems += [] if os.cpu_count() >= 2 else ["one core: it needs one for the load, one for the proxy"]
    if problems:
        print("system calls are not counted:", *problems, sep="\n", file=sys.stderr)
        return NOT_COUNTED
    build_load()
    exceeded = False
    for proxy in chosen:
        for name, calls in measure(proxy, LIMITS):
            total = sum(calls.values())
            limit = LIMITS[name] if proxy.name == "fairlead-epoll" else float("inf")
            verdict = "ok  " if total <= limit else "MISS"
            exceeded |= total > limit
            print(f"{verdict}  {proxy.name:15} {name:8} {total:.1f} calls a connection, at most {limit}")
            listed = sorted(calls.items(), key=lambda item: -item[1])
            print("      " + ", ".join(f"{call} {count:.2f}" for call, count in listed if count >= 0.05))
    return EXCEEDED if exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
