package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class PeerVerdictsTest {
  private static final String KEY = "web/127.0.0.1:9001";

  private final PeerVerdicts peers = new PeerVerdicts();

  @Test
  void verdictsFollowTheRows() {
    assertThat(peers.changed("a", new JsonObject().put(KEY, "down:refused"))).isTrue();
    assertThat(peers.changed("a", new JsonObject().put("web/other", "up"))).isFalse();
    assertThat(peers.changed("b", new JsonObject().put(KEY, "up"))).isTrue();
    assertThat(peers.verdict("a", KEY)).isEqualTo(Verdict.of(false, "refused"));
    assertThat(peers.verdict("c", KEY)).isNull();
    assertThat(peers.verdicts(KEY)).hasSize(2);
    peers.changed("a", new JsonObject().putNull(KEY));
    assertThat(peers.verdict("a", KEY)).isNull();
    assertThat(peers.members()).containsExactlyInAnyOrder("a", "b");
    peers.gone("b");
    assertThat(peers.verdicts(KEY)).isEmpty();
  }

  @Test
  void valueThatIsNoVerdictRemovesTheOneThereWas() {
    Object[] values = {null, 7, true, "", "UP", new JsonObject(), new JsonArray()};
    for (Object value : values) {
      peers.changed("a", new JsonObject().put(KEY, "up"));
      peers.changed("a", new JsonObject().put(KEY, value));
      assertThat(peers.verdict("a", KEY)).isNull();
    }
  }
}
