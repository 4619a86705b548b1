package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.TestBackend;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a backend has the prober that was last asked for and no other. Provoked by changes
 * while a prober is being made, which the test decides. A failure looks like probes from the wrong
 * address, or a verdict with the wrong number.
 */
class ProbersTest {
  private static final Duration OFTEN = Duration.ofMillis(5);

  private final RunningLoop running = new RunningLoop(TransportKind.AUTO);
  private final TestBackend server = TestBackend.manual();
  private final FakeWorker worker = new FakeWorker();
  private final List<String> verdicts = new CopyOnWriteArrayList<>();
  private final Probers probers =
      new Probers(
          running.loop,
          worker,
          (backend, assignment, up, reason) -> verdicts.add(assignment + (up ? " up" : " down")));

  private Pools pools = Pools.NONE;

  ProbersTest() throws IOException {}

  @AfterEach
  void close() throws Exception {
    onLoop(probers::stop);
    running.close();
    server.close();
  }

  /** Holds the tasks until the test runs them. */
  private static final class FakeWorker implements Probers.Worker {
    private final List<Runnable> tasks = new ArrayList<>();
    private boolean failing;

    @Override
    public <T> Future<T> run(Callable<T> task) {
      Promise<T> promise = Promise.promise();
      tasks.add(
          () -> {
            if (failing) {
              promise.fail("no prober");
              return;
            }
            try {
              promise.complete(task.call());
            } catch (Exception e) {
              promise.fail(e);
            }
          });
      return promise.future();
    }

    private void failAll() {
      failing = true;
      runAll();
      failing = false;
    }

    private void runAll() {
      List<Runnable> now = List.copyOf(tasks);
      tasks.clear();
      now.forEach(Runnable::run);
    }
  }

  private void onLoop(Runnable task) throws Exception {
    running.onLoop(
        () -> {
          task.run();
          return null;
        });
  }

  private Pool pool(String source) throws Exception {
    PoolConfig config =
        Probed.by(HealthConfig.Type.TCP, server.port())
            .every(OFTEN)
            .from(List.of(InetAddress.getByName(source)))
            .pool();
    pools = pools.next(List.of(config));
    return pools.pool("web");
  }

  private void begin(Pool pool, long assignment, Boolean up) throws Exception {
    Backend backend = pool.backends().get(0);
    onLoop(() -> probers.begin(backend, pool.config(), assignment, up));
  }

  private String probedFrom() throws Exception {
    InetSocketAddress from = (InetSocketAddress) server.next().channel().getRemoteAddress();
    return from.getAddress().getHostAddress();
  }

  @Test
  void aSourceThatChangesWhileAProberIsMadeIsUsed() throws Exception {
    Pool first = pool("127.0.0.7");
    begin(first, 1, null);
    Pool second = pool("127.0.0.8");
    onLoop(() -> probers.follow(List.of(second)));
    onLoop(worker::runAll);
    assertThat(probedFrom()).isEqualTo("127.0.0.8");
    await().until(() -> !verdicts.isEmpty());
    assertThat(verdicts).containsExactly("1 up");
  }

  @Test
  @Logs("can't be probed")
  void aProberThatCouldNotBeMadeIsMadeLater() throws Exception {
    begin(pool("127.0.0.7"), 1, null);
    onLoop(worker::failAll);
    await().until(() -> running.onLoop(() -> !worker.tasks.isEmpty()));
    onLoop(worker::runAll);
    await().untilAsserted(() -> assertThat(verdicts).containsExactly("1 up"));
  }

  @Test
  void aSourceThatChangesBackIsUsed() throws Exception {
    begin(pool("127.0.0.7"), 1, null);
    for (String source : List.of("127.0.0.8", "127.0.0.7")) {
      Pool next = pool(source);
      onLoop(() -> probers.follow(List.of(next)));
    }
    onLoop(worker::runAll);
    assertThat(probedFrom()).isEqualTo("127.0.0.7");
  }

  @Test
  void aProberFromAnotherSourceKeepsTheVerdict() throws Exception {
    begin(pool("127.0.0.7"), 1, true);
    Pool second = pool("127.0.0.8");
    onLoop(() -> probers.follow(List.of(second)));
    onLoop(worker::runAll);
    for (int i = 0; i < 3; i++) {
      assertThat(probedFrom()).isEqualTo("127.0.0.8");
    }
    assertThat(verdicts).as("it is up already").isEmpty();
  }

  @Test
  void aVerdictCarriesTheNumberOfItsAssignment() throws Exception {
    begin(pool("127.0.0.7"), 1, null);
    onLoop(worker::runAll);
    await().until(() -> verdicts.size() == 1);
    begin(pool("127.0.0.7"), 2, null);
    onLoop(worker::runAll);
    await().until(() -> verdicts.size() == 2);
    assertThat(verdicts).containsExactly("1 up", "2 up");
  }

  @Test
  void anAssignmentThatEndsWhileItsProberIsMadeProbesNothing() throws Exception {
    Pool pool = pool("127.0.0.7");
    begin(pool, 1, null);
    onLoop(() -> probers.end(pool.backends().get(0)));
    onLoop(worker::runAll);
    begin(pool("127.0.0.8"), 2, null);
    onLoop(worker::runAll);
    assertThat(probedFrom()).isEqualTo("127.0.0.8");
    await().until(() -> !verdicts.isEmpty());
    assertThat(verdicts).containsOnly("2 up");
  }
}
