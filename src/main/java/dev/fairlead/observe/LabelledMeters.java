package dev.fairlead.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Makes the meters of one set of labels, which read one object.
 *
 * @param <T> what is read
 */
record LabelledMeters<T>(MeterRegistry registry, LiveMeters.Current<T> source, Tags tags) {

  LabelledMeters<T> and(String label, String value) {
    return new LabelledMeters<>(registry, source, tags.and(label, value));
  }

  Meter gauge(String name, String description, ToDoubleFunction<T> value) {
    return Gauge.builder(name, source, each -> each.read(value))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  Meter counter(String name, String description, ToDoubleFunction<T> value) {
    return FunctionCounter.builder(name, source, each -> each.read(value))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  Meter timer(
      String name, String description, ToDoubleFunction<T> count, ToDoubleFunction<T> nanos) {
    return FunctionTimer.builder(
            name,
            source,
            each -> (long) each.read(count),
            each -> each.read(nanos),
            TimeUnit.NANOSECONDS)
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
