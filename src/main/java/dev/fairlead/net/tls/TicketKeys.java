package dev.fairlead.net.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that seal session tickets (RFC 5077 and RFC 8446, 4.6.1), made by HKDF-SHA256 (RFC 5869)
 * of a secret, of who may come in at a listener, and of the period of the clock. Members with one
 * secret make the same keys without a word between them; a ticket of a listener is worth nothing at
 * one that lets other clients in. Any thread. Never printed.
 */
public abstract class TicketKeys {
  /**
   * How long one key seals tickets. A higher value resumes sessions longer; a lower one limits
   * sooner what a stolen key opens.
   */
  static final Duration PERIOD = Duration.ofHours(12);

  private static final String INFO = "fairlead tls ticket";
  private static final String HMAC = "HmacSHA256";
  private static final int HASH_BYTES = 32;
  private static final int KEY_BYTES = OpenSslSessionTicketKey.TICKET_KEY_SIZE;
  private static final int NAME_END = OpenSslSessionTicketKey.NAME_SIZE;
  private static final int HMAC_END = NAME_END + OpenSslSessionTicketKey.HMAC_KEY_SIZE;

  private TicketKeys() {}

  /**
   * Keys that every member with one of these secrets makes: it seals with the first one, and opens
   * what any of them sealed in this period, the one before or the one after, because clocks differ.
   */
  public static TicketKeys ofCluster(List<byte[]> secrets) {
    List<byte[]> copies = secrets.stream().map(byte[]::clone).toList();
    return new TicketKeys() {
      @Override
      List<OpenSslSessionTicketKey> keys(String identity, long period) {
        return copies.stream()
            .flatMap(
                secret ->
                    LongStream.of(period, period - 1, period + 1)
                        .mapToObj(one -> key(secret, identity, one)))
            .toList();
      }
    };
  }

  /** Keys of this process: random ones for each period, forgotten after the next one. */
  public static TicketKeys ofMember() {
    return new Random();
  }

  /** The period that {@code now} is in. */
  static long period(Instant now) {
    return Math.floorDiv(now.getEpochSecond(), PERIOD.toSeconds());
  }

  /**
   * The keys of a period; the first one seals, all of them open.
   *
   * @param identity who may come in, and at which listener
   */
  abstract List<OpenSslSessionTicketKey> keys(String identity, long period);

  private static OpenSslSessionTicketKey key(byte[] secret, String identity, long period) {
    byte[] info = (INFO + "\n" + identity + "\n" + period).getBytes(StandardCharsets.UTF_8);
    byte[] key = hkdf(secret, new byte[0], info, KEY_BYTES);
    return new OpenSslSessionTicketKey(
        Arrays.copyOfRange(key, 0, NAME_END),
        Arrays.copyOfRange(key, NAME_END, HMAC_END),
        Arrays.copyOfRange(key, HMAC_END, KEY_BYTES));
  }

  /** HKDF with SHA-256, RFC 5869, 2.2 and 2.3. */
  static byte[] hkdf(byte[] secret, byte[] salt, byte[] info, int length) {
    byte[] pseudoRandom = hmac(salt.length == 0 ? new byte[HASH_BYTES] : salt, secret);
    ByteBuffer out = ByteBuffer.allocate(length);
    byte[] block = new byte[0];
    for (int i = 1; out.hasRemaining(); i++) {
      block = hmac(pseudoRandom, block, info, new byte[] {(byte) i});
      out.put(block, 0, Math.min(block.length, out.remaining()));
    }
    return out.array();
  }

  private static byte[] hmac(byte[] key, byte[]... message) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      Stream.of(message).forEach(mac::update);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    }
  }

  @Override
  public String toString() {
    return "TicketKeys[not shown]";
  }

  private static final class Random extends TicketKeys {
    private final SecureRandom random = new SecureRandom();
    private long newest = Long.MIN_VALUE;
    private byte[] current = new byte[0];
    private byte[] before = new byte[0];

    @Override
    synchronized List<OpenSslSessionTicketKey> keys(String identity, long period) {
      // A clock that was set back does not bring old keys back.
      if (period > newest) {
        before = period == newest + 1 ? current : new byte[0];
        current = new byte[HASH_BYTES];
        random.nextBytes(current);
        newest = period;
      }
      List<OpenSslSessionTicketKey> keys = new ArrayList<>();
      keys.add(key(current, identity, newest));
      if (before.length > 0) {
        keys.add(key(before, identity, newest - 1));
      }
      return keys;
    }
  }
}
