"""Limits of the whole cluster: never above, nearly all of it usable, and none of it lost."""

import json
import pathlib
import selectors
import socket
import tempfile
import time

from clustered.cluster import Cluster, dynamic_part, wait_for
from clustered.held import Clients
from clustered.trying import CountingBackend, Crowd

LIMIT = 100
CLIENTS = 600
SECONDS = 8
ENOUGH = 95
SECONDS_TO_REACH = 1
VICTIMS = 40
SECONDS_TO_FREE = 5
QUEUED = 10_000
SHORT = {"size": 50, "timeout": "5s"}


def check_limits(checks, command):
    limits = {"connections": LIMIT}
    queue = {"size": QUEUED, "timeout": "30s"}
    with tempfile.TemporaryDirectory() as directory, CountingBackend() as backend:
        pools = [
            backend.pool("listener", listener={"limits": limits}),
            backend.pool("pool", limits=limits),
            backend.pool("backend", limits={"connectionsPerBackend": LIMIT}),
            backend.pool("few", limits={"connections": 2, "queue": SHORT}),
            backend.pool("lowered", limits={"connections": 30, "queue": SHORT}),
            backend.pool("held", listener={"limits": limits}),
            backend.pool("rate", listener={"limits": {"newConnectionsPerSecond": LIMIT}}),
            backend.pool("order", listener={"limits": {"connections": 1, "queue": queue}}),
            backend.pool(
                "late",
                listener={"limits": {"connections": 1, "queue": queue | {"timeout": "1s"}}},
            ),
        ]
        node = {"maxSessions": QUEUED + 2_000}
        with Cluster(command, pools, pathlib.Path(directory), node=node) as cluster:
            members = cluster.members
            for name in ("listener", "pool", "backend"):
                ports = [one.port[name] for one in members]
                checks.attempt("limits", f"{name}, all", lambda: crowded(backend, ports))
                checks.attempt("limits", f"{name}, one", lambda: crowded(backend, ports[:1]))
            checks.attempt("limits", "fair", lambda: fair(backend, members))
            checks.attempt("limits", "few", lambda: few(backend, members))
            checks.attempt("limits", "lowered", lambda: lowered(backend, members, pools))
            checks.attempt("limits", "rate", lambda: rate(members))
            checks.attempt("limits", "order", lambda: in_order(members[0]))
            checks.attempt("limits", "timeout", lambda: timed_out(members[0]))
            checks.attempt("limits", "they leave", lambda: leave(members[0]))
            checks.attempt("limits", "log", lambda: quiet(members))
            checks.attempt("limits", "kill -9", lambda: freed(members))


def crowded(backend, ports):
    """Many more clients than the limit come, stay for a while and come again."""
    backend.forget_peak()
    with Crowd(ports, CLIENTS) as crowd:
        reached = crowd.run(SECONDS, lambda: backend.live >= ENOUGH)
    most = backend.peak
    wait_for(lambda: backend.live == 0, 10, "the crowd to be gone")
    fast = reached is not None and reached <= SECONDS_TO_REACH
    figures = f"{CLIENTS} clients through {len(ports)}: at most {most} of {LIMIT} at once"
    return (
        ENOUGH <= most <= LIMIT and fast,
        f"{figures}, {ENOUGH} after {reached or -1:.2f} s, {crowd.served} served,"
        f" {crowd.refused} refused",
    )


def fair(backend, members):
    """One member's clients have all and want more; another member's get their part soon."""
    crowded_one, other = members[0].port["listener"], members[1].port["listener"]
    with Crowd([crowded_one], 5 * LIMIT) as many, Crowd([other], LIMIT) as few:
        many.run(3, lambda: False)
        start = time.monotonic()
        first = None
        while time.monotonic() - start < SECONDS_TO_FREE:
            many.run(0.1, lambda: False)
            few.run(0.1, lambda: False)
            if first is None and few.served > LIMIT / 10:
                first = time.monotonic() - start
    wait_for(lambda: backend.live == 0, 10, "the crowds to be gone")
    return (
        first is not None,
        f"{LIMIT // 10} of the other's were served after {first or -1:.2f} s,"
        f" {few.served} in {SECONDS_TO_FREE} s",
    )


def few(backend, members):
    """Fewer permits than members, and clients wait at each: all get some."""
    crowds = [Crowd([one.port["few"]], 4, stay=(0.1, 0.1)) for one in members]
    try:
        end = time.monotonic() + 2 * SECONDS
        while time.monotonic() < end:
            for crowd in crowds:
                crowd.run(0.03, lambda: False)
        served = [crowd.served for crowd in crowds]
    finally:
        for crowd in crowds:
            crowd.close()
    wait_for(lambda: backend.live == 0, 10, "the crowds to be gone")
    return min(served) >= max(served) / 10, f"2 permits, three members: {served} were served"


def lowered(backend, members, pools):
    """A lower limit comes to hold although clients wait for each place that is left."""
    with Crowd([one.port["lowered"] for one in members], 60) as crowd:
        crowd.run(3, lambda: False)
        before = backend.live
        changed = [
            one | {"limits": one["limits"] | {"connections": 10}}
            if one["name"] == "lowered"
            else one
            for one in pools
        ]
        status, body = members[0].request("POST", "/api/v1/config", json.dumps(dynamic_part(changed)))
        start = time.monotonic()
        seconds = None
        while status == 200 and seconds is None and time.monotonic() - start < 2 * SECONDS:
            crowd.run(0.1, lambda: False)
            if backend.live <= 10:
                seconds = time.monotonic() - start
        backend.forget_peak()
        crowd.run(3, lambda: False)
        most = backend.peak
    wait_for(lambda: backend.live == 0, 10, "the crowd to be gone")
    return (
        seconds is not None and before > 25 and 5 <= most <= 10,
        f"{before} of 30, of 10 after {seconds or -1:.2f} s, then at most {most} ({status})",
    )


