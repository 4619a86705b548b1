package dev.fairlead.admission;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * How many connections each source address may have at one listener. Lives as long as the process:
 * a reload calls {@link #configure} and the counts go on. A source is one address, also with IPv6,
 * and an IPv4 address is the same however it is written. Any thread; a known source allocates
 * nothing.
 *
 * <p>This member's count is exact. Of the cluster's it knows what the others told lately, and they
 * tell of sources with at least a quarter of the limit: so a source may have more than the limit by
 * what comes within one interval, and by what members have that are each below a quarter.
 *
 * <p>At most 100,000 sources are known. Another one pushes out one without connections that was not
 * used for long; if nearly all have connections, one of those, whose count is then forgotten: it
 * may have up to the limit once more. Connections that came while there was no limit are never
 * counted, and those counted are forgotten when the limit is taken away.
 */
public final class SourceLimit {
  private static final int MAX_SOURCES = 100_000;
  private static final int SHARED_PART = 4;

  private final String listener;
  private final Sources sources;

  /** Those to be told to the others, and some that were until lately. */
  private final Set<SourceCount> heavy = ConcurrentHashMap.newKeySet();

  private volatile Settings settings = new Settings(0, false);

  private record Settings(int max, boolean ofCluster) {

    /** Whether the others are told of a source with so many. */
    private boolean isHeavy(int count) {
      return ofCluster && count > 0 && (long) count * SHARED_PART >= max;
    }
  }

  /** Without a limit until one is configured. */
  public SourceLimit(String listener) {
    this(listener, MAX_SOURCES);
  }

  SourceLimit(String listener, int maxSources) {
    this.listener = listener;
    this.sources = new Sources(maxSources, heavy::remove);
  }

  /** The listener's name. */
  public String listener() {
    return listener;
  }

  /**
   * Holds for new connections from now on. Nobody is cut off when it is less than before.
   *
   * @param max connections of one source, 0 = no limit
   * @param ofCluster whether those at other members count, and others are told of those here
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
      // A connection that is counted meanwhile sees the new settings, or is seen here.
      sources.forEach(this::list);
    }
    if (max == 0 || !ofCluster) {
      sources.forEach(one -> one.others(0));
      forEachHeavy(none -> {});
    }
  }

  /**
   * Counts a connection.
   *
   * @param source null = it has none, as with a unix socket, and is not counted
   * @return what must be {@linkplain SourceCount#release released} once when the connection ends;
   *     null = the source has as many as it may have
   */
  public SourceCount tryTake(InetAddress source) {
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
      if (!count.isForgotten()) {
        return null;
      }
      sources.remove(count);
    }
  }

  /**
   * Goes through the sources that the other members must know of: those with a quarter of the limit
   * or more on this member. None if the limit is this member's own. Costs by their number, not by
   * that of all sources.
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

  /** Whether the other members must know of {@code count}, one of this limit. */
  public boolean isHeavy(SourceCount count) {
    return !count.isForgotten() && settings.isHeavy(count.active());
  }

  /**
   * Tells what all other members together have of a source, 0 = none. Of no meaning if the limit is
   * this member's own, nor for a source for which there is no room among others with connections.
   */
  public void others(InetAddress source, int connections) {
    Settings now = settings;
    boolean counts = connections > 0 && now.max > 0 && now.ofCluster;
    SourceCount count = counts ? sources.getIfRoom(source) : sources.find(source);
    if (count != null) {
      count.others(counts ? connections : 0);
    }
  }

  /** How many sources are known. */
  int size() {
    return sources.size();
  }

  /** Live connections of {@code source} that are counted on this member. */
  int active(InetAddress source) {
    SourceCount count = sources.find(source);
    return count == null ? 0 : count.active();
  }

  /** Remembers a source that is heavy; one is never missed, since {@link #unlist} looks again. */
  private void list(SourceCount count) {
    if (!count.isListed() && isHeavy(count)) {
      count.listed(true);
      heavy.add(count);
    }
  }

  private void unlist(SourceCount count) {
    heavy.remove(count);
    count.listed(false);
    list(count);
  }
}
