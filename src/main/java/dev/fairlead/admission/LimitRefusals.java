package dev.fairlead.admission;

import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Clients that a limiter's limits refused, by limit and reason. Only grows. Thread-safe. */
public final class LimitRefusals {
  private final Map<LimitRefusal, LongAdder> counts = new ConcurrentHashMap<>();

  /**
   * One limit and one reason.
   *
   * @param limit key of the limit, such as {@code pool/web/connections}
   */
  public record LimitRefusal(String limit, String reason) {}

  public void add(String limit, String reason) {
    counts.computeIfAbsent(new LimitRefusal(limit, reason), any -> new LongAdder()).increment();
  }

  /** Those that ever refused a client; a view. */
  public Map<LimitRefusal, LongAdder> counts() {
    return Collections.unmodifiableMap(counts);
  }
}
