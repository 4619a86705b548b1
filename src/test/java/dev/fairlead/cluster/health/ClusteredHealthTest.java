package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.ClusteredNode;
import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.testkit.Logs;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the members of a real cluster share probes and verdicts. Provoked by three clustered
 * Vert.x, of which two probe and one crashes or drains. A failure would be a backend that the wrong
 * number of members probe, or a verdict that changes with them.
 */
@Logs("Hazelcast instance is not active")
class ClusteredHealthTest {

  private final String cluster = "health-" + UUID.randomUUID();
  private List<HealthMember> all;
  private HealthMember first;
  private HealthMember second;
  private HealthMember third;

  @BeforeEach
  void join() {
    ClusteredNode seed = ClusteredNode.join(cluster, null);
    List<ClusteredNode> nodes =
        List.of(seed, ClusteredNode.join(cluster, seed), ClusteredNode.join(cluster, seed));
    await().until(() -> nodes.stream().allMatch(node -> node.nodes().size() == 3));
    all = nodes.stream().map(node -> new HealthMember("m", node)).toList();
    all.forEach(member -> member.context.call(member.table::start));
    List<String> ids = nodes.stream().map(ClusteredNode::id).toList();
    List<String> order = ProberChoice.choose(ids, HealthMember.KEY, 3);
    first = withId(order.get(0));
    second = withId(order.get(1));
    third = withId(order.get(2));
    Stream.of(first, second).forEach(member -> member.awaitProbing(true));
    Stream.of(first, second).forEach(member -> member.says(true));
    third.awaitProbing(false);
  }

  @AfterEach
  void close() {
    all.forEach(member -> ((ClusteredNode) member.node).close());
  }

  private HealthMember withId(String id) {
    return all.stream().filter(each -> each.node.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void allAgreeAndACrashOfAProberChangesNoVerdict() {
    first.says(false);
    second.says(false);
    all.forEach(member -> member.awaitHealthy(false));
    all.forEach(HealthMember::heard);
    ((ClusteredNode) first.node).crash();
    third.awaitProbing(true);
    assertThat(third.heard()).containsExactly("probe false");
    assertThat(second.heard()).isEmpty();
    third.says(true);
    second.awaitHealthy(true);
    assertThat(second.heard()).hasSize(1);
  }

  @Test
  void oneProberThatFindsItDownIsNotEnough() {
    all.forEach(HealthMember::heard);
    first.says(false);
    await().until(() -> stored(first).contains("down"));
    second.says(false);
    all.forEach(member -> member.awaitHealthy(false));
    assertThat(third.heard())
        .containsExactly(
            "down: refused (" + first.membership.name() + ", " + second.membership.name() + ")");
  }

  private static String stored(HealthMember member) {
    String row =
        OnContext.done(
            ReplicatedTable.openMap(member.node.vertx(), HealthTable.TABLE.map())
                .compose(map -> map.get(member.node.id())));
    return row == null ? "" : row;
  }

  @Test
  void drainingOrStoppingMemberHandsItsProbesOver() {
    first.drain();
    third.awaitProbing(true);
    assertThat(first.isProbing()).isFalse();
    third.says(false);
    second.says(false);
    all.forEach(member -> member.awaitHealthy(false));
    OnContext.done(second.table.stop());
    third.says(true);
    Stream.of(first, third).forEach(member -> member.awaitHealthy(true));
  }
}
