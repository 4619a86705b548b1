"""What each program that checks the built jar needs: its command, sockets, a line for each check."""

import os
import pathlib
import resource
import shutil

JAR = pathlib.Path(__file__).resolve().parents[2] / "target" / "fairlead.jar"


def jar_command():
    """Starts the built jar; JAVA and FAIRLEAD_JAR choose others."""
    return [os.environ.get("JAVA", "java"), "-jar", os.environ.get("FAIRLEAD_JAR", str(JAR))]


def problems_of(command):
    problems = []
    if not shutil.which(command[0]):
        problems.append(f"no {command[0]}: install Java 17 or later, or set JAVA")
    if not os.path.exists(command[-1]):
        problems.append(f"no {command[-1]}: build it with `mvn -B package -DskipTests`")
    return problems


def allow_many_sockets():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Checks:
    def __init__(self):
        self.missed = 0

    def record(self, transport, name, passed, figures):
        self.missed += not passed
        verdict = "ok  " if passed else "MISS"
        print(f"{verdict}  {transport:8} {name:14} {figures}", flush=True)

    def attempt(self, transport, name, check):
        """Runs `check`, which returns (passed, figures); an exception is a miss, not the end."""
        try:
            self.record(transport, name, *check())
        except Exception as problem:
            self.record(transport, name, False, f"{type(problem).__name__}: {problem}")

    def exit_code(self):
        """Prints the verdict on all of them; 1 = one was missed."""
        print(f"{self.missed} missed" if self.missed else "all hold")
        return 1 if self.missed else 0
