"""A HAProxy with leastconn, which knows nothing of its siblings."""

import csv
import http.client
import shutil
import subprocess

from acceptance.member import free_port
from clustered.cluster import wait_for
from proxies import haproxy_command, visible_to

CONFIGURATION = """\
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend late
  bind 127.0.0.1:{port}
  default_backend late
backend late
  balance leastconn
  option redispatch
  retries 3
{servers}
frontend statistics
  mode http
  bind 127.0.0.1:{statistics_port}
  stats enable
  stats uri /
"""


def why_not():
    """Why there is no HAProxy to compare with, None = there is."""
    command = haproxy_command()
    return None if shutil.which(command[0]) else f"no {command[0]}: apt-get install haproxy"


class Independent:
    """Runs within `with`."""

    def __init__(self, number, backend_ports, directory):
        self.port, self._statistics_port = free_port(), free_port()
        servers = [
            f"  server b{port} 127.0.0.1:{port} check inter 100ms fall 1 rise 1"
            for port in backend_ports
        ]
        file = directory / f"independent-{number}.cfg"
        file.write_text(
            CONFIGURATION.format(
                port=self.port,
                servers="\n".join(servers),
                statistics_port=self._statistics_port,
            )
        )
        command = haproxy_command()
        with open(directory / f"independent-{number}.log", "w") as log:
            self._process = subprocess.Popen(
                [*command, "-db", "-f", visible_to(command, file)],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until_up(self, count):
        wait_for(lambda: self._up() == count, 10, f"HAProxy to find {count} backends up")

    def _up(self):
        """How many servers its checks have found up; None = it does not answer yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self._statistics_port, timeout=5)
        try:
            connection.request("GET", "/;csv")
            lines = connection.getresponse().read().decode().lstrip("# ").splitlines()
        except OSError:
            return None
        finally:
            connection.close()
        servers = [one for one in csv.DictReader(lines) if one["svname"].startswith("b")]
        return sum(one["status"] == "UP" for one in servers)

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        self._process.terminate()
        self._process.wait()
