package dev.fairlead.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Lines come in order, a wait for one has a limit, and closing leaves no thread behind. Provoked
 * with streams that end, break, pause, or never end. A failure waits for ever, or keeps a thread
 * for each stream that was followed.
 */
final class LineQueueTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void linesComeInOrderUntilTheLast() {
    try (LineQueue queue = LineQueue.of(Stream.of("a", "b"))) {
      assertThat(queue.next(LONG)).contains("a");
      assertThat(queue.next(LONG)).contains("b");
      assertThat(queue.hasEnded()).isFalse();
      assertThat(queue.next(LONG)).isEmpty();
      assertThat(queue.hasEnded()).isTrue();
    }
  }

  @Test
  void brokenConnectionIsAnEnd() {
    Stream<String> lines =
        Stream.generate(
            () -> {
              throw new UncheckedIOException(new SocketException("Connection reset"));
            });
    try (LineQueue queue = LineQueue.of(lines)) {
      assertThat(queue.next(LONG)).isEmpty();
      assertThat(queue.hasEnded()).isTrue();
    }
  }

  @Test
  void pauseIsNoEnd() {
    CountDownLatch silence = new CountDownLatch(1);
    try (LineQueue queue = LineQueue.of(Stream.generate(() -> waitFor(silence)))) {
      assertThat(queue.next(Duration.ofMillis(20))).isEmpty();
      assertThat(queue.hasEnded()).isFalse();
      silence.countDown();
      assertThat(queue.next(LONG)).contains("late");
    }
  }

  @Test
  void closingEndsTheReaderAndTheStream() throws Exception {
    CompletableFuture<Thread> reader = new CompletableFuture<>();
    AtomicBoolean closed = new AtomicBoolean();
    Stream<String> endless =
        Stream.generate(
                () -> {
                  reader.complete(Thread.currentThread());
                  return "line";
                })
            .onClose(() -> closed.set(true));
    try (LineQueue queue = LineQueue.of(endless)) {
      assertThat(queue.next(LONG)).contains("line");
    }
    assertThat(closed).isTrue();
    reader.join().join(LONG.toMillis());
    assertThat(reader.join().isAlive()).isFalse();
  }

  private static String waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "late";
  }
}
