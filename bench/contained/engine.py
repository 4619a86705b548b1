"""A Docker engine, by its command, with a network and containers of our own."""

import json
import os
import pathlib
import subprocess

NETWORK = os.environ.get("FAIRLEAD_NETWORK", "fairlead-bench")
SUBNET = os.environ.get("FAIRLEAD_SUBNET", "172.31.240.0/24")
PREFIX = SUBNET.rsplit(".", 1)[0]
GATEWAY = f"{PREFIX}.1"
LIMITS = ["--memory", "256m", "--memory-swap", "256m", "--cpus", "2"]
WEB = 8080
TICKS = os.sysconf("SC_CLK_TCK")


def docker(*arguments, check=True, timeout=120):
    """What the command prints; raises with what it says when it fails."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=timeout, check=False
    )
    if check and done.returncode:
        raise RuntimeError(f"docker {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


class Network:
    """A bridge of our own; runs within `with`, and takes what is left on it along."""

    def __enter__(self):
        self.__exit__()
        docker("network", "create", "--subnet", SUBNET, "--gateway", GATEWAY, NETWORK)
        return self

    def __exit__(self, *problem):
        left = docker("ps", "-aq", "--filter", f"name=^{NETWORK}-")
        if left:
            docker("rm", "-f", *left.split())
        docker("network", "rm", NETWORK, check=False)


class Container:
    """A member in a container with the limits of the docs; its configuration is a file of ours.

    The process is made by the engine, which has work of its own to do in it. So the entry point is
    called by a shell that first tells when, and how much CPU time was spent by then.
    """

    TELLING = 'read -r stat </proc/$$/stat; echo "$EPOCHREALTIME $stat"; exec "$0" "$@"'
    ENTRY = "/opt/fairlead/bin/container"

    def __init__(self, image, number, configuration, directory, *options):
        self.name = f"{NETWORK}-{number}"
        self.host = address(number)
        file = pathlib.Path(directory, f"{number}.json")
        file.write_text(json.dumps(configuration))
        file.chmod(0o644)
        docker(
            "run", "--detach", "--name", self.name, "--hostname", f"m{number}",
            "--network", NETWORK, "--ip", self.host, *LIMITS,
            "--volume", f"{file}:/etc/fairlead/fairlead.json:ro", "--entrypoint", "/bin/bash", *options,
            image, "-c", self.TELLING, self.ENTRY, "run", "-c", "/etc/fairlead/fairlead.json",
        )  # fmt: skip

    def began(self):
        """When the entry point was called, by the clock, and the CPU seconds that the engine spent."""
        when, _, fields = docker("logs", self.name).splitlines()[0].partition(" ")
        return float(when), cpu(fields.rsplit(")", 1)[1].split())

    def pid(self):
        return int(self.inspect("State.Pid"))

    def inspect(self, path):
        return docker("inspect", "--format", "{{." + path + "}}", self.name)

    def networked(self):
        return NETWORK in self.inspect("NetworkSettings.Networks")

    def ready(self):
        return "true" in docker("exec", self.name, "/opt/fairlead/bin/healthcheck", check=False)

    def api(self, path):
        """The answer of the admin listener, which is open inside the container only."""
        script = "/opt/fairlead/bin/healthcheck"
        return json.loads(docker("exec", self.name, script, f"/api/v1/{path}"))

    def log(self):
        done = subprocess.run(
            ["docker", "logs", self.name], capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    def remove(self):
        docker("rm", "-f", self.name, check=False)


def address(number):
    return f"{PREFIX}.{10 + number}"


def configuration(backends, members=None, **node):
    """A member with one listener; of a cluster when there are `members`, by their numbers."""
    whole = {
        "node": {"accessLog": {"to": "off"}, **node},
        "listeners": [{"name": "web", "bind": f"0.0.0.0:{WEB}", "pool": "web"}],
        "pools": [{"name": "web", "backends": backends}],
    }
    if members:
        addresses = [f"{address(each)}:5701" for each in members]
        whole["cluster"] = {"enabled": True, "discovery": {"members": addresses}}
    return whole


def cpu_seconds(pid):
    return cpu(stat(pid))


def cpu(fields):
    return sum(int(value) for value in fields[11:13]) / TICKS


def stat(pid):
    """The fields of /proc/PID/stat behind the name."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def memory_mib(pid):
    """All of the process that is in memory, and how much of that is of files."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    kib = {key: int(values[key].split()[0]) for key in ("VmRSS", "RssFile")}
    return kib["VmRSS"] / 1024, kib["RssFile"] / 1024
