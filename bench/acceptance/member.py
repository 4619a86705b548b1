"""One member, started from the built jar with a configuration of its own."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pool(name, port, **more):
    return {"name": name, "backends": [{"host": "127.0.0.1", "port": port}], **more}


class Member:
    """Runs from construction to `stop`. Each pool has a listener of its name; `port[name]` is its.

    With a numeric `user` it runs as that one, who need not have a name: only root can do that.
    """

    def __init__(self, command, transport, pools, directory, user=None):
        self.access_log = pathlib.Path(directory, "access.log")
        self.log = pathlib.Path(directory, "member.log")
        self.access_log.unlink(missing_ok=True)
        self.admin_port = free_port()
        self.port = {one["name"]: free_port() for one in pools}
        file = pathlib.Path(directory, "fairlead.json")
        file.write_text(json.dumps(self._configuration(transport, pools), indent=2))
        with open(self.log, "w") as output:
            self.process = subprocess.Popen(
                [*command, "run", "-c", str(file)],
                stdout=output,
                stderr=subprocess.STDOUT,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def _configuration(self, transport, pools):
        return {
            "node": {
                "transport": transport,
                "admin": {"host": "127.0.0.1", "port": self.admin_port},
                "accessLog": {"to": str(self.access_log)},
                "shutdown": {"delay": "0s", "grace": "3s"},
            },
            "listeners": [
                {"name": name, "bind": f"127.0.0.1:{port}", "pool": name}
                for name, port in self.port.items()
            ],
            "pools": pools,
        }

    def _wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                tail = "\n".join(self.log.read_text().splitlines()[-10:])
                raise RuntimeError(f"exit code {self.process.returncode} at start:\n{tail}")
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass  # the admin listener is not there yet
            time.sleep(0.1)
        raise RuntimeError(f"not ready within {START_SECONDS} s")

    def request(self, method, path, json_body=None):
        """Status and body; a connection of its own each time, so none is left open."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=30)
        try:
            headers = {"Connection": "close"}
            if json_body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, body=json_body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def api(self, path):
        status, body = self.request("GET", f"/api/v1/{path}")
        if status != 200:
            raise RuntimeError(f"GET /api/v1/{path} answered {status}: {body[:200]}")
        return json.loads(body)

    def session_ids(self):
        return [one["id"] for one in self.api("sessions")["sessions"]]

    def metric(self, name, **labels):
        """The values of all series of this name with these labels."""
        values = []
        for line in self.request("GET", "/metrics")[1].splitlines():
            found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if not found or found.group(1) != name:
                continue
            present = dict(re.findall(r'(\w+)="([^"]*)"', found.group(2) or ""))
            if labels.items() <= present.items():
                values.append(float(found.group(3)))
        return values

    def closed(self, reason):
        return int(sum(self.metric("fairlead_session_closed_total", reason=reason)))

    def live_counts(self):
        """Everything that counts live sessions: name -> count; all must be 0 when none is left."""
        counts = {}
        for one in self.api("pools")["pools"]:
            counts[f"pool {one['name']}"] = sum(backend["active"] for backend in one["backends"])
        for one in self.api("listeners")["listeners"]:
            counts[f"listener {one['name']}"] = one["active"]
        for name in ("fairlead_sessions_active", "fairlead_backend_sessions_active"):
            values = self.metric(name)
            counts[name] = int(sum(values)) if values else "not in /metrics"
        return counts

    def open_files(self):
        """The lowest of half a second: the connection of our last request may still be closing."""
        counts = []
        for _ in range(10):
            counts.append(len(os.listdir(f"/proc/{self.process.pid}/fd")))
            time.sleep(0.05)
        return min(counts)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds=30):
        """Drains; its exit code."""
        if self.process.poll() is None:
            self.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        self.process.kill()
        self.process.wait()
