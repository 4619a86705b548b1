package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.Future;

/**
 * Many bytes and their SHA-256: what was sent and what arrived are equal when their payloads are.
 */
public record Payload(long bytes, String sha256) {
  private static final int PIECE = 64 * 1024;

  /** Sends {@code bytes} of noise; equal seeds make equal noise. */
  public static Payload send(TestConnection to, long seed, long bytes) throws IOException {
    SplittableRandom noise = new SplittableRandom(seed);
    MessageDigest digest = sha256Digest();
    for (long left = bytes; left > 0; left -= PIECE) {
      byte[] piece = new byte[(int) Math.min(PIECE, left)];
      noise.nextBytes(piece);
      digest.update(piece);
      to.send(piece);
    }
    return of(bytes, digest);
  }

  /** {@link #send}, and a FIN. */
  public static Payload sendAll(TestConnection to, long seed, long bytes) throws IOException {
    Payload payload = send(to, seed, bytes);
    to.finish();
    return payload;
  }

  /** Has each send so many bytes and a FIN at the same time; fails unless all of it arrives. */
  public static void exchange(TestConnection client, TestConnection server, long bytes)
      throws Exception {
    try (Background background = new Background()) {
      Future<Payload> up = background.start(() -> sendAll(client, 1, bytes));
      Future<Payload> down = background.start(() -> sendAll(server, 2, bytes));
      Future<Payload> arrivedUp = background.start(() -> receive(server));
      assertThat(receive(client)).isEqualTo(down.get());
      assertThat(arrivedUp.get()).isEqualTo(up.get());
    }
  }

  /** Reads to the FIN. */
  public static Payload receive(TestConnection from) throws IOException {
    return receiveInPieces(from, PIECE);
  }

  /** Reads to the FIN, at most {@code piece} bytes at once. */
  public static Payload receiveInPieces(TestConnection from, int piece) throws IOException {
    MessageDigest digest = sha256Digest();
    long bytes = 0;
    byte[] some = from.readSome(piece);
    while (some.length > 0) {
      digest.update(some);
      bytes += some.length;
      some = from.readSome(piece);
    }
    return of(bytes, digest);
  }

  private static Payload of(long bytes, MessageDigest digest) {
    return new Payload(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
