package dev.fairlead.admin;

import dev.fairlead.net.LineLimit;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down those who guess the token: after a wrong one, tokens from its source address are
 * compared once a {@link #DELAY}, right ones too, or else the time of the answer would tell which
 * one is right. Of IPv6, a source is a /64, because whoever has one address has all of it. Logs
 * wrong ones once a minute for each source, and {@link #MOST_LINES} in all. On the event loop of
 * the admin listener.
 */
final class TokenGuesses {
  private static final Logger LOG = LoggerFactory.getLogger(TokenGuesses.class);

  /**
   * Raising it makes guessing slower, and lets a wrong token delay others from its address, such as
   * a reverse proxy, for longer.
   */
  static final Duration DELAY = Duration.ofSeconds(1);

  /** Raising it lets more requests from one address wait, lowering it refuses them earlier. */
  static final Duration MOST_DELAY = DELAY.multipliedBy(4);

  /** Raising it makes fewer lines, lowering it shows the end of an attack sooner. */
  private static final Duration LOG_PAUSE = Duration.ofMinutes(1);

  /** Lines a minute for all sources together: many machines could fill the disk otherwise. */
  static final int MOST_LINES = 20;

  /** Bounds the memory; the source that guessed least recently is forgotten. */
  private static final int MOST_SOURCES = 1000;

  private static final int IPV6_BYTES = 16;

  private static final int NETWORK_BYTES = 8;

  private final LongSupplier nanoTime;
  private long linesUntil;
  private int lines;
  private final Map<String, Source> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Source> eldest) {
          return size() > MOST_SOURCES;
        }
      };

  private static final class Source {
    private final LineLimit lines;
    private long nextAt;

    private Source(LongSupplier nanoTime) {
      lines = new LineLimit(LOG_PAUSE, nanoTime);
      nextAt = nanoTime.getAsLong();
    }
  }

  /** {@code nanoTime} is the clock. */
  TokenGuesses(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.linesUntil = nanoTime.getAsLong();
  }

  /** Milliseconds until a token of {@code address} may be compared; empty = too many wait. */
  OptionalLong delayMillis(String address) {
    Source source = sources.get(key(address));
    long delay = source == null ? 0 : source.nextAt - nanoTime.getAsLong();
    if (source == null || delay <= 0) {
      return OptionalLong.of(0);
    }
    if (delay > MOST_DELAY.toNanos()) {
      return OptionalLong.empty();
    }
    source.nextAt += DELAY.toNanos();
    return OptionalLong.of(Duration.ofNanos(delay).toMillis() + 1);
  }

  /** A token of {@code address} was wrong. */
  void wrong(String address) {
    long now = nanoTime.getAsLong();
    Source source = sources.computeIfAbsent(key(address), any -> new Source(nanoTime));
    if (source.nextAt - now <= 0) {
      source.nextAt = now + DELAY.toNanos();
    }
    source.lines.next(() -> mayLog(now)).ifPresent(leftOut -> log(address, leftOut));
  }

  private void log(String address, long leftOut) {
    String more = leftOut == 0 ? "" : ", " + leftOut + " more since the last line";
    String last = lines == MOST_LINES ? "; no such lines for the rest of a minute" : "";
    LOG.warn("admin listener: a wrong token from {}{}{}", address, more, last);
  }

  private boolean mayLog(long now) {
    if (now - linesUntil >= 0) {
      linesUntil = now + LOG_PAUSE.toNanos();
      lines = 0;
    }
    if (lines == MOST_LINES) {
      return false;
    }
    lines++;
    return true;
  }

  private static String key(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    return bytes == null || bytes.length < IPV6_BYTES
        ? address
        : HexFormat.of().formatHex(bytes, 0, NETWORK_BYTES);
  }
}
