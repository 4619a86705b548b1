package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Logs;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NodesTest {
  private final Told members = new Told();
  private final Told loads = new Told();
  private final AtomicInteger merges = new AtomicInteger();
  private final Nodes nodes = new Nodes(List.of(members, loads), merges::incrementAndGet);

  @Test
  void allThatKeepRowsAreTold() {
    nodes.joined("a");
    nodes.left("a");
    nodes.merged();
    assertThat(members.events()).containsExactly("joined a", "left a", "merged");
    assertThat(loads.events()).isEqualTo(members.events());
    assertThat(merges).hasValue(1);
    assertThat(nodes.trouble()).isNull();
  }

  @Test
  @Logs("Nodes - this member has lost the cluster")
  void lostClusterIsATrouble() {
    nodes.lost();
    assertThat(nodes.trouble()).isEqualTo("this member has lost the cluster: restart it");
  }
}
