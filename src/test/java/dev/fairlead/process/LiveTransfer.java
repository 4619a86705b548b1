package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Payload;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Noise that goes through a member to an echo and back, until the test has seen enough of it. */
final class LiveTransfer implements AutoCloseable {
  private static final int PIECE = 32 * 1024;
  private static final int PAUSE_MILLIS = 2;

  private final TestConnection connection;
  private final SplittableRandom noise;
  private final MessageDigest sent;
  private final AtomicLong bytes = new AtomicLong();
  private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledExecutorService receiver = Executors.newSingleThreadScheduledExecutor();
  private final Future<?> sending;
  private final Future<Payload> received;

  private LiveTransfer(TestConnection connection, long seed) throws Exception {
    this.connection = connection;
    this.noise = new SplittableRandom(seed);
    this.sent = MessageDigest.getInstance("SHA-256");
    this.sending =
        sender.scheduleWithFixedDelay(this::sendPiece, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    this.received = receiver.submit(() -> Payload.receive(connection));
  }

  static LiveTransfer through(FairleadProcess member, long seed) throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), member.port("web"));
    return new LiveTransfer(TestClient.connect(address), seed);
  }

  private void sendPiece() {
    byte[] piece = new byte[PIECE];
    noise.nextBytes(piece);
    sent.update(piece);
    try {
      connection.send(piece);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    bytes.addAndGet(PIECE);
  }

  /** Returns when more of it is under way. */
  void awaitMore() {
    long before = bytes.get();
    await("more of the transfer")
        .until(() -> sending.isDone() || bytes.get() > before + 10 * PIECE);
    assertThat(sending.isDone()).as("the transfer has failed").isFalse();
  }

  /** Ends it; fails unless all that was sent has come back. */
  void assertWhole() throws Exception {
    CompletableFuture<Void> finished = new CompletableFuture<>();
    sending.cancel(false);
    sender.execute(
        () -> {
          try {
            connection.finish();
            finished.complete(null);
          } catch (IOException e) {
            finished.completeExceptionally(e);
          }
        });
    finished.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    Payload back = received.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(back).isEqualTo(new Payload(bytes.get(), HexFormat.of().formatHex(sent.digest())));
  }

  @Override
  public void close() throws IOException {
    connection.close();
    sender.shutdownNow();
    receiver.shutdownNow();
  }
}
