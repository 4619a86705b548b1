package dev.fairlead.config;

import dev.fairlead.config.bind.AddressTypes;
import dev.fairlead.config.bind.ValueType;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network: the addresses that begin with the same bits. One that lies in {@code ::ffff:0:0/96} is
 * its IPv4 network, {@code ::ffff:10.0.0.0/104} is {@code 10.0.0.0/8}, because an IPv4 client may
 * come in over an IPv6 socket. Immutable.
 *
 * @param network the lowest address, without a zone
 * @param prefix how many bits are the same: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(InetAddress network, int prefix) {
  /** The bits before the IPv4 address in an IPv6 address that stands for one. */
  private static final int MAPPED_BITS = 96;

  private static final Pattern WRITTEN = Pattern.compile("([^/]+)(?:/(\\d{1,3}))?");
  private static final String EXPECTED =
      "a network such as 10.0.0.0/8 or 2001:db8::/32, or an IP address";

  /**
   * @throws IllegalArgumentException for a prefix that is too long, or a bit after it that is set
   */
  public Cidr {
    byte[] bytes = network.getAddress();
    if (prefix < 0 || prefix > bytes.length * Byte.SIZE) {
      throw new IllegalArgumentException("expected: " + prefixes(bytes.length * Byte.SIZE));
    }
    if (clearHostBits(bytes, prefix)) {
      throw new IllegalArgumentException("expected: " + withoutHostBits(bytes, prefix));
    }
    // The JDK makes an IPv4 address of the bytes of one that is mapped.
    InetAddress plain = address(bytes);
    boolean mapped = network instanceof Inet6Address && !(plain instanceof Inet6Address);
    prefix = mapped ? prefix - MAPPED_BITS : prefix;
    network = plain;
  }

  /**
   * The network that is written so; a bare address is the network of only that one.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static Cidr of(String text) {
    ValueType.Outcome<Cidr> outcome = parse(text);
    if (!outcome.isRead()) {
      throw new IllegalArgumentException(text + " (expected: " + outcome.expected() + ")");
    }
    return outcome.value();
  }

  public static ValueType.Outcome<Cidr> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    Optional<InetAddress> address =
        matcher.matches() ? AddressTypes.parseIp(matcher.group(1)) : Optional.empty();
    if (address.isEmpty()) {
      return ValueType.Outcome.expected(EXPECTED);
    }
    byte[] bytes = address.get().getAddress();
    int bits = bytes.length * Byte.SIZE;
    // A mapped address has become an IPv4 address, and counts its bits as it is written.
    int before = bytes.length == 4 && matcher.group(1).indexOf(':') >= 0 ? MAPPED_BITS : 0;
    int prefix = matcher.group(2) == null ? before + bits : Integer.parseInt(matcher.group(2));
    if (prefix > before + bits) {
      return ValueType.Outcome.expected(prefixes(before + bits));
    }
    if (prefix < before) {
      return ValueType.Outcome.expected(
          "a prefix of " + before + " to " + (before + bits) + " for an IPv4 address in IPv6");
    }
    return clearHostBits(bytes, prefix - before)
        ? ValueType.Outcome.expected(withoutHostBits(bytes, prefix - before))
        : ValueType.Outcome.of(new Cidr(address.get(), prefix - before));
  }

  private static String prefixes(int bits) {
    return "a prefix of 0 to " + bits;
  }

  private static String withoutHostBits(byte[] network, int prefix) {
    return NetUtil.toAddressString(address(network))
        + "/"
        + prefix
        + ", without bits after the prefix";
  }

  /** True when a bit after the prefix was set. */
  private static boolean clearHostBits(byte[] address, int prefix) {
    boolean changed = false;
    for (int bit = prefix; bit < address.length * Byte.SIZE; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      changed |= (address[bit / Byte.SIZE] & mask) != 0;
      address[bit / Byte.SIZE] &= (byte) ~mask;
    }
    return changed;
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes", e);
    }
  }

  /** As it is written in a configuration: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, a bare one. */
  @Override
  public String toString() {
    String address = NetUtil.toAddressString(network);
    int bits = network instanceof Inet6Address ? 128 : 32;
    return prefix == bits ? address : address + "/" + prefix;
  }
}
