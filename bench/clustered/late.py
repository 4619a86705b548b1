"""The case that three independent balancers lose: backends that come later than the sessions."""

import contextlib
import pathlib
import tempfile

from clustered.cluster import Cluster, wait_for
from clustered.held import Backends, Clients
from clustered.independent import Independent, why_not

CONNECTIONS = 120  # before, and again after the late backends have come
EVEN = 60
PAUSE = 0.01  # an ordinary speed: 100 new connections a second
EJECTED_SECONDS = 40
MOST_OFF = {"least-connections": 4, "two-choices": 24}


def check_late(checks, command):
    """A line for each balancer: the sessions that its four backends have at the end."""
    for balance, most_off in MOST_OFF.items():
        checks.attempt(
            "late", balance, lambda balance=balance, most=most_off: fairlead(command, balance, most)
        )
    missing = why_not()
    if missing:
        print(f"skip  late     {missing}", flush=True)
    else:
        checks.attempt("late", "3 x HAProxy", haproxies)


def fairlead(command, balance, most_off):
    with (
        tempfile.TemporaryDirectory() as directory,
        Backends(4) as backends,
        Clients() as clients,
    ):
        backends.up(0, 1)
        pool = backends.pool("late", balance=balance)
        with Cluster(command, [pool], pathlib.Path(directory)) as cluster:
            ports = [member.port["late"] for member in cluster.members]
            early = come_late(backends, clients, ports, lambda: none_ejected(cluster))
            off = max(abs(live - EVEN) for live in backends.live)
            figures = f"{early} -> {backends.live}, at most {off} from {EVEN}, bound {most_off}"
            return sum(backends.live) == 2 * CONNECTIONS and off <= most_off, figures


def none_ejected(cluster):
    def are_back():
        return not any(
            one["ejected"] for member in cluster.members for one in member.backends("late")
        )

    wait_for(are_back, EJECTED_SECONDS, "the late backends to be let in again")


def haproxies():
    """There is no bound for it: it is there to be compared with."""
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        backends, clients = stack.enter_context(Backends(4)), stack.enter_context(Clients())
        backends.up(0, 1)
        proxies = [
            stack.enter_context(Independent(number, backends.ports, directory))
            for number in range(3)
        ]
        for proxy in proxies:
            proxy.wait_until_up(2)
        ports = [proxy.port for proxy in proxies]
        early = come_late(
            backends, clients, ports, lambda: [proxy.wait_until_up(4) for proxy in proxies]
        )
        return True, f"{early} -> {backends.live}, each with leastconn, for comparison"


def come_late(backends, clients, ports, wait_until_used):
    """Half of the sessions through the first port, then two more backends, then the other half
    through the other ports. What each backend had in between."""
    clients.open(ports[:1], CONNECTIONS, PAUSE)
    early = backends.live
    backends.up(2, 3)
    wait_until_used()
    clients.open(ports[1:], CONNECTIONS, PAUSE)
    return early
