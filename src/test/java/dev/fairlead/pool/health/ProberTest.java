package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.health.RiseFall.ProbeVerdict;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a prober continues for as long as it should, changes its verdict when it should, and
 * is gone after its stop. Provoked with backends that change their answers or give none. A failure
 * would be a verdict too early or too late, two probes at a time, or a connection left open.
 */
class ProberTest {
  private static final Duration OFTEN = Duration.ofMillis(5);

  private final Heard heard = new Heard();

  @EveryTransport
  void fallsAndRisesByTheConfiguredNumbers(TransportKind transport) throws Exception {
    List<Integer> answers =
        List.of(200, 503, 503, 200, 503, 503, 503, 503, 200, 503, 200, 200, 200);
    AtomicInteger next = new AtomicInteger();
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend =
            TestBackend.serving(
                connection -> {
                  int i = Math.min(next.getAndIncrement(), answers.size() - 1);
                  answer(connection, answers.get(i));
                })) {
      Probed probed = Probed.by(HealthConfig.Type.HTTP, backend.port()).every(OFTEN);
      Prober prober = start(running, probed, ProbeVerdict.UNKNOWN);
      await().until(() -> heard.results.size() > answers.size());
      assertThat(heard.changes)
          .containsExactly("1: UP status 200", "7: DOWN status 503", "12: UP status 200");
      assertThat(running.onLoop(prober::verdict)).isEqualTo(ProbeVerdict.UP);
    }
  }

  @Test
  void aVerdictFromElsewhereIsChangedByRiseAndFallOnly() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        ClosedPort closed = new ClosedPort()) {
      start(running, Probed.by(HealthConfig.Type.TCP, closed.port()).every(OFTEN), ProbeVerdict.UP);
      await().until(() -> heard.results.size() > 5);
      assertThat(heard.changes).containsExactly("3: DOWN connection refused");
    }
  }

  @Test
  void inconclusiveProbesLeaveTheVerdictAsItIs() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        ClosedPort closed = new ClosedPort()) {
      Probed probed = Probed.by(HealthConfig.Type.TCP, closed.port()).every(OFTEN);
      ProbeLoop jumping =
          new ProbeLoop(
              running.loop.eventLoop(),
              running.loop.transport(),
              running.loop.tlsTasks(),
              pool -> null,
              RandomGenerator.getDefault(),
              () -> running.clock.addAndGet(Duration.ofMinutes(1).toNanos()));
      Prober prober = new Prober(jumping, probed.object(), probed.pool(), heard);
      running.loop.eventLoop().execute(() -> prober.start(ProbeVerdict.UNKNOWN));
      await().until(() -> heard.results.size() > 5);
      assertThat(running.onLoop(prober::verdict)).isEqualTo(ProbeVerdict.UNKNOWN);
      assertThat(heard.results)
          .allMatch(result -> result.conclusion() == CheckResult.Conclusion.INCONCLUSIVE);
      assertThat(heard.changes).isEmpty();
    }
  }

  @Test
  void neverTwoProbesAtATime() throws Exception {
    BlockingQueue<Integer> openChannels = new LinkedBlockingQueue<>();
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(Scripts::silent)) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port())
              .expect(null, "hello")
              .every(OFTEN)
              .within(Duration.ofMillis(50));
      running
          .loop
          .eventLoop()
          .scheduleAtFixedRate(
              () -> openChannels.add(running.openChannels()), 0, 1, TimeUnit.MILLISECONDS);
      start(running, probed, ProbeVerdict.UNKNOWN);
      await().until(() -> heard.results.size() >= 5);
      assertThat(Collections.max(openChannels)).isEqualTo(1);
    }
  }

  @EveryTransport
  void stopResetsTheProbeUnderWayAndTellsNothing(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.manual()) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port()).expect(null, "hello").every(OFTEN);
      Prober prober = start(running, probed, ProbeVerdict.UNKNOWN);
      TestConnection connection = backend.next();
      assertThat(running.openChannels()).isEqualTo(1);
      stop(running, prober);
      connection.expectReset();
      stop(running, prober);
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
      assertThat(heard.results).isEmpty();
    }
  }

  @Test
  void theListenerMayStopIt() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(Scripts::silent)) {
      Prober prober =
          prober(running, Probed.by(HealthConfig.Type.TCP, backend.port()).every(OFTEN));
      heard.whenProbed = prober::stop;
      running.loop.eventLoop().execute(() -> prober.start(ProbeVerdict.UNKNOWN));
      await().until(() -> heard.results.size() == 1);
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
      assertThat(running.onLoop(prober::verdict)).isEqualTo(ProbeVerdict.UP);
      assertThat(heard.changes).as("told after the stop").isEmpty();
    }
  }

  @Test
  void goesOnWithTheObjectOfAReload() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(Scripts::silent)) {
      Probed probed = Probed.by(HealthConfig.Type.TCP, backend.port()).every(OFTEN);
      Prober prober = start(running, probed, ProbeVerdict.UNKNOWN);
      await().until(() -> !heard.results.isEmpty());
      Backend reloaded = probed.object();
      running.loop.eventLoop().execute(() -> prober.backend(reloaded));
      await().until(() -> heard.last == reloaded);
      assertThat(heard.changes).containsExactly("1: UP connected");
    }
  }

  private Prober start(RunningLoop running, Probed probed, ProbeVerdict initial) {
    Prober prober = prober(running, probed);
    running.loop.eventLoop().execute(() -> prober.start(initial));
    return prober;
  }

  private Prober prober(RunningLoop running, Probed probed) {
    return new Prober(running.loop, probed.object(), probed.pool(), heard);
  }

  private static void stop(RunningLoop running, Prober prober) throws Exception {
    running.onLoop(
        () -> {
          prober.stop();
          return null;
        });
  }

  private static void answer(TestConnection connection, int status) throws Exception {
    connection.readSome(4096);
    connection.send("HTTP/1.1 " + status + " \r\n\r\n");
  }

  /** What the listener received; written on the event loop. */
  private static final class Heard implements Prober.ProbeListener {
    final List<CheckResult> results = new CopyOnWriteArrayList<>();

    /** {@code 3: DOWN connection refused}, with the number of the probe. */
    final List<String> changes = new CopyOnWriteArrayList<>();

    volatile Backend last;
    volatile Runnable whenProbed = () -> {};

    @Override
    public void probed(Backend backend, CheckResult result) {
      results.add(result);
      last = backend;
      whenProbed.run();
    }

    @Override
    public void changed(Backend backend, ProbeVerdict verdict, String reason) {
      changes.add(results.size() + ": " + verdict + " " + reason);
    }
  }
}
