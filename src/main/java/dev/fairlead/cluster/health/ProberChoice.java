package dev.fairlead.cluster.health;

import dev.fairlead.pool.balance.StableHash;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses the members that probe a backend by rendezvous hashing: those with the highest weight, a
 * hash of member and backend. All members that see the same members choose the same probers, and
 * when one of n members leaves, only the backends it probed, about 1 in n, get another prober.
 * After D. Thaler, C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM
 * Transactions on Networking 6(1), 1998.
 *
 * <pre>
 * weights of backend x: a 7, b 3, c 9    two probers: c, a
 * a leaves                               c, b
 * </pre>
 */
final class ProberChoice {
  private ProberChoice() {}

  /** The {@code probers} members of the highest weight, highest first; all if there are fewer. */
  static List<String> choose(Collection<String> members, String key, int probers) {
    long hash = StableHash.of(key);
    return members.stream()
        .map(member -> new Weighed(member, StableHash.mix(StableHash.of(member) ^ hash)))
        .sorted(Comparator.comparingLong(Weighed::weight).reversed().thenComparing(Weighed::member))
        .limit(probers)
        .map(Weighed::member)
        .toList();
  }

  private record Weighed(String member, long weight) {}
}
