package dev.fairlead.net.tls;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * Private keys out of DER: PKCS#8 (RFC 5208), PKCS#1 of RSA (RFC 8017, A.1.2) and SEC 1 of elliptic
 * curves (RFC 5915). The JDK reads only the first; the others are put into its frame.
 */
public final class PrivateKeys {
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  /** As the JDK calls Ed25519 in its keys. */
  private static final String EDWARDS = "EdDSA";

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;

  /** The curve in a key of SEC 1. */
  private static final int PARAMETERS = 0xA0;

  /** PKCS#8, version 0. */
  private static final byte[] VERSION = {INTEGER, 1, 0};

  /** rsaEncryption, 1.2.840.113549.1.1.1, and NULL. */
  private static final byte[] RSA = {
    0x06, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 0x05, 0
  };

  /** id-ecPublicKey, 1.2.840.10045.2.1. */
  private static final byte[] EC = {0x06, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

  private PrivateKeys() {}

  /**
   * The key of a PEM block.
   *
   * @param label {@code PRIVATE KEY}, {@code RSA PRIVATE KEY} or {@code EC PRIVATE KEY}
   */
  static PrivateKey parse(String label, byte[] der) throws GeneralSecurityException {
    return switch (label) {
      case "PRIVATE KEY" -> fromPkcs8(der);
      case "RSA PRIVATE KEY" -> fromPkcs8(frame(RSA, der));
      case "EC PRIVATE KEY" -> fromPkcs8(frame(concat(EC, curve(der)), der));
      default -> throw new InvalidKeySpecException("unknown kind of key");
    };
  }

  private static PrivateKey fromPkcs8(byte[] der) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // A key of another algorithm.
      }
    }
    throw new InvalidKeySpecException("no key of " + ALGORITHMS);
  }

  /** {@code PrivateKeyInfo} of RFC 5208. */
  private static byte[] frame(byte[] algorithm, byte[] key) {
    return element(
        SEQUENCE, concat(VERSION, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
  }

  /** The object identifier of the curve, with its tag, in {@code ECPrivateKey} of RFC 5915. */
  private static byte[] curve(byte[] der) throws InvalidKeySpecException {
    try {
      ByteBuffer key = content(SEQUENCE, ByteBuffer.wrap(der));
      content(INTEGER, key);
      content(OCTET_STRING, key);
      ByteBuffer parameters = content(PARAMETERS, key);
      byte[] curve = new byte[parameters.remaining()];
      parameters.get(curve);
      return curve;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new InvalidKeySpecException("no ECPrivateKey with a named curve", e);
    }
  }

  /** What is in the next element of {@code der}, which is left behind it. */
  private static ByteBuffer content(int tag, ByteBuffer der) throws InvalidKeySpecException {
    if ((der.get() & 0xFF) != tag) {
      throw new InvalidKeySpecException("not an element of type " + tag);
    }
    int length = der.get() & 0xFF;
    if (length > 0x82) {
      throw new InvalidKeySpecException("an element of more than 64 KiB");
    }
    if (length == 0x81) {
      length = der.get() & 0xFF;
    } else if (length == 0x82) {
      length = der.getShort() & 0xFFFF;
    }
    ByteBuffer content = der.slice().limit(length);
    der.position(der.position() + length);
    return content;
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    // The shortest form: DER has no other.
    if (content.length >= 0x100) {
      out.write(0x82);
      out.write(content.length >> 8);
    } else if (content.length >= 0x80) {
      out.write(0x81);
    }
    out.write(content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /**
   * Whether {@code key} has the private key of the first certificate in {@code certificate}, of RSA
   * or EC: Vert.x reads no others. Neither a key store nor a context of the JDK compares the two,
   * so a wrong key would be noticed by the first client. Blocks; false for what cannot be read.
   */
  public static boolean isPair(Path certificate, Path key) {
    try {
      PublicKey certified = PemFile.read("", certificate).certificates().get(0).getPublicKey();
      PrivateKey read = PemFile.read("", key).privateKey();
      return !read.getAlgorithm().equals(EDWARDS) && isPair(certified, read);
    } catch (TlsProblem e) {
      return false;
    }
  }

  /** Whether what {@code key} signs is verified with {@code certified}. */
  static boolean isPair(PublicKey certified, PrivateKey key) {
    byte[] message = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(algorithm(key));
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // a key of another algorithm, or a signature of another length
    }
  }

  private static String algorithm(PrivateKey key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> key.getAlgorithm();
    };
  }
}
