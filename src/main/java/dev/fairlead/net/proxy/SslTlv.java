package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the TLV of type {@link Tlv#SSL} says about the TLS of the client: a byte of flags, four
 * bytes with the result of the verification, and TLVs within. Immutable, any thread.
 *
 * @param client the bits {@link #OVER_TLS}, {@link #CERTIFICATE_ON_CONNECTION} and {@link
 *     #CERTIFICATE_IN_SESSION}, 0 to 255
 * @param verify 0 if the client presented a certificate that was verified; 0 to 4294967295
 * @param version of TLS, such as {@code TLSv1.3}; ASCII
 * @param cipher such as {@code ECDHE-RSA-AES128-GCM-SHA256}; ASCII
 * @param commonName of the certificate of the client; UTF-8
 */
public record SslTlv(
    int client,
    long verify,
    @Nullable String version,
    @Nullable String cipher,
    @Nullable String commonName) {

  /** The client connected over TLS. */
  public static final int OVER_TLS = 0x01;

  /** The client presented a certificate on this connection. */
  public static final int CERTIFICATE_ON_CONNECTION = 0x02;

  /** The client presented a certificate on a connection of this TLS session. */
  public static final int CERTIFICATE_IN_SESSION = 0x04;

  private static final int VERSION = 0x21;
  private static final int COMMON_NAME = 0x22;
  private static final int CIPHER = 0x23;

  /** Flags and result of the verification. */
  private static final int FIXED_BYTES = 5;

  /** Empty if it is too short, or a TLV within it is cut. */
  static Optional<SslTlv> of(Tlv tlv) {
    return within(tlv).map(inner -> read(tlv, inner));
  }

  static boolean isWellFormed(Tlv tlv) {
    return within(tlv).isPresent();
  }

  private static Optional<List<Tlv>> within(Tlv tlv) {
    return tlv.length() < FIXED_BYTES ? Optional.empty() : tlv.splitFrom(FIXED_BYTES);
  }

  private static SslTlv read(Tlv tlv, List<Tlv> inner) {
    long verify = 0;
    for (int i = 1; i < FIXED_BYTES; i++) {
      verify = verify << 8 | tlv.byteAt(i);
    }
    return new SslTlv(
        tlv.byteAt(0),
        verify,
        text(inner, VERSION, US_ASCII),
        text(inner, CIPHER, US_ASCII),
        text(inner, COMMON_NAME, UTF_8));
  }

  private static @Nullable String text(List<Tlv> inner, int type, Charset charset) {
    for (Tlv tlv : inner) {
      if (tlv.type() == type) {
        return tlv.text(charset);
      }
    }
    return null;
  }

  /**
   * @throws IllegalArgumentException if the texts are longer than a TLV can be
   */
  public Tlv toTlv() {
    ByteBuf value = Unpooled.buffer().writeByte(client).writeInt((int) verify);
    writeText(VERSION, version, value);
    writeText(COMMON_NAME, commonName, value);
    writeText(CIPHER, cipher, value);
    return Tlv.of(Tlv.SSL, ByteBufUtil.getBytes(value));
  }

  private static void writeText(int type, @Nullable String text, ByteBuf out) {
    if (text != null) {
      Tlv.of(type, text).write(out);
    }
  }
}
