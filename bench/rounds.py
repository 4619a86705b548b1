"""Interleaved rounds of one load through several running proxies, and the warm-up before them."""

import contextlib
import math
import sys

import scenarios
from proxies import Running

# Two runs in a row that differ by no more: the proxy is warm. A lower value needs a quieter machine.
AGREEMENT = 0.1
MOST_WARM_UPS = 6  # further runs, each as long as a measured one; more give a JVM on a busy core more time


def progress(text):
    print(f"... {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def started(proxies, core):
    """All of them, running; what has been started is stopped at the end, also after a problem."""
    with contextlib.ExitStack() as stack:
        running = []
        for proxy in proxies:
            running.append(Running(proxy, core))
            stack.callback(running[-1].stop)
        yield running


def warm_up(one, scenario, run, arguments):
    """Until the CPU of two runs agrees; the share by which the last two differ where it does not.

    NaN = one of these served nothing at all.
    """
    progress(f"{scenario.name}: warming up {one.proxy.name}")
    before = run(one, scenario, arguments.warm_up).cpu
    difference = 0.0
    for _ in range(1 if arguments.quick else MOST_WARM_UPS):
        cpu = run(one, scenario, arguments.seconds).cpu
        difference = abs(cpu / before - 1)
        if difference <= AGREEMENT:
            return None
        before = cpu
    return difference


def unsettled(one, difference):
    if math.isnan(difference):
        return f"{one.proxy.name} was not settled: it served nothing in a run of its warm-up."
    return f"{one.proxy.name} was not settled: its last two warm-up runs differ by {difference:.0%}."


def interleave(scenario, running, arguments, run=scenarios.run):
    """Proxy name -> its results, and sentences about what was not as it should be."""
    results, remarks = {one.proxy.name: [] for one in running}, []
    for one in running:
        if one.proxy.is_java:
            difference = warm_up(one, scenario, run, arguments)
            remarks += [] if difference is None else [unsettled(one, difference)]
    for number in range(arguments.rounds):
        progress(f"{scenario.name}: round {number + 1} of {arguments.rounds}")
        for one in running:
            results[one.proxy.name].append(run(one, scenario, arguments.seconds))
    return results, remarks
