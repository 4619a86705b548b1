package dev.fairlead.cluster.node;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A process without a cluster: it is the only node. */
public record LoneNode(Vertx vertx, String id) implements ClusterNode {
  public LoneNode(Vertx vertx) {
    this(vertx, UUID.randomUUID().toString());
  }

  @Override
  public @Nullable String address() {
    return null;
  }

  @Override
  public List<String> nodes() {
    return List.of(id);
  }

  @Override
  public void listen(NodeChanges listener) {
    // No node joins or leaves.
  }
}
