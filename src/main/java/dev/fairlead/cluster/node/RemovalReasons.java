package dev.fairlead.cluster.node;

import com.hazelcast.logging.LogEvent;
import com.hazelcast.logging.LogListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why this member took others for dead: Hazelcast only logs it. A line that another version words
 * otherwise costs the reason, nothing else. Called on Hazelcast's threads; any thread.
 *
 * <pre>
 * Suspecting Member [10.0.0.3]:5701 - ... heartbeat timeout: 9000 ms, ...     no heartbeat for 9 s
 * Removing connection to endpoint [10.0.0.3]:5701 Cause =&gt;
 *   java.io.IOException {Connection refused to address /10.0.0.3:5701}, ...   its connection broke ...
 * </pre>
 */
final class RemovalReasons implements LogListener {
  private static final Pattern SILENT =
      Pattern.compile("Suspecting Member \\[(.+?)]:(\\d+) .* heartbeat timeout: (\\d+) ms");

  private static final Pattern UNREACHABLE =
      Pattern.compile("Removing connection to endpoint \\[(.+?)]:(\\d+) Cause => \\S+ \\{(.*?)}");

  /**
   * Older reasons are not those of a departure now. Lowering it loses the reason where the members
   * first have to agree who is the oldest.
   */
  static final Duration VALID = Duration.ofSeconds(60);

  private final LongSupplier nanoTime;

  /** By address, {@code host:port}. */
  private final Map<String, Suspicion> suspicions = new HashMap<>();

  private record Suspicion(String reason, long at) {}

  /** {@code nanoTime} is the clock. */
  RemovalReasons(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The reason against the member that has just left, if this member has seen one. */
  synchronized Optional<String> of(@Nullable String address) {
    forgetOld();
    Suspicion found = address == null ? null : suspicions.get(address);
    return found == null ? Optional.empty() : Optional.of(found.reason);
  }

  @Override
  public void log(LogEvent event) {
    heard(event.getLogRecord().getMessage());
  }

  void heard(@Nullable String line) {
    if (line == null) {
      return;
    }
    Matcher silent = SILENT.matcher(line);
    Matcher unreachable = UNREACHABLE.matcher(line);
    if (silent.find()) {
      long seconds = Duration.ofMillis(Long.parseLong(silent.group(3))).toSeconds();
      keep(silent, "no heartbeat for " + seconds + " s");
    } else if (unreachable.find()) {
      String cause = unreachable.group(3).replaceFirst(" to address .*", "");
      keep(unreachable, "its connection broke, and a new one failed: " + cause);
    }
  }

  private synchronized void keep(Matcher from, String reason) {
    forgetOld();
    String address = show(from.group(1), Integer.parseInt(from.group(2)));
    suspicions.put(address, new Suspicion(reason, nanoTime.getAsLong()));
  }

  private void forgetOld() {
    long now = nanoTime.getAsLong();
    suspicions.values().removeIf(each -> now - each.at > VALID.toNanos());
  }

  /** As members show their address. */
  static String show(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
