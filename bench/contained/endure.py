"""Three members in containers: how they find each other, and what the cluster survives."""

import contextlib
import json
import pathlib
import socket
import threading
import time

from contained.engine import (
    GATEWAY,
    NETWORK,
    Container,
    address,
    configuration,
    docker,
)
from contained.start import relayed
from contained.traffic import Echo

MEMBERS = [1, 2, 3]
ALIAS = "members"
TOGETHER_SECONDS = 30
DELAY_SECONDS = 3


class Three:
    """A cluster of three; runs within `with`."""

    def __init__(self, image, directory, backend, discovery=None):
        settings = configuration(
            [{"host": GATEWAY, "port": backend}],
            MEMBERS,
            shutdown={"delay": f"{DELAY_SECONDS}s", "grace": "5s"},
        )
        if discovery:
            settings["cluster"]["discovery"] = discovery
        options = ["--read-only", "--network-alias", ALIAS, "--restart", "on-failure"]
        # One that nobody knows, so that nothing can lean on the image's own.
        options += ["--user", "12345:12345"]
        self.members = []
        for number in MEMBERS:
            self.members.append(Container(image, number, settings, directory, *options))

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        for member in self.members:
            member.remove()

    def together(self, size=3):
        """Seconds until each of the running members sees `size` of them and is ready."""
        began = time.monotonic()
        while time.monotonic() - began < 2 * TOGETHER_SECONDS:
            if all(self._sees(member, size) for member in self.members):
                return time.monotonic() - began
            time.sleep(0.1)
        logs = "\n".join(member.log()[-1500:] for member in self.members)
        raise TimeoutError(f"not {size} together: {logs}")

    @staticmethod
    def _sees(member, size):
        if member.inspect("State.Running") != "true" or not member.networked():
            return True
        with contextlib.suppress(ValueError, RuntimeError):
            return len(member.api("members")["members"]) == size and member.ready()
        return False


class Load:
    """Clients that come, exchange a byte and go, one after the other; runs within `with`.

    Each tries the members in turn, as a balancer before them would: one that is not ready gets no
    new client. What fails nevertheless is an error.
    """

    def __init__(self, members):
        self.members, self.out = members, set()
        self.done, self.errors, self._going = 0, [], True
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *problem):
        self._going = False
        self._thread.join()

    def _run(self):
        turn = 0
        while self._going:
            turn += 1
            member = self.members[turn % len(self.members)]
            if member not in self.out:
                self._exchange(member)
            time.sleep(0.005)

    def _exchange(self, member):
        try:
            with socket.create_connection((member.host, 8080), timeout=5) as client:
                client.sendall(b"x")
                if client.recv(1) != b"x":
                    raise ConnectionError("ended")
                self.done += 1
        except OSError as problem:
            self.errors.append(f"{member.name}: {problem}")


def check_endure(checks, image, directory):
    with Echo(GATEWAY) as echo:
        dns = {"kubernetesService": ALIAS}
        with Three(image, directory, echo.port, dns) as three:
            checks.attempt("dns", "form", lambda: bounded(three.together()))
        with Three(image, directory, echo.port) as three:
            checks.attempt("members", "form", lambda: bounded(three.together()))
            checks.attempt("members", "kill", lambda: kill(three))
            checks.attempt("members", "disconnect", lambda: disconnect(three))
            checks.attempt("members", "memory", lambda: out_of_memory(three))
            checks.attempt("members", "rolling", lambda: rolling(three))
            checks.attempt("members", "stop", lambda: stop(three))
    checks.attempt("alone", "io_uring", lambda: io_uring(image, directory))


def bounded(seconds):
    return seconds <= TOGETHER_SECONDS, f"three see each other and are ready after {seconds:.1f} s"


