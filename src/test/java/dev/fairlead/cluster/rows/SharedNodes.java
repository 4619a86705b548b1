package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A cluster on one Vert.x: its nodes share its bus and its maps, and join and leave as the test
 * says.
 */
public final class SharedNodes {
  private final Vertx vertx;
  private final List<Node> nodes = new CopyOnWriteArrayList<>();

  public SharedNodes(Vertx vertx) {
    this.vertx = vertx;
  }

  public Node join(String id) {
    Node node = new Node(id);
    enter(node);
    return node;
  }

  /** Listeners read the list of nodes, so it changes before they are called. */
  private void enter(Node node) {
    List<Node> others = List.copyOf(nodes);
    nodes.add(node);
    others.forEach(other -> other.tell(listener -> listener.joined(node.id)));
  }

  public void leave(String id) {
    nodes.removeIf(node -> node.id.equals(id));
    nodes.forEach(other -> other.tell(listener -> listener.left(id)));
  }

  /** The split is over. */
  public void back(Node node) {
    enter(node);
    nodes.forEach(other -> other.tell(ClusterNode.Listener::merged));
  }

  public final class Node implements ClusterNode {
    private final String id;
    private volatile Listener listener;

    private Node(String id) {
      this.id = id;
    }

    private void tell(Consumer<Listener> what) {
      if (listener != null) {
        what.accept(listener);
      }
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
      return nodes.stream().map(Node::id).toList();
    }

    @Override
    public void listen(Listener hearer) {
      listener = hearer;
    }
  }
}
