package dev.fairlead.cluster.signing;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message's body, not decoded yet, with its address and its sender as it names itself in the
 * headers; Vert.x gives a receiver no sender, and nothing verifies the name. Any thread.
 *
 * @param sender {@code bus NODE-ID}, or {@code bus} if the sender does not name itself
 * @param described {@code bus NODE-ID (NAME at ADDRESS)}, as far as the sender names itself
 * @param body decodes what came over the network, so it is called on a worker
 */
public record ReceivedBody(
    String address, String sender, String described, Supplier<@Nullable Object> body) {
  /** With the node id of a member the address of what others ask of it. */
  public static final String MEMBER = "fairlead.member.";

  private static final String NODE = "node";
  private static final String NAME = "name";
  private static final String ADDRESS = "address";
  private static final String UNKNOWN = "bus";
  private static final Pattern PLAIN = Pattern.compile("[\\w.:\\[\\]-]{1,100}");

  public static ReceivedBody of(Message<?> message) {
    String node = plain(message, NODE);
    String name = plain(message, NAME);
    String address = plain(message, ADDRESS);
    String sender = node == null ? UNKNOWN : UNKNOWN + " " + node;
    String from = address == null ? "" : " at " + address;
    String described = name == null ? sender : sender + " (" + name + from + ")";
    return new ReceivedBody(message.address(), sender, described, message::body);
  }

  /** The address in a log line: the node id of this member tells an operator nothing. */
  String target() {
    return address.startsWith(MEMBER) ? "a call to this member" : address;
  }

  /** Null if absent, or if it could forge a log line. */
  private static @Nullable String plain(Message<?> message, String header) {
    String value = message.headers().get(header);
    return value != null && PLAIN.matcher(value).matches() ? value : null;
  }

  /** Headers by which the receiver can log the sender of a message. */
  public static DeliveryOptions introduce(String node, String name, @Nullable String address) {
    DeliveryOptions options = new DeliveryOptions().addHeader(NODE, node).addHeader(NAME, name);
    return address == null ? options : options.addHeader(ADDRESS, address);
  }
}
