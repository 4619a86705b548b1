package dev.fairlead.cluster.signing;

import io.vertx.core.eventbus.Message;
import java.util.regex.Pattern;

/** Who says it sent a message; Vert.x does not tell a receiver, and nobody checks it. */
final class Sender {
  /** The header in which the sender of a command may give its Vert.x node id. */
  static final String HEADER = "node";

  private static final String UNKNOWN = "bus";
  private static final Pattern NODE = Pattern.compile("[\\w.:-]{1,100}");

  private Sender() {}

  /** {@code bus NODE-ID}, or {@code bus} when it does not say. */
  static String of(Message<?> message) {
    String node = message.headers().get(HEADER);
    return node != null && NODE.matcher(node).matches() ? UNKNOWN + " " + node : UNKNOWN;
  }
}
