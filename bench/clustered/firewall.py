"""Refuses the connections of one user to one port, with iptables."""

import contextlib
import os
import re
import shutil
import subprocess


def why_not():
    """Why it can't be done here, None = it can."""
    if os.geteuid() != 0:
        return "not root"
    if not shutil.which("iptables"):
        return "no iptables: apt-get install iptables"
    # 1 = there is no such rule, which is as it should be; above that it could not be asked for.
    asked = iptables("-C", rule(1, 0), check=False)
    return None if asked.returncode <= 1 else asked.stderr.strip()


class Refused:
    """Within `with` what any of these numeric users sends to `port` is answered by a reset."""

    def __init__(self, port, users):
        self._rules = [rule(port, user) for user in users]
        self._added = contextlib.ExitStack()

    def packets(self):
        """How many were refused of each user."""
        counted = iptables("-S", [], "-v").stdout.splitlines()
        return [self._count(counted, one) for one in self._rules]

    @staticmethod
    def _count(lines, one):
        port, user = (one[one.index(option) + 1] for option in ("--dport", "--uid-owner"))
        line = next(
            line
            for line in lines
            if f"--dport {port} " in line and f"--uid-owner {user} " in line
        )
        return int(re.search(r"-c (\d+) ", line).group(1))

    def __enter__(self):
        with contextlib.ExitStack() as added:
            for one in self._rules:
                # First, so that no interruption falls between the two.
                added.callback(iptables, "-D", one, check=False)
                iptables("-I", one)
            self._added = added.pop_all()
        return self

    def __exit__(self, *_problem):
        self._added.close()


def rule(port, user):
    refuse = ["-j", "REJECT", "--reject-with", "tcp-reset"]
    owner = ["-m", "owner", "--uid-owner", str(user)]
    return ["-p", "tcp", "--dport", str(port), *owner, *refuse]


def iptables(action, one, *more, check=True):
    done = subprocess.run(
        ["iptables", "-w", *more, action, "OUTPUT", *one], capture_output=True, text=True
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"iptables {action} ended with {done.returncode}: {done.stderr.strip()}")
    return done
