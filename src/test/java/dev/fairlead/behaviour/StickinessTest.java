package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ensured: a source keeps its backend as long as that one takes sessions, and says so.
 *
 * <p>Provoked: clients of one address after each other, at backends that are drained, full or dead.
 *
 * <p>A failure looks like: a client that changes its backend without need, or one that is refused
 * because its backend is gone.
 */
class StickinessTest {
  private static final String STICKY = "stickiness: { by: source, ttl: 1h, size: 1000 }";

  private static String ask(TestMember member, String source) throws Exception {
    try (TestConnection client = TestClient.connectFrom(source, member)) {
      return client.readText();
    }
  }

  @EveryTransport
  void aSourceKeepsItsBackend(TransportKind transport) throws Exception {
    try (TestBackend first = TestBackend.saying("1");
        TestBackend second = TestBackend.saying("2");
        TestBackend third = TestBackend.saying("3");
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: round-robin", STICKY)
                .backends(first, second, third)
                .start()) {
      List<String> before = new ArrayList<>();
      for (int i = 2; i < 8; i++) {
        before.add(ask(member, "127.0.0." + i));
      }
      assertThat(before).containsExactlyInAnyOrder("1", "1", "2", "2", "3", "3");
      for (int turn = 0; turn < 4; turn++) {
        for (int i = 2; i < 8; i++) {
          assertThat(ask(member, "127.0.0." + i)).isEqualTo(before.get(i - 2));
        }
      }
      JsonObject explained = member.json("/api/v1/explain?listener=web&source=127.0.0.2");
      assertThat(explained.encode()).contains("kept for this source");
      assertThat(member.json("/api/v1/explain?listener=web&source=127.0.0.9").encode())
          .doesNotContain("kept for this source");
    }
  }

  @EveryTransport
  void aBackendThatTakesNoMoreIsGivenUp(TransportKind transport) throws Exception {
    try (TestBackend first = TestBackend.saying("1");
        TestBackend second = TestBackend.saying("2")) {
      MemberSetup both =
          MemberSetup.on(transport).pool("balance: round-robin", STICKY).backends(first, second);
      try (TestMember member = both.start()) {
        String was = ask(member, "127.0.0.2");
        TestBackend kept = was.equals("1") ? first : second;
        TestBackend other = was.equals("1") ? second : first;
        String text =
            MemberSetup.on(transport)
                .pool("balance: round-robin", STICKY)
                .backend(kept, "state: draining")
                .backend(other, "")
                .dynamicPart();
        member.reload(text);
        assertThat(ask(member, "127.0.0.2")).isNotEqualTo(was);
        member.reload(both.dynamicPart());
        // It has another one now, and keeps that.
        assertThat(ask(member, "127.0.0.2")).isNotEqualTo(was);
      }
    }
  }

  @EveryTransport
  void aFullOrDeadBackendCostsNoClient(TransportKind transport) throws Exception {
    try (TestBackend first = TestBackend.saying("1");
        TestBackend second = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: round-robin", STICKY)
                .backend(first, "")
                .backend(second, "maxConnections: 1")
                .start()) {
      Set<TestConnection> clients = new HashSet<>();
      for (int i = 0; i < 4; i++) {
        clients.add(TestClient.connectFrom("127.0.0." + (2 + i % 2), member));
        member.awaitSessions(Math.min(i + 1, 4));
      }
      assertThat(second.accepted()).isEqualTo(1);
      for (TestConnection client : clients) {
        client.close();
      }
    }
  }
}
