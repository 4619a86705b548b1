package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fairlead.net.proxy.HeaderRead.Malformed;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * Reads the header of the PROXY protocol at the beginning of one stream, version 1 or 2, in
 * whatever pieces it arrives. One for each connection, on one thread.
 *
 * <p>No byte of a line is examined twice, and of version 2 nothing is examined between the first 16
 * bytes and the end, so the work is linear even if the bytes arrive one by one. Nothing depends on
 * how the stream is split.
 *
 * <p>Stricter than the specification in one point: a lone CR or LF ends no line, and here is an
 * error even in {@code PROXY UNKNOWN}, whose rest a receiver ignores. Else the payload of a sender
 * that ends its line with LF would be taken as a part of the header.
 */
public final class ProxyHeaderReader {
  private static final byte[] TEXT_PREFIX = "PROXY ".getBytes(US_ASCII);

  private final int maxTlvBytes;

  /** Which of the two beginnings the first byte has. */
  private byte[] prefix = BinaryHeader.SIGNATURE;

  /** How many bytes, from the first one, were examined and are as they must be. */
  private int examined;

  /** The length of a header of version 2; 0 = not known yet. */
  private int binaryBytes;

  /**
   * @param maxTlvBytes 0 to 65535
   */
  public ProxyHeaderReader(int maxTlvBytes) {
    if (maxTlvBytes < 0 || maxTlvBytes > Tlv.MAX_BYTES) {
      throw new IllegalArgumentException("maxTlvBytes: " + maxTlvBytes);
    }
    this.maxTlvBytes = maxTlvBytes;
  }

  /** A buffer with this many bytes always gets another answer than {@code INCOMPLETE}. */
  public int maxBytes() {
    return BinaryHeader.FIXED_BYTES + BinaryHeader.MAX_ADDRESS_BYTES + maxTlvBytes;
  }

  /**
   * Examines what has arrived since the last call. After another answer than {@code INCOMPLETE} it
   * must not be called again.
   *
   * @param in all bytes of the stream so far, from its {@code readerIndex} on; stays as it is, with
   *     its indices and its owner: the caller skips the header
   */
  public HeaderRead read(ByteBuf in) {
    if (examined == 0 && in.isReadable() && in.getByte(in.readerIndex()) == TEXT_PREFIX[0]) {
      prefix = TEXT_PREFIX;
    }
    while (examined < prefix.length) {
      if (examined == in.readableBytes()) {
        return HeaderRead.INCOMPLETE;
      }
      if (in.getByte(in.readerIndex() + examined) != prefix[examined]) {
        return HeaderRead.NOT_PROXY;
      }
      examined++;
    }
    return prefix == TEXT_PREFIX ? readLine(in) : readBinary(in);
  }

  private HeaderRead readLine(ByteBuf in) {
    int start = in.readerIndex();
    int end = Math.min(in.readableBytes(), TextHeader.MAX_BYTES);
    for (; examined < end; examined++) {
      byte current = in.getByte(start + examined);
      boolean afterReturn = in.getByte(start + examined - 1) == '\r';
      if (afterReturn != (current == '\n')) {
        return new Malformed("CR or LF alone");
      }
      if (afterReturn) {
        return TextHeader.read(in, examined + 1);
      }
    }
    return examined < TextHeader.MAX_BYTES
        ? HeaderRead.INCOMPLETE
        : new Malformed("no CRLF within " + TextHeader.MAX_BYTES + " bytes");
  }

  private HeaderRead readBinary(ByteBuf in) {
    if (in.readableBytes() < BinaryHeader.FIXED_BYTES) {
      return HeaderRead.INCOMPLETE;
    }
    if (binaryBytes == 0) {
      Optional<String> problem = BinaryHeader.problem(in, maxTlvBytes);
      if (problem.isPresent()) {
        return new Malformed(problem.get());
      }
      binaryBytes = BinaryHeader.bytes(in);
    }
    return in.readableBytes() < binaryBytes ? HeaderRead.INCOMPLETE : BinaryHeader.read(in);
  }
}
