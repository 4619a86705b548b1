package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Logs;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodesTest {
  private final Told members = new Told();
  private final Told loads = new Told();
  private final Nodes nodes = new Nodes(List.of(members, loads));

  @Test
  void allThatKeepRowsAreTold() {
    nodes.joined("a");
    nodes.left("a");
    nodes.merged();
    assertThat(members.events()).containsExactly("joined a", "left a", "merged");
    assertThat(loads.events()).isEqualTo(members.events());
    assertThat(nodes.trouble()).isNull();
  }

  @Test
  @Logs("ERROR Nodes - a change of the cluster's nodes is lost on ")
  void aPartThatThrowsKeepsNoOtherFromFollowing() {
    Told throwing =
        new Told() {
          @Override
          public void left(String node) {
            throw new IllegalStateException("a bug");
          }
        };
    Nodes both = new Nodes(List.of(throwing, loads));
    both.left("a");
    both.joined("b");
    assertThat(throwing.events()).containsExactly("joined b");
    assertThat(loads.events()).containsExactly("left a", "joined b");
  }

  @Test
  @Logs("Nodes - this member has lost the cluster")
  void lostClusterIsATrouble() {
    nodes.lost();
    assertThat(nodes.trouble()).isEqualTo("this member has lost the cluster: restart it");
  }
}
