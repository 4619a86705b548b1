package dev.fairlead.cluster.lease;

import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A part of a cluster in {@link LeaseWorld} that is one: its members and its copy of the map. */
final class SimPart {
  /** The nodes as the cluster sees them. */
  final List<SimMember> members = new ArrayList<>();

  private final Map<String, String> map = new HashMap<>();

  /** The parsed texts, for the checks. */
  private final Map<String, LeaseEntry> entries = new HashMap<>();

  /** By key: the most permits that may be out of reach now. */
  final Map<String, Long> ceilings = new HashMap<>();

  /** By key: rows of departed members that may not be freed yet; and until when. */
  final Map<String, Map<String, LeaseRow>> kept = new HashMap<>();

  long keptUntil;

  SimPart copy() {
    SimPart copy = new SimPart();
    copy.map.putAll(map);
    copy.entries.putAll(entries);
    copy.ceilings.putAll(ceilings);
    return copy;
  }

  String get(String key) {
    return map.get(key);
  }

  void put(String key, String text) {
    if (text == null) {
      map.remove(key);
    } else {
      map.put(key, text);
    }
    entries.put(key, LeaseEntry.parse(text));
  }

  boolean compareAndSet(String key, String before, String after) {
    if (!Objects.equals(map.get(key), before)) {
      return false;
    }
    put(key, after);
    return true;
  }

  LeaseEntry entry(String key) {
    return entries.getOrDefault(key, LeaseEntry.NONE);
  }

  boolean isEmpty() {
    return map.isEmpty();
  }

  boolean isHere(String id) {
    return members.stream().anyMatch(member -> member.isAlive() && member.self().equals(id));
  }

  /** Permits held by absent members. */
  long heldByGone(String key) {
    long held = 0;
    for (Map.Entry<String, LeaseRow> each : entry(key).rows().entrySet()) {
      held += isHere(each.getKey()) ? 0 : each.getValue().held();
    }
    return held;
  }

  /** Permits out of reach because of present members. */
  long load(String key) {
    long load = 0;
    for (SimMember member : members) {
      load += member.isAlive() ? member.leased(key).load() : 0;
    }
    return load;
  }
}
