package dev.fairlead.cluster.lease;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.net.PauseClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** A cluster of a and b, seen by one of them, whose map answers when the test says so. */
final class FakeLeaseContext implements LeaseContext {
  final FakeClock clock = new FakeClock();
  private final String self;

  /** Calls that are not answered yet. */
  final Deque<Promise<String>> gets = new ArrayDeque<>();

  final Deque<Promise<Boolean>> swaps = new ArrayDeque<>();

  /** The keys that the peers were asked for. */
  final List<String> asked = new ArrayList<>();

  /** Not run yet. */
  final Deque<Runnable> scheduled = new ArrayDeque<>();

  /** Of the last compare-and-set. */
  String before;

  String after;

  FakeLeaseContext() {
    this("a");
  }

  FakeLeaseContext(String self) {
    this.self = self;
  }

  void pass(long millis) {
    clock.pass(Duration.ofMillis(millis));
  }

  @Override
  public String self() {
    return self;
  }

  @Override
  public Collection<String> nodes() {
    return List.of("a", "b");
  }

  @Override
  public long monotonic() {
    return clock.getAsLong();
  }

  @Override
  public PauseClock runningTime() {
    return clock.running();
  }

  @Override
  public Future<String> get(String key) {
    gets.add(Promise.promise());
    return gets.getLast().future();
  }

  @Override
  public Future<Boolean> compareAndSet(String key, String expected, String next) {
    before = expected;
    after = next;
    swaps.add(Promise.promise());
    return swaps.getLast().future();
  }

  @Override
  public void askPeers(String key) {
    asked.add(key);
  }

  @Override
  public void schedule(long millis, Runnable task) {
    scheduled.add(task);
  }
}
