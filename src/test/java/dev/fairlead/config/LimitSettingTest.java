package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.LimitSetting.Owner;
import dev.fairlead.config.ListenerConfig.ListenerState;
import dev.fairlead.config.Revision.Kind;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitSettingTest {
  private static final LimitSetting LISTENER =
      new LimitSetting(Owner.LISTENER, "web", Map.of("connections", 5), ListenerState.DRAINING);
  private static final LimitSetting POOL =
      new LimitSetting(Owner.POOL, "web", Map.of("connectionsPerBackend", 7), null);

  @Test
  void isReadAsItWasWritten() {
    for (LimitSetting each : List.of(LISTENER, POOL)) {
      assertThat(Revision.SingleSetting.of(each.toJson())).isEqualTo(each);
    }
  }

  @Test
  void laterOneOfTheSameIsCompletedFromTheEarlier() {
    LimitSetting later = new LimitSetting(Owner.LISTENER, "web", Map.of("connections", 9), null);
    assertThat(later.over(LISTENER)).hasToString("listener web connections 9, state draining");
    assertThat(later.isOfSame(POOL)).isFalse();
    assertThat(later.over(POOL)).isEqualTo(later);
  }

  @Test
  void isNotReadByVersionThatKnowsBackendsOnly() {
    BackendSetting backend = new BackendSetting("web", "a:1", 3, null);
    Revision revision =
        new Revision(
            2,
            "id",
            "parent",
            Instant.EPOCH,
            new Revision.Origin(Kind.SET, "me", "test", null),
            ConfigFormat.YAML,
            "text",
            "",
            List.of(backend, LISTENER, POOL));
    JsonObject json = revision.toJson();
    assertThat(json.getJsonArray("settings")).containsExactly(backend.toJson());
    assertThat(Revision.of(json)).isEqualTo(revision);
    json.remove("limits");
    assertThat(Revision.of(json).settings()).containsExactly(backend);
  }
}
