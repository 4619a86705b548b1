package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Takes the backends in turn, each as often as its weight says and spread as evenly as it goes:
 * weights 5,1,1 -> abaacaa. One {@link SmoothSequence} and one position in it for all event loops,
 * so their choices together make the sequence, whoever asks.
 */
final class RoundRobin implements Balancer {
  private final Candidates candidates;
  private final int[] sequence;
  private final AtomicLong position;

  RoundRobin(Candidates candidates, AtomicLong position) {
    this.candidates = candidates;
    this.position = position;
    int[] weights = new int[candidates.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (int) candidates.weight(i);
    }
    this.sequence = SmoothSequence.of(weights);
  }

  @Override
  public Backend pick(SocketAddress source, RandomGenerator random) {
    return candidates.get(sequence[Math.floorMod(position.getAndIncrement(), sequence.length)]);
  }

  @Override
  public Backend pickExcept(
      Collection<Backend> tried, SocketAddress source, RandomGenerator random) {
    // Drawn rather than next in turn: else whoever follows a dead backend gets all of its sessions.
    return candidates.drawExcept(tried, random);
  }
}
