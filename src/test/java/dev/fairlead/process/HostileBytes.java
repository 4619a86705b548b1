package dev.fairlead.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fairlead.testkit.HelloBytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a hostile client sends, never right and never empty. The same seed makes the same bytes. One
 * thread.
 */
final class HostileBytes {
  private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
  private static final int HANDSHAKE_RECORD = 22;
  private static final int CRC32C = 3;

  /** Where the last byte of the length of all extensions is in a message of {@link HelloBytes}. */
  private static final int EXTENSIONS_LENGTH = 82;

  private final SplittableRandom random;

  HostileBytes(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** No PROXY header, of neither version. */
  byte[] header() {
    return switch (random.nextInt(8)) {
      case 0 -> beginningWithout('P', '\r');
      case 1 -> text("PROXY " + "x".repeat(random.nextInt(1, 300)));
      case 2 -> text("PROXY TCP4 192.0.2." + random.nextInt(256, 999) + " 198.51.100.1 1 2\r\n");
      case 3 -> text("PROXY TCP6 ::1 ::" + "g".repeat(random.nextInt(1, 9)) + " 1 2\r\n");
      case 4 -> cut(text("PROXY TCP4 192.0.2.7 198.51.100.1 40001 443\r\n"));
      case 5 -> binary(random.nextInt(0x30, 0x100), 0x11, new byte[12]);
      case 6 -> binary(0x21, 0x11, new byte[random.nextInt(12)]);
      default -> badTlv();
    };
  }

  /** A checksum that is not the header's, an extension that is longer than it, or half of it. */
  private byte[] badTlv() {
    byte[] rest = new byte[12 + 3 + 4];
    rest[12] = CRC32C;
    rest[14] = (byte) random.nextInt(4, 8);
    rest[15] = (byte) random.nextInt(1, 256);
    byte[] header = binary(0x21, 0x11, rest);
    return random.nextBoolean() ? header : cut(header);
  }

  private static byte[] binary(int versionAndCommand, int family, byte[] rest) {
    return ByteBuffer.allocate(SIGNATURE.length + 4 + rest.length)
        .put(SIGNATURE)
        .put((byte) versionAndCommand)
        .put((byte) family)
        .putShort((short) rest.length)
        .put(rest)
        .array();
  }

  /** No ClientHello. */
  byte[] hello() {
    byte[] message = HelloBytes.postQuantum().serverName(TlsFixture.NAME).message();
    return switch (random.nextInt(6)) {
      case 0 -> beginningWithout(HANDSHAKE_RECORD);
      case 1 -> with(HelloBytes.records(message, 1 << 14), 1, random.nextInt(4, 256));
      case 2 -> with(HelloBytes.records(message, random.nextInt(1, 600)), 3, 0x50);
      case 3 -> HelloBytes.records(with(message, 0, random.nextInt(2, 256)), 1 << 14);
      // The length of the list of extensions: longer than the message, or shorter.
      case 4 -> {
        int wrong = message[EXTENSIONS_LENGTH] + random.nextInt(1, 256);
        yield HelloBytes.records(with(message, EXTENSIONS_LENGTH, wrong), 1 << 14);
      }
      default -> cut(HelloBytes.records(message, random.nextInt(1, 2000)));
    };
  }

  /** A ClientHello that the reader takes, and what can be no handshake. */
  byte[] handshake(byte[] hello) {
    return switch (random.nextInt(6)) {
      case 0 -> joined(hello, random(random.nextInt(1, 400)));
      case 1 -> joined(hello, record(23));
      case 2 -> joined(hello, record(HANDSHAKE_RECORD));
      case 3 -> joined(hello, new byte[] {21, 3, 3, 0, 2, 2, (byte) random.nextInt(256)});
      case 4 -> joined(hello, hello);
      // TLS 1.0 and 1.1, which no listener speaks.
      default -> HelloBytes.ofVersion(random.nextInt(0x0301, 0x0303)).serverName("x.y").bytes();
    };
  }

  private byte[] record(int type) {
    byte[] content = random(random.nextInt(1, 400));
    byte[] header = {(byte) type, 3, 3, (byte) (content.length >> 8), (byte) content.length};
    return joined(header, content);
  }

  private byte[] beginningWithout(int... first) {
    byte[] bytes = random(random.nextInt(1, 400));
    while (Arrays.stream(first).anyMatch(each -> bytes[0] == each)) {
      bytes[0]++;
    }
    return bytes;
  }

  private byte[] cut(byte[] whole) {
    return Arrays.copyOf(whole, random.nextInt(1, whole.length));
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] copy = bytes.clone();
    copy[at] = (byte) value;
    return copy;
  }

  private static byte[] joined(byte[] first, byte[] then) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(first);
    all.writeBytes(then);
    return all.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(US_ASCII);
  }
}
