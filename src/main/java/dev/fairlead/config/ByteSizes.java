package dev.fairlead.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers of bytes as configurations write them: {@code 512B 4KiB 10MB}. Any thread.
 *
 * <p>{@code KiB MiB GiB} are powers of 1024, {@code KB MB GB} of 1000.
 */
public final class ByteSizes {
  /** The form; bytes have no binary unit. */
  public static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})([KMG]?)(i?)B");

  private static final List<String> POWERS = List.of("", "K", "M", "G");
  private static final long BINARY = 1024;
  private static final long DECIMAL = 1000;

  private ByteSizes() {}

  /** Empty when the text has another form. */
  public static Optional<Long> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean binary = !matcher.group(3).isEmpty();
    int power = POWERS.indexOf(matcher.group(2));
    if (binary && power == 0) {
      return Optional.empty();
    }
    long bytes = Long.parseLong(matcher.group(1));
    for (int i = 0; i < power; i++) {
      bytes *= binary ? BINARY : DECIMAL;
    }
    return Optional.of(bytes);
  }

  /** In the largest of GiB, MiB, KiB and B that is exact. */
  public static String show(long bytes) {
    long count = bytes;
    int power = 0;
    while (count != 0 && count % BINARY == 0 && power < POWERS.size() - 1) {
      count /= BINARY;
      power++;
    }
    return count + POWERS.get(power) + (power == 0 ? "B" : "iB");
  }
}
