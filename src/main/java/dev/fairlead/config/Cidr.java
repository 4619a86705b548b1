package dev.fairlead.config;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network: the addresses that begin with the same bits. One inside {@code ::ffff:0:0/96} is
 * turned into its IPv4 network, {@code ::ffff:10.0.0.0/104} into {@code 10.0.0.0/8}, because an
 * IPv4 client may come in over an IPv6 socket. Immutable.
 *
 * @param network the lowest address, without a zone
 * @param prefix number of common bits: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(InetAddress network, int prefix) {
  /** The bits before the IPv4 address in an IPv4-mapped IPv6 address. */
  private static final int MAPPED_BITS = 96;

  private static final Pattern WRITTEN = Pattern.compile("([^/]+)(?:/(\\d{1,3}))?");
  private static final String EXPECTED =
      "a network such as 10.0.0.0/8 or 2001:db8::/32, or an IP address";

  /** Throws IllegalArgumentException for a prefix too long, or a bit set after the prefix. */
  public Cidr {
    byte[] bytes = network.getAddress();
    if (prefix < 0 || prefix > bytes.length * Byte.SIZE) {
      throw new IllegalArgumentException("expected: " + prefixes(bytes.length * Byte.SIZE));
    }
    if (clearHostBits(bytes, prefix)) {
      throw new IllegalArgumentException("expected: " + withoutHostBits(bytes, prefix));
    }
    // The JDK turns the bytes of a mapped address into an IPv4 address.
    InetAddress plain = address(bytes);
    boolean mapped = network instanceof Inet6Address && !(plain instanceof Inet6Address);
    prefix = mapped ? prefix - MAPPED_BITS : prefix;
    network = plain;
  }

  /** As {@link #parse}; throws IllegalArgumentException for a text that is no network. */
  public static Cidr of(String text) {
    ParsedValue<Cidr> parsed = parse(text);
    String expected = parsed.expected().orElse("");
    return parsed
        .value()
        .orElseThrow(() -> new IllegalArgumentException(text + " (expected: " + expected + ")"));
  }

  public static ParsedValue<Cidr> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    Optional<InetAddress> address =
        matcher.matches() ? IpAddress.parse(matcher.group(1)) : Optional.empty();
    if (address.isEmpty()) {
      return ParsedValue.expected(EXPECTED);
    }
    byte[] bytes = address.get().getAddress();
    int bits = bytes.length * Byte.SIZE;
    // A mapped address is an IPv4 address by now, but its prefix is written in IPv6 bits.
    int before = bytes.length == 4 && matcher.group(1).indexOf(':') >= 0 ? MAPPED_BITS : 0;
    int prefix = matcher.group(2) == null ? before + bits : Integer.parseInt(matcher.group(2));
    if (prefix > before + bits) {
      return ParsedValue.expected(prefixes(before + bits));
    }
    if (prefix < before) {
      return ParsedValue.expected(
          "a prefix of " + before + " to " + (before + bits) + " for an IPv4 address in IPv6");
    }
    return clearHostBits(bytes, prefix - before)
        ? ParsedValue.expected(withoutHostBits(bytes, prefix - before))
        : ParsedValue.of(new Cidr(address.get(), prefix - before));
  }

  private static String prefixes(int bits) {
    return "a prefix of 0 to " + bits;
  }

  private static String withoutHostBits(byte[] network, int prefix) {
    String address = NetUtil.toAddressString(address(network));
    return address + "/" + prefix + ", without bits after the prefix";
  }

  /** Whether a bit after the prefix was set. */
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

  /** Whether {@code address} is in it; an IPv4-mapped IPv6 address is the IPv4 address. */
  public boolean contains(InetAddress address) {
    byte[] bytes = address(address.getAddress()).getAddress();
    if (bytes.length != network.getAddress().length) {
      return false;
    }
    clearHostBits(bytes, prefix);
    return Arrays.equals(bytes, network.getAddress());
  }

  /** {@code 10.0.0.0/8}, {@code 2001:db8::/32}; a network of one address is only that address. */
  @Override
  public String toString() {
    String address = NetUtil.toAddressString(network);
    int bits = network instanceof Inet6Address ? 128 : 32;
    return prefix == bits ? address : address + "/" + prefix;
  }
}
