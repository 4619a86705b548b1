"""Members on this machine that are one cluster, three if nobody says otherwise."""

import os
import time

from acceptance.member import Member, free_port

SIZE = 3
JOIN_SECONDS = 30
HOST = "127.0.0.1"


class ClusterMember(Member):
    """A member whose listeners take any free port: the cluster's configuration is one for all."""

    def __init__(self, command, number, ports, pools, directory, user=None, node=None):
        self._node = node or {}
        self.name = f"m{number + 1}"
        self._cluster = {
            "enabled": True,
            "name": f"bench-{ports[0]}",
            "host": HOST,
            "port": ports[number],
            "discovery": {"members": [f"{HOST}:{port}" for port in ports]},
        }
        directory.mkdir()
        if user is not None:
            os.chown(directory, user, user)
        super().__init__(command, "auto", pools, directory, user)
        for one in self.api("listeners")["listeners"]:
            self.port[one["name"]] = int(one["address"].rsplit(":", 1)[1])

    def _configuration(self, transport, pools):
        configuration = super()._configuration(transport, pools)
        configuration["node"] |= {"name": self.name, **self._node}
        configuration["cluster"] = self._cluster
        return configuration | dynamic_part(pools)

    def cluster_active(self, pool):
        """Backend's id -> sessions that this member takes all members to have there."""
        return {one["id"]: one["clusterActive"] for one in self.backends(pool)}

    def backends(self, pool):
        pools = self.api("pools")["pools"]
        return next(one["backends"] for one in pools if one["name"] == pool)

    def revision(self):
        return self.api("status")["revision"]


def dynamic_part(pools):
    """What all members share: a listener of its name for each pool, with its keys `listener`."""
    listeners = [
        {"name": one["name"], "bind": f"{HOST}:0", "pool": one["name"], **one.get("listener", {})}
        for one in pools
    ]
    pools = [{key: one[key] for key in one if key != "listener"} for one in pools]
    return {"listeners": listeners, "pools": pools}


class Cluster:
    """Runs within `with`; `members` are there when all have found each other.

    It begins with `size` of them and has ports for `most`. `users` are the numeric ids they run as,
    one for each; None = all as this process does. `node` has more keys of that part.
    """

    def __init__(self, command, pools, directory, size=SIZE, most=None, users=None, node=None):
        self.ports = [free_port() for _ in range(most or size)]
        self.name = f"bench-{self.ports[0]}"
        self.members = []
        self._command, self._pools, self._directory = command, pools, directory
        self._users = users or [None] * len(self.ports)
        self._node = node
        try:
            self.grow(size)
        except BaseException:
            self.kill()
            raise

    def grow(self, size):
        """Returns when `size` members are there and know each other."""
        for number in range(len(self.members), size):
            self.members.append(
                ClusterMember(
                    self._command,
                    number,
                    self.ports,
                    self._pools,
                    self._directory / f"m{number + 1}",
                    self._users[number],
                    self._node,
                )
            )
        wait_for(self._is_whole, JOIN_SECONDS, "all members to know each other")

    def _is_whole(self):
        size = len(self.members)
        return all(len(one.api("members")["members"]) == size for one in self.members)

    def kill(self):
        for member in self.members:
            if member.process.poll() is None:
                member.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        for member in self.members:
            if member.process.poll() is None:
                member.terminate()
        for member in self.members:
            member.stop()


def wait_for(is_so, seconds, what):
    """Asks every 20 ms; the seconds it took."""
    start = time.monotonic()
    while not is_so():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)
    return time.monotonic() - start
