#!/usr/bin/env python3
"""Reads `jfr print --json` of allocation samples: allocations.py FILE FROM UNTIL LOAD_REPORT.

FROM and UNTIL are seconds of the epoch, LOAD_REPORT is the line that load.c prints.

A site is the innermost frame of Fairlead on the stack: what it, or a library it called, allocated.
The two are listed apart: with Fairlead's own frame on top the allocation is its own. Periodic tasks
allocate a little at any load, so the verdict is by operation: one object for each relayed buffer
would be at least 16 bytes.
"""

import collections
import datetime
import json
import sys

OURS = "dev.fairlead."
TOP = 15
BYTES_PER_OPERATION = 1


def frames_of(event):
    """Innermost first: `class.method:line`."""
    trace = event["values"].get("stackTrace") or {"frames": []}
    for frame in trace["frames"]:
        method = frame["method"]
        owner = method["type"]["name"].replace("/", ".")
        yield f"{owner}.{method['name']}:{frame['lineNumber']}"


def seconds_of(event):
    """2026-11-22T09:00:00.123456789+01:00 -> epoch; Python reads no more than microseconds."""
    time = event["values"]["startTime"]
    zone = "+00:00" if time.endswith("Z") else time[-6:]
    return datetime.datetime.fromisoformat(time[:19] + zone).timestamp()


def main():
    file, start, end = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    load = json.loads(sys.argv[4])
    with open(file) as recording:
        events = json.load(recording)["recording"]["events"]
    own, through, everything = collections.Counter(), collections.Counter(), 0
    for event in events:
        if not start <= seconds_of(event) < end:
            continue
        weight = event["values"]["weight"]
        everything += weight
        frames = list(frames_of(event))
        ours = [frame for frame in frames if frame.startswith(OURS)]
        if not ours:
            continue
        what = event["values"]["objectClass"]["name"].replace("/", ".")
        # Innermost frames of the JDK (a boxed value, a copied array) are still our doing.
        outside_jdk = [frame for frame in frames if not frame.startswith(("java.", "jdk."))]
        sites = own if outside_jdk[0].startswith(OURS) else through
        sites[(ours[0], what)] += weight
    seconds = end - start
    for title, sites in (("allocated by Fairlead", own), ("by libraries it called", through)):
        print(f"{title}: {sum(sites.values()) / seconds / 1024:.1f} KiB/s")
        for (site, what), weight in sites.most_common(TOP):
            print(f"  {weight / seconds / 1024:10.1f} KiB/s  {what}  {site}")
    print(f"the whole process: {everything / seconds / 1024:.1f} KiB/s in {seconds:.0f} s")
    per_operation = sum(own.values()) / seconds / (load["operations"] / load["seconds"])
    passed = per_operation < BYTES_PER_OPERATION
    does = "allocates nothing" if passed else "allocates"
    print(f"verdict: Fairlead's own code {does} per buffer: {per_operation:.2f} bytes an operation")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
