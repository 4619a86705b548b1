package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.TestCluster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a node knows who is in the cluster and shares maps and messages with them. Provoked
 * with real nodes on real sockets, of which some leave, die or are split off. A failure would be a
 * member that balances with the counts of the dead, or acts alone while it is not.
 */
class HazelcastNodeTest {

  @Test
  void nodesSeeEachOtherAndShareMapsAndMessages() {
    try (TestCluster cluster = TestCluster.of(3)) {
      HazelcastNode first = cluster.node(0);
      HazelcastNode last = cluster.node(2);
      List<String> ids = List.of(first.id(), cluster.node(1).id(), last.id());
      await()
          .untilAsserted(() -> assertThat(first.nodes()).containsExactlyInAnyOrderElementsOf(ids));
      assertThat(last.nodes()).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(last.address()).matches("127\\.0\\.0\\.1:\\d+").isNotEqualTo(first.address());

      map(first.vertx(), "key", "value");
      assertThat(last.vertx().sharedData().getAsyncMap("fairlead.test").await().get("key").await())
          .isEqualTo("value");

      hearHello(first);
      assertThat(last.vertx().eventBus().<String>request("hello", "first").await().body())
          .isEqualTo("hello first");
    }
  }

  private static void map(Vertx vertx, String key, String value) {
    vertx.sharedData().<String, String>getAsyncMap("fairlead.test").await().put(key, value).await();
  }

  @Test
  void tellsOnceWhoComesAndGoes() {
    try (TestCluster cluster = TestCluster.of(1)) {
      Told told = new Told();
      cluster.node(0).listen(told);
      String leaves = cluster.join().id();
      String dies = cluster.join().id();
      await().until(() -> told.events().size() == 2);
      cluster.leave(1);
      await().until(() -> told.events().size() == 3);
      cluster.crash(2);
      await().until(() -> told.events().size() == 4);
      assertThat(told.events())
          .containsExactly("joined " + leaves, "joined " + dies, "left " + leaves, "left " + dies);
      assertThat(cluster.node(0).nodes()).containsExactly(cluster.node(0).id());
    }
  }

  @Test
  void knowsWhyAMemberLeft() {
    try (TestCluster cluster = TestCluster.of(1)) {
      HazelcastNode first = cluster.node(0);
      HazelcastNode dies = cluster.join();
      await().until(() -> first.nodes().size() == 2);
      assertThat(first.whyLeft(dies.id(), dies.address())).isEqualTo("it stopped by itself");
      cluster.crash(1);
      await().until(() -> first.nodes().size() == 1);
      assertThat(first.whyLeft(dies.id(), dies.address()))
          .startsWith("its connection broke, and a new one failed: ");
      assertThat(first.whyLeft("another", "192.0.2.1:5701"))
          .isEqualTo("the cluster has removed it");
    }
  }

  @Test
  @Logs("ERROR HazelcastNode - the listener of nodes failed")
  void tellsOfLaterChangesWhenAListenerThrows() {
    try (TestCluster cluster = TestCluster.of(1)) {
      Told throwing =
          new Told() {
            @Override
            public void joined(String node) {
              super.joined(node);
              throw new IllegalStateException("a bug");
            }
          };
      cluster.node(0).listen(throwing);
      String one = cluster.join().id();
      String other = cluster.join().id();
      cluster.leave(1);
      await()
          .untilAsserted(
              () ->
                  assertThat(throwing.events())
                      .containsExactly("joined " + one, "joined " + other, "left " + one));
    }
  }

  @Test
  void theOthersGoOnWhenTheOldestDies() {
    try (TestCluster cluster = TestCluster.of(3)) {
      map(cluster.node(2).vertx(), "key", "kept");
      cluster.crash(0);
      List<String> ids = List.of(cluster.node(1).id(), cluster.node(2).id());
      for (int survivor : List.of(1, 2)) {
        await()
            .untilAsserted(
                () ->
                    assertThat(cluster.node(survivor).nodes())
                        .containsExactlyInAnyOrderElementsOf(ids));
      }
      assertThat(
              cluster
                  .node(1)
                  .vertx()
                  .sharedData()
                  .getAsyncMap("fairlead.test")
                  .await()
                  .get("key")
                  .await())
          .isEqualTo("kept");
    }
  }

  @Test
  void keepsItsIdWhenPartsOfASplitClusterMeet() {
    try (TestCluster cluster = TestCluster.of(2)) {
      List<String> ids = List.of(cluster.node(0).id(), cluster.node(1).id());
      Told first = new Told();
      Told second = new Told();
      cluster.node(0).listen(first);
      cluster.node(1).listen(second);
      cluster.isolate(1);
      await().until(() -> first.events().contains("left " + ids.get(1)));
      await().until(() -> second.events().contains("left " + ids.get(0)));
      await().until(() -> first.events().contains("merged") || second.events().contains("merged"));
      await().until(() -> first.events().contains("joined " + ids.get(1)));
      await().until(() -> second.events().contains("joined " + ids.get(0)));
      assertThat(cluster.node(0).nodes()).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(cluster.node(1).nodes()).containsExactlyInAnyOrderElementsOf(ids);
    }
  }

