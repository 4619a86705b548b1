package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.ClusteredNode;
import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.testkit.Logs;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that members of a real cluster share a limit. Provoked by three clustered Vert.x of which
 * one is busy and one crashes. A failure would be permits that do not reach the member with demand.
 */
@Logs({"Hazelcast instance is not active", "LeaseReclaimer - only 1 of 3 members"})
class ClusteredLeasesTest {

  private final String cluster = "leases-" + UUID.randomUUID();
  private Member a;
  private Member b;
  private Member c;

  @BeforeEach
  void join() {
    a = new Member(null);
    b = new Member(a.node);
    c = new Member(a.node);
    await().until(() -> a.node.nodes().size() == 3 && b.node.nodes().size() == 3);
    all().forEach(member -> member.context.call(member.leases::start));
    all().forEach(member -> await().until(() -> member.web.allowed() > 0));
  }

  @AfterEach
  void close() {
    List.of(c, b, a).forEach(member -> member.node.close());
  }

  private List<Member> all() {
    return List.of(a, b, c);
  }

  private final class Member {
    private final ClusteredNode node;
    private final OnContext context;
    private final FakeLeased web = new FakeLeased("web", 100);
    private final Leases leases;

    private Member(ClusteredNode seed) {
      node = ClusteredNode.join(cluster, seed);
      context = new OnContext(node.vertx());
      leases = new Leases(RowContext.of(node, () -> false), () -> List.of(web));
      node.listen(leases);
    }

    private void wants(int count) {
      web.wanted(count);
      leases.needed(web);
    }
  }

  @Test
  void busyMemberIsGrantedAllAndPermitsOfADeadMemberAreFreed() {
    c.wants(40);
    await().until(() -> c.web.allowed() >= 40);
    c.web.inUse(40).wanted(0);
    b.wants(100);
    await().until(() -> b.web.allowed() == 60);
    assertThat(a.web.allowed()).isZero();
    await().until(b.web::isExhausted);
    c.node.crash();
    // A minority would free them after 60 s.
    await().atMost(Duration.ofSeconds(55)).until(() -> b.web.allowed() == 100);
    b.web.wanted(0);
    await().until(() -> !b.web.isExhausted());
    OnContext.done(b.leases.stop());
    a.wants(100);
    await().until(() -> a.web.allowed() == 100);
  }
}
