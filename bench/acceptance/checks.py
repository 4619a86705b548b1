"""One line for each check, as soon as it is known."""


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
