package dev.fairlead.pool.balance;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Clients of a {@link SimulatedCluster}, event by event: they come at random (Poisson), each to any
 * member, and stay for a random while (exponential). The same seed sends the same clients to the
 * same members whatever the balance. One thread; times are seconds.
 */
final class SimulatedTraffic {
  /** Rows are told with every change. */
  static final double AT_ONCE = 0;

  /** Rows are told after the start no more: every member is alone. */
  static final double NEVER = Double.POSITIVE_INFINITY;

  private static final Comparator<Event> IN_TURN =
      Comparator.comparingDouble(Event::at).thenComparingLong(Event::order);

  private final SimulatedCluster cluster;
  private final Load load;
  private final double interval;
  private final SplittableRandom clients;
  private final SplittableRandom choices;
  private final SplittableRandom moments;
  private final PriorityQueue<Event> events = new PriorityQueue<>(IN_TURN);

  /** Of all backends, how many new sessions each ever got. */
  private final long[] started;

  private double now;
  private long order;
  private long ended;

  /**
   * @param life mean of a session
   * @param sessions live ones for each backend, in the mean
   */
  record Load(double life, int sessions) {}

  private enum Kind {
    ARRIVAL,
    END,
    ROW
  }

  /**
   * @param order events of one moment happen in the order they were planned in
   */
  private record Event(double at, long order, Kind kind, int member, int backend) {}

  /**
   * @param interval at which each member tells its row, give or take a tenth
   */
  SimulatedTraffic(SimulatedCluster cluster, Load load, double interval, long seed) {
    this.cluster = cluster;
    this.load = load;
    this.interval = interval;
    clients = new SplittableRandom(seed);
    choices = clients.split();
    moments = clients.split();
    started = new long[cluster.weights().length];
  }

  /** Starts in balance, over the first {@code filled} backends; all others are empty. */
  void start(int filled) {
    int[] weights = Arrays.copyOf(cluster.weights(), filled);
    int sessions = load.sessions() * started.length;
    int[] turn = SmoothSequence.of(weights);
    for (int i = 0; i < sessions; i++) {
      begin(i / turn.length % cluster.members(), turn[i % turn.length]);
    }
    IntStream.range(0, cluster.members()).forEach(this::startRows);
    plan(random(load.life() / sessions), Kind.ARRIVAL, 0, 0);
  }

  /** Lets this much time pass. */
  void pass(double seconds) {
    double end = now + seconds;
    while (events.element().at() <= end) {
      Event event = events.remove();
      now = event.at();
      happen(event);
    }
    now = end;
  }

  double now() {
    return now;
  }

  long started(int backend) {
    return started[backend];
  }

  long started() {
    return Arrays.stream(started).sum();
  }

  long ended() {
    return ended;
  }

  private void happen(Event event) {
    switch (event.kind()) {
      case ARRIVAL -> arrive();
      case END -> end(event.member(), event.backend());
      case ROW -> {
        cluster.tell(event.member());
        // Members that kept step for good would be one throw of the dice for the whole run.
        plan(interval * (0.9 + 0.2 * moments.nextDouble()), Kind.ROW, event.member(), 0);
      }
    }
  }

  private void arrive() {
    plan(random(load.life() / (load.sessions() * started.length)), Kind.ARRIVAL, 0, 0);
    int member = clients.nextInt(cluster.members());
    begin(member, cluster.pick(member, choices));
  }

  private void begin(int member, int backend) {
    started[backend]++;
    cluster.selected(member, backend);
    changed(member, backend);
    plan(random(load.life()), Kind.END, member, backend);
  }

  private void end(int member, int backend) {
    ended++;
    cluster.released(member, backend);
    changed(member, backend);
  }

  private void changed(int member, int backend) {
    if (interval == AT_ONCE) {
      cluster.tell(member, backend);
    }
  }

  private void startRows(int member) {
    if (interval == NEVER) {
      return;
    }
    cluster.tell(member);
    if (interval > AT_ONCE) {
      plan(interval * moments.nextDouble(), Kind.ROW, member, 0);
    }
  }

  private void plan(double after, Kind kind, int member, int backend) {
    events.add(new Event(now + after, order++, kind, member, backend));
  }

  /** Exponential. */
  private double random(double mean) {
    return -mean * Math.log(1 - clients.nextDouble());
  }
}
