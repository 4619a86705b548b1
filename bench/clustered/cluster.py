"""Three members on this machine that are one cluster."""

import time

from acceptance.member import Member, free_port

SIZE = 3
JOIN_SECONDS = 30
HOST = "127.0.0.1"


class ClusterMember(Member):
    """A member whose listeners take any free port: the cluster's configuration is one for all."""

    def __init__(self, command, number, ports, pools, directory):
        self.name = f"m{number + 1}"
        self._cluster = {
            "enabled": True,
            "name": f"bench-{ports[0]}",
            "host": HOST,
            "port": ports[number],
            "discovery": {"members": [f"{HOST}:{port}" for port in ports]},
        }
        directory.mkdir()
        super().__init__(command, "auto", pools, directory)
        for one in self.api("listeners")["listeners"]:
            self.port[one["name"]] = int(one["address"].rsplit(":", 1)[1])

    def _configuration(self, transport, pools):
        configuration = super()._configuration(transport, pools)
        configuration["node"]["name"] = self.name
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
    """What all members share: a listener of its name for each pool."""
    listeners = [{"name": one["name"], "bind": f"{HOST}:0", "pool": one["name"]} for one in pools]
    return {"listeners": listeners, "pools": pools}


class Cluster:
    """Runs within `with`; `members` are there when all have found each other."""

    def __init__(self, command, pools, directory):
        self.ports = [free_port() for _ in range(SIZE)]
        self.name = f"bench-{self.ports[0]}"
        self.members = []
        try:
            for number in range(SIZE):
                of_its_own = directory / f"m{number + 1}"
                self.members.append(
                    ClusterMember(command, number, self.ports, pools, of_its_own)
                )
            wait_for(self._is_whole, JOIN_SECONDS, "all members to know each other")
        except BaseException:
            self.kill()
            raise

    def _is_whole(self):
        return all(len(one.api("members")["members"]) == SIZE for one in self.members)

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
