package dev.fairlead.net.proxy;

import dev.fairlead.net.proxy.ProxyHeader.Command;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Writes headers of the PROXY protocol. Any thread.
 *
 * <p>If one address is of IPv6, the header is of IPv6, with the other address mapped ({@code
 * ::ffff:192.0.2.1}). Without addresses it is {@code PROXY UNKNOWN}, in version 2 the command PROXY
 * with the family UNSPEC. The zone of an IPv6 address means nothing elsewhere and is left out.
 */
public final class ProxyHeaderWriter {
  private static final int MAPPED_ZEROS = 10;

  private ProxyHeaderWriter() {}

  /**
   * Appends {@code header} to {@code out}.
   *
   * @throws IllegalArgumentException if its addresses and TLVs have more than 65535 bytes; {@code
   *     out} is unchanged then
   */
  public static void write(ProxyHeader header, ByteBuf out) {
    if (header.version() == 1) {
      writeLine(header, out);
    } else {
      writeBinary(header, 0, out);
    }
  }

  /** Like {@link #write}, with a CRC32C as the last TLV of version 2; version 1 has none. */
  public static void writeWithChecksum(ProxyHeader header, ByteBuf out) {
    if (header.version() == 1) {
      writeLine(header, out);
      return;
    }
    int start = out.writerIndex();
    writeBinary(header, Tlv.HEAD_BYTES + BinaryHeader.CRC_BYTES, out);
    out.writeByte(Tlv.CRC32C).writeShort(BinaryHeader.CRC_BYTES);
    int at = out.writerIndex() - start;
    out.writeInt(0);
    int bytes = out.writerIndex() - start;
    out.setInt(start + at, BinaryHeader.checksum(out, start, bytes, at));
  }

  private static void writeLine(ProxyHeader header, ByteBuf out) {
    InetSocketAddress source = header.source();
    InetSocketAddress destination = header.destination();
    if (source == null || destination == null) {
      ByteBufUtil.writeAscii(out, "PROXY UNKNOWN\r\n");
      return;
    }
    boolean isV4 = areV4(source, destination);
    ByteBufUtil.writeAscii(
        out,
        String.join(
            " ",
            isV4 ? "PROXY TCP4" : "PROXY TCP6",
            text(source.getAddress(), isV4),
            text(destination.getAddress(), isV4),
            Integer.toString(source.getPort()),
            destination.getPort() + "\r\n"));
  }

  private static String text(InetAddress address, boolean isV4) {
    boolean isMapped = !isV4 && address instanceof Inet4Address;
    return (isMapped ? "::ffff:" : "") + NetUtil.toAddressString(address);
  }

  /**
   * @param bytesToCome of TLVs that the caller appends
   */
  private static void writeBinary(ProxyHeader header, int bytesToCome, ByteBuf out) {
    int protocol = protocol(header.source(), header.destination());
    int length = addressBytes(protocol) + bytesToCome;
    for (Tlv tlv : header.tlvs()) {
      length = Math.addExact(length, tlv.bytesWritten());
    }
    if (length > BinaryHeader.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "PROXY header: addresses and TLVs of "
              + length
              + " bytes (expected: at most "
              + BinaryHeader.MAX_LENGTH
              + ")");
    }
    int command = header.command() == Command.LOCAL ? BinaryHeader.LOCAL : BinaryHeader.PROXY;
    out.writeBytes(BinaryHeader.SIGNATURE)
        .writeByte(BinaryHeader.VERSION | command)
        .writeByte(protocol)
        .writeShort(length);
    writeAddresses(header, protocol, out);
    header.tlvs().forEach(tlv -> tlv.write(out));
  }

  private static int protocol(
      @Nullable InetSocketAddress source, @Nullable InetSocketAddress destination) {
    if (source == null || destination == null) {
      return BinaryHeader.UNSPEC;
    }
    return areV4(source, destination) ? BinaryHeader.TCP_OVER_IPV4 : BinaryHeader.TCP_OVER_IPV6;
  }

  private static int addressBytes(int protocol) {
    return BinaryHeader.ADDRESS_BYTES[protocol >> 4];
  }

  private static void writeAddresses(ProxyHeader header, int protocol, ByteBuf out) {
    InetSocketAddress source = header.source();
    InetSocketAddress destination = header.destination();
    if (source == null || destination == null) {
      return;
    }
    boolean isV4 = protocol == BinaryHeader.TCP_OVER_IPV4;
    writeIp(source.getAddress(), isV4, out);
    writeIp(destination.getAddress(), isV4, out);
    out.writeShort(source.getPort()).writeShort(destination.getPort());
  }

  private static void writeIp(InetAddress address, boolean isV4, ByteBuf out) {
    if (!isV4 && address instanceof Inet4Address) {
      out.writeZero(MAPPED_ZEROS).writeShort(0xffff);
    }
    out.writeBytes(address.getAddress());
  }

  private static boolean areV4(InetSocketAddress source, InetSocketAddress destination) {
    return source.getAddress() instanceof Inet4Address
        && destination.getAddress() instanceof Inet4Address;
  }
}
