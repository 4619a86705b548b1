package dev.fairlead.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.limit.SessionCount;
import dev.fairlead.session.limit.SessionCount.DirectMemory;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a process short of direct memory lets live sessions go on and newcomers wait, with
 * one taken now and then, and takes all again afterwards. Provoked by a measure of memory that the
 * test sets. A failure looks like a client that was taken too early, or never.
 */
class OverloadTest {
  private static final int CLIENTS = 40;
  private static final long MAX = 1L << 20;

  /** Fewer could not use half of the memory. */
  private static final int LIVE = 3;

  private final AtomicLong used = new AtomicLong();
  private final SessionCount count = new SessionCount(1000, new DirectMemory(used::get, MAX));
  private final Transport transport = Transport.of(TransportKind.NIO);
  private final Vertx vertx = Vertx.builder().withTransport(transport).build();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  @Logs("1 of 1 MiB of direct memory are in use")
  void newcomersWaitWhileMemoryIsShort() throws Exception {
    try (TestBackend backend = TestBackend.echo()) {
      InetSocketAddress address = listen(backend);
      used.set(MAX);
      List<TestConnection> first = served(address, LIVE);
      TestConnection live = first.get(0);
      List<TestConnection> waiting = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        waiting.add(TestClient.connect(address));
      }
      live.send("b");
      live.expect("b");
      await().until(() -> count.live() > LIVE);
      assertThat(count.live()).as("a few now and then").isLessThan(CLIENTS / 2);
      assertThat(count.overload()).isEqualTo("1 of 1 MiB of direct memory are in use");
      used.set(10);
      for (TestConnection client : waiting) {
        client.send("c");
        client.expect("c");
        client.close();
      }
      for (TestConnection one : first) {
        one.close();
      }
      await().until(() -> count.live() == 0);
    }
  }

  private static List<TestConnection> served(InetSocketAddress address, int clients)
      throws IOException {
    List<TestConnection> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      TestConnection client = TestClient.connect(address);
      client.send("a");
      client.expect("a");
      all.add(client);
    }
    return all;
  }

  private InetSocketAddress listen(TestBackend backend) {
    SessionLoop.Identity identity = new SessionLoop.Identity("test-", count);
    ListenerVerticle verticle =
        new ListenerVerticle(
            loop -> new SessionLoop(loop, transport, SessionListener.NONE, identity));
    vertx.deployVerticle(verticle).await();
    AtomicReference<Snapshot> snapshot = new AtomicReference<>(new Snapshot(Map.of(), Pools.NONE));
    Listeners listeners = new Listeners(vertx, transport, List.of(verticle), snapshot::get);
    List<ListenerConfig> configs =
        List.of(new ListenerConfig("web", BindAddress.ip("127.0.0.1", 0), 100, "web"));
    Pools pools =
        Pools.NONE.next(
            List.of(
                PoolConfig.byDefault(
                    "web",
                    Balance.DEFAULT,
                    List.of(
                        new BackendConfig(
                            "127.0.0.1", backend.port(), null, 1, BackendConfig.State.ENABLED)))));
    Limiters limiters = new Limiters();
    limiters.configure(configs, pools);
    Snapshot.LongLived longLived =
        new Snapshot.LongLived(ListenerCounters::new, limiters, Snapshot.TlsSources.NONE);
    listeners
        .prepare(configs)
        .compose(
            change ->
                change.commit(
                    () ->
                        snapshot.set(
                            Snapshot.of(
                                configs.stream().map(ListenerTables::of).toList(),
                                pools,
                                longLived))))
        .await();
    String shown = listeners.addresses().get("web");
    int port = Integer.parseInt(shown.substring(shown.lastIndexOf(':') + 1));
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
