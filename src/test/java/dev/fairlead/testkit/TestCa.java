package dev.fairlead.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A certificate authority that signs certificates of any names and ages, and lists of revoked ones.
 * It writes their DER (RFC 5280) itself, because the JDK offers no way to and a process of openssl
 * takes longer than a test.
 */
public final class TestCa {
  private static final AtomicLong SERIALS = new AtomicLong(1000);
  private static final byte[] ECDSA_SHA256 =
      sequence(oid(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
  private static final byte[] COMMON_NAME = oid(0x55, 0x04, 0x03);
  private static final byte[] ALTERNATIVE_NAMES = oid(0x55, 0x1D, 0x11);
  private static final byte[] BASIC_CONSTRAINTS = oid(0x55, 0x1D, 0x13);
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String name;
  private final KeyPair keys;
  private final List<X509Certificate> chain;

  /** A certificate, with its issuers behind it, and its key. */
  public record Issued(List<X509Certificate> chain, PrivateKey key) {
    public X509Certificate leaf() {
      return chain.get(0);
    }

    /** As a file has it: all certificates, then the key as PKCS#8. */
    public String pem() {
      return chainPem() + keyPem();
    }

    public String chainPem() {
      return chain.stream().map(TestCa::pem).collect(Collectors.joining());
    }

    public String keyPem() {
      return block("PRIVATE KEY", key.getEncoded());
    }

    /** Writes both into {@code directory}; returns the certificate's and the key's file. */
    public PemFiles write(Path directory, String file) throws IOException {
      return new PemFiles(
          Files.writeString(directory.resolve(file + ".pem"), chainPem()),
          Files.writeString(directory.resolve(file + ".key"), keyPem()));
    }
  }

  private TestCa(String name, KeyPair keys, List<X509Certificate> chain) {
    this.name = name;
    this.keys = keys;
    this.chain = chain;
  }

  /** An authority that signs its own certificate. */
  public static TestCa root(String name) {
    KeyPair keys = keys("EC", 256);
    Instant now = Instant.now();
    X509Certificate own =
        certificate(
            name,
            keys,
            name,
            keys,
            List.of(constraints()),
            now.minus(Duration.ofDays(1)),
            now.plus(Duration.ofDays(30)));
    return new TestCa(name, keys, List.of(own));
  }

  /** An authority that this one has signed. */
  public TestCa intermediate(String other) {
    KeyPair others = keys("EC", 256);
    Instant now = Instant.now();
    X509Certificate signed =
        certificate(
            other,
            others,
            name,
            keys,
            List.of(constraints()),
            now.minus(Duration.ofDays(1)),
            now.plus(Duration.ofDays(30)));
    List<X509Certificate> all = new ArrayList<>(List.of(signed));
    all.addAll(chain);
    return new TestCa(other, others, List.copyOf(all));
  }

  /** The authority's own certificate. */
  public String pem() {
    return pem(chain.get(0));
  }

  /**
   * A certificate of P-256 for 30 days.
   *
   * @param names as {@code dns:example.com}, {@code ip:127.0.0.1}, {@code uri:spiffe://a/b} or
   *     {@code email:a@example.com}
   */
  public Issued issue(String commonName, String... names) {
    return issue(keys("EC", 256), Instant.now().plus(Duration.ofDays(30)), commonName, names);
  }

  /** As {@link #issue(String, String...)}, but until {@code notAfter}. */
  public Issued issue(KeyPair of, Instant notAfter, String commonName, String... names) {
    List<byte[]> extensions = names.length == 0 ? List.of() : List.of(alternativeNames(names));
    Instant from = notAfter.minus(Duration.ofDays(60));
    X509Certificate leaf = certificate(commonName, of, name, keys, extensions, from, notAfter);
    List<X509Certificate> all = new ArrayList<>(List.of(leaf));
    all.addAll(chain.subList(0, chain.size() - 1)); // without the root, as servers send it
    return new Issued(List.copyOf(all), of.getPrivate());
  }

  /** A list, good for a day, of these certificates as revoked. */
  public String revocationList(X509Certificate... revoked) {
    Instant now = Instant.now();
    List<byte[]> entries = new ArrayList<>();
    for (X509Certificate one : revoked) {
      entries.add(sequence(integer(one.getSerialNumber()), time(now.minusSeconds(60))));
    }
    byte[] list =
        sequence(
            integer(BigInteger.ONE),
            ECDSA_SHA256,
            name(name),
            time(now.minusSeconds(3600)),
            time(now.plus(Duration.ofDays(1))),
            entries.isEmpty() ? new byte[0] : sequence(entries.toArray(byte[][]::new)));
    return block("X509 CRL", signed(list, keys.getPrivate()));
  }

  /** {@code RSA} with 2048 bits, {@code EC} with 256, 384 or 521, {@code Ed25519} with 255. */
  public static KeyPair keys(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate certificate(
      String subject,
      KeyPair keys,
      String issuer,
      KeyPair issuerKeys,
      List<byte[]> extensions,
      Instant notBefore,
      Instant notAfter) {
    byte[] toSign =
        sequence(
            element(0xA0, integer(BigInteger.TWO)),
            integer(BigInteger.valueOf(SERIALS.incrementAndGet())),
            ECDSA_SHA256,
            name(issuer),
            sequence(time(notBefore), time(notAfter)),
            name(subject),
            keys.getPublic().getEncoded(),
            extensions.isEmpty()
                ? new byte[0]
                : element(0xA3, sequence(extensions.toArray(byte[][]::new))));
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(signed(toSign, issuerKeys.getPrivate())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] signed(byte[] content, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key);
      signature.update(content);
      return sequence(content, ECDSA_SHA256, element(0x03, new byte[] {0}, signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] constraints() {
    byte[] isAuthority = sequence(element(0x01, new byte[] {(byte) 0xFF}));
    return sequence(BASIC_CONSTRAINTS, element(0x04, isAuthority));
  }

  private static byte[] alternativeNames(String... names) {
    byte[][] elements = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      String[] parts = names[i].split(":", 2);
      elements[i] =
          switch (parts[0]) {
            case "email" -> element(0x81, parts[1].getBytes(UTF_8));
            case "dns" -> element(0x82, parts[1].getBytes(UTF_8));
            case "uri" -> element(0x86, parts[1].getBytes(UTF_8));
            case "ip" -> element(0x87, address(parts[1]));
            default -> throw new IllegalArgumentException(names[i]);
          };
    }
    return sequence(ALTERNATIVE_NAMES, element(0x04, sequence(elements)));
  }

  private static byte[] address(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] name(String common) {
    return sequence(element(0x31, sequence(COMMON_NAME, element(0x0C, common.getBytes(UTF_8)))));
  }

  private static byte[] time(Instant at) {
    return element(0x17, UTC_TIME.format(at).getBytes(UTF_8));
  }

  private static byte[] integer(BigInteger value) {
    return element(0x02, value.toByteArray());
  }

  private static byte[] oid(int... bytes) {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    return element(0x06, content);
  }

  private static byte[] sequence(byte[]... parts) {
    return element(0x30, parts);
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.size() >= 0x100) {
      out.write(0x82);
      out.write(content.size() >> 8);
    } else if (content.size() >= 0x80) {
      out.write(0x81);
    }
    out.write(content.size());
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static String pem(X509Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One block of PEM. */
  public static String block(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }
}
