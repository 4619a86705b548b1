package dev.fairlead.cluster.signing;

import dev.fairlead.event.CommandException;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A signed command as it goes over the bus, {@code {signed, time, nonce, mac}}. Immutable.
 *
 * @param time as the JSON writes it: ISO-8601, or the digits of epoch milliseconds
 * @param nonce never used before
 * @param mac the signature of {@link #signedText}
 */
record Envelope(String signed, String time, Instant instant, String nonce, String mac) {
  private static final Set<String> KEYS = Set.of("signed", "time", "nonce", "mac");
  private static final int MAX_CHARS = 100;

  static Envelope sign(Secret secret, String address, JsonObject command, Instant now) {
    Instant instant = now.truncatedTo(ChronoUnit.MILLIS);
    String nonce = UUID.randomUUID().toString();
    Envelope bare = new Envelope(command.encode(), instant.toString(), instant, nonce, "");
    String mac = secret.sign(bare.signedText(address));
    return new Envelope(bare.signed, bare.time, instant, nonce, mac);
  }

  /** Whether a body was meant as one. */
  static boolean isMeantBy(JsonObject body) {
    return body.containsKey("signed") && body.containsKey("mac");
  }

  /** The envelope in {@code body}, its signature not checked; throws {@link CommandException}. */
  static Envelope of(JsonObject body) {
    if (!isMeantBy(body)) {
      throw refusal("", "the command is not signed (expected: {signed, time, nonce, mac})");
    }
    if (!KEYS.containsAll(body.fieldNames())) {
      throw refusal("", "an unknown key (expected: {signed, time, nonce, mac})");
    }
    String time = writtenTime(body.getValue("time"));
    String nonce = text(body, "nonce");
    refuseUnlessPlain("time", time);
    refuseUnlessPlain("nonce", nonce);
    return new Envelope(text(body, "signed"), time, instant(time), nonce, text(body, "mac"));
  }

  /** With a line feed in them, one signature would fit several divisions of {@link #signedText}. */
  private static void refuseUnlessPlain(String key, String text) {
    if (text.isEmpty()
        || text.length() > MAX_CHARS
        || text.chars().anyMatch(Character::isISOControl)) {
      throw refusal(
          key, "(expected: 1 to " + MAX_CHARS + " characters, none of them a control character)");
    }
  }

  private static String text(JsonObject body, String key) {
    if (body.getValue(key) instanceof String text) {
      return text;
    }
    throw refusal(key, "(expected: a text)");
  }

  private static String writtenTime(@Nullable Object time) {
    if (time instanceof String || time instanceof Long || time instanceof Integer) {
      return time.toString();
    }
    throw noTime();
  }

  private static Instant instant(String time) {
    try {
      return time.contains("T")
          ? OffsetDateTime.parse(time).toInstant()
          : Instant.ofEpochMilli(Long.parseLong(time));
    } catch (DateTimeException | NumberFormatException e) {
      throw noTime();
    }
  }

  private static CommandException noTime() {
    return refusal("time", "(expected: epoch milliseconds, or ISO-8601 as 2026-11-22T12:00:00Z)");
  }

  static CommandException refusal(String path, String message) {
    return new CommandException(CommandException.UNSIGNED, path, message);
  }

  String signedText(String address) {
    return String.join("\n", address, time, nonce, signed);
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("signed", signed)
        .put("time", time)
        .put("nonce", nonce)
        .put("mac", mac);
  }
}
