package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks by the client's IP address: the same backend on every member as long as the backends stay
 * the same; when one is added or removed, few other clients move ({@link MaglevTable}). Ignores
 * counts.
 */
final class SourceHash implements Balancer {
  private final Candidates candidates;
  private final int[] table;

  SourceHash(Candidates candidates) {
    this.candidates = candidates;
    this.table = MaglevTable.of(candidates);
  }

  @Override
  public Candidates candidates() {
    return candidates;
  }

  /** A client stays with its backend, whatever that holds. */
  @Override
  public Balancer below(Map<String, Long> shares) {
    return this;
  }

  @Override
  public Backend pick(@Nullable SocketAddress source, RandomGenerator random) {
    return candidates.get(table[slot(source)]);
  }

  /** Continues in the table, so that the same failures lead a client to the same backend. */
  @Override
  public @Nullable Backend pickExcept(
      Collection<Backend> tried, @Nullable SocketAddress source, RandomGenerator random) {
    if (candidates.allIn(tried)) {
      return null;
    }
    int slot = slot(source);
    while (tried.contains(candidates.get(table[slot]))) {
      slot = (slot + 1) % table.length;
    }
    return candidates.get(table[slot]);
  }

  private int slot(@Nullable SocketAddress source) {
    return Math.floorMod(StableHash.of(source), table.length);
  }
}
