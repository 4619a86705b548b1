package dev.fairlead.admission;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits the concurrent connections of each source address at one listener. Outlives reloads. A
 * source is one address, also with IPv6; IPv4-mapped addresses count as IPv4. Any thread; a known
 * source allocates nothing.
 *
 * <p>This member's count is exact. Of other members it knows their latest rows, which contain the
 * sources with at least a quarter of the limit: so a source may exceed the limit by the connections
 * that arrive within one interval, and by those at members that are each below a quarter.
 *
 * <p>At most 100,000 sources are known. A new one evicts one without connections that was not used
 * for long; if nearly all have connections, one of those, which may then have up to the limit once
 * more. Connections made without a limit are never counted, and removing the limit drops all
 * counts.
 */
public final class SourceLimit {
  /** Raising it evicts fewer sources of an attack from many addresses, at some 100 B each. */
  private static final int MAX_SOURCES = 100_000;

  /**
   * A source with a quarter of the limit is in the own row. Raising it makes the cluster's limit
   * more exact, at the expense of larger rows.
   */
  private static final int SHARED_PART = 4;

  private final String listener;
  private final RecentSources sources;

  /** The sources in the own row, and some that were until recently. */
  private final Set<SourceCount> heavy = ConcurrentHashMap.newKeySet();

  private volatile Settings settings = new Settings(0, false);

  private record Settings(int max, boolean ofCluster) {}

  /** Without a limit until one is configured. */
  public SourceLimit(String listener) {
    this(listener, MAX_SOURCES);
  }

  SourceLimit(String listener, int maxSources) {
    this.listener = listener;
    this.sources = new RecentSources(maxSources, heavy::remove);
  }

  public String listener() {
    return listener;
  }

  /**
   * Applies to new connections from now on; no connection is closed.
   *
   * @param max connections of one source, 0 = no limit
   * @param ofCluster whether those at other members count
   */
  public synchronized void configure(int max, boolean ofCluster) {
    Settings next = new Settings(max, ofCluster);
    if (settings.equals(next)) {
      return;
    }
    settings = next;
    if (max == 0) {
      sources.clear();
    } else {
      // A connection counted at the same time sees the new settings, or is seen here.
      sources.forEach(this::list);
    }
    if (max == 0 || !ofCluster) {
      sources.forEach(one -> one.others = 0);
      forEachHeavy(none -> {});
    }
  }

  /**
   * Counts a connection.
   *
   * @param source null for a Unix socket, whose connections are not counted
   * @return to be {@linkplain SourceCount#release released} once when the connection ends; null if
   *     the source has reached its limit
   */
  public @Nullable SourceCount tryTake(@Nullable InetAddress source) {
    while (true) {
      Settings now = settings;
      if (now.max == 0 || source == null) {
        return SourceCount.UNCOUNTED;
      }
      SourceCount count = sources.get(source);
      if (count.tryTake(now.max, now.ofCluster)) {
        list(count);
        return count;
      }
      if (!count.isEvicted()) {
        return null;
      }
      sources.remove(count);
    }
  }

  /**
   * Visits the sources that belong in the own row: those with a quarter of the limit or more on
   * this member; none if the limit is each member's own. Takes time by their number, not by that of
   * all sources.
   */
  public void forEachHeavy(Consumer<SourceCount> each) {
    for (SourceCount one : heavy) {
      if (isHeavy(one)) {
        each.accept(one);
      } else {
        unlist(one);
      }
    }
  }

  /** Whether {@code count}, one of this limit, belongs in the own row. */
  public boolean isHeavy(SourceCount count) {
    Settings now = settings;
    int active = count.isEvicted() ? 0 : count.active();
    return now.ofCluster && active > 0 && (long) active * SHARED_PART >= now.max;
  }

  /**
   * Sets the connections that all other members together have of a source. Ignored if the limit is
   * each member's own, and if only an eviction of a source with connections would make room.
   */
  public void others(InetAddress source, int connections) {
    Settings now = settings;
    boolean counts = connections > 0 && now.max > 0 && now.ofCluster;
    SourceCount count = counts ? sources.getIfRoom(source) : sources.find(source);
    if (count != null) {
      count.others = counts ? connections : 0;
    }
  }

  int size() {
    return sources.size();
  }

  int active(InetAddress source) {
    SourceCount count = sources.find(source);
    return count == null ? 0 : count.active();
  }

  /** Lists a heavy source; {@link #unlist} checks again, so that none is missed in a race. */
  private void list(SourceCount count) {
    if (!count.listed && isHeavy(count)) {
      count.listed = true;
      heavy.add(count);
    }
  }

  private void unlist(SourceCount count) {
    heavy.remove(count);
    count.listed = false;
    list(count);
  }
}
