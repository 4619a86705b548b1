package dev.fairlead.cluster.node;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A process without a cluster: it is the only node. */
public final class LoneNode implements ClusterNode {
  private final Vertx vertx;
  private final String id = UUID.randomUUID().toString();

  public LoneNode(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Vertx vertx() {
    return vertx;
  }

  @Override
  public String id() {
    return id;
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
