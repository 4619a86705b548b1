package dev.fairlead.cluster.rows;

import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes on the event bus without any promise of delivery. Any thread. */
public final class BestEffortPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(BestEffortPublisher.class);

  private BestEffortPublisher() {}

  /** Sends {@code body} to every consumer of {@code address} that can be reached. Never throws. */
  public static void publish(Vertx vertx, String address, Object body) {
    try {
      vertx.eventBus().publish(address, body);
    } catch (IllegalStateException | RejectedExecutionException e) {
      // Vert.x fails one promise for each connection that has just broken; the second time throws.
      // While it closes, it has no threads any more that look for the consumers.
      LOG.debug("a message to {} did not reach all nodes", address, e);
    }
  }
}
