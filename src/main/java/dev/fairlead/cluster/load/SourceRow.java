package dev.fairlead.cluster.load;

import dev.fairlead.admission.SourceCount;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.load.PeerCounts.Receiver;
import io.netty.util.NetUtil;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * This member's row of sources: {@code LISTENER/ADDRESS} -> its live connections, of the heavy
 * sources, those with a quarter of their listener's limit or more; of each listener the 1,000 with
 * the most connections. {@link #changes} allocates nothing for a source whose count is the same. On
 * the cluster's context only.
 */
final class SourceRow implements CountTable.CountRow<SourceLimit> {
  private static final int MAX_SOURCES = 1_000;

  private Map<SourceLimit, HeavySources> parts = Map.of();

  /** By listener. */
  private Map<String, SourceLimit> limits = Map.of();

  /** Keys of shared sources whose listener is not configured any more, to be removed. */
  private final List<String> removed = new ArrayList<>();

  @Override
  public void follow(List<SourceLimit> inForce) {
    Map<SourceLimit, HeavySources> before = new LinkedHashMap<>(parts);
    Map<SourceLimit, HeavySources> next = new LinkedHashMap<>();
    limits = new HashMap<>();
    for (SourceLimit limit : inForce) {
      HeavySources known = before.remove(limit);
      next.put(limit, Objects.requireNonNullElseGet(known, () -> new HeavySources(limit)));
      limits.put(limit.listener(), limit);
    }
    before.values().forEach(part -> part.shared.values().forEach(one -> removed.add(one.key)));
    parts = next;
  }

  @Override
  public @Nullable Receiver receiver(String key) {
    int end = key.lastIndexOf('/');
    SourceLimit limit = limits.get(key.substring(0, Math.max(0, end)));
    InetAddress source = NetUtil.createInetAddressFromIpAddressString(key.substring(end + 1));
    return limit == null || source == null
        ? null
        : new Receiver(limit, count -> limit.others(source, count));
  }

  @Override
  public JsonObject changes() {
    JsonObject changes = new JsonObject();
    removed.forEach(changes::putNull);
    removed.clear();
    parts.values().forEach(part -> part.changes(changes));
    return changes;
  }

  @Override
  public JsonObject whole() {
    JsonObject row = new JsonObject();
    for (HeavySources part : parts.values()) {
      part.shared.values().forEach(one -> row.put(one.key, one.shared));
    }
    return row;
  }

  private static final class SharedSource {
    private final SourceCount source;
    private final String key;
    private boolean isChosen;

    /** At this choice. */
    private int count;

    /** As last shared with the peers. */
    private int shared;

    private SharedSource(String listener, SourceCount source) {
      this.source = source;
      this.key = listener + "/" + NetUtil.toAddressString(source.address());
    }
  }

  /** One listener's part of the row. Of equal sources those already shared stay. */
  private static final class HeavySources {
    private final SourceLimit limit;
    private final Map<SourceCount, SharedSource> shared = new HashMap<>();

    /** The fewest connections first. */
    private final PriorityQueue<SharedSource> chosen =
        new PriorityQueue<>(Comparator.comparingInt(one -> one.count));

    private HeavySources(SourceLimit limit) {
      this.limit = limit;
    }

    /** Chooses anew, and adds what differs from what was shared. */
    private void changes(JsonObject changes) {
      choose();
      for (SharedSource one : shared.values()) {
        if (!one.isChosen && one.shared > 0) {
          changes.putNull(one.key);
        }
      }
      shared.values().removeIf(one -> !one.isChosen);
      for (SharedSource one : chosen) {
        // A forgotten source that came back has two entries for a moment; the older goes first.
        if (one.count != one.shared || changes.containsKey(one.key)) {
          changes.put(one.key, one.count);
          one.shared = one.count;
        }
      }
    }

    private void choose() {
      chosen.clear();
      for (SharedSource one : shared.values()) {
        one.isChosen = false;
        if (limit.isHeavy(one.source)) {
          choose(one);
        }
      }
      limit.forEachHeavy(this::offer);
    }

    private void offer(SourceCount source) {
      if (chosen.size() == MAX_SOURCES && source.active() <= chosen.element().count) {
        return;
      }
      SharedSource one =
          shared.computeIfAbsent(source, any -> new SharedSource(limit.listener(), any));
      if (!one.isChosen) {
        choose(one);
      }
    }

    private void choose(SharedSource one) {
      one.count = one.source.active();
      if (one.count > 0) {
        one.isChosen = true;
        chosen.add(one);
      }
      if (chosen.size() > MAX_SOURCES) {
        chosen.remove().isChosen = false;
      }
    }
  }
}
