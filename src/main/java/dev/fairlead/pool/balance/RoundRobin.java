package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Picks the backends in turn, each in proportion to its weight and as evenly as possible: weights
 * 5,1,1 -> abaacaa. All event loops share one {@link SmoothSequence} and one position in it, so
 * that their picks together are the sequence. Others than the first pick of a session are drawn,
 * else the next backend in the sequence would get all sessions of a dead one.
 */
final class RoundRobin implements Balancer {
  private final Candidates candidates;
  private final int[] sequence;
  private final AtomicLong position;

  RoundRobin(Candidates candidates, AtomicLong position) {
    this.candidates = candidates;
    this.position = position;
    this.sequence =
        SmoothSequence.of(
            IntStream.range(0, candidates.size()).map(i -> (int) candidates.weight(i)).toArray());
  }

  @Override
  public Backend pick(@Nullable SocketAddress source, RandomGenerator random) {
    return candidates.get(sequence[Math.floorMod(position.getAndIncrement(), sequence.length)]);
  }

  @Override
  public Candidates candidates() {
    return candidates;
  }
}
