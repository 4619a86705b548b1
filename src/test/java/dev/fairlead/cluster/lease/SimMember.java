package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import dev.fairlead.net.PauseClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A member of {@link LeaseWorld}: the real leases, on a map and a bus that are late or fail. */
final class SimMember implements LeaseContext {
  private static final int TICK_MICROS = 100_000;
  private static final int TIMEOUT_MICROS = 3_000_000;

  private final LeaseWorld world;
  private final String id;
  private final Map<String, SimLeased> leased = new LinkedHashMap<>();
  private final LeaseKeeper keeper;
  SimPart part;
  private boolean isAlive = true;
  private boolean isFrozen;
  private boolean isLeaving;

  private final PauseClock runningTime;

  /** Runs when the frozen process resumes. */
  private final List<Runnable> deferred = new ArrayList<>();

  private final Set<Promise<?>> pending = new LinkedHashSet<>();

  /** Calls of the map so far. */
  long calls;

  SimMember(LeaseWorld world, String id, SimPart part, Collection<SimLeased> leased) {
    this.world = world;
    this.runningTime = new PauseClock(this::monotonic);
    this.id = id;
    this.part = part;
    leased.forEach(each -> this.leased.put(each.key(), each));
    part.members.add(this);
    keeper = new LeaseKeeper(this, () -> List.<Leased>copyOf(this.leased.values()));
    world.clock.in(world.random.nextInt(TICK_MICROS), this::tick);
  }

  SimLeased leased(String key) {
    return leased.get(key);
  }

  Collection<SimLeased> leased() {
    return leased.values();
  }

  boolean isAlive() {
    return isAlive;
  }

  boolean isFrozen() {
    return isFrozen;
  }

  boolean isRunning() {
    return isAlive && !isFrozen && !isLeaving;
  }

  void die() {
    isAlive = false;
  }

  Future<Void> stop() {
    isLeaving = true;
    // It has drained.
    for (SimLeased each : leased.values()) {
      each.isBusy = false;
      each.demand = 0;
      each.inUse(0);
    }
    return keeper.stop();
  }

  void freeze() {
    isFrozen = true;
  }

  void resume() {
    isFrozen = false;
    List<Runnable> tasks = List.copyOf(deferred);
    deferred.clear();
    tasks.forEach(this::run);
  }

  /** Sets the number of its clients. */
  void demand(String key, int count) {
    SimLeased one = leased.get(key);
    one.demand = count;
    one.take();
    if (isRunning() && one.wanted() > 0) {
      keeper.needed(one);
    }
  }

  void joined() {
    soon(keeper::joined);
  }

  void left(String node) {
    soon(() -> keeper.left(node));
  }

  void merged() {
    soon(keeper::merged);
  }

  /** Changes of the nodes are noticed within 100 ms. */
  void soon(Runnable what) {
    world.clock.in(world.random.nextInt(TICK_MICROS), () -> run(what));
  }

  private void run(Runnable what) {
    if (isAlive && isFrozen) {
      deferred.add(what);
    } else if (isAlive) {
      what.run();
    }
  }

  /** Connections of before are closed. */
  void loseCalls() {
    pending.forEach(call -> soon(() -> call.tryFail("the connection is lost")));
    pending.clear();
  }

  private void tick() {
    run(
        () -> {
          leased.values().forEach(SimLeased::release);
          leased.values().forEach(SimLeased::take);
          keeper.tick();
          world.clock.in(TICK_MICROS, this::tick);
        });
  }

  @Override
  public String self() {
    return id;
  }

  @Override
  public Collection<String> nodes() {
    return part.members.stream().map(SimMember::self).toList();
  }

  @Override
  public long monotonic() {
    // Just below an overflow, as it may be.
    return Long.MAX_VALUE - 1_000_000_000L + world.clock.nanos();
  }

  @Override
  public PauseClock runningTime() {
    return runningTime;
  }

  @Override
  public Future<String> get(String key) {
    return call(() -> part.get(key), any -> {});
  }

  @Override
  public Future<Boolean> compareAndSet(String key, String before, String after) {
    LeaseRow own = LeaseEntry.parse(after).row(id);
    return call(
        () -> part.compareAndSet(key, before, after),
        done -> {
          if (done) {
            leased.get(key).acknowledged = own.held();
          }
        });
  }

  /** Runs after a delay and answers after another, unless one of them is lost. */
  private <T> Future<T> call(Supplier<T> access, Consumer<T> onAnswer) {
    calls++;
    Promise<T> promise = Promise.promise();
    pending.add(promise);
    promise.future().onComplete(done -> pending.remove(promise));
    LeaseWorld.Fate fate = world.fate(part);
    world.clock.in(
        fate.microsToMap(),
        () -> {
          // A request outlives its sender; that of a member cut off reaches its own part.
          T answer = fate.reachesMap() ? access.get() : null;
          if (fate.reachesMap() && fate.isAnswered()) {
            world.clock.in(
                fate.microsBack(),
                () ->
                    run(
                        () -> {
                          if (!promise.future().isComplete()) {
                            onAnswer.accept(answer);
                            promise.complete(answer);
                          }
                        }));
          }
        });
    world.clock.in(TIMEOUT_MICROS, () -> run(() -> promise.tryFail("no answer within 3 s")));
    return promise.future();
  }

  @Override
  public void askPeers(String key) {
    for (SimMember other : part.members) {
      if (other != this && world.isHeard()) {
        world.clock.in(world.latencyMicros(), () -> other.run(() -> other.keeper.requested(key)));
      }
    }
  }

  @Override
  public void schedule(long millis, Runnable task) {
    world.clock.in(millis * 1_000, () -> run(task));
  }
}
