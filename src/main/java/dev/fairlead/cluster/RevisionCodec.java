package dev.fairlead.cluster;

import dev.fairlead.config.Revision;
import io.vertx.core.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a revision is written in the shared map and in the state directory. Immutable. */
final class RevisionCodec {
  private static final Logger LOG = LoggerFactory.getLogger(RevisionCodec.class);

  String write(Revision revision) {
    return revision.toJson().encode();
  }

  /** Null when there is nothing, or nothing that is to be believed. */
  Revision read(String value) {
    if (value == null) {
      return null;
    }
    try {
      JsonObject json = new JsonObject(value);
      return Revision.of(json);
    } catch (RuntimeException e) {
      LOG.warn("a stored revision can't be read and is ignored: {}", e.toString());
      return null;
    }
  }
}
