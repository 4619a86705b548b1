package dev.fairlead.observe;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Ensures that each item is written once or counted as lost, and that whoever offers one never
 * waits. Provoked with sinks that are slow, stuck or failing, and with a close at any moment. A
 * failure would look like log lines that vanish without a trace, or an event loop that stands.
 */
@Logs("test: lines are dropped, ")
class BatcherTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration BOUND = Duration.ofSeconds(10);

  private final BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();

  private Batcher<Integer> batcher(int capacity, int size, Duration delay) {
    return new Batcher<>(
        "test", new Batcher.Limits(capacity, size, delay, BOUND), batch -> batches.add(batch));
  }

  @Test
  void fullBatchGoesOutBeforeTheDelay() throws Exception {
    try (Batcher<Integer> batcher = batcher(10, 3, NEVER)) {
      for (int i = 1; i <= 3; i++) {
        assertThat(batcher.offer(i)).isTrue();
      }
      assertThat(batches.take()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void loneItemGoesOutAfterTheDelayThoughNothingFollows() throws Exception {
    try (Batcher<Integer> batcher = batcher(10, 3, SOON)) {
      batcher.offer(1);
      assertThat(batches.take()).containsExactly(1);
    }
  }

  @Test
  void closeHandsOverWhatIsLeftInBatches() {
    Batcher<Integer> batcher = batcher(10, 4, NEVER);
    for (int i = 1; i <= 3; i++) {
      batcher.offer(i);
    }
    batcher.close();
    assertThat(batches).containsExactly(List.of(1, 2, 3));
  }

  @Test
  void offerAfterCloseIsDroppedAndCounted() {
    Batcher<Integer> batcher = batcher(10, 4, NEVER);
    batcher.close();
    assertThat(batcher.offer(1)).isFalse();
    assertThat(batcher.dropped()).isEqualTo(1);
    assertThat(batches).isEmpty();
  }

  /** Some are closed while their thread starts, some while it waits. */
  @Test
  void closeGivesTheSinkNoEmptyBatch() {
    for (int i = 0; i < 500; i++) {
      Batcher<Integer> batcher = batcher(10, 4, NEVER);
      if (i % 2 == 0) {
        await().pollInterval(Duration.ofMillis(1)).until(() -> waits("test"));
      }
      batcher.close();
    }
    assertThat(batches).isEmpty();
  }

  @Test
  void offerDuringCloseGivesTheSinkNoEmptyBatch() throws Exception {
    for (int i = 0; i < 500; i++) {
      Batcher<Integer> batcher = batcher(10, 4, Duration.ZERO);
      Thread offering = new Thread(() -> batcher.offer(1));
      offering.start();
      batcher.close();
      offering.join();
    }
    assertThat(batches).allSatisfy(batch -> assertThat(batch).containsExactly(1));
  }

  @Test
  void flushBeforeCloseReachesTheSink() {
    for (int i = 0; i < 500; i++) {
      Batcher<Integer> batcher = batcher(10, 4, NEVER);
      batcher.flush();
      batcher.close();
    }
    assertThat(batches).hasSize(500);
  }

  @Test
  void flushCallsTheSinkEvenWithNothing() throws Exception {
    try (Batcher<Integer> batcher = batcher(10, 4, NEVER)) {
      batcher.flush();
      assertThat(batches.take()).isEmpty();
      batcher.offer(1);
      batcher.flush();
      List<Integer> seen = new ArrayList<>();
      while (seen.isEmpty()) {
        seen.addAll(batches.take());
      }
      assertThat(seen).containsExactly(1);
    }
  }

  @Test
  @Logs("ERROR Batcher - test: lines are dropped, 3 so far: the sink is too slow")
  void slowSinkCostsDroppedItemsAndNotTheOfferingThread(LogWatch logged) throws Exception {
    CountDownLatch inSink = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Batcher<Integer> batcher =
        new Batcher<>(
            "test",
            new Batcher.Limits(5, 1, SOON, BOUND),
            batch -> {
              inSink.countDown();
              release.await();
              batches.add(batch);
            });
    batcher.offer(0);
    inSink.await();
    for (int i = 1; i <= 8; i++) {
      assertThat(batcher.offer(i)).isEqualTo(i <= 5);
    }
    assertThat(batcher.dropped()).isEqualTo(3);
    release.countDown();
    batcher.close();
    assertThat(batches.stream().flatMap(List::stream)).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(logged.lines()).hasSize(1);
  }

  @Test
  @Logs("ERROR Batcher - test: lines are dropped, ")
  void throwingSinkLosesItsBatchAndIsLoggedOncePerSeries(LogWatch logged) {
    Batcher<Integer> batcher =
        new Batcher<>(
            "test",
            new Batcher.Limits(100, 1, SOON, BOUND),
            batch -> {
              if (batch.get(0) < 50) {
                throw new IOException("disk full");
              }
              if (batch.get(0) == 50) {
                throw new StackOverflowError();
              }
              batches.add(batch);
            });
    for (int i = 0; i < 52; i++) {
      assertThat(batcher.offer(i)).isTrue();
    }
    batcher.close();
    assertThat(batcher.dropped()).isEqualTo(51);
    assertThat(batches).containsExactly(List.of(51));
    assertThat(logged.lines()).singleElement(as(STRING)).contains("disk full");
  }

  @Test
  void lossIsSeenTogetherWithItsCause() {
    for (int i = 0; i < 500; i++) {
      long start = System.nanoTime();
      Batcher<Integer> batcher =
          new Batcher<>(
              "test",
              new Batcher.Limits(10, 1, SOON, BOUND),
              batch -> {
                throw new IOException("disk full");
              });
      batcher.offer(1);
      Batcher.Progress seen = batcher.progress();
      while (seen.dropped() == 0) {
        seen = batcher.progress();
      }
      // Its own watch looks a second after the start, and may have got the cause.
      if (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1)) {
        assertThat(seen.failure()).hasMessage("disk full");
      }
      batcher.close();
    }
  }

  @Test
  @Logs("WARN Batcher - test: closed with 2 lines not written")
  void closeReturnsThoughTheSinkIsStuck() throws Exception {
    CountDownLatch inSink = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Batcher<Integer> batcher =
        new Batcher<>(
            "test",
            new Batcher.Limits(5, 1, SOON, Duration.ofMillis(50)),
            batch -> {
              inSink.countDown();
              release.await();
            });
    batcher.offer(1);
    inSink.await();
    batcher.offer(2);
    batcher.close();
    release.countDown();
  }

  @Test
  void everyItemOfManyThreadsIsHandedOverOnceOrCounted() throws Exception {
    int threads = 4;
    int each = 50_000;
    Batcher<Integer> batcher = batcher(1000, 100, SOON);
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      int from = t * each;
      new Thread(
              () -> {
                for (int i = from; i < from + each; i++) {
                  batcher.offer(i);
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    batcher.close();
    List<Integer> seen = batches.stream().flatMap(List::stream).toList();
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(seen.size() + batcher.dropped()).isEqualTo((long) threads * each);
    assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(100));
  }

  @Test
  void threadEndsWithClose() {
    Batcher<Integer> batcher =
        new Batcher<>("leaves-no-thread", new Batcher.Limits(1, 1, NEVER, BOUND), batches::add);
    batcher.close();
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("leaves-no-thread")));
  }

  @Test
  void sizeAboveCapacityIsRefused() {
    assertThatThrownBy(() -> new Batcher.Limits(3, 4, SOON, BOUND))
        .hasMessage("size 4 (expected: 1 to 3)");
  }

  private static boolean waits(String thread) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(each -> each.getName().equals(thread) && each.getState() == Thread.State.WAITING);
  }
}