  /** As it is while it cleans up after a node whose partitions no other has taken over. */
  @Test
  void partsMeetWhileTheClusterManagerIsBusy() {
    try (TestCluster cluster = TestCluster.of(2)) {
      Told first = new Told();
      Told second = new Told();
      cluster.node(0).listen(first);
      cluster.node(1).listen(second);
      synchronized (clusterManager(cluster.node(0))) {
        synchronized (clusterManager(cluster.node(1))) {
          cluster.isolate(1);
          awaitSizes(cluster, 1);
          awaitSizes(cluster, 2);
          await()
              .until(() -> first.events().contains("merged") || second.events().contains("merged"));
        }
      }
    }
  }

  private static ClusterManager clusterManager(HazelcastNode node) {
    return ((VertxInternal) node.vertx()).clusterManager();
  }

  private static void awaitSizes(TestCluster cluster, int size) {
    await()
        .until(
            () ->
                cluster.hazelcast(0).getCluster().getMembers().size() == size
                    && cluster.hazelcast(1).getCluster().getMembers().size() == size);
  }

  @Test
  void isReachedAtItsPublicAddress() {
    try (TestCluster cluster = new TestCluster()) {
      HazelcastNode first = cluster.join(published(cluster));
      HazelcastNode second = cluster.join(published(cluster));
      assertThat(second.nodes()).containsExactlyInAnyOrder(first.id(), second.id());
      hearHello(first);
      assertThat(second.vertx().eventBus().<String>request("hello", "first").await().body())
          .isEqualTo("hello first");
    }
  }

  /** Listens on all addresses and is known by the one of {@code config}. */
  private static ClusterConfig published(TestCluster cluster) {
    int port = FreePorts.next();
    ClusterConfig config = cluster.config(port, 0, null);
    return new ClusterConfig(
        true,
        config.name(),
        "0.0.0.0",
        port,
        0,
        config.discovery(),
        "127.0.0.1:" + port,
        null,
        null);
  }

  private static void hearHello(HazelcastNode node) {
    node.vertx()
        .eventBus()
        .<String>consumer("hello", message -> message.reply("hello " + message.body()))
        .completion()
        .await();
  }

  @Test
  void isAloneOnceItHasLeft() {
    try (TestCluster cluster = TestCluster.of(2)) {
      Told told = new Told();
      cluster.node(1).listen(told);
      cluster.leave(1);
      assertThat(cluster.node(1).nodes()).containsExactly(cluster.node(1).id());
      assertThat(told.events()).doesNotContain("lost");
      assertThat(cluster.node(1).whyLeft(cluster.node(0).id(), cluster.node(0).address()))
          .isEqualTo("this member has left the cluster");
    }
  }

  @Test
  void tellsOnceThatItIsNoNodeAnyMore() {
    try (TestCluster cluster = TestCluster.of(2)) {
      Told told = new Told();
      cluster.node(1).listen(told);
      cluster.hazelcast(1).getLifecycleService().shutdown();
      assertThat(told.events()).containsExactly("left " + cluster.node(0).id(), "lost");
      cluster.leave(1);
      assertThat(told.events()).hasSize(2);
    }
  }

  /** As Hazelcast does when it can't accept a connection. */
  @Test
  void tellsThatHazelcastHasStoppedWithoutAnEvent() {
    try (TestCluster cluster = TestCluster.of(2)) {
      Told told = new Told();
      cluster.node(1).listen(told);
      ((HazelcastInstanceProxy) cluster.hazelcast(1)).getOriginal().node.shutdown(true);
      await().until(() -> told.events().contains("lost"));
      assertThat(told.events()).containsExactly("left " + cluster.node(0).id(), "lost");
    }
  }

  @Test
  void vertxIsClosedWhenTheNodeCannotBeMade() {
    List<String> calls = new ArrayList<>();
    Vertx notClustered =
        proxy(
            Vertx.class,
            method -> {
              calls.add(method);
              return Future.succeededFuture();
            });
    AtomicReference<VertxBuilder> itself = new AtomicReference<>();
    VertxBuilder builder =
        proxy(
            VertxBuilder.class,
            method ->
                method.equals("buildClustered")
                    ? Future.succeededFuture(notClustered)
                    : itself.get());
    itself.set(builder);
    try (TestCluster cluster = TestCluster.of(1)) {
      ClusterConfig config = cluster.config(FreePorts.next(), 0, null);
      assertThatThrownBy(() -> HazelcastNode.join(config, builder, new VertxOptions()))
          .isInstanceOf(Exception.class);
    }
    assertThat(calls).containsExactly("close");
  }

  private static <T> T proxy(Class<T> type, Function<String, Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> answer.apply(method.getName())));
  }
}
