package dev.fairlead.cluster.signing;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message's body, not decoded yet, with its address and sender. Any thread.
 *
 * @param sender {@code bus NODE-ID (NAME at ADDRESS)}, as far as the headers of the message name
 *     it; Vert.x does not tell a receiver, and nothing verifies it
 * @param body decodes what came over the network, so it is called on a worker
 */
public record ReceivedBody(String address, String sender, Supplier<@Nullable Object> body) {
  /** The header in which the sender of a command may give its Vert.x node id. */
  static final String NODE_HEADER = "node";

  private static final String NAME_HEADER = "name";
  private static final String ADDRESS_HEADER = "address";
  private static final String UNKNOWN = "bus";
  private static final Pattern PLAIN = Pattern.compile("[\\w.:\\[\\]-]{1,100}");

  public static ReceivedBody of(Message<?> message) {
    return new ReceivedBody(message.address(), sender(message), message::body);
  }

  /** Headers by which the receiver can log who sent a message and from where. */
  public static DeliveryOptions introduce(String node, String name, @Nullable String address) {
    DeliveryOptions options =
        new DeliveryOptions().addHeader(NODE_HEADER, node).addHeader(NAME_HEADER, name);
    return address == null ? options : options.addHeader(ADDRESS_HEADER, address);
  }

  private static String sender(Message<?> message) {
    String node = plain(message, NODE_HEADER);
    String name = plain(message, NAME_HEADER);
    String address = plain(message, ADDRESS_HEADER);
    return UNKNOWN
        + (node == null ? "" : " " + node)
        + (name == null ? "" : " (" + name + (address == null ? "" : " at " + address) + ")");
  }

  /** Null if absent, or if it could forge a log line. */
  private static @Nullable String plain(Message<?> message, String header) {
    String value = message.headers().get(header);
    return value != null && PLAIN.matcher(value).matches() ? value : null;
  }
}
