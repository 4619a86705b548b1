package dev.fairlead.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;

/**
 * Builds a ClientHello, right or wrong, from its parts: each method adds an extension with exactly
 * the given content.
 */
public final class HelloBytes {
  private static final int MAX_RECORD = 1 << 14;

  private final Bytes before = new Bytes();
  private final Bytes extensions = new Bytes();

  private HelloBytes() {}

  /** PostgreSQL's SSLRequest, which comes before a ClientHello. */
  public static byte[] postgresRequest() {
    return new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f};
  }

  /** Of TLS 1.2, or an older version: {@code 0x0301} is TLS 1.0. */
  public static HelloBytes ofVersion(int version) {
    HelloBytes hello = new HelloBytes();
    byte[] random = new byte[32];
    new SplittableRandom(version).nextBytes(random);
    hello.before.number(2, version).bytes(random).vector(1, random);
    // A GREASE value, one suite of TLS 1.3, one of TLS 1.2.
    hello.before.vector(2, new byte[] {0x2a, 0x2a, 0x13, 0x01, (byte) 0xc0, 0x2f});
    hello.before.vector(1, new byte[] {0});
    return hello;
  }

  /** As browsers send it: GREASE, versions, and a key share of X25519MLKEM768, 1216 bytes. */
  public static HelloBytes postQuantum() {
    byte[] share = new byte[1216];
    new SplittableRandom(1).nextBytes(share);
    byte[] shares = new Bytes().number(2, 0x11ec).vector(2, share).toBytes();
    return ofVersion(0x0303)
        .extension(0x4a4a, new byte[0])
        .versions(0x8a8a, 0x0304, 0x0303)
        .extension(51, new Bytes().vector(2, shares).toBytes())
        .extension(0xdada, new byte[] {0});
  }

  public HelloBytes extension(int type, byte[] content) {
    extensions.number(2, type).vector(2, content);
    return this;
  }

  /** One character of {@code name} becomes one byte. */
  public HelloBytes serverName(String name) {
    byte[] entry = new Bytes().number(1, 0).vector(2, name.getBytes(ISO_8859_1)).toBytes();
    return extension(0, new Bytes().vector(2, entry).toBytes());
  }

  public HelloBytes alpn(String... protocols) {
    Bytes list = new Bytes();
    for (String protocol : protocols) {
      list.vector(1, protocol.getBytes(ISO_8859_1));
    }
    return extension(16, new Bytes().vector(2, list.toBytes()).toBytes());
  }

  /** The extension supported_versions. */
  public HelloBytes versions(int... versions) {
    Bytes list = new Bytes();
    for (int version : versions) {
      list.number(2, version);
    }
    return extension(43, new Bytes().vector(1, list.toBytes()).toBytes());
  }

  public HelloBytes padding(int bytes) {
    return extension(21, new byte[bytes]);
  }

  /** The handshake message with its header; without extensions there is no list of them either. */
  public byte[] message() {
    Bytes body = new Bytes().bytes(before.toBytes());
    if (extensions.size() > 0) {
      body.vector(2, extensions.toBytes());
    }
    return new Bytes().number(1, 1).vector(3, body.toBytes()).toBytes();
  }

  /** The message in records as large as possible. */
  public byte[] bytes() {
    return inRecords(MAX_RECORD);
  }

  /**
   * The message in records of {@code size} bytes without their headers; the last may be shorter.
   */
  public byte[] inRecords(int size) {
    return records(message(), size);
  }

  /** Any message in records of {@code size} bytes. */
  public static byte[] records(byte[] message, int size) {
    Bytes records = new Bytes();
    for (int at = 0; at < message.length; at += size) {
      int length = Math.min(size, message.length - at);
      records.number(1, 22).number(2, 0x0301).number(2, length);
      records.write(message, at, length);
    }
    return records.toBytes();
  }

  /** Numbers and vectors as TLS writes them. */
  private static final class Bytes extends ByteArrayOutputStream {
    Bytes number(int bytes, int value) {
      for (int shift = (bytes - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
        write(value >>> shift);
      }
      return this;
    }

    Bytes vector(int lengthBytes, byte[] content) {
      return number(lengthBytes, content.length).bytes(content);
    }

    Bytes bytes(byte[] content) {
      writeBytes(content);
      return this;
    }

    byte[] toBytes() {
      return toByteArray();
    }
  }
}
