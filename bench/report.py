"""The Markdown of a comparison, and its place in docs/performance.md."""

import math
import os
import platform
import re
import statistics

BASELINE = "haproxy"
WIDE = 0.1  # a range of ratios, as a share of their median, that calls for more rounds


def median(results, field):
    return statistics.median(getattr(result, field) for result in results)


def errors_of(results):
    total = sum(result.errors for result in results)
    return "0" if total == 0 else f"**{total}**"


def ratio(results, baseline, field="cpu"):
    """Median of the ratios round by round, and their range: rounds lie close together in time."""
    if baseline is None:
        return "-"
    ratios = ratios_of(results, baseline, field)
    if not ratios:
        return "-"
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def ratios_of(results, baseline, field="cpu"):
    """Sorted; a round in which one of both served nothing is left out."""
    pairs = [(getattr(mine, field), getattr(base, field)) for mine, base in zip(results, baseline)]
    return sorted(mine / base for mine, base in pairs if base and not math.isnan(mine / base))


def spread(results, field, form):
    """Median and range, if there is one; a value that is NaN is left out."""
    found = [getattr(result, field) for result in results]
    values = sorted(value for value in found if not math.isnan(value))
    if not values:
        return "-"
    middle, low, high = (
        f"{value:{form}}" for value in (statistics.median(values), values[0], values[-1])
    )
    return middle if low == high else f"{middle} ({low}-{high})"


def difference(results, field):
    """By what share of the larger one the last two differ."""
    before, last = (getattr(result, field) for result in results[-2:])
    return abs(last - before) / max(before, last) if before != last else 0.0


def remarks(sentences):
    return [line for sentence in sentences for line in (sentence, "")]


def wide_ranges(results, baseline=BASELINE):
    """A sentence about the ratios whose range is wide; compare.py repeats nothing by itself."""
    wide = []
    for name, runs in results.items():
        ratios = ratios_of(runs, results.get(baseline, []))
        if ratios and ratios[-1] - ratios[0] > WIDE * statistics.median(ratios):
            wide.append(name)
    return [f"Range of the ratio wider than {WIDE:.0%}: {', '.join(wide)}."] if wide else []


def mebibytes(count):
    return f"{count / 2**20:.0f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def traffic_table(scenario, results, baseline=BASELINE):
    """`results`: proxy name -> its runs, in the order of the rounds."""
    whose = "HAProxy's" if baseline == BASELINE else f"that {baseline}"
    rate = "MB/s (range)" if scenario.is_bulk else "operations/s (range)"
    cpu = "CPU s/GB (range)" if scenario.is_bulk else "CPU us/operation (range)"
    header = ["proxy", rate, cpu, f"CPU to {whose} (range)"]
    header += ["handshakes per CPU second"] if scenario.is_handshake else []
    header += [] if scenario.is_bulk else [f"{each} us (range)" for each in ("p50", "p99", "p99.9")]
    header += ["RSS MiB", "errors"]
    rows = []
    for name, runs in results.items():
        row = [name, spread(runs, "rate", ",.0f"), spread(runs, "cpu", ".2f")]
        row.append(ratio(runs, results.get(baseline)))
        if scenario.is_handshake:
            row.append(f"{1e6 / median(runs, 'cpu'):,.0f}")
        if not scenario.is_bulk:
            row += [spread(runs, field, ",.0f") for field in ("p50_us", "p99_us", "p999_us")]
        row += [mebibytes(runs[-1].rss_bytes), errors_of(runs)]
        rows.append(row)
    return [f"### {scenario.title} (`{scenario.name}`)", "", *table(header, rows), ""]


def flood_table(scenario, results):
    """Each proxy in two rows: the ratios of both are to HAProxy's in the same row."""
    header = ["proxy", "flood", "handshakes/s", "operations/s", "p50 us", "p99 us"]
    header += ["p50 to HAProxy's (range)", "p99 to HAProxy's (range)", "errors"]
    baseline = results.get(BASELINE)
    rows = []
    for name, runs in results.items():
        rates = "-", f"{median(runs, 'handshakes'):,.0f}"
        for flood, part, rate in zip(("without", "with"), ("quiet", "flooded"), rates):
            mine = [getattr(run, part) for run in runs]
            theirs = baseline and [getattr(run, part) for run in baseline]
            row = [name, flood, rate]
            row += [f"{median(mine, field):,.0f}" for field in ("rate", "p50_us", "p99_us")]
            row += [ratio(mine, theirs, field) for field in ("p50_us", "p99_us")]
            rows.append([*row, errors_of(mine)])
    return [f"### {scenario.title} (`{scenario.name}`)", "", *table(header, rows), ""]


def kilobytes(count):
    return "-" if math.isnan(count) else f"{count / 1000:.1f}"


def idle_table(scenario, sessions, results):
    header = ["proxy", "KB per session", "to HAProxy's (range)", "live heap KB per session"]
    header += ["RSS MiB with all open", "errors"]
    rows = []
    for name, runs in results.items():
        row = [name, kilobytes(median(runs, "bytes_per_session"))]
        row.append(ratio(runs, results.get(BASELINE), "bytes_per_session"))
        row.append(kilobytes(median(runs, "heap_per_session")))
        rows.append([*row, mebibytes(runs[-1].rss_bytes), errors_of(runs)])
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


def write_section(path, section, lines):
    """Replaces what stands between the two comments of `section` in `path`."""
    begin, end = f"<!-- {section}:begin -->", f"<!-- {section}:end -->"
    text = path.read_text()
    if begin not in text or end not in text:
        raise SystemExit(f"{path}: no {begin} and {end} in it")
    before, after = text.split(begin)[0], text.split(end)[1]
    path.write_text(before + begin + "\n\n" + "\n".join(lines).strip() + "\n\n" + end + after)