def kill(three):
    """SIGKILL from outside: the engine does not restart what it was told to kill."""
    victim = three.members[2]
    docker("kill", victim.name)
    gone = three.together(2)
    docker("start", victim.name)
    back = three.together()
    return back <= TOGETHER_SECONDS, f"the others are two after {gone:.1f} s, three {back:.1f} s after its start"


def disconnect(three):
    victim = three.members[1]
    docker("network", "disconnect", NETWORK, victim.name)
    gone = three.together(2)
    lone = time.monotonic()
    while len(victim.api("members")["members"]) > 1 and time.monotonic() - lone < TOGETHER_SECONDS:
        time.sleep(0.1)
    alone = len(victim.api("members")["members"])
    docker("network", "connect", "--ip", victim.host, "--alias", ALIAS, NETWORK, victim.name)
    back = three.together()
    text = f"the others are two after {gone:.1f} s, it sees {alone}; three {back:.1f} s after it is back"
    return back <= TOGETHER_SECONDS, text


def out_of_memory(three):
    """The kernel kills the process for memory, which another in its group eats; the engine restarts it."""
    victim = three.members[2]
    before = int(victim.inspect("RestartCount"))
    pathlib.Path(f"/proc/{victim.pid()}/oom_score_adj").write_text("1000")
    docker("exec", "--detach", victim.name, "tail", "/dev/zero")
    until = time.monotonic() + TOGETHER_SECONDS
    while int(victim.inspect("RestartCount")) == before and time.monotonic() < until:
        time.sleep(0.05)
    restarts = int(victim.inspect("RestartCount")) - before
    back = three.together()
    passed = restarts == 1 and back <= TOGETHER_SECONDS
    return passed, f"killed and restarted {restarts} times; three again after {back:.1f} s"


def rolling(three):
    """Each in turn is stopped and started, as behind a balancer that looks at /readyz."""
    with Load(three.members) as load:
        codes = []
        for member in three.members:
            stopping = threading.Thread(target=docker, args=["stop", "-t", "20", member.name])
            stopping.start()
            while member.ready():
                time.sleep(0.05)
            load.out.add(member)
            stopping.join()
            codes.append(member.inspect("State.ExitCode"))
            docker("start", member.name)
            three.together()
            load.out.discard(member)
    text = f"{load.done} sessions, {len(load.errors)} errors {load.errors[:3]}; exit codes {codes}"
    return not load.errors and codes == ["0"] * 3, text


def stop(three):
    """SIGTERM with a session that stays: not ready, then `grace`, then the end with 0."""
    member = three.members[0]
    with socket.create_connection((member.host, 8080)) as client:
        client.sendall(b"x")
        client.recv(1)
        began = time.monotonic()
        docker("stop", "-t", "20", member.name)
        took = time.monotonic() - began
    code = member.inspect("State.ExitCode")
    return code == "0" and took >= DELAY_SECONDS, f"exit code {code} after {took:.1f} s"


def io_uring(image, directory):
    """Forbidden, as by the default profile of newer engines: auto goes on with epoll."""
    profile = pathlib.Path(directory, "seccomp.json")
    names = ["io_uring_setup", "io_uring_enter", "io_uring_register"]
    forbidden = {"names": names, "action": "SCMP_ACT_ERRNO"}
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [forbidden]}))
    options = ["--read-only", "--security-opt", f"seccomp={profile}"]
    by_name = configuration([], transport="io_uring")
    forced = Container(image, 4, by_name, directory, *options)
    docker("wait", forced.name, timeout=30)
    said = forced.log().strip().splitlines()[-1]
    forced.remove()
    with Echo(GATEWAY) as echo:
        settings = configuration([{"host": GATEWAY, "port": echo.port}])
        auto = Container(image, 4, settings, directory, *options)
        relayed(auto)
        on_epoll = "on epoll" in auto.log()
        auto.remove()
    clear = "node.transport: io_uring" in said and "native library" not in said
    return on_epoll and clear, f"auto takes epoll; by name it ends with: {said[:300]}"
