package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever several threads take and release at once: no source has more than the limit, all is
 * given back at the end, no more sources are known than may be, and heavy ones are shared.
 */
class SourceLimitProperties {
  private static final int THREADS = 4;
  private static final int STEPS = 50_000;

  private static ExecutorService threads;

  @BeforeContainer
  static void start() {
    threads = Executors.newFixedThreadPool(THREADS);
  }

  @AfterContainer
  static void stop() {
    threads.shutdownNow();
  }

  @Property(tries = 20)
  void neverAboveTheLimitAndNothingIsLost(
      @ForAll @IntRange(min = 1, max = 9) int max,
      @ForAll @IntRange(min = 1, max = 5) int sources,
      @ForAll long seed) {
    SourceLimit limit = new SourceLimit("web");
    limit.configure(max, true);
    Load load = new Load(limit, sources);
    load.run(seed, max);
    for (int source = 0; source < sources; source++) {
      assertThat(limit.active(Addresses.v4(source))).isZero();
    }
    limit.forEachHeavy(one -> assertThat(one.address()).isNull());
    for (int i = 0; i < max; i++) {
      assertThat(limit.tryTake(Addresses.v4(0))).isNotNull();
    }
    assertThat(limit.tryTake(Addresses.v4(0))).isNull();
  }

  /** So few may be known that every source is pushed out all the time, but never one in use. */
  @Property(tries = 20)
  void neverAboveTheLimitWhenIdleSourcesArePushedOut(
      @ForAll @IntRange(min = 1, max = 3) int max, @ForAll long seed) {
    int bound = 2 * THREADS * (max + 1);
    SourceLimit limit = new SourceLimit("web", bound);
    limit.configure(max, true);
    Load load = new Load(limit, 4 * bound);
    load.most = max;
    load.run(seed, max);
    assertThat(limit.size()).isLessThanOrEqualTo(bound);
  }

  @Property(tries = 20)
  void boundIsKeptAndHandlesWorkWhenEvenLiveOnesArePushedOut(
      @ForAll @IntRange(min = 1, max = 3) int max, @ForAll long seed) {
    SourceLimit limit = new SourceLimit("web", 2 * THREADS);
    limit.configure(max, true);
    Load load = new Load(limit, 100);
    load.run(seed, Integer.MAX_VALUE);
    assertThat(limit.size()).isLessThanOrEqualTo(2 * THREADS);
    limit.forEachHeavy(one -> assertThat(one.address()).isNull());
    load.known().forEach(one -> assertThat(one.active()).isZero());
  }

  /** It is shared within a moment, whatever another thread has just seen of it. */
  @Example
  void heavyOneIsNotMissedWhileOthersLook() throws Exception {
    SourceLimit limit = new SourceLimit("web");
    limit.configure(1, true);
    AtomicBoolean over = new AtomicBoolean();
    Future<?> looker =
        threads.submit(
            () -> {
              while (!over.get()) {
                limit.forEachHeavy(one -> {});
              }
            });
    for (int step = 0; step < STEPS; step++) {
      SourceCount taken = limit.tryTake(Addresses.v4(0));
      assertThat(isToldSoon(limit, taken)).isTrue();
      taken.release();
    }
    over.set(true);
    looker.get();
  }

  private static boolean isToldSoon(SourceLimit limit, SourceCount count) {
    long start = System.nanoTime();
    AtomicBoolean told = new AtomicBoolean();
    while (!told.get() && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5)) {
      limit.forEachHeavy(one -> told.compareAndSet(false, one == count));
    }
    return told.get();
  }

  /** Threads that take and release at random. */
  private static final class Load {
    private final SourceLimit limit;
    private final InetAddress[] addresses;

    /** What sources really have. */
    private final AtomicIntegerArray live;

    private final List<SourceCount> all = new ArrayList<>();

    /** No thread has more connections than this at a time. */
    private int most = 50;

    private Load(SourceLimit limit, int sources) {
      this.limit = limit;
      this.addresses =
          IntStream.range(0, sources).mapToObj(Addresses::v4).toArray(InetAddress[]::new);
      this.live = new AtomicIntegerArray(sources);
    }

    private void run(long seed, int max) {
      CyclicBarrier together = new CyclicBarrier(THREADS);
      List<Callable<List<SourceCount>>> tasks =
          IntStream.range(0, THREADS)
              .<Callable<List<SourceCount>>>mapToObj(
                  thread ->
                      () -> {
                        together.await();
                        return steps(new Random(seed + thread), max);
                      })
              .toList();
      try {
        for (Future<List<SourceCount>> each : threads.invokeAll(tasks)) {
          all.addAll(each.get());
        }
      } catch (InterruptedException | ExecutionException e) {
        throw new AssertionError(e);
      }
    }

    private List<SourceCount> known() {
      return all;
    }

    private List<SourceCount> steps(Random random, int max) {
      List<Taken> mine = new ArrayList<>();
      List<SourceCount> known = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        if (mine.size() < most && random.nextBoolean()) {
          int source = random.nextInt(addresses.length);
          SourceCount count = limit.tryTake(addresses[source]);
          if (count != null) {
            assertThat(live.incrementAndGet(source)).isLessThanOrEqualTo(max);
            mine.add(new Taken(source, count));
            known.add(count);
          }
        } else if (!mine.isEmpty()) {
          release(mine.remove(random.nextInt(mine.size())));
        }
      }
      mine.forEach(this::release);
      return known;
    }

    private void release(Taken taken) {
      live.decrementAndGet(taken.source);
      taken.count.release();
    }
  }

  private record Taken(int source, SourceCount count) {}
}
