package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One type-length-value of a header of version 2: a byte for the type, two for the length, the
 * value. Immutable, any thread. The TLVs of one header share one array; each keeps it alive.
 */
public final class Tlv {
  public static final int ALPN = 0x01;
  public static final int AUTHORITY = 0x02;
  public static final int CRC32C = 0x03;
  public static final int NOOP = 0x04;
  public static final int UNIQUE_ID = 0x05;
  public static final int SSL = 0x20;

  /** Of the value. */
  public static final int MAX_BYTES = 65_535;

  /** Of the value of {@link #UNIQUE_ID}. */
  public static final int MAX_UNIQUE_ID_BYTES = 128;

  /** Type and length. */
  static final int HEAD_BYTES = 3;

  private final int type;
  private final byte[] block;
  private final int offset;
  private final int length;

  private Tlv(int type, byte[] block, int offset, int length) {
    this.type = type;
    this.block = block;
    this.offset = offset;
    this.length = length;
  }

  /**
   * A TLV with a copy of {@code value}.
   *
   * @param type 0 to 255
   * @throws IllegalArgumentException if the type is not one byte, or the value has more bytes than
   *     {@link #MAX_BYTES}, for a unique id {@link #MAX_UNIQUE_ID_BYTES}
   */
  public static Tlv of(int type, byte[] value) {
    if (type < 0 || type > 255) {
      throw new IllegalArgumentException("type of a TLV: " + type + " (expected: 0 to 255)");
    }
    int max = type == UNIQUE_ID ? MAX_UNIQUE_ID_BYTES : MAX_BYTES;
    if (value.length > max) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "TLV 0x%02x: %d bytes (expected: at most %d)", type, value.length, max));
    }
    return new Tlv(type, value.clone(), 0, value.length);
  }

  /** A TLV with {@code text} in UTF-8; errors as in {@link #of(int, byte[])}. */
  public static Tlv of(int type, String text) {
    return of(type, text.getBytes(UTF_8));
  }

  /**
   * The TLVs that fill {@code block} from {@code from} to {@code to} exactly; empty if the last one
   * is cut. They are views of {@code block}, which must not change any more.
   */
  static Optional<List<Tlv>> split(byte[] block, int from, int to) {
    List<Tlv> tlvs = new ArrayList<>();
    int at = from;
    while (to - at >= HEAD_BYTES) {
      int length = (block[at + 1] & 0xff) << 8 | (block[at + 2] & 0xff);
      int value = at + HEAD_BYTES;
      if (length > to - value) {
        return Optional.empty();
      }
      tlvs.add(new Tlv(block[at] & 0xff, block, value, length));
      at = value + length;
    }
    return at == to ? Optional.of(tlvs) : Optional.empty();
  }

  /** 0 to 255. */
  public int type() {
    return type;
  }

  /** Of the value, in bytes. */
  public int length() {
    return length;
  }

  /** A copy. */
  public byte[] value() {
    return Arrays.copyOfRange(block, offset, offset + length);
  }

  /** The value as text; bytes that are none become U+FFFD. */
  String text(Charset charset) {
    return new String(block, offset, length, charset);
  }

  /** The byte at {@code index} of the value, 0 to 255. */
  int byteAt(int index) {
    return block[offset + index] & 0xff;
  }

  /** The TLVs that fill the value from {@code index} on; empty if the last one is cut. */
  Optional<List<Tlv>> splitFrom(int index) {
    return split(block, offset + index, offset + length);
  }

  /** Where the value begins in the array that was split. */
  int offset() {
    return offset;
  }

  /** True for the types that serve the bytes of a header and say nothing about a connection. */
  boolean isOfTheBytes() {
    return type == CRC32C || type == NOOP;
  }

  /** With type and length. */
  int bytesWritten() {
    return HEAD_BYTES + length;
  }

  void write(ByteBuf out) {
    out.writeByte(type).writeShort(length).writeBytes(block, offset, length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tlv tlv
        && tlv.type == type
        && Arrays.equals(
            block, offset, offset + length, tlv.block, tlv.offset, tlv.offset + tlv.length);
  }

  @Override
  public int hashCode() {
    int hash = type;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + block[offset + i];
    }
    return hash;
  }

  /** Without the value: it is not ours, and may hold any characters. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "TLV 0x%02x of %d bytes", type, length);
  }
}
