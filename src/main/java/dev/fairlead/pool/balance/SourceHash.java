package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.random.RandomGenerator;

/**
 * Sends a client, known by its IP address, to the same backend as long as the backends stay the
 * same, on every member alike; when one leaves or comes, few other clients move ({@link
 * MaglevTable}). Does not look at counts.
 */
final class SourceHash implements Balancer {
  private final Candidates candidates;
  private final int[] table;

  SourceHash(Candidates candidates) {
    this.candidates = candidates;
    this.table = MaglevTable.of(candidates);
  }

  @Override
  public Backend pick(SocketAddress source, RandomGenerator random) {
    return candidates.get(table[slot(source)]);
  }

  /** Walks on through the table, so the same failures lead the same client to the same backend. */
  @Override
  public Backend pickExcept(
      Collection<Backend> tried, SocketAddress source, RandomGenerator random) {
    if (candidates.allIn(tried)) {
      return null;
    }
    int slot = slot(source);
    while (tried.contains(candidates.get(table[slot]))) {
      slot = (slot + 1) % table.length;
    }
    return candidates.get(table[slot]);
  }

  private int slot(SocketAddress source) {
    return Math.floorMod(StableHash.of(source), table.length);
  }
}
