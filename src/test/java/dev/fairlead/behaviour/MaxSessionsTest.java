package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.util.ArrayList;
import java.util.List;

/**
 * Ensured: with as many sessions as {@code node.maxSessions} allows, clients wait in the kernel's
 * queue and are served when there is room; the log reports it once.
 *
 * <p>Provoked: more clients than sessions allowed, then one after the other leaves.
 *
 * <p>A failure looks like: a refused client, one that is never served, or a log line for each.
 */
class MaxSessionsTest {
  private static final int MAX = 4;
  private static final int CLIENTS = 20;

  @EveryTransport
  @Logs("AcceptPauses - listener at ")
  void clientsBeyondTheLimitWaitAndAreServed(TransportKind transport, LogWatch logged)
      throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport).node("maxSessions: " + MAX).backends(backend).start()) {
      List<TestConnection> holders = clients(member, MAX);
      for (TestConnection holder : holders) {
        holder.expect("x");
      }
      List<TestConnection> waiting = clients(member, CLIENTS);
      for (TestConnection client : waiting) {
        client.finish();
      }
      // Each of the two event loops notices at its next client.
      assertThat(member.view().listeners().get(0).total()).isBetween((long) MAX, MAX + 1L);
      for (TestConnection holder : holders) {
        holder.close();
      }
      for (TestConnection client : waiting) {
        client.expect("x");
        client.close();
      }
      assertThat(logged.lines())
          .isNotEmpty()
          .allSatisfy(line -> assertThat(line).contains("node.maxSessions"))
          .hasSizeLessThanOrEqualTo(2);
    }
  }

  private static List<TestConnection> clients(TestMember member, int count) throws Exception {
    List<TestConnection> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(TestClient.connect(member));
      clients.get(i).send("x");
    }
    return clients;
  }
}
