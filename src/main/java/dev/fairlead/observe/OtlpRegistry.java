package dev.fairlead.observe;

import dev.fairlead.config.NodeConfig.MetricsConfig.OtlpTarget;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.registry.otlp.AggregationTemporality;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends all metrics to an OpenTelemetry receiver: protobuf over HTTP, sums since the start of the
 * member, times in seconds. It has a thread of its own; what cannot be sent is not sent again, and
 * the log says so. The only class that knows the library: without {@code node.metrics.otlp} none of
 * it is loaded.
 */
final class OtlpRegistry {
  private static final String SERVICE = "fairlead";

  private OtlpRegistry() {}

  /**
   * Sends from now on until it is closed, and once more then.
   *
   * @param beforeSending brings up to date what is read
   */
  static MeterRegistry open(OtlpTarget target, String member, Runnable beforeSending) {
    return new OtlpMeterRegistry(new OtlpSettings(target, member), Clock.SYSTEM) {
      @Override
      protected void publish() {
        beforeSending.run();
        super.publish();
      }
    };
  }

  /** Nothing is taken from the environment but what the configuration takes from there. */
  private record OtlpSettings(OtlpTarget target, String member) implements OtlpConfig {
    @Override
    public @Nullable String get(String key) {
      return null;
    }

    @Override
    public String url() {
      return target.url();
    }

    @Override
    public Duration step() {
      return target.interval();
    }

    @Override
    public Map<String, String> headers() {
      return target.headers();
    }

    @Override
    public Map<String, String> resourceAttributes() {
      return Map.of("service.name", SERVICE, "service.instance.id", member);
    }

    /** As Prometheus counts, so that a lost request loses nothing. */
    @Override
    public AggregationTemporality aggregationTemporality() {
      return AggregationTemporality.CUMULATIVE;
    }

    /** The names of the metrics say seconds. */
    @Override
    public TimeUnit baseTimeUnit() {
      return TimeUnit.SECONDS;
    }
  }
}
