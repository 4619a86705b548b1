package dev.fairlead.cluster.rows;

import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes over the event bus, which promises nobody that it is heard. */
public final class BestEffortPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(BestEffortPublisher.class);

  private BestEffortPublisher() {}

  /** Tells all that listen at {@code address}; any thread. */
  public static void publish(Vertx vertx, String address, Object body) {
    try {
      vertx.eventBus().publish(address, body);
    } catch (IllegalStateException e) {
      // Vert.x fails one promise for each connection that has just broken; the second time throws.
      LOG.debug("not everybody hears what is said at {}", address, e);
    }
  }
}
