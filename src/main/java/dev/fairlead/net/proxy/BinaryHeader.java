package dev.fairlead.net.proxy;

import dev.fairlead.net.proxy.HeaderRead.Complete;
import dev.fairlead.net.proxy.HeaderRead.Malformed;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The layout of version 2, and how a whole header is read: signature (12 bytes), version and
 * command (1), family and transport (1), length of the rest (2), then addresses and TLVs.
 *
 * <p>Valid combinations that are of no use for a TCP listener (UDP, Unix sockets, UNSPEC) give a
 * header without addresses, as the specification permits. Bytes that have no known meaning are
 * skipped: all of LOCAL, and all of a header that leaves either family or transport unspecified. If
 * it leaves both unspecified, there are no addresses, and TLVs follow the length.
 */
final class BinaryHeader {
  static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };

  /** Everything before the addresses. */
  static final int FIXED_BYTES = 16;

  /** Of two Unix sockets. */
  static final int MAX_ADDRESS_BYTES = 216;

  /** For the length of addresses and TLVs. */
  static final int MAX_LENGTH = 65_535;

  static final int VERSION = 0x20;
  static final int LOCAL = 0;
  static final int PROXY = 1;
  static final int UNSPEC = 0x00;
  static final int TCP_OVER_IPV4 = 0x11;
  static final int TCP_OVER_IPV6 = 0x21;
  static final int CRC_BYTES = 4;

  /** Of two addresses with ports, by family: UNSPEC, IPv4, IPv6, Unix. */
  static final int[] ADDRESS_BYTES = {0, 12, 36, MAX_ADDRESS_BYTES};

  /** UNSPEC, STREAM, DGRAM. */
  private static final int MAX_TRANSPORT = 2;

  private BinaryHeader() {}

  /** Why the first 16 bytes cannot begin a header; empty if they can. */
  static Optional<String> problem(ByteBuf in, int maxTlvBytes) {
    if ((in.getByte(in.readerIndex() + 12) & 0xf0) != VERSION) {
      return Optional.of("version is not 2");
    }
    if (command(in) > PROXY) {
      return Optional.of("command is neither LOCAL nor PROXY");
    }
    if (command(in) == PROXY && family(in) >= ADDRESS_BYTES.length) {
      return Optional.of("unknown address family");
    }
    if (command(in) == PROXY && transport(in) > MAX_TRANSPORT) {
      return Optional.of("unknown transport");
    }
    int addressBytes = isSkipped(in) ? 0 : ADDRESS_BYTES[family(in)];
    if (length(in) < addressBytes) {
      return Optional.of("shorter than its addresses");
    }
    int maxAddressBytes = isSkipped(in) ? MAX_ADDRESS_BYTES : addressBytes;
    if (length(in) > maxAddressBytes + maxTlvBytes) {
      return Optional.of("more than " + maxTlvBytes + " bytes of TLVs");
    }
    return Optional.empty();
  }

  /** Of the whole header. */
  static int bytes(ByteBuf in) {
    return FIXED_BYTES + length(in);
  }

  /** Reads a whole header of which the first 16 bytes have no {@link #problem}. */
  static HeaderRead read(ByteBuf in) {
    if (command(in) == LOCAL) {
      return new Complete(ProxyHeader.local(), bytes(in));
    }
    if (isSkipped(in)) {
      return new Complete(ProxyHeader.v2(null, null, List.of()), bytes(in));
    }
    int tlvStart = FIXED_BYTES + ADDRESS_BYTES[family(in)];
    byte[] block = new byte[bytes(in) - tlvStart];
    in.getBytes(in.readerIndex() + tlvStart, block);
    List<Tlv> all = Tlv.split(block, 0, block.length).orElse(null);
    if (all == null) {
      return new Malformed("a TLV does not end where the header ends");
    }
    Optional<String> problem = problem(in, tlvStart, all);
    if (problem.isPresent()) {
      return new Malformed(problem.get());
    }
    all.removeIf(Tlv::isOfTheBytes);
    return new Complete(ProxyHeader.v2(address(in, 0), address(in, 1), all), bytes(in));
  }

  private static Optional<String> problem(ByteBuf in, int tlvStart, List<Tlv> tlvs) {
    boolean hasChecksum = false;
    for (Tlv tlv : tlvs) {
      if (tlv.type() == Tlv.CRC32C) {
        if (hasChecksum) {
          return Optional.of("more than one CRC32C");
        }
        if (!isChecksum(tlv, in, tlvStart + tlv.offset())) {
          return Optional.of("wrong CRC32C");
        }
        hasChecksum = true;
      }
      if (tlv.type() == Tlv.SSL && !SslTlv.isWellFormed(tlv)) {
        return Optional.of("malformed TLV of SSL");
      }
      if (tlv.type() == Tlv.UNIQUE_ID && tlv.length() > Tlv.MAX_UNIQUE_ID_BYTES) {
        return Optional.of("unique id longer than " + Tlv.MAX_UNIQUE_ID_BYTES + " bytes");
      }
    }
    return Optional.empty();
  }

  private static boolean isChecksum(Tlv tlv, ByteBuf in, int at) {
    return tlv.length() == CRC_BYTES
        && in.getInt(in.readerIndex() + at) == checksum(in, in.readerIndex(), bytes(in), at);
  }

  /**
   * The CRC32C of the {@code bytes} bytes from {@code start} on, with four zeros in place of the
   * checksum itself, {@code at} bytes after {@code start}.
   */
  static int checksum(ByteBuf header, int start, int bytes, int at) {
    CRC32C crc = new CRC32C();
    int after = at + CRC_BYTES;
    update(crc, header, start, at);
    crc.update(new byte[CRC_BYTES]);
    update(crc, header, start + after, bytes - after);
    return (int) crc.getValue();
  }

  private static void update(CRC32C crc, ByteBuf in, int from, int bytes) {
    for (ByteBuffer part : in.nioBuffers(from, bytes)) {
      crc.update(part);
    }
  }

  /** The source (0) or destination (1) of TCP over IPv4 or IPv6; else null. */
  private static @Nullable InetSocketAddress address(ByteBuf in, int which) {
    int protocol = protocol(in);
    if (protocol != TCP_OVER_IPV4 && protocol != TCP_OVER_IPV6) {
      return null;
    }
    byte[] ip = new byte[protocol == TCP_OVER_IPV4 ? 4 : 16];
    int start = in.readerIndex() + FIXED_BYTES;
    in.getBytes(start + which * ip.length, ip);
    InetAddress address = IpLiteral.inetAddress(ip);
    return new InetSocketAddress(
        address, in.getUnsignedShort(start + 2 * ip.length + which * Short.BYTES));
  }

  /** True if nothing is known about the bytes after the length, except how many they are. */
  private static boolean isSkipped(ByteBuf in) {
    return command(in) == LOCAL
        || (protocol(in) != UNSPEC && (family(in) == 0 || transport(in) == 0));
  }

  private static int command(ByteBuf in) {
    return in.getByte(in.readerIndex() + 12) & 0x0f;
  }

  private static int protocol(ByteBuf in) {
    return in.getUnsignedByte(in.readerIndex() + 13);
  }

  private static int family(ByteBuf in) {
    return protocol(in) >> 4;
  }

  private static int transport(ByteBuf in) {
    return protocol(in) & 0x0f;
  }

  private static int length(ByteBuf in) {
    return in.getUnsignedShort(in.readerIndex() + 14);
  }
}
