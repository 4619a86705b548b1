package dev.fairlead.net.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * Streams that begin with a header, read in several ways. Each checks that the buffer stays as it
 * is: indices, bytes and owner.
 */
final class Reading {
  /** Before the stream, so that it does not begin at index 0. */
  private static final int OFFSET = 3;

  private Reading() {}

  static HeaderRead whole(int maxTlvBytes, byte[] header, byte[] payload) {
    return read(maxTlvBytes, arrived -> Integer.MAX_VALUE, header, payload);
  }

  /** The first {@code split} bytes, and unless they decide, all. */
  static HeaderRead inTwo(int maxTlvBytes, int split, byte[] header, byte[] payload) {
    int all = header.length + payload.length;
    return read(maxTlvBytes, arrived -> arrived < split ? split : all, header, payload);
  }

  static HeaderRead byteByByte(int maxTlvBytes, byte[] header, byte[] payload) {
    return read(maxTlvBytes, arrived -> arrived + 1, header, payload);
  }

  /**
   * @param next how many bytes are there at the next call, by those at the last one
   */
  private static HeaderRead read(
      int maxTlvBytes, IntUnaryOperator next, byte[] header, byte[] payload) {
    ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(OFFSET);
    in.readerIndex(OFFSET).writeBytes(header).writeBytes(payload);
    int all = in.readableBytes();
    byte[] sent = ByteBufUtil.getBytes(in);
    try {
      ProxyHeaderReader reader = new ProxyHeaderReader(maxTlvBytes);
      HeaderRead read = HeaderRead.INCOMPLETE;
      for (int arrived = 0; arrived < all && read.equals(HeaderRead.INCOMPLETE); ) {
        arrived = Math.min(next.applyAsInt(arrived), all);
        in.writerIndex(OFFSET + arrived);
        read = reader.read(in);
        assertThat(in.readerIndex()).isEqualTo(OFFSET);
        assertThat(in.readableBytes()).isEqualTo(arrived);
        assertThat(in.refCnt()).isOne();
      }
      in.writerIndex(OFFSET + all);
      assertThat(ByteBufUtil.getBytes(in)).isEqualTo(sent);
      return read;
    } finally {
      assertThat(in.release()).isTrue();
    }
  }

  /** As if each byte had been read into a buffer of its own. */
  static HeaderRead composed(int maxTlvBytes, byte[] bytes) {
    CompositeByteBuf in = PooledByteBufAllocator.DEFAULT.compositeBuffer(bytes.length + 1);
    for (byte one : bytes) {
      in.addComponent(true, PooledByteBufAllocator.DEFAULT.heapBuffer(1).writeByte(one));
    }
    try {
      return new ProxyHeaderReader(maxTlvBytes).read(in);
    } finally {
      assertThat(in.release()).isTrue();
    }
  }

  /** {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}. */
  static String text(InetSocketAddress address) {
    return NetUtil.toSocketAddressString(address);
  }

  /** {@code 02=hex digits}. */
  static String text(Tlv tlv) {
    return String.format(Locale.ROOT, "%02X=%s", tlv.type(), HexFormat.of().formatHex(tlv.value()));
  }

  /** A cell of a table in the form of {@link #text(InetSocketAddress)} or {@link #text(Tlv)}. */
  static String canonical(String cell) {
    int equals = cell.indexOf('=');
    if (equals > 0) {
      byte[] value = WireText.bytes(cell.substring(equals + 1));
      return cell.substring(0, equals + 1) + HexFormat.of().formatHex(value);
    }
    return text(address(cell));
  }

  /** {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new InetSocketAddress(
          InetAddress.getByName(text.substring(0, colon)),
          Integer.parseInt(text.substring(colon + 1)));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
