package dev.fairlead.cluster.signing;

import io.vertx.core.eventbus.Message;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message's body, not decoded yet, with its address and sender. Any thread.
 *
 * @param sender {@code bus NODE-ID}, or {@code bus} when the message does not name it; not verified
 * @param body decodes what came over the network, so it is called on a worker
 */
public record ReceivedBody(String address, String sender, Supplier<@Nullable Object> body) {
  /** The header in which the sender of a command may give its Vert.x node id. */
  static final String NODE_HEADER = "node";

  private static final String UNKNOWN = "bus";
  private static final Pattern NODE = Pattern.compile("[\\w.:-]{1,100}");

  public static ReceivedBody of(Message<?> message) {
    String node = message.headers().get(NODE_HEADER);
    String sender = node != null && NODE.matcher(node).matches() ? UNKNOWN + " " + node : UNKNOWN;
    return new ReceivedBody(message.address(), sender, message::body);
  }
}
