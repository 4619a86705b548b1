package dev.fairlead.net.tls;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * What a client of PostgreSQL asks for before TLS (PostgreSQL's documentation, "Message Formats":
 * SSLRequest and GSSENCRequest). Both are eight bytes: their length, and a number in place of a
 * protocol version. Each is answered with one byte, {@code S} for TLS or {@code N} for neither;
 * after {@code N} to a GSSENCRequest an SSLRequest may follow.
 */
public enum PostgresStartTls {
  /** So far it is the start of a request. */
  NEEDS_MORE,
  /** Eight bytes, to be consumed and answered. */
  SSL_REQUEST,
  /** Eight bytes, to be consumed and answered with {@code N}. */
  GSSENC_REQUEST,
  /**
   * Something else: direct TLS, whose first byte is not zero, or a start without encryption. Also a
   * request with bytes after it. A client waits for the answer, so those bytes are of somebody in
   * between, who wants them to be taken for bytes of the encrypted connection (CVE-2021-23214).
   */
  OTHER;

  /** Of each request. */
  public static final int REQUEST_BYTES = 8;

  /** Length 8 and 1234 in the upper half of the number, as both requests have them. */
  private static final long COMMON = 0x00000008_04d2L << Short.SIZE;

  private static final long SSL = COMMON | 0x162f;
  private static final long GSSENC = COMMON | 0x1630;

  /** The bytes of an {@link #SSL_REQUEST}, for a backend. */
  public static byte[] sslRequest() {
    return ByteBuffer.allocate(REQUEST_BYTES).putLong(SSL).array();
  }

  /**
   * Looks at what arrived since the start, or since the last answer; consumes nothing. Answers with
   * the first byte that decides.
   */
  public static PostgresStartTls recognise(ByteBuf bytes) {
    int arrived = bytes.readableBytes();
    if (arrived > REQUEST_BYTES) {
      return OTHER;
    }
    long read = 0;
    for (int i = 0; i < arrived; i++) {
      read = read << Byte.SIZE | bytes.getUnsignedByte(bytes.readerIndex() + i);
    }
    if (arrived < REQUEST_BYTES) {
      int missing = (REQUEST_BYTES - arrived) * Byte.SIZE;
      boolean begins = arrived == 0 || read == SSL >>> missing || read == GSSENC >>> missing;
      return begins ? NEEDS_MORE : OTHER;
    }
    return read == SSL ? SSL_REQUEST : read == GSSENC ? GSSENC_REQUEST : OTHER;
  }
}
