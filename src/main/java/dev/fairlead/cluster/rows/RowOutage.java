package dev.fairlead.cluster.rows;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs once for all tables of a member that its rows can't be written to the shared maps, and once
 * that they are written again: a member that hangs delays all tables. Any thread.
 */
public final class RowOutage {
  private static final Logger LOG = LoggerFactory.getLogger(RowOutage.class);

  private final Set<RowStore> failing = new HashSet<>();

  /** A write has ended; {@code failure} null = it is in the map. */
  synchronized void ended(RowStore store, @Nullable Throwable failure) {
    if (failure != null) {
      if (failing.isEmpty()) {
        LOG.warn("rows of this member can't be written to the shared maps: {}", failure.toString());
      }
      failing.add(store);
    } else if (failing.remove(store) && failing.isEmpty()) {
      LOG.info("rows of this member are written to the shared maps again");
    }
  }
}
