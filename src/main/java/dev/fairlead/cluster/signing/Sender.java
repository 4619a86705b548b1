package dev.fairlead.cluster.signing;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sender of a message as it names itself in the headers; Vert.x does not tell a receiver, and
 * nothing verifies it.
 */
public final class Sender {
  /** The header with the sender's Vert.x node id; optional. */
  static final String HEADER = "node";

  private static final String NAME = "name";
  private static final String ADDRESS = "address";
  private static final String UNKNOWN = "bus";
  private static final Pattern PLAIN = Pattern.compile("[\\w.:\\[\\]-]{1,100}");

  private Sender() {}

  /** Headers by which the receiver can log who sent a message and from where. */
  public static DeliveryOptions introduce(String node, String name, @Nullable String address) {
    DeliveryOptions options = new DeliveryOptions().addHeader(HEADER, node).addHeader(NAME, name);
    return address == null ? options : options.addHeader(ADDRESS, address);
  }

  /** {@code bus NODE-ID}, or {@code bus} if the sender does not name itself. */
  static String of(Message<?> message) {
    String node = plain(message, HEADER);
    return node == null ? UNKNOWN : UNKNOWN + " " + node;
  }

  /** {@code bus NODE-ID (NAME at ADDRESS)}, as far as the sender names itself. For logs. */
  static String described(Message<?> message) {
    String name = plain(message, NAME);
    String address = plain(message, ADDRESS);
    if (name == null) {
      return of(message);
    }
    return of(message) + " (" + name + (address == null ? "" : " at " + address) + ")";
  }

  /** Null if absent, or if it could forge a log line. */
  private static @Nullable String plain(Message<?> message, String header) {
    String value = message.headers().get(header);
    return value != null && PLAIN.matcher(value).matches() ? value : null;
  }
}
