package dev.fairlead.pool.balance;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.PoolFixture;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Members without a network between them: each has a pool of its own over the same backends, and
 * knows of the others' sessions what their last rows said. One thread.
 */
final class SimulatedCluster {
  private final int[] weights;
  private final List<Member> members;

  /** By member and backend: its own count as it last told the others. */
  private final int[][] rows;

  /** By backend: the sum of all rows. */
  private final int[] told;

  /** By backend, over all members: what its machine really has to carry. */
  private final int[] load;

  private record Member(List<Backend> backends, Balancer balancer) {
    static Member of(Balance balance, int[] weights) {
      List<Backend> backends = PoolFixture.pool(balance, weights).backends();
      return new Member(
          backends, Balancer.of(balance, PoolFixture.candidates(backends), new AtomicLong()));
    }
  }

  SimulatedCluster(Balance balance, int members, int[] weights) {
    this.weights = weights.clone();
    this.members = IntStream.range(0, members).mapToObj(i -> Member.of(balance, weights)).toList();
    rows = new int[members][weights.length];
    told = new int[weights.length];
    load = new int[weights.length];
  }

  /** The backend this member would give a new session. */
  int pick(int member, RandomGenerator random) {
    Member chooser = members.get(member);
    return chooser.backends().indexOf(chooser.balancer().pick(null, random));
  }

  void selected(int member, int backend) {
    members.get(member).backends().get(backend).trySelect();
    load[backend]++;
  }

  void released(int member, int backend) {
    members.get(member).backends().get(backend).released();
    load[backend]--;
  }

  /** This member tells the others its row, and they hear it at once. */
  void tell(int member) {
    for (int backend = 0; backend < weights.length; backend++) {
      tell(member, backend);
    }
  }

  /** The same for one backend. */
  void tell(int member, int backend) {
    int change = active(member, backend) - rows[member][backend];
    if (change != 0) {
      rows[member][backend] += change;
      told[backend] += change;
      for (int i = 0; i < members.size(); i++) {
        members.get(i).backends().get(backend).othersActive(told[backend] - rows[i][backend]);
      }
    }
  }

  /** Its own sessions, which it knows exactly. */
  int active(int member, int backend) {
    return members.get(member).backends().get(backend).active();
  }

  /** What it takes the load to be. */
  int believed(int member, int backend) {
    return members.get(member).backends().get(backend).clusterActive();
  }

  int members() {
    return members.size();
  }

  int[] weights() {
    return weights.clone();
  }

  int load(int backend) {
    return load[backend];
  }

  int load() {
    return IntStream.of(load).sum();
  }

  /** The backend's load in shares that its weight gives it: 1 = exactly its share. */
  double overMean(int backend) {
    double share = (double) load() * weights[backend] / IntStream.of(weights).sum();
    return load[backend] / share;
  }

  /** The same of the backend with the most. */
  double peakOverMean() {
    return IntStream.range(0, weights.length).mapToDouble(this::overMean).max().orElseThrow();
  }
}
