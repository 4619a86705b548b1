package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one header of the PROXY protocol says about a connection. Immutable, any thread.
 *
 * <p>Both addresses are there, or none: a header without them stands for the addresses of the
 * socket that it came from. There are none for {@code UNKNOWN}, UNSPEC, UDP, Unix sockets and
 * LOCAL. An IPv4 address that a header gives as IPv6 ({@code ::ffff:192.0.2.1}) is an IPv4 address
 * here.
 *
 * @param version 1 or 2
 * @param source the client; resolved
 * @param destination what the client connected to; resolved
 * @param tlvs those of version 2 in their order, without CRC32C and NOOP, which belong to the bytes
 *     of a header and not to what it says; a type may be there more than once
 */
public record ProxyHeader(
    int version,
    Command command,
    @Nullable InetSocketAddress source,
    @Nullable InetSocketAddress destination,
    List<Tlv> tlvs) {

  /** On whose behalf the connection was made. */
  public enum Command {
    /** On behalf of a client. */
    PROXY,
    /** By the proxy itself, for example as a probe: nothing else of the header counts. */
    LOCAL
  }

  private static final ProxyHeader OF_PROXY_ITSELF =
      new ProxyHeader(2, Command.LOCAL, null, null, List.of());

  /**
   * @throws IllegalArgumentException for what no header can say
   */
  public ProxyHeader {
    tlvs = List.copyOf(tlvs);
    require(version == 1 || version == 2, "version is neither 1 nor 2");
    require((source == null) == (destination == null), "one address without the other");
    require(source == null || isResolved(source), "source is unresolved");
    require(destination == null || isResolved(destination), "destination is unresolved");
    require(version == 2 || (command == Command.PROXY && tlvs.isEmpty()), "not in version 1");
    require(
        command == Command.PROXY || (source == null && tlvs.isEmpty()),
        "LOCAL has neither addresses nor TLVs");
    require(tlvs.stream().noneMatch(Tlv::isOfTheBytes), "TLV CRC32C or NOOP");
  }

  /** Version 1. Without addresses unless both are resolved addresses of IPv4 or IPv6. */
  public static ProxyHeader v1(
      @Nullable SocketAddress source, @Nullable SocketAddress destination) {
    return onBehalf(1, source, destination, List.of());
  }

  /** Version 2. Without addresses unless both are resolved addresses of IPv4 or IPv6. */
  public static ProxyHeader v2(
      @Nullable SocketAddress source, @Nullable SocketAddress destination, List<Tlv> tlvs) {
    return onBehalf(2, source, destination, tlvs);
  }

  /** Version 2, for a connection that the proxy makes for itself. */
  public static ProxyHeader local() {
    return OF_PROXY_ITSELF;
  }

  private static ProxyHeader onBehalf(
      int version,
      @Nullable SocketAddress source,
      @Nullable SocketAddress destination,
      List<Tlv> tlvs) {
    if (source instanceof InetSocketAddress from
        && destination instanceof InetSocketAddress to
        && isResolved(from)
        && isResolved(to)) {
      return new ProxyHeader(version, Command.PROXY, from, to, tlvs);
    }
    return new ProxyHeader(version, Command.PROXY, null, null, tlvs);
  }

  /** The first TLV of this type. */
  public Optional<Tlv> tlv(int type) {
    return tlvs.stream().filter(tlv -> tlv.type() == type).findFirst();
  }

  /** The protocol above TCP, such as {@code h2}. */
  public Optional<String> alpn() {
    return tlv(Tlv.ALPN).map(tlv -> tlv.text(UTF_8));
  }

  /** The host name that the client asked for, with TLS its SNI. Not checked: any characters. */
  public Optional<String> authority() {
    return tlv(Tlv.AUTHORITY).map(tlv -> tlv.text(UTF_8));
  }

  /** What the first proxy calls this connection: 0 to 128 bytes. */
  public Optional<byte[]> uniqueId() {
    return tlv(Tlv.UNIQUE_ID).map(Tlv::value);
  }

  /** How the client uses TLS; empty too when the TLV is malformed, which no reader lets pass. */
  public Optional<SslTlv> ssl() {
    return tlv(Tlv.SSL).flatMap(SslTlv::of);
  }

  private static boolean isResolved(InetSocketAddress address) {
    return !address.isUnresolved();
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("PROXY header: " + problem);
    }
  }
}
