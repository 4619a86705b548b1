package dev.fairlead.observe;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;

/**
 * The meters of things that come and go with the configuration, by key. A thing that is replaced by
 * another of its key keeps its meters, which then read the new one, so no scrape misses a series.
 * Called by one thread at a time.
 */
final class LiveMeters<K, T> {
  private final MeterRegistry registry;
  private final BiFunction<K, Source<T>, List<Meter>> register;
  private final Map<K, Entry<T>> entries = new HashMap<>();

  /** {@code register} makes the meters of one key, reading from the source it is given. */
  LiveMeters(MeterRegistry registry, BiFunction<K, Source<T>, List<Meter>> register) {
    this.registry = registry;
    this.register = register;
  }

  /** Makes, redirects and removes meters until there are those of {@code now} and no others. */
  void apply(Map<K, T> now) {
    for (K gone : Set.copyOf(entries.keySet())) {
      if (!now.containsKey(gone)) {
        entries.remove(gone).meters.forEach(registry::remove);
      }
    }
    now.forEach(this::put);
  }

  private void put(K key, T thing) {
    Entry<T> known = entries.get(key);
    if (known != null) {
      known.source.thing = thing;
    } else {
      Source<T> source = new Source<>(thing);
      entries.put(key, new Entry<>(source, register.apply(key, source)));
    }
  }

  /**
   * The thing a key stands for now. Meters hold it weakly, the entry holds it as long as needed.
   */
  static final class Source<T> {
    private volatile T thing;

    private Source(T thing) {
      this.thing = thing;
    }

    double read(ToDoubleFunction<T> value) {
      return value.applyAsDouble(thing);
    }
  }

  private record Entry<T>(Source<T> source, List<Meter> meters) {}
}
