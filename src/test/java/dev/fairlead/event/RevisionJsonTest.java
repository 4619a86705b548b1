package dev.fairlead.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RevisionJsonTest {
  @Test
  void everyRevisionHasTheSameKeysAndMillisecondsInItsTime() {
    Revision revision =
        new Revision(
            7,
            "id-7",
            "id-6",
            Instant.parse("2026-11-22T09:00:00Z"),
            "ann",
            "http 127.0.0.1",
            ConfigFormat.TOML,
            "a = 1",
            "",
            List.of());
    assertThat(RevisionJson.whole(revision, null).encode())
        .isEqualTo(
            "{\"revision\":7,\"id\":\"id-7\",\"time\":\"2026-11-22T09:00:00.000Z\","
                + "\"author\":\"ann\",\"from\":\"http 127.0.0.1\",\"format\":\"toml\","
                + "\"text\":\"a = 1\",\"config\":null}");
    JsonObject config = new JsonObject().put("pools", 1);
    assertThat(RevisionJson.whole(revision, config).getJsonObject("config")).isEqualTo(config);
  }
}
