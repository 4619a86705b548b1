"""The Markdown of a comparison, and its place in docs/performance.md."""

import os
import platform
import re
import statistics

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
BASELINE = "haproxy"


def median(results, field):
    return statistics.median(getattr(result, field) for result in results)


def errors_of(results):
    total = sum(result.errors for result in results)
    return "0" if total == 0 else f"**{total}**"


def ratio(results, baseline):
    """Median of the ratios round by round, and their range: rounds lie close together in time."""
    if baseline is None:
        return "-"
    ratios = sorted(mine.cpu / theirs.cpu for mine, theirs in zip(results, baseline))
    middle = statistics.median(ratios)
    return f"{middle:.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def mebibytes(count):
    return f"{count / 2**20:.0f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def traffic_table(scenario, results):
    """`results`: proxy name -> its runs, in the order of the rounds."""
    rate = "MB/s" if scenario.is_bulk else "operations/s"
    cpu = "CPU s/GB" if scenario.is_bulk else "CPU us/operation"
    header = ["proxy", rate, cpu, "CPU to HAProxy's (range)"]
    header += [] if scenario.is_bulk else ["p50 us", "p99 us", "p99.9 us"]
    header += ["RSS MiB", "errors"]
    rows = []
    for name, runs in results.items():
        row = [name, f"{median(runs, 'rate'):,.0f}", f"{median(runs, 'cpu'):.2f}"]
        row.append(ratio(runs, results.get(BASELINE)))
        if not scenario.is_bulk:
            row += [f"{median(runs, field):,.0f}" for field in ("p50_us", "p99_us", "p999_us")]
        row += [mebibytes(runs[-1].rss_bytes), errors_of(runs)]
        rows.append(row)
    return [f"### {scenario.title} (`{scenario.name}`)", "", *table(header, rows), ""]


def idle_table(scenario, sessions, results):
    header = ["proxy", "KB per session", "RSS MiB with all open", "errors"]
    rows = []
    for name, runs in results.items():
        per_session = median(runs, "bytes_per_session") / 1000
        rows.append([name, f"{per_session:.1f}", mebibytes(runs[-1].rss_bytes), errors_of(runs)])
    title = f"### {scenario.title}, {sessions:,} sessions (`{scenario.name}`)"
    return [title, "", *table(header, rows), ""]


def machine_facts():
    model = "unknown CPU"
    with open("/proc/cpuinfo") as cpuinfo:
        found = re.search(r"model name\s*:\s*(.+)", cpuinfo.read())
        model = found.group(1) if found else model
    return [f"- Linux {platform.release()}, {model}, {os.cpu_count()} cores"]


def foreign_work(results):
    """A line about other work on the proxy's core, or nothing where there was none to speak of."""
    worst = max((run.foreign for runs in results.values() for run in runs), default=0)
    if worst < 0.03:
        return []
    return [f"Other work took up to {worst:.0%} of the proxy's core in these runs.", ""]


def write_section(path, lines):
    """Replaces what stands between the markers of `path`."""
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{path}: no {BEGIN} and {END} in it")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(before + BEGIN + "\n\n" + "\n".join(lines).strip() + "\n\n" + END + after)