def rate(members):
    """Clients come much faster than the rate allows, through all members."""
    served = 0
    start = time.monotonic()
    while time.monotonic() - start < SECONDS:
        for member in members:
            served += asked(member.port["rate"])
    passed = time.monotonic() - start
    # The buckets of all members together hold what comes in one second.
    most = LIMIT * (passed + 1)
    low = LIMIT * passed * ENOUGH / 100
    return low <= served <= most, f"{served} in {passed:.2f} s, {LIMIT} a second allowed"


def asked(port):
    """Whether one client was served."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.settimeout(10)
        try:
            client.sendall(b"x")
            return client.recv(1) == b"x"
        except ConnectionError:
            return False


def in_order(member, count=200):
    """One place; who waits for it gets it in the order they came."""
    served = []
    with selectors.DefaultSelector() as selector:
        clients = []
        for number in range(count):
            client = socket.create_connection(("127.0.0.1", member.port["order"]), 10)
            client.sendall(b"x")
            clients.append(client)
            selector.register(client, selectors.EVENT_READ, number)
            # Two event loops accept: who comes before the other one is accepted has no order.
            wait_for(lambda: active(member, "order") == len(clients), 5, "a client to wait")
        while len(served) < count:
            events = selector.select(10)
            if not events:
                raise TimeoutError(f"{len(served)} of {count} were served")
            for key, _events in events:
                key.fileobj.recv(1)
                selector.unregister(key.fileobj)
                key.fileobj.close()
                served.append(key.data)
    early = sum(1 for place, number in enumerate(served) if number < place)
    return served == sorted(served), f"{count} clients, {early} were overtaken"


def timed_out(member):
    """Who waits too long is told so by an end of the connection."""
    before = refused(member, "late", "queue-timeout")
    with Clients() as holder:
        holder.open([member.port["late"]], 1)
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", member.port["late"]), 10) as waiting:
            waiting.settimeout(10)
            waiting.sendall(b"x")
            data = waiting.recv(1)
            seconds = time.monotonic() - start
    count = refused(member, "late", "queue-timeout") - before
    return (
        data == b"" and count == 1 and 1 <= seconds < 1.6,
        f"a FIN after {seconds:.2f} s, {count} queue-timeout",
    )


def refused(member, listener, reason):
    return int(sum(member.metric("fairlead_refused_total", listener=listener, reason=reason)))


def leave(member):
    """A long queue goes away; whoever comes then is served at once, and nothing is held for it."""
    clients = []
    files = open_files(member)
    with Clients() as holder:
        holder.open([member.port["order"]], 1)
        for _ in range(QUEUED):
            clients.append(socket.create_connection(("127.0.0.1", member.port["order"]), 10))
        wait_for(lambda: active(member, "order") == QUEUED + 1, 20, "all to wait")
        for client in clients:
            client.close()
        seconds = wait_for(lambda: active(member, "order") == 1, 20, "all to be gone")
    wait_for(lambda: active(member, "order") == 0, 5, "the holder to be gone")
    start = time.monotonic()
    served = asked(member.port["order"])
    took = time.monotonic() - start
    wait_for(lambda: open_files(member) <= files + 5, 5, "their descriptors to be closed")
    return (
        served and took < 0.5,
        f"{QUEUED} gone {seconds:.2f} s after the last left, the next one served after"
        f" {took * 1000:.0f} ms, {open_files(member) - files} descriptors more than before",
    )


def active(member, listener):
    return int(sum(member.metric("fairlead_sessions_active", listener=listener)))


def open_files(member):
    return len(list(pathlib.Path(f"/proc/{member.process.pid}/fd").iterdir()))


def quiet(members):
    """One line for ten seconds and reason, whatever was refused."""
    time.sleep(10)
    lines = [
        line
        for member in members
        for line in member.log.read_text().splitlines()
        if "refused in the last" in line
    ]
    counted = sum(int(sum(member.metric("fairlead_refused_total"))) for member in members)
    return 0 < len(lines) < 100, f"{counted} refusals, {len(lines)} lines"


def freed(members):
    """What a killed member held is usable elsewhere."""
    first, second, victim = members
    with Clients() as clients, Clients() as more:
        persist(clients, [victim.port["held"]], VICTIMS)
        ports = [first.port["held"], second.port["held"]]
        others, missed, filling = persist(clients, ports, LIMIT - VICTIMS)
        full = others == LIMIT - VICTIMS and not asked(first.port["held"])
        start = time.monotonic()
        victim.kill()
        got, _missed, _seconds = persist(more, [first.port["held"]], VICTIMS)
        seconds = time.monotonic() - start
        above = asked(second.port["held"])
    return (
        full and got == VICTIMS and seconds < SECONDS_TO_FREE and not above,
        f"{VICTIMS + others} of {LIMIT} held, the last {others} after {filling:.2f} s with"
        f" {missed} refused on the way; {got} of {VICTIMS} usable through another member"
        f" {seconds:.2f} s after the kill, and {'one' if above else 'no'} more",
    )


def persist(clients, ports, count):
    """Opens `count`, and tries again when one is refused: how many came, how many did not, seconds."""
    start = time.monotonic()
    got = refusals = 0
    while got < count and time.monotonic() - start < 2 * SECONDS_TO_FREE:
        try:
            clients.open([ports[got % len(ports)]], 1)
            got += 1
        except ConnectionError:
            refusals += 1
            time.sleep(0.02)
    return got, refusals, time.monotonic() - start
