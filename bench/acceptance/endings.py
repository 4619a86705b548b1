"""Sessions ended in every way there is: afterwards nothing of them may be left."""

import collections
import contextlib
import json
import socket
import tempfile
import time
from dataclasses import dataclass

from acceptance.crowd import Crowd
from acceptance.member import Member, free_port, pool

SETTLE_SECONDS = 5  # in which a member has given back every file descriptor
CONNECT_TIMEOUT = "1s"
IDLE_TIMEOUT = "2s"


@dataclass(frozen=True)
class Ending:
    """`reason` is the access log's; `passes_on` is what every socket of that side must see."""

    name: str
    reason: str
    pool: str = "plain"
    greets: bool = True
    passes_on: tuple = None


ENDINGS = [
    Ending("client FIN", "client-closed", passes_on=("backend", "fin")),
    Ending("client RST", "client-reset", passes_on=("backend", "reset")),
    Ending("backend FIN", "backend-closed", passes_on=("client", "fin")),
    Ending("backend RST", "backend-reset", passes_on=("client", "reset")),
    Ending("refused", "connect-refused", pool="refused", greets=False),
    Ending("timed out", "connect-timeout", pool="silent", greets=False),
    Ending("idle", "idle-timeout", pool="idle"),
    Ending("DELETE", "admin"),
]


def provoke(name, member, crowd):
    """Begins the end of all sessions of the crowd; those not named here end by themselves."""
    if name == "client FIN":
        crowd.finish(crowd.clients)
    elif name == "client RST":
        crowd.reset_all(crowd.clients)
    elif name == "backend FIN":
        crowd.finish(crowd.backends)
    elif name == "backend RST":
        crowd.reset_all(crowd.backends)
    elif name == "DELETE":
        delete_all(member)


def delete_all(member):
    while ids := member.session_ids():
        for session in ids:
            status, body = member.request("DELETE", f"/api/v1/sessions/{session}")
            if status not in (200, 202, 204, 404):  # 404: listed while it was ending
                raise RuntimeError(f"DELETE of session {session} answered {status}: {body[:200]}")


@contextlib.contextmanager
def silent_backend():
    """The port of a backend that never answers a SYN: its queue of new connections is full."""
    with socket.socket() as acceptor, contextlib.ExitStack() as stack:
        acceptor.bind(("127.0.0.1", 0))
        acceptor.listen(0)
        port = acceptor.getsockname()[1]
        for _ in range(4):  # more than the queue takes
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port


@contextlib.contextmanager
def plain_backend():
    """A listening socket for a Crowd."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as acceptor:
        yield acceptor


def pools(backend_port, silent_port):
    once = {"timeout": CONNECT_TIMEOUT, "attempts": 1}
    return [
        pool("plain", backend_port),
        pool("idle", backend_port, timeouts={"idle": IDLE_TIMEOUT}),
        pool("refused", free_port(), connect=once),
        pool("silent", silent_port, connect=once),
    ]


def check_endings(checks, command, transport, total, batch):
    """`total` sessions for each ending, `batch` at once."""
    with (
        tempfile.TemporaryDirectory() as directory,
        plain_backend() as acceptor,
        silent_backend() as silent_port,
    ):
        port = acceptor.getsockname()[1]
        member = Member(command, transport, pools(port, silent_port), directory)
        try:
            warm_up(member, acceptor)
            for ending in ENDINGS:
                checks.attempt(
                    transport,
                    ending.name,
                    lambda ending=ending: check_ending(member, acceptor, ending, total, batch),
                )
        finally:
            member.stop()
        checks.attempt(
            transport,
            "drain",
            lambda: check_drain(command, transport, acceptor, (total, batch), directory),
        )


def warm_up(member, acceptor):
    """Opens what a member opens once: event loops, pipes, the admin side's connections."""
    for name in ("plain", "refused"):
        crowd = Crowd(acceptor)
        try:
            crowd.open(member.port[name], 100, greets=name == "plain")
            crowd.reset_all(crowd.clients)
            crowd.wait_until_ended(30)
        finally:
            crowd.close()
    member.live_counts()
    time.sleep(SETTLE_SECONDS)


def check_ending(member, acceptor, ending, total, batch):
    files_before, closed_before = member.open_files(), member.closed(ending.reason)
    seen = collections.Counter()
    for count in batches(total, batch):
        crowd = Crowd(acceptor)
        try:
            crowd.open(member.port[ending.pool], count, ending.greets)
            provoke(ending.name, member, crowd)
            crowd.wait_until_ended(60)
            seen += crowd.seen
        finally:
            crowd.close()
    time.sleep(SETTLE_SECONDS)
    left = {name: count for name, count in member.live_counts().items() if count != 0}
    closed = member.closed(ending.reason) - closed_before
    files = member.open_files()
    passed_on = ending.passes_on is None or seen[ending.passes_on] == total
    figures = f"{closed} of {total} closed as {ending.reason}, counts left: {left or 'none'}"
    figures += f", files {files_before} -> {files}"
    if ending.passes_on:
        figures += f", {ending.passes_on[0]} saw {seen[ending.passes_on]} {ending.passes_on[1]}"
    return closed == total and not left and files <= files_before and passed_on, figures


def check_drain(command, transport, acceptor, amounts, directory):
    """A drained member is gone with all it held: its access log and its exit code tell."""
    total, batch = amounts
    reasons, exit_codes = collections.Counter(), set()
    for count in batches(total, batch):
        port = acceptor.getsockname()[1]
        member = Member(command, transport, [pool("plain", port)], directory)
        crowd = Crowd(acceptor)
        try:
            crowd.open(member.port["plain"], count)
            member.terminate()
            crowd.wait_until_ended(30)
        finally:
            crowd.close()
            exit_codes.add(member.stop())
        for line in member.access_log.read_text().splitlines():
            reasons[json.loads(line)["reason"]] += 1
    figures = f"{dict(reasons)} in the access log for {total} sessions, exit codes {exit_codes}"
    return reasons == {"drain": total} and exit_codes == {0}, figures


def batches(total, batch):
    """10 in batches of 4 -> 4, 4, 2."""
    for start in range(0, total, batch):
        yield min(batch, total - start)
