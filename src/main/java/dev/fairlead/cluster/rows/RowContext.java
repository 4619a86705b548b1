package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.net.PauseClock;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What all tables of a member share.
 *
 * @param monotonic as {@link System#nanoTime}: for what this member owes to others
 * @param runningTime for what others owe to this member, not to be compared with {@code monotonic};
 *     whatever judges peers ticks it, on the cluster's context
 */
public record RowContext(
    ClusterNode node,
    LongSupplier monotonic,
    PauseClock runningTime,
    RowTraffic traffic,
    RowOutage outage,
    TableTimer timer) {

  /** With a timer of its own. */
  public RowContext(
      ClusterNode node,
      LongSupplier monotonic,
      PauseClock runningTime,
      RowTraffic traffic,
      RowOutage outage) {
    this(
        node,
        monotonic,
        runningTime,
        traffic,
        outage,
        new TableTimer(node, () -> false, System::nanoTime));
  }

  /** With the clocks of the machine; own rows change often while {@code busy}. */
  public static RowContext of(ClusterNode node, BooleanSupplier busy) {
    return new RowContext(
        node,
        System::nanoTime,
        new PauseClock(),
        new RowTraffic(),
        new RowOutage(),
        new TableTimer(node, busy, System::nanoTime));
  }

  /**
   * Sends what {@code message} makes to all other nodes, best effort; a lone node makes and sends
   * nothing. Any thread.
   */
  public void publish(String address, Supplier<Buffer> message) {
    int copies = node.nodes().size() - 1;
    if (copies > 0) {
      Buffer body = message.get();
      BestEffortPublisher.publish(node.vertx(), address, body);
      traffic.messages.add(copies);
      traffic.bytes.add((long) copies * body.length());
    }
  }

  /** What this member has sent on the event bus for its tables so far. Any thread. */
  public static final class RowTraffic {
    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /** One for each node that a message was sent to. */
    public long messages() {
      return messages.sum();
    }

    /** Of message bodies, without the event bus's own framing. */
    public long bytes() {
      return bytes.sum();
    }
  }
}
