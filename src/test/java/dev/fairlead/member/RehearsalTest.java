package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.net.Transport;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestMember;
import dev.fairlead.testkit.TestRun;
import io.netty.util.NetUtil;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a member relays sessions of its own before it starts, and that nothing of them is
 * left or counted. Runs them on every transport, with peers that fail. A failure would show as
 * sessions in a metric that no client had, a descriptor less, or a member that does not start.
 */
class RehearsalTest {
  private static final int LOOPS = 2;
  private static final int SESSIONS = 256;

  @EveryTransport
  void relaysSessionsAndLeavesNoDescriptor(TransportKind kind) {
    Vertx vertx = vertx(kind);
    try {
      // The first one loads what stays open.
      assertThat(rehearse(vertx, kind, TestRun.PATIENCE)).isEqualTo(SESSIONS);
      long before = descriptors();
      for (int i = 0; i < 3; i++) {
        assertThat(rehearse(vertx, kind, TestRun.PATIENCE)).isEqualTo(SESSIONS);
      }
      await().until(() -> descriptors() <= before);
      assertThat(vertx.deploymentIDs()).isEmpty();
    } finally {
      vertx.close().await();
    }
  }

  @EveryTransport
  void itsEventLoopsEndWithIt(TransportKind kind) {
    Vertx vertx = vertx(kind);
    Rehearsal.Part part = part(kind, TestRun.PATIENCE);
    assertThat(Rehearsal.begin(() -> vertx, part).await()).isEqualTo(SESSIONS);
    assertThat(((VertxInternal) vertx).nettyEventLoopGroup().isShutdown()).isTrue();
  }

  @EveryTransport
  void nothingOfItIsCounted(TransportKind kind) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(kind)
                .node("rehearsal: 300ms")
                .listener("limits: { connections: 5, newConnectionsPerSecond: 5 }")
                .backends(backend)
                .accessLog()
                .start()) {
      assertThat(member.sessions()).isEmpty();
      assertThat(member.view().status().sessions()).isZero();
      assertThat(member.view().listeners()).hasSize(1);
      assertThat(member.view().listeners().get(0).total()).isZero();
      assertThat(member.view().pools()).hasSize(1);
      assertThat(member.backend(0).total()).isZero();
      assertThat(member.accessLog(0)).isEmpty();
      String metrics = member.http("GET", "/metrics").body();
      assertThat(metrics).doesNotContain("rehearsal");
      assertThat(
              metrics
                  .lines()
                  .filter(
                      line ->
                          line.startsWith("fairlead_session")
                              && !line.startsWith("fairlead_sessions_max")))
          .isNotEmpty()
          .allMatch(line -> line.endsWith(" 0") || line.endsWith(" 0.0"));
      assertThat(member.metric("fairlead_backend_connect_seconds_count")).isZero();
    }
  }

  @Test
  void noTimeIsNoRehearsal() {
    Supplier<Vertx> none =
        () -> {
          throw new AssertionError("no event loops are needed");
        };
    assertThat(Rehearsal.begin(none, part(TransportKind.NIO, Duration.ZERO)).await()).isZero();
  }

  @Test
  void aFailureIsNotPassedOn(LogWatch log) {
    Vertx vertx = vertx(TransportKind.NIO);
    vertx.close().await();
    assertThat(rehearse(vertx, TransportKind.NIO, TestRun.PATIENCE)).isZero();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void endsWhileItWaitsForASessionThatHangs() throws Exception {
    RehearsalPeers peers = RehearsalPeers.open(Duration.ofHours(1));
    // One is accepted and nothing more, so no connection comes to the backend.
    try (ServerSocket silent = new ServerSocket(0, 50, NetUtil.LOCALHOST4);
        Background background = new Background()) {
      Future<Integer> playing = background.start(() -> peers.play(silent.getLocalPort(), SESSIONS));
      try (Socket first = silent.accept()) {
        assertThat(first.isConnected()).isTrue();
        peers.close();
        assertThat(playing.get()).isZero();
      }
    }
  }

  private static int rehearse(Vertx vertx, TransportKind kind, Duration time) {
    return Rehearsal.run(vertx, part(kind, time)).await();
  }

  private static Rehearsal.Part part(TransportKind kind, Duration time) {
    return new Rehearsal.Part(Transport.of(kind), LOOPS, time, SESSIONS, Balance.DEFAULT, true);
  }

  /** Skips the test where the transport does not work. */
  private static Vertx vertx(TransportKind kind) {
    try {
      return Vertx.builder()
          .withTransport(Transport.of(kind))
          .with(new VertxOptions().setEventLoopPoolSize(LOOPS))
          .build();
    } catch (Transport.UnavailableException e) {
      return Assumptions.abort("skipped: " + e.getMessage());
    }
  }

  private static long descriptors() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }
}
