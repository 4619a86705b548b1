package dev.fairlead.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import io.vertx.core.json.JsonArray;
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
            new Revision.Origin(Revision.Kind.PUSH, "ann", "http 127.0.0.1", "a note"),
            ConfigFormat.TOML,
            "a = 1",
            "",
            List.of());
    assertThat(RevisionJson.whole(revision, null).encode())
        .isEqualTo(
            "{\"revision\":7,\"id\":\"id-7\",\"time\":\"2026-11-22T09:00:00.000Z\","
                + "\"author\":\"ann\",\"from\":\"http 127.0.0.1\",\"kind\":\"push\","
                + "\"note\":\"a note\",\"format\":\"toml\",\"text\":\"a = 1\",\"config\":null}");
    JsonObject config = new JsonObject().put("pools", 1);
    assertThat(RevisionJson.whole(revision, config).getJsonObject("config")).isEqualTo(config);
  }

  @Test
  void revisionOfAnotherVersionIsRead() {
    JsonObject json =
        new JsonObject()
            .put("revision", 7)
            .put("id", "id-7")
            .put("parent", "id-6")
            .put("time", "2026-11-22T09:00:00Z")
            .put("author", "ann")
            .put("from", "bus")
            .put("format", "yaml")
            .put("text", "pools: []")
            .put("fileDigest", "")
            .put("settings", new JsonArray());
    Revision.Origin unknown = new Revision.Origin(null, "ann", "bus", null);
    assertThat(Revision.of(json).origin()).isEqualTo(unknown);
    assertThat(Revision.of(json.put("kind", "merge")).origin()).isEqualTo(unknown);
    assertThat(Revision.of(Revision.of(json.put("kind", "set").put("note", "n")).toJson()).origin())
        .isEqualTo(new Revision.Origin(Revision.Kind.SET, "ann", "bus", "n"));
  }
}
