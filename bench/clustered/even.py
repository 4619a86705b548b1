"""Held connections through three members are even, and those of a killed member are forgotten."""

import pathlib
import tempfile

from clustered.cluster import Cluster, wait_for
from clustered.held import Backends, Clients

CONNECTIONS = 300
PAUSE = 0.01  # an ordinary speed: 100 new connections a second
MOST_APART = 6
SECONDS_TO_KNOW = 2
SECONDS_TO_FORGET = 5


def check_even(checks, command):
    with (
        tempfile.TemporaryDirectory() as directory,
        Backends(4) as backends,
        Clients() as clients,
    ):
        backends.up(0, 1, 2, 3)
        pool = backends.pool("even", balance="least-connections")
        with Cluster(command, [pool], pathlib.Path(directory)) as cluster:
            ports = [member.port["even"] for member in cluster.members]
            clients.open(ports, CONNECTIONS, PAUSE)
            checks.attempt("even", "spread", lambda: spread(backends))
            checks.attempt("even", "counts", lambda: all_know(cluster.members, backends))
            checks.attempt("even", "kill -9", lambda: forgotten(cluster.members, backends))


def spread(backends):
    live = backends.live
    apart = max(live) - min(live)
    return sum(live) == CONNECTIONS and apart <= MOST_APART, f"{live}, {apart} apart"


def all_know(members, backends):
    """Every member takes every backend to have what it has."""
    seconds = wait_for(lambda: know(members, backends), SECONDS_TO_KNOW, "members to agree")
    return True, f"every member knows {backends.live}, after {seconds:.2f} s"


def know(members, backends):
    return all(list(one.cluster_active("even").values()) == backends.live for one in members)


def forgotten(members, backends):
    """Sessions of a killed member are gone at its backends at once, and soon in all counts."""
    *others, victim = members
    expected = CONNECTIONS * len(others) // len(members)
    victim.kill()
    seconds = wait_for(
        lambda: sum(backends.live) == expected and know(others, backends),
        SECONDS_TO_FORGET,
        "the killed member's sessions to be forgotten",
    )
    return True, f"{CONNECTIONS} -> {expected} sessions on both others after {seconds:.2f} s"
