"""Real servers and clients through a member, and a gibibyte each way at once."""

import contextlib
import glob
import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from acceptance.member import Member, free_port, pool

REQUESTS = 100_000
ROWS = 20_000
CHUNK = 256 * 1024


def run(*command, **more):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=300, **more
    )
    if done.returncode != 0:
        tail = (done.stderr or done.stdout).strip()[-300:]
        raise RuntimeError(f"{os.path.basename(command[0])} ended with {done.returncode}: {tail}")
    return done


def postgres_bin():
    """Debian keeps the server's programs out of the PATH."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    return os.path.dirname(initdb) if initdb else None


def missing_programs():
    wanted = {"redis-server": "redis-server", "redis-benchmark": "redis-tools"}
    wanted |= {"redis-cli": "redis-tools", "psql": "postgresql-client"}
    missing = {package for program, package in wanted.items() if not shutil.which(program)}
    return sorted(missing | (set() if postgres_bin() else {"postgresql"}))


def wait_for_port(port):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port}")


@contextlib.contextmanager
def redis_server(directory):
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory]
    server = subprocess.Popen(["redis-server", *arguments], stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def postgres_server(directory):
    """A cluster of its own in `directory`; root may not run it, so root hands it to `postgres`."""
    port, data, programs = free_port(), os.path.join(directory, "postgres"), postgres_bin()
    as_user = []
    os.mkdir(data)
    if os.getuid() == 0:
        os.chmod(directory, 0o755)
        shutil.chown(data, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    # Its background process would hold captured output open, so pg_ctl writes to a file.
    control = [*as_user, f"{programs}/pg_ctl", "-w", "-D", data, "-l", f"{data}/server.log"]
    run(*as_user, f"{programs}/initdb", "-A", "trust", "-U", "postgres", "-D", data, cwd=data)
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1"
    subprocess.run(
        [*control, "-o", options, "start"], check=True, cwd=data, stdout=subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        run(*control, "-m", "fast", "stop", cwd=data)


def check_redis(port):
    answer = run("redis-cli", "-p", port, "PING").stdout.strip()
    done = run(
        "redis-benchmark", "-p", port, "-c", 50, "-n", REQUESTS, "-t", "ping,set,get", "--csv"
    )
    tests = done.stdout.strip().splitlines()[1:]
    rates = [float(line.split(",")[1].strip('"')) for line in tests]
    errors = [line for line in (done.stdout + done.stderr).splitlines() if "rror" in line]
    passed = answer == "PONG" and len(rates) >= 3 and not errors
    figures = f"PING -> {answer}; {len(rates)} x {REQUESTS} requests"
    return passed, f"{figures}, {min(rates, default=0):,.0f}/s the slowest, errors: {errors or 0}"


def check_postgres(port):
    def psql(statement, **more):
        target = ["-h", "127.0.0.1", "-p", port, "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
        return run("psql", *target, "-X", "-q", "-A", "-t", "-c", statement, **more).stdout

    rows = "".join(
        f"{number}\t{hashlib.sha256(str(number).encode()).hexdigest()}\n" for number in range(ROWS)
    )
    psql("DROP TABLE IF EXISTS accept")
    psql("CREATE TABLE accept (number int PRIMARY KEY, words text)")
    psql("COPY accept FROM STDIN", input=rows)
    returned = psql("COPY (SELECT * FROM accept ORDER BY number) TO STDOUT")
    figures = f"{ROWS} rows there and back, {len(rows)} and {len(returned)} bytes"
    return returned == rows, figures


def send_stream(connection, size, digests, name):
    """A stream in which no two chunks are alike; FIN at its end, its SHA-256 in `digests`."""
    digest, noise = hashlib.sha256(), os.urandom(CHUNK - 8)
    for number in range(size // CHUNK):
        chunk = number.to_bytes(8, "big") + noise
        digest.update(chunk)
        connection.sendall(chunk)
    connection.shutdown(socket.SHUT_WR)
    digests[name] = digest.hexdigest()


def receive_stream(connection, digests, name):
    digest, count = hashlib.sha256(), 0
    while data := connection.recv(CHUNK):
        digest.update(data)
        count += len(data)
    digests[name] = digest.hexdigest()
    digests[name + " bytes"] = count


def check_bulk(acceptor, port, size):
    """`size` bytes each way on one session, at the same time."""
    started = time.monotonic()
    digests = {}
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        acceptor.settimeout(30)
        backend, _address = acceptor.accept()
        with backend:
            for connection in (client, backend):
                connection.settimeout(60)
            work = [
                threading.Thread(target=send_stream, args=[client, size, digests, "up sent"]),
                threading.Thread(target=send_stream, args=[backend, size, digests, "down sent"]),
                threading.Thread(target=receive_stream, args=[backend, digests, "up"]),
                threading.Thread(target=receive_stream, args=[client, digests, "down"]),
            ]
            for thread in work:
                thread.start()
            for thread in work:
                thread.join()
    equal = [digests.get(way, "-") == digests.get(f"{way} sent") for way in ("up", "down")]
    figures = f"{digests.get('up bytes', 0)} bytes up, {digests.get('down bytes', 0)} down"
    verdict = "equal" if all(equal) else "DIFFERENT"
    seconds = time.monotonic() - started
    return all(equal), f"{figures}, SHA-256 {verdict}, {seconds:.0f} s"


def check_traffic(checks, command, transport, size):
    with (
        tempfile.TemporaryDirectory() as directory,
        redis_server(directory) as redis_port,
        postgres_server(directory) as postgres_port,
        socket.create_server(("127.0.0.1", 0)) as acceptor,
    ):
        pools = [
            pool("redis", redis_port),
            pool("postgres", postgres_port),
            pool("bulk", acceptor.getsockname()[1]),
        ]
        member = Member(command, transport, pools, pathlib.Path(directory))
        port = member.port
        try:
            checks.attempt(transport, "redis", lambda: check_redis(port["redis"]))
            checks.attempt(transport, "PostgreSQL", lambda: check_postgres(port["postgres"]))
            checks.attempt(transport, "bulk", lambda: check_bulk(acceptor, port["bulk"], size))
        finally:
            code = member.stop()
        checks.record(transport, "exit", code == 0, f"exit code {code} after SIGTERM")
