package dev.fairlead.cluster;

import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes over the event bus, which promises nobody that it is heard. */
final class Hints {
  private static final Logger LOG = LoggerFactory.getLogger(Hints.class);

  private Hints() {}

  /** Tells all that listen at {@code address}; any thread. */
  static void publish(Vertx vertx, String address, Object body) {
    try {
      vertx.eventBus().publish(address, body);
    } catch (IllegalStateException e) {
      // Vert.x fails one promise for each connection that has just broken; the second time throws.
      LOG.debug("not everybody hears what is said at {}", address, e);
    }
  }
}
