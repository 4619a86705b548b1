"""The proxies of the comparison: how each is started, and what it costs while it runs.

Ports are those of the configuration files beside this one: the load's backend is on 19800, each
proxy listens on a port of its own, or with TLS on five: in clear, full handshakes with ECDSA, with
RSA, with tickets, and for a flood, whose backend is on 19809. The members of a cluster have 19846 to
19848, and for each other 19851 to 19853, for the administrator 19856 to 19858. Fairlead with another
jar, other flags or other keys has 19861 to 19864.
"""

import math
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, replace

BENCH = pathlib.Path(__file__).resolve().parent
OUT = BENCH / "out"
BACKEND_PORT, FLOOD_BACKEND_PORT, CLUSTER_PORTS = 19800, 19809, 19845
JAR = pathlib.Path(os.environ.get("FAIRLEAD_JAR", BENCH.parent / "target" / "fairlead.jar"))
BEFORE = pathlib.Path(os.environ.get("FAIRLEAD_BEFORE", OUT / "before.jar"))
LAUNCHER = BENCH.parent / "bin" / "fairlead"
ARTICLE_PROXY = BENCH / "article-proxy" / "target" / "release" / "article-proxy"
# As plain as `java -jar`; a small fixed heap, so that memory can be compared from run to run.
JAVA_FLAGS = ["-Xms64m", "-Xmx64m"]
START_SECONDS = 60
# Those that take part when none is named.
USUAL = ["haproxy", "haproxy-splice", "nginx", "article"]
USUAL += ["fairlead-epoll", "fairlead-io_uring", "fairlead-nio", "fairlead-jdk"]


@dataclass(frozen=True)
class Build:
    """One way of starting Fairlead: its transport, its jar, more flags of the JVM, more keys."""

    transport: str = "epoll"
    jar: pathlib.Path = JAR
    flags: tuple = ()
    settings: tuple = ()

    def all_settings(self):
        return [f"node.transport={self.transport}", *self.settings]


@dataclass(frozen=True)
class Proxy:
    """`missing` says in one line why it can't take part; None = it can.

    `splices`: its configuration asks for splice(2), which is checked. `build` is Fairlead's.
    """

    name: str
    port: int
    command: list
    version_command: list
    is_java: bool = False
    missing: str = None
    backend_port: int = BACKEND_PORT
    splices: bool = False
    build: Build = None


def java_command(more=()):
    java = os.environ.get("JAVA", "java")
    flags = [*JAVA_FLAGS, *more]
    if java_version(java) >= 23:
        flags.append("--sun-misc-unsafe-memory-access=allow")
    return [java, *flags]


def launcher_flags():
    """Those that bin/fairlead gives to every JVM."""
    text = LAUNCHER.read_text()
    assigned = re.findall(r'^flags="(?:\$flags )?([^"]*)"', text, re.MULTILINE)
    return tuple(word for words in assigned for word in words.split())


def java_version(java):
    try:
        text = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', text)
    return int(found.group(1)) if found else 0


def haproxy_command():
    """HAPROXY names another binary, HAPROXY_CMD a whole command such as `chroot DIR haproxy`."""
    if "HAPROXY_CMD" in os.environ:
        return shlex.split(os.environ["HAPROXY_CMD"])
    return [os.environ.get("HAPROXY", "haproxy")]


def visible_to(command, file):
    """A path under which `command` sees `file`: inside a chroot, that of a copy."""
    if os.path.basename(command[0]) != "chroot":
        return str(file)
    inside = f"/tmp/fairlead-bench-{file.name}"
    shutil.copyfile(file, command[1] + inside)
    return inside


def haproxy(name, file, port):
    command = haproxy_command()
    missing = None if shutil.which(command[0]) else f"no {command[0]}: apt-get install haproxy"
    path = str(file) if missing else visible_to(command, file)
    return Proxy(name, port, [*command, "-db", "-f", path], [*command, "-v"], missing=missing)


def nginx():
    command = [shutil.which("nginx") or "/usr/sbin/nginx"]
    module = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")
    missing = None
    if not os.path.exists(command[0]) or not module.exists():
        missing = "no nginx with stream: apt-get install nginx libnginx-mod-stream"
    arguments = ["-p", str(OUT), "-c", str(BENCH / "nginx.conf"), "-g", "daemon off;"]
    return Proxy("nginx", 19803, command + arguments, [*command, "-v"], missing=missing)


def haproxy_tls(port):
    plain = haproxy("haproxy", BENCH / "haproxy-tls.cfg", port)
    if plain.missing:
        return plain
    files = {name: visible_to(haproxy_command(), OUT / f"{name}.pem") for name in ("ec", "rsa")}
    command = ["env", *(f"BENCH_{name.upper()}={file}" for name, file in files.items())]
    return replace(plain, command=command + plain.command)


def fairlead(name, port, build):
    settings = [*build.all_settings(), f"listeners[0].bind=127.0.0.1:{port}"]
    return fairlead_with(f"fairlead-{name}", "fairlead.yaml", port, build, settings)


def fairlead_member(build, number):
    """Member 1, 2 or 3 of the one cluster there is at a time."""
    port = CLUSTER_PORTS + number
    name = f"fairlead-m{number}"
    member = fairlead_with(name, "fairlead-cluster.yaml", port, build, build.all_settings())
    own = {"NAME": f"m{number}", "PORT": port}
    own |= {"CLUSTER_PORT": port + 5, "ADMIN_PORT": admin_port(number)}
    command = ["env", *(f"{name}={value}" for name, value in own.items()), *member.command]
    return replace(member, command=command)


def admin_port(number):
    return CLUSTER_PORTS + 10 + number


