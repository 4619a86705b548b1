package dev.fairlead.cluster.node;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;

/** A process that is in no cluster: the only node, which nobody joins or leaves. */
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
  public String address() {
    return null;
  }

  @Override
  public List<String> nodes() {
    return List.of(id);
  }

  @Override
  public void listen(Listener listener) {
    // Nobody comes or goes.
  }
}
