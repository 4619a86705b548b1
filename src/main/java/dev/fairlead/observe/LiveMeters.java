package dev.fairlead.observe;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.ToDoubleFunction;

/**
 * The meters of objects that come and go with the configuration, by key. An object replaced by
 * another of the same key keeps its meters, which then read the new one, so no scrape misses a
 * series. The meters of a removed object stay while it is in use. Not thread-safe.
 */
final class LiveMeters<K, T> {
  private final MeterRegistry registry;
  private final BiFunction<K, Current<T>, List<Meter>> register;
  private final BiPredicate<K, T> inUse;
  private final Map<K, Registered<T>> byKey = new HashMap<>();

  /** Removed from the configuration, and not yet from the registry. */
  private final Set<K> removed = new HashSet<>();

  /**
   * @param register creates the meters of one key, which read from the given source
   * @param inUse whether a removed object still has live sessions
   */
  LiveMeters(
      MeterRegistry registry,
      BiFunction<K, Current<T>, List<Meter>> register,
      BiPredicate<K, T> inUse) {
    this.registry = registry;
    this.register = register;
    this.inUse = inUse;
  }

  /** Creates, redirects and removes meters to match {@code now}. */
  void apply(Map<K, T> now) {
    removed.addAll(byKey.keySet());
    removed.removeAll(now.keySet());
    removeEnded();
    now.forEach(this::put);
  }

  /** Removes the meters of removed objects that are no longer in use. */
  void removeEnded() {
    removed.removeIf(
        key -> {
          Registered<T> known = Objects.requireNonNull(byKey.get(key));
          boolean ended = !inUse.test(key, known.current.value);
          if (ended) {
            known.meters.forEach(registry::remove);
            byKey.remove(key);
          }
          return ended;
        });
  }

  Set<K> keys() {
    return byKey.keySet();
  }

  private void put(K key, T value) {
    Registered<T> known = byKey.get(key);
    if (known != null) {
      known.current.value = value;
    } else {
      Current<T> current = new Current<>(value);
      byKey.put(key, new Registered<>(current, register.apply(key, current)));
    }
  }

  /** The object of a key. Meters reference it weakly, {@link Registered} strongly. */
  static final class Current<T> {
    private volatile T value;

    private Current(T value) {
      this.value = value;
    }

    double read(ToDoubleFunction<T> reader) {
      return reader.applyAsDouble(value);
    }
  }

  private record Registered<T>(Current<T> current, List<Meter> meters) {}
}
