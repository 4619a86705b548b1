package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients of members that must lose nothing: every few milliseconds each member's held ones ask,
 * and a new one comes, asks and goes. Closing it fails the test when one was not answered.
 */
final class SteadyLoad implements AutoCloseable {
  private static final int PAUSE_MILLIS = 5;

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
  private final List<OnMember> members = new ArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** The clients of one member; those that are held belong to one thread at a time. */
  private static final class OnMember {
    private final int port;
    private final HeldClients held = new HeldClients();
    private final AtomicInteger rounds = new AtomicInteger();

    private OnMember(int port) {
      this.port = port;
    }

    private void round() throws IOException {
      held.pingAll();
      assertThat(PingClient.pingOnce(port)).isEqualTo("PONG");
      rounds.incrementAndGet();
    }
  }

  /** Starts load on one more member. */
  void on(FairleadProcess member, int heldClients) throws IOException {
    OnMember load = new OnMember(member.port("web"));
    for (int i = 0; i < heldClients; i++) {
      load.held.add(load.port);
    }
    members.add(load);
    threads.scheduleWithFixedDelay(() -> round(load), 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void round(OnMember load) {
    try {
      load.round();
    } catch (IOException | RuntimeException | Error e) {
      failures.add(e);
      throw new IllegalStateException(e); // the last round
    }
  }

  /** Returns when every client has asked again, and some more have come. */
  void awaitMore() {
    List<Integer> before = members.stream().map(each -> each.rounds.get()).toList();
    await("more rounds of the load")
        .until(
            () -> {
              assertThat(failures).as("clients that were not answered").isEmpty();
              for (int i = 0; i < members.size(); i++) {
                if (members.get(i).rounds.get() < before.get(i) + 2) {
                  return false;
                }
              }
              return true;
            });
  }

  @Override
  public void close() throws IOException {
    threads.shutdown();
    await().until(threads::isTerminated);
    for (OnMember each : members) {
      each.held.close();
    }
    assertThat(failures).as("clients that were not answered").isEmpty();
  }
}
