"""A new configuration reaches every member within a second, and no transfer notices."""

import json
import pathlib
import subprocess
import tempfile
import time
from concurrent import futures

from clustered.cluster import HOST, Cluster, dynamic_part, wait_for
from clustered.first_byte import FirstByte
from clustered.transfer import Echo, Transfer

SECONDS = 1
GIVE_UP_SECONDS = 30
# A process that has just joined makes Hazelcast move partitions, and maps wait for that.
JOINED_SECONDS = 5
BUS_PROGRAM = pathlib.Path(__file__).with_name("PushOverBus.java")


def check_push(checks, command):
    """Every push comes with a weight of its own; all three come during the same transfers."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Echo() as echo,
        Cluster(command, pools(echo.port, 1), pathlib.Path(directory)) as cluster,
    ):
        transfers = [Transfer(member.port["push"]) for member in cluster.members]
        for weight, (name, push) in enumerate(WAYS.items(), 2):
            document = dynamic_part(pools(echo.port, weight))
            checks.attempt(
                "push",
                name,
                lambda push=push, document=document, weight=weight: timed(
                    cluster, weight, lambda: push(cluster, command, document)
                ),
            )
        for member, transfer in zip(cluster.members, transfers):
            checks.attempt("push", f"through {member.name}", lambda one=transfer: whole(one))


def pools(port, weight):
    return [{"name": "push", "backends": [{"host": HOST, "port": port, "weight": weight}]}]


def timed(cluster, weight, push):
    """`push` returns the moments at which its request was sent and its answer was there."""
    members = cluster.members
    revision = members[0].revision() + 1
    with futures.ThreadPoolExecutor(1) as watch:
        shown = watch.submit(shown_by_all, members, revision)
        sent, answered = push()
        seconds = shown.result() - sent
    weights = [member.backends("push")[0]["weight"] for member in members]
    passed = seconds < SECONDS and weights == [weight] * len(weights)
    figures = f"revision {revision} on every member after {seconds:.2f} s"
    return passed, f"{figures}, answered after {answered - sent:.2f} s, weights {weights}"


def shown_by_all(members, revision):
    """The moment at which the last member shows it."""
    wait_for(
        lambda: all(member.revision() >= revision for member in members),
        GIVE_UP_SECONDS,
        f"revision {revision} on every member",
    )
    return time.monotonic()


def over_http(cluster, _command, document):
    sent = time.monotonic()
    status, body = cluster.members[0].request("POST", "/api/v1/config", json.dumps(document))
    if status != 200:
        raise RuntimeError(f"the push was answered {status}: {body[:300]}")
    return sent, time.monotonic()


def over_cli(cluster, command, document):
    """A JVM has to start before it can send anything: that is not the cluster's time."""
    member = cluster.members[1]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document, file)
        file.flush()
        with FirstByte(member.admin_port) as entrance:
            admin = f"http://{HOST}:{entrance.port}"
            done = subprocess.run(
                [*command, "push", file.name, "--admin", admin],
                capture_output=True,
                text=True,
                timeout=GIVE_UP_SECONDS,
            )
    if done.returncode != 0:
        raise RuntimeError(f"push ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return entrance.came, time.monotonic()


def over_bus(cluster, command, document):
    """A Vert.x application, which joins first and sends when it is told to."""
    java, jar = command[0], command[-1]
    arguments = [cluster.name, ",".join(f"{HOST}:{port}" for port in cluster.ports)]
    with tempfile.TemporaryFile("w+") as log:
        application = subprocess.Popen(
            [java, "-cp", jar, str(BUS_PROGRAM), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            return push_through(application, document)
        except RuntimeError as problem:
            log.seek(0)
            raise RuntimeError(f"{problem}; its log ends: {log.read().strip()[-300:]}") from None
        finally:
            leave(application)


def push_through(application, document):
    if application.stdout.readline().strip() != "joined":
        raise RuntimeError("the application did not join")
    time.sleep(JOINED_SECONDS)
    sent = time.monotonic()
    application.stdin.write(json.dumps(document) + "\n")
    application.stdin.flush()
    answer = application.stdout.readline().strip()
    if not answer.startswith("{"):
        raise RuntimeError(f"the push was answered {answer[:300] or 'nothing'}")
    return sent, time.monotonic()


def leave(application):
    """It leaves the cluster by itself at the end of its input."""
    try:
        application.communicate(timeout=GIVE_UP_SECONDS)
    except subprocess.TimeoutExpired:
        application.kill()
        application.communicate()


def whole(transfer):
    count, equal = transfer.finish()
    return equal and count > 0, f"{count:,} bytes each way, SHA-256 {'equal' if equal else 'DIFFERENT'}"


WAYS = {"HTTP": over_http, "CLI": over_cli, "event bus": over_bus}
