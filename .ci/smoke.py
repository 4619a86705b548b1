#!/usr/bin/env python3
"""Starts the built jar with conf/article.toml, relays one request, drains it: usage smoke.py JAVA JAR.

The file is run as it stands but for its ports, which are replaced by free ones of this machine.
"""

import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

START_SECONDS, STOP_SECONDS = 60, 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_backend():
    """A backend that answers every PING with PONG, and its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=answer_pings, args=[listener], daemon=True).start()
    return listener.getsockname()[1]


def answer_pings(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            while connection.recv(4) == b"PING":
                connection.sendall(b"PONG")


def with_free_ports(text, port):
    """The first port of the article's file is the listener's, each other one a backend's."""
    ports = iter([port])
    return re.sub(
        r"(?m)^port\s*=\s*\d+", lambda _: f"port = {next(ports, None) or start_backend()}", text
    )


def wait_until_ready(process, admin_port):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"smoke: the jar ended with exit code {process.returncode}")
        try:
            url = f"http://127.0.0.1:{admin_port}/readyz"
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise SystemExit(f"smoke: not ready within {START_SECONDS} s")


def exchange(port):
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(b"PING")
        received = b""
        while len(received) < 4:
            part = client.recv(4 - len(received))
            if not part:
                raise SystemExit(f"smoke: the session ended after {received!r}")
            received += part
    if received != b"PONG":
        raise SystemExit(f"smoke: expected PONG, received {received!r}")


def run(command, port, admin_port):
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_ready(process, admin_port)
            exchange(port)
            process.send_signal(signal.SIGTERM)
            if process.wait(STOP_SECONDS) != 0:
                raise SystemExit(f"smoke: exit code {process.returncode} after SIGTERM, expected 0")
        finally:
            process.kill()
            process.wait()
            log.seek(0)
            print(log.read(), end="")


def main():
    java, jar = sys.argv[1:3]
    port, admin_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, "article.toml")
        file.write_text(with_free_ports(pathlib.Path("conf/article.toml").read_text(), port))
        command = [java, "-jar", jar, "run", "-c", str(file)]
        command += ["--set", f"node.admin.port={admin_port}"]
        run(command, port, admin_port)
    print("smoke: one request relayed, drained, exit 0")


if __name__ == "__main__":
    main()