def fairlead_tls(name, port, build):
    settings = build.all_settings()
    settings += [f"listeners[{i}].bind=127.0.0.1:{port + i}" for i in range(5)]
    return fairlead_with(f"fairlead-{name}", "fairlead-tls.yaml", port, build, settings)


def fairlead_with(name, file, port, build, settings):
    missing = None
    if not build.jar.exists():
        how = "name one with FAIRLEAD_BEFORE" if build.jar == BEFORE else "`mvn -B package -DskipTests`"
        missing = f"no {build.jar}: {how}"
    elif java_version(os.environ.get("JAVA", "java")) < 17:
        missing = "no Java 17 or later: set JAVA"
    start = [*java_command(build.flags), "-jar", str(build.jar)]
    run = ["run", "-c", str(BENCH / file)]
    run += [word for setting in settings for word in ("--set", setting)]
    return Proxy(name, port, start + run, [*start, "version"], True, missing, build=build)


def article():
    missing = None
    if not ARTICLE_PROXY.exists():
        missing = "not built (optional): see bench/README.md"
    command = ["env", "TOKIO_WORKER_THREADS=1", str(ARTICLE_PROXY)]
    command += ["127.0.0.1:19807", f"127.0.0.1:{BACKEND_PORT}"]
    return Proxy("article", 19807, command, ["echo", "article-proxy of bench/"], missing=missing)


def known_proxies():
    """By name, in the order of the table."""
    proxies = [
        haproxy("haproxy", BENCH / "haproxy.cfg", 19801),
        replace(haproxy("haproxy-splice", BENCH / "haproxy-splice.cfg", 19802), splices=True),
        nginx(),
        article(),
        fairlead("epoll", 19804, Build()),
        fairlead("io_uring", 19805, Build("io_uring")),
        fairlead("nio", 19806, Build("nio")),
        fairlead("before", 19861, Build(jar=BEFORE)),
        fairlead("launcher", 19862, Build(flags=launcher_flags())),
        fairlead("splice", 19863, Build(settings=("node.splice=true",))),
        fairlead("unrehearsed", 19864, Build(settings=("node.rehearsal=0s",))),
    ]
    return {proxy.name: proxy for proxy in proxies}


def tls_proxies():
    """Those of the scenarios with TLS, which have one configuration for all of these."""
    proxies = [
        haproxy_tls(19810),
        fairlead_tls("epoll", 19820, Build()),
        fairlead_tls("io_uring", 19830, Build("io_uring")),
        fairlead_tls("jdk", 19840, Build(settings=("node.tlsProvider=jdk",))),
    ]
    return {proxy.name: proxy for proxy in proxies}


def version_of(proxy):
    """The first line of what its version command says; of Fairlead, whose parts matter, all."""
    done = subprocess.run(
        proxy.version_command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    lines = [" ".join(line.split()) for line in done.stdout.strip().splitlines()]
    return ", ".join(lines if proxy.is_java else lines[:1]) or "?"


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Running:
    """One started proxy, pinned to a core; `stop` may be called twice.

    `start_seconds` is how long it took from its start until `is_up(port)`, asked every `poll_seconds`.
    """

    def __init__(self, proxy, core, is_up=accepts, poll_seconds=0.05):
        self.proxy = proxy
        log = OUT / f"{proxy.name}.log"
        began = time.monotonic()
        with open(log, "w") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(core), *proxy.command],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=OUT,
            )
        try:
            self._wait_until(is_up, poll_seconds, log)
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.monotonic() - began

    def _wait_until(self, is_up, poll_seconds, log):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if is_up(self.proxy.port):
                return
            time.sleep(poll_seconds)
        tail = "\n".join(log.read_text().splitlines()[-10:])
        raise RuntimeError(f"{self.proxy.name} does not accept; the end of {log}:\n{tail}")

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            for pid in process_tree(self.process.pid):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def cpu_seconds(self):
        """On-CPU time of all its threads so far, to the nanosecond (schedstat)."""
        total = 0
        for pid in process_tree(self.process.pid):
            for thread in threads(pid):
                try:
                    with open(f"/proc/{pid}/task/{thread}/schedstat") as stat:
                        total += int(stat.read().split()[0])
                except (FileNotFoundError, ProcessLookupError):
                    pass  # a thread that just ended
        return total / 1e9

    def voluntary_switches(self):
        """How often its threads gave up the core to wait for something, so far."""
        total = 0
        for pid in process_tree(self.process.pid):
            for thread in threads(pid):
                try:
                    with open(f"/proc/{pid}/task/{thread}/status") as status:
                        found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read(), re.M)
                except (FileNotFoundError, ProcessLookupError):
                    continue  # a thread that just ended
                total += int(found.group(1))
        return total

    def rss_bytes(self):
        total = 0
        for pid in process_tree(self.process.pid):
            with open(f"/proc/{pid}/status") as status:
                found = re.search(r"VmRSS:\s+(\d+) kB", status.read())
            total += int(found.group(1)) * 1024 if found else 0
        return total

    def live_heap_bytes(self):
        """What a full collection leaves in the heap of a JVM; NaN = not a JVM, or no jcmd."""
        if not self.proxy.is_java or not shutil.which("jcmd"):
            return math.nan
        command = ["jcmd", str(self.process.pid), "GC.class_histogram"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return int(re.search(r"^Total\s+\d+\s+(\d+)", text, re.MULTILINE).group(1))


def threads(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return []


def process_tree(pid):
    """`pid` and all its descendants."""
    found = [pid]
    for thread in threads(pid):
        try:
            with open(f"/proc/{pid}/task/{thread}/children") as children:
                for child in children.read().split():
                    found += process_tree(int(child))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it just ended
    return found
