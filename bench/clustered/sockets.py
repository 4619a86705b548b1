"""What members send each other, as the kernel counts it: no word of theirs is needed for it."""

import re
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """Over all connections of one member to the others, of both Hazelcast and the event bus."""

    bytes: int = 0
    segments: int = 0  # that carry data; a small message is one
    packets: int = 0  # with acknowledgements

    def __add__(self, other):
        return Sent(
            self.bytes + other.bytes,
            self.segments + other.segments,
            self.packets + other.packets,
        )

    def __sub__(self, other):
        return Sent(
            self.bytes - other.bytes,
            self.segments - other.segments,
            self.packets - other.packets,
        )


def between(pids):
    """(pid, local address, peer's address) -> Sent, of every connection among these processes."""
    found = {}
    for line in socket_lines():
        owner = re.search(r"pid=(\d+)", line)
        local, peer = line.replace("[::ffff:", "").replace("]", "").split()[2:4]
        if owner and int(owner.group(1)) in pids:
            found[local, peer] = int(owner.group(1)), line
    return {
        (pid, *ends): sent(line)
        for ends, (pid, line) in found.items()
        if ends[::-1] in found and found[ends[::-1]][0] != pid
    }


def sent_since(before, now, pid):
    """Of connections made in between all that they sent; of those that have ended nothing."""
    total = Sent()
    for connection, so_far in now.items():
        if connection[0] == pid:
            total += so_far - before.get(connection, Sent())
    return total


def socket_lines():
    """One for each established connection: `ss` puts its details on a second, indented one."""
    command = ["ss", "-tinHp", "state", "established"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"\n\s+", " ", text).splitlines()


def sent(line):
    def field(name):
        found = re.search(rf"\b{name}:(\d+)", line)
        return int(found.group(1)) if found else 0

    return Sent(field("bytes_sent"), field("data_segs_out"), field("segs_out"))
