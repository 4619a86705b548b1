"""How long a container takes until the first byte is relayed, and what memory it takes idle."""

import socket
import statistics
import time

from contained.engine import (
    GATEWAY,
    Container,
    configuration,
    cpu_seconds,
    memory_mib,
)
from contained.traffic import Echo

ALONE_SECONDS, JOINING_SECONDS = 1.0, 1.5
ALONE_MIB, CLUSTERED_MIB = 110, 150
IDLE_SECONDS = 10


def check_start(checks, image, directory, rounds):
    with Echo(GATEWAY) as echo:
        backends = [{"host": GATEWAY, "port": echo.port}]
        alone = [first_byte(image, 3, configuration(backends), directory) for _ in range(rounds)]
        others = [
            start(image, number, configuration(backends, [1, 2, 3]), directory) for number in (1, 2)
        ]
        for other in others:
            relayed(other)
        joining = [
            first_byte(image, 3, configuration(backends, [1, 2, 3]), directory)
            for _ in range(rounds)
        ]
        for other in others:
            other.remove()
    report(checks, "alone", alone, ALONE_SECONDS, ALONE_MIB)
    report(checks, "joining two", joining, JOINING_SECONDS, CLUSTERED_MIB)


def report(checks, part, measured, most_seconds, most_mib):
    seconds, cpu, whole, of_files = (
        statistics.median(values) for values in zip(*measured, strict=True)
    )
    spread = f"{min(each[0] for each in measured):.2f} to {max(each[0] for each in measured):.2f}"
    text = f"{seconds:.2f} s to the first byte ({spread}, {cpu:.2f} s of CPU)"
    checks.record(part, "start", seconds <= most_seconds, text)
    text = f"{whole:.0f} MiB resident, {of_files:.0f} of them of files"
    checks.record(part, "idle", whole <= most_mib, text)


def start(image, number, settings, directory):
    return Container(image, number, settings, directory, "--read-only")


def first_byte(image, number, settings, directory):
    """Seconds and CPU until the first byte came back, MiB resident a while later, and of files."""
    container = start(image, number, settings, directory)
    try:
        pid = container.pid()
        relayed(container)
        now, cpu = time.time(), cpu_seconds(pid)
        began, by_engine = container.began()
        time.sleep(IDLE_SECONDS)
        return now - began, cpu - by_engine, *memory_mib(pid)
    finally:
        container.remove()


def relayed(container, limit=30, first=b"x"):
    """Returns when a byte went through to the backend and came back."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        try:
            with socket.create_connection((container.host, 8080), timeout=5) as client:
                client.sendall(first)
                if client.recv(1) == first:
                    return
        except OSError:
            time.sleep(0.002)
    raise TimeoutError(f"nothing relayed by {container.name}: {container.log()}")
