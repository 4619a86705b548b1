package dev.fairlead.event;

import dev.fairlead.config.Revision;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** A revision as JSON, the same on the event bus and over HTTP. Any thread. */
public final class RevisionJson {
  private RevisionJson() {}

  /** {@code {revision, id, time, author, from, kind, note, format}}. */
  public static JsonObject head(Revision revision) {
    JsonObject head =
        new JsonObject()
            .put("revision", revision.revision())
            .put("id", revision.id())
            .put("time", SystemEvent.TIME.format(revision.time()));
    return revision.origin().addTo(head).put("format", revision.format().label());
  }

  /** With {@code {text, config}}; {@code config} absent if this member cannot parse it. */
  public static JsonObject whole(Revision revision, @Nullable JsonObject config) {
    return head(revision).put("text", revision.text()).put("config", config);
  }
}
